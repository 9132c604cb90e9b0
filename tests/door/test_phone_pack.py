"""The phone itself refuses: a pack that is not the office's, a visit that may not begin, a wrong name."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from door import signing
from door.packs import facts_of, take_pack
from tests import make, walk
from tests.door.on_phone import DEVICE, FACT, NAME, Phone
from visits.answering import question_of
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

OPEN = """async ([envelope, keys]) => {
  const { open } = await import("/static/js/door/pack.js");
  try { return (await open(envelope, keys)).visit; } catch (error) { return error.say; }
}"""
ASK = """async ([name, pack, facts, now, clock]) => {
  const packs = await import("/static/js/door/pack.js");
  try {
    if (name === "mayBegin") packs.mayBegin(pack, facts, new Date(now), clock);
    else packs[name](pack, new Date(now), clock);
    return "";
  } catch (error) { return error.say; }
}"""
START = make.moment("2026-03-05 14:30")


def signed(body: dict[str, Any], key: ec.EllipticCurvePrivateKey | None = None) -> dict[str, str]:
    """A pack as it goes out; by another key than the office's, if one is given."""
    text = json.dumps(body, ensure_ascii=False)
    raw = text.encode()
    if key:
        r, s = decode_dss_signature(key.sign(raw, ec.ECDSA(hashes.SHA256())))
        signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    else:
        signature = signing.sign(raw)
    return {
        "body": text, "signature": base64.b64encode(signature).decode(),
        "key_id": signing.public_key()["kid"],
    }  # fmt: skip


@pytest.fixture
def pack() -> dict[str, Any]:
    """What an officer takes along on Thursday at 13:00 for a visit at 14:30."""
    taken = take_pack(
        visit=walk.departed(at=make.moment("2026-03-05 12:50")), device=DEVICE, by=make.crew()[0],
        at=make.moment("2026-03-05 13:00"),
    )  # fmt: skip
    body: dict[str, Any] = json.loads(taken.body)
    return body


@pytest.fixture
def page(open_page: Any, sign_in: Any) -> Any:
    """A page of the app, in which its modules can be asked."""
    return Phone(open_page, sign_in).open().page


class TestSignature:
    def test_is_the_offices_or_the_pack_is_not_opened(
        self, pack: dict[str, Any], page: Any
    ) -> None:
        keys = [signing.public_key()]
        good = signed(pack)
        assert page.evaluate(OPEN, [good, keys]) == pack["visit"]
        longer = good | {"body": good["body"].replace('"may_begin": true', '"may_begin": false')}
        assert longer["body"] != good["body"]
        assert page.evaluate(OPEN, [longer, keys]) == "pack_forged"
        other = signed(pack, ec.generate_private_key(ec.SECP256R1()))
        assert page.evaluate(OPEN, [other, keys]) == "pack_forged"
        assert page.evaluate(OPEN, [good | {"signature": "AAAA"}, keys]) == "pack_forged"
        assert page.evaluate(OPEN, [good, []]) == "pack_forged"
        assert page.evaluate(OPEN, [signed(pack | {"format": 2}), keys]) == "pack_format"


