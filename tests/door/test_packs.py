"""What a phone takes along: for the crew alone, signed, and with nothing of the debt before its time."""

import base64
import hashlib
import json
import re
import unicodedata
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from django.test import Client
from django.urls import reverse

from cases.actions.holding import hold_case
from door.models import Device, Pack
from door.screens import BEFORE_IDENTIFIED
from tests import make, walk
from tests.door.cast import Phone
from tests.visits.test_door import DEBT
from timeline.models import Event
from visits.actions import departing
from visits.actions.checking import want_to_be_left
from visits.answering import QUESTIONS, ways

pytestmark = pytest.mark.django_db

MORNING = "2026-03-05T09:00"


@pytest.fixture
def morning(clock: Any) -> Any:
    clock.set(MORNING, zone="Asia/Shanghai")
    return clock


class TestTakePack:
    def test_is_signed_so_that_the_public_key_proves_it(self, morning: Any) -> None:
        visit, phone = walk.noticed(), Phone(morning)
        answer = phone.post("pack", visit.reference, body={"device": str(phone.device)}).json()
        jwk = phone.get("key").json()
        x, y = (
            int.from_bytes(base64.urlsafe_b64decode(jwk[name] + "=="), "big") for name in ("x", "y")
        )
        raw = base64.b64decode(answer["signature"])
        assert (len(raw), answer["key_id"]) == (64, jwk["kid"])
        signature = encode_dss_signature(
            int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
        )
        key = ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()
        key.verify(signature, answer["body"].encode(), ec.ECDSA(hashes.SHA256()))

    def test_leaves_a_row_and_an_event(self, morning: Any) -> None:
        visit, phone = walk.noticed(), Phone(morning)
        body = phone.take(visit)
        row = Pack.objects.get()
        assert (str(row.uuid), row.taken_by, row.visit) == (body["pack"], phone.who, visit)
        assert row.good_until == datetime.fromisoformat(body["good_until"])
        event = Event.objects.get(kind="visit.pack_taken")
        assert event.data["pack"] == body["pack"]
        assert Device.objects.get().uuid == phone.device

    def test_is_good_until_the_visit_ends_at_the_latest(self, morning: Any) -> None:
        body = Phone(morning).take(walk.noticed())
        assert datetime.fromisoformat(body["good_until"]) == make.moment("2026-03-05 15:30")

    def test_is_good_for_twenty_four_hours_where_no_pack_says_otherwise(self, clock: Any) -> None:
        visit = walk.noticed()
        clock.set("2026-03-04T10:00", zone="Asia/Shanghai")
        body = Phone(clock).take(visit)
        issued, until = (datetime.fromisoformat(body[name]) for name in ("issued_at", "good_until"))
        assert until - issued == timedelta(hours=24)

    def test_tells_by_the_rules_that_the_visit_may_begin(self, morning: Any) -> None:
        body = Phone(morning).take(walk.noticed())
        assert (body["may_begin"], body["refusal"], body["needs"]) == (True, None, 2)
        assert body["window"]["ring_from"] == make.moment("2026-03-05 14:15").isoformat()

    def test_tells_with_the_rule_why_it_may_not(self, morning: Any) -> None:
        visit = walk.noticed()
        hold_case(
            case=visit.case, reason="hardship", scope="all", starts_on=date(2026, 3, 4),
            review_on=date(2026, 3, 10), until=date(2026, 3, 20), remark="停工",
            by=make.clerk(), at=make.moment("2026-03-04 10:00"),
        )  # fmt: skip
        body = Phone(morning).take(visit)
        assert body["may_begin"] is False
        assert "ST-" in body["refusal"]

    def test_waits_for_the_notice_to_arrive(self, morning: Any) -> None:
        body = Phone(morning).take(walk.announced())
        assert body["may_begin"] is False
        assert body["refusal"]

    def test_is_refused_to_an_officer_who_was_not_named(self, morning: Any) -> None:
        visit = walk.noticed()
        other = make.user(username="o9", role="officer", in_team=make.team(), badge="055")
        answer = Phone(morning, other).post(
            "pack", visit.reference, body={"device": str(make_uuid())}
        )
        assert answer.status_code == 403

    def test_is_not_there_for_an_outsider(self, morning: Any) -> None:
        visit = walk.noticed()
        other = make.user(
            username="o8", role="officer", in_team=make.team(name="成都一组"), badge="088"
        )
        answer = Phone(morning, other).post(
            "pack", visit.reference, body={"device": str(make_uuid())}
        )
        assert answer.status_code == 404

    def test_asks_whoever_is_not_signed_in_to_sign_in(self, morning: Any) -> None:
        visit = walk.noticed()
        answer = Client().post(reverse("door:pack", args=[visit.reference]))
        assert (answer.status_code, answer["Cache-Control"]) == (401, "no-store")


class TestStill:
    def test_says_nothing_while_the_visit_is_under_way(self, clock: Any) -> None:
        visit = walk.asked()
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        assert set(Phone(clock).get("still", visit.reference).json()) == {"server_clock"}

    def test_says_to_leave_once_the_debtor_asked_for_it(self, clock: Any) -> None:
        visit = walk.asked()
        want_to_be_left(row=visit.tokens.get(), at=make.moment("2026-03-05 14:34"))
        clock.set("2026-03-05T14:35", zone="Asia/Shanghai")
        said = Phone(clock).get("still", visit.reference).json()
        assert (said["facts"]["state"], said["facts"]["outcome"]) == ("finished", "asked_to_leave")
        assert "asked to leave" in said["html"]
        assert "href" not in said["html"]

    def test_is_not_there_for_an_outsider(self, clock: Any) -> None:
        visit = walk.asked()
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        other = make.user(
            username="o8", role="officer", in_team=make.team(name="成都一组"), badge="088"
        )
        assert Phone(clock, other).get("still", visit.reference).status_code == 404