class TestBeginning:
    def test_is_refused_by_the_phone_with_each_reason(
        self, pack: dict[str, Any], page: Any
    ) -> None:
        here = pack["facts"] | {
            "checked_in": {"021": "2026-03-05T06:20:00Z", "034": "2026-03-05T06:21:00Z"}
        }

        def asked(
            at: Any = START, facts: dict[str, Any] = here, back: bool = False, **changed: Any
        ) -> str:
            given = ["mayBegin", pack | changed, facts, at.isoformat(), {"back": back}]
            return str(page.evaluate(ASK, given))

        assert asked() == ""
        assert asked(START - timedelta(minutes=15)) == ""
        assert asked(START - timedelta(minutes=15, seconds=1)) == "too_soon"
        assert asked(START + timedelta(minutes=59, seconds=59)) == ""
        assert asked(START + timedelta(hours=1)) == "pack_old"
        late = (START + timedelta(hours=5)).isoformat()
        assert asked(START + timedelta(hours=1), good_until=late) == "too_late"
        assert asked(back=True) == "clock_back"
        assert asked(good_until=START.isoformat()) == "pack_old"
        assert asked(facts=here | {"checked_in": {"021": "2026-03-05T06:20:00Z"}}) == "not_all_here"
        assert asked(needs=3) == "not_all_here"
        lapsed = [pack["crew"][0], pack["crew"][1] | {"ok_until": START.isoformat()}]
        assert asked(crew=lapsed) == "credential_lapsed"
        assert (
            asked(crew=[pack["crew"][0] | {"ok_from": None, "ok_until": None}, pack["crew"][1]])
            == "credential_lapsed"
        )
        young = (START + timedelta(minutes=1)).isoformat()
        assert asked(may_begin=False, may_begin_from=young) == "notice_young"
        assert asked(START + timedelta(minutes=1), may_begin=False, may_begin_from=young) == ""
        announced = here | {"state": "announced"}
        assert (
            asked(START + timedelta(minutes=1), announced, may_begin=False, may_begin_from=young)
            == "rules_refuse"
        )
        assert asked(may_begin=False, may_begin_from=None, refusal="<p>…</p>") == "rules_refuse"

    def test_check_in_waits_for_its_hour(self, pack: dict[str, Any], page: Any) -> None:
        def asked(at: Any) -> str:
            return str(
                page.evaluate(ASK, ["mayCheckIn", pack, None, at.isoformat(), {"back": False}])
            )

        assert asked(START - timedelta(hours=1)) == ""
        assert asked(START - timedelta(hours=1, seconds=1)) == "too_soon_here"


class TestIdentity:
    def test_is_told_from_digests_alone_as_the_office_tells_it(
        self, pack: dict[str, Any], page: Any
    ) -> None:
        def fits(name: str, fact: str) -> bool:
            return bool(
                page.evaluate(
                    """async ([identify, name, fact]) =>
                      (await import("/static/js/door/pack.js")).fits(identify, name, fact)""",
                    [pack["identify"], name, fact],
                )
            )

        assert fits(NAME, FACT)
        assert fits(" wang  HAIYAN ", "1988-07-15")
        assert not fits(NAME, "2428")
        assert not fits("王海", FACT)
        assert FACT not in json.dumps(pack["identify"])


class TestOrderOfQuestions:
    def test_is_the_offices_own_at_every_step(self, page: Any) -> None:
        """The same facts lead to the same question here and there."""
        ask = """async ([facts, pack]) => (await import("/static/js/door/flow.js"))
          .questionOf((await import("/static/js/door/flow.js")).withAnswers(facts, []), pack)"""
        steps: list[Visit] = [walk.talked()]
        found = steps[0]
        pack = {
            "crew": [{"badge": part.officer.badge} for part in found.crew.all()],
            "papers": [{"id": paper.pk} for paper in found.case.papers.all()],
        }
        facts = facts_of(found)
        assert page.evaluate(ask, [facts, pack]) == question_of(found) == "outcome"
        earlier = [
            ("talk", {"talk": False}),
            ("talk_open", {"talk": False, "case_state": "credential_display", "consents": {"talk": True, "recording": True, "entry": False}}),
            ("papers", {"talk": False, "case_state": "credential_display", "papers": {}, "consents": {"talk": True, "recording": True, "entry": False}}),
            ("filming", {"talk": False, "case_state": "credential_display", "consents": {"talk": True, "recording": False, "entry": True}}),
            ("entry", {"talk": False, "case_state": "credential_display", "consents": {"talk": True, "recording": False}}),
            ("recording", {"talk": False, "case_state": "credential_display", "consents": {"talk": True}}),
            ("recording", {"talk": False, "case_state": "credential_display", "identified_at": None, "consents": {}}),
            ("willing", {"talk": False, "case_state": "credential_display", "consents": {"talk": False, "recording": True}}),
            ("credentials", {"shown": {"021": "2026-03-05T06:35:00Z"}}),
            ("who", {"identified_at": None}),
            ("arrive", {"state": "noticed"}),
            ("depart", {"state": "noticed", "departed_at": None}),
            ("arrive", {"state": "announced", "departed_at": None}),
            ("attest", {"state": "finished"}),
            ("done", {"state": "cancelled"}),
            ("done", {"state": "aborted", "attested": {"021": "x", "034": "x"}}),
        ]  # fmt: skip
        for question, changed in earlier:
            assert page.evaluate(ask, [facts | changed, pack]) == question, changed