def make_uuid() -> str:
    return "6f2c1a52-8a52-4f3c-9a44-0f3f3a1c9b11"


class TestBody:
    def test_compares_names_and_facts_without_telling_them(self, morning: Any) -> None:
        body = Phone(morning).take(walk.noticed())
        identify = body["identify"]
        salt = bytes.fromhex(identify["salt"])

        def stretched(said: str) -> str:
            return hashlib.pbkdf2_hmac("sha256", said.encode(), salt, identify["rounds"], 32).hex()

        assert stretched("王海燕") in identify["names"]
        assert stretched("2427") in identify["facts"]
        assert stretched("2428") not in identify["facts"]

    def test_holds_every_screen_of_the_door(self, morning: Any) -> None:
        visit = walk.noticed()
        screens = Phone(morning).take(visit)["screens"]
        badges = [officer.badge for officer in make.crew()]
        papers = list(visit.case.papers.values_list("pk", flat=True))
        expected = {name for name in QUESTIONS if name not in {"credentials", "papers"}}
        expected |= {f"credentials:{badge}" for badge in badges} | {f"papers:{pk}" for pk in papers}
        expected |= {f"{kind}:{name}" for name in ways() for kind in ("way_out", "left")}
        assert set(screens) == expected | {"evidence", "third-party"}
        for name, html in screens.items():
            assert html.strip().startswith(f'<section data-screen="{name}">')
            assert "<html" not in html
            assert html.count("door-question") == 1

    @pytest.mark.parametrize("name", BEFORE_IDENTIFIED)
    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_says_nothing_of_the_debt_before_the_debtor_is_identified(
        self, morning: Any, name: str, language: str
    ) -> None:
        screens = Phone(morning, language=language).take(walk.noticed())["screens"]
        text = unicodedata.normalize("NFKC", re.sub(r"<[^>]+>", " ", screens[name]))
        assert not DEBT.search(text)

    def test_tells_nobody_who_else_opened_whose_visit_it_is(self, morning: Any) -> None:
        screens = Phone(morning).take(walk.noticed())["screens"]
        assert "王海燕" not in screens["third-party"]
        assert "西湖银行" not in screens["third-party"]

    def test_shows_the_qr_code_without_a_signal(self, morning: Any) -> None:
        screens = Phone(morning).take(walk.noticed())["screens"]
        assert "data-officer-qr" in screens["credentials:021"]
        assert "<svg" in screens["credentials:021"]

    def test_holds_what_is_read_before_the_door(self, morning: Any) -> None:
        pages = Phone(morning).take(walk.noticed())["pack_pages"]
        assert set(pages) == {"minimum", "notice", "guide", "credentials"}
        assert "40,000.00" in pages["minimum"]
        assert "021" in pages["credentials"]
        assert "Ask how it came about" in pages["guide"]

    def test_hides_the_numbers_that_may_be_corrected(self, morning: Any) -> None:
        body = Phone(morning).take(walk.noticed())
        numbers = [point["masked"] for point in body["contacts"]]
        assert numbers
        assert all("*" in number for number in numbers)

    def test_changes_its_stamp_with_the_case_but_not_with_a_pack(self, morning: Any) -> None:
        visit, phone = walk.noticed(), Phone(morning)
        first = phone.take(visit)["stamp"]
        listed = phone.get("visits").json()["visits"]
        assert [one["stamp"] for one in listed] == [first]
        assert phone.take(visit)["stamp"] == first
        departing.depart(
            visit=visit, people=2, props=False, by=phone.who, at=make.moment("2026-03-05 09:00")
        )
        assert phone.get("visits").json()["visits"][0]["stamp"] != first


class TestHello:
    def test_gives_the_same_key_to_the_same_person_on_the_same_phone_alone(
        self, morning: Any
    ) -> None:
        first, second = make.crew()
        phone, other = Phone(morning, first), Phone(morning, second)
        key = phone.get("hello", device=str(phone.device)).json()["key"]
        assert len(base64.b64decode(key)) == 32
        assert phone.get("hello", device=str(phone.device)).json()["key"] == key
        assert other.get("hello", device=str(phone.device)).json()["key"] != key
        assert phone.get("hello", device=str(other.device)).json()["key"] != key

    def test_says_who_it_is_and_what_time_it_is(self, morning: Any) -> None:
        phone = Phone(morning)
        told = phone.get("hello", device=str(phone.device)).json()
        assert told["user"] == {"name": "李伟", "badge": "021", "username": phone.who.username}
        assert told["server_clock"].startswith("2026-03-05T01:00")
        assert told["csrf"]

    def test_writes_nothing(self, morning: Any) -> None:
        phone = Phone(morning)
        phone.get("hello", device=str(phone.device))
        assert not Device.objects.exists()

    def test_asks_a_stranger_to_sign_in(self) -> None:
        answer = Client().get(reverse("door:hello"))
        assert answer.status_code == 401
        assert json.loads(answer.content)["error"]

    def test_is_refused_to_those_who_go_to_no_door(self, morning: Any) -> None:
        phone = Phone(morning, make.clerk())
        assert phone.get("hello", device=str(phone.device)).status_code == 403


class TestVisits:
    def test_lists_an_officer_s_own(self, morning: Any) -> None:
        visit = walk.noticed()
        listed = Phone(morning).get("visits").json()["visits"]
        assert [(one["reference"], one["mine"]) for one in listed] == [(visit.reference, True)]

    def test_lists_the_team_s_for_a_supervisor_as_not_their_own(self, morning: Any) -> None:
        walk.noticed()
        listed = Phone(morning, make.supervisor()).get("visits").json()["visits"]
        assert [one["mine"] for one in listed] == [False]
