"""Requests at random: query strings, tokens, call-backs, keys. No answer is a fault of ours, and none shows its inside."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from hypothesis import given
from hypothesis import strategies as st

from api.models import ApiKey, new_key
from banking.models import ProviderAccount
from people.models import Organisation
from tests import make
from tests.banking import cast as bank
from tests.fuzz.bounded import JSONS, TEXTS, bounded, drawn
from tests.notices import rigs
from tests.test_consistency import routes
from tests.world import rolled_back

INSIDE = (
    b"Traceback",
    b"psycopg",
    b"site-packages",
    b"SELECT ",
    b"DoesNotExist",
    b"/work/",
    b"SECRET_KEY",
)
NAMES = [
    "actor", "after", "against", "aim", "all", "batch", "before", "device", "find", "from", "group", "into", "key",
    "kind", "mine", "minutes", "n", "next", "officers", "on", "pack", "percent", "place", "prove", "question",
    "replaces", "rule", "season", "show", "tab", "try", "view", "week",
]  # fmt: skip
"""Every name that a view reads from an address."""


def of(name: str) -> Organisation:
    """An agency for each carrier: one has one account of a kind."""
    return Organisation.objects.create(
        slug=name.replace("_", "-"), name=name, kind=Organisation.Kind.AGENCY
    )


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, Any]]:
    with django_db_blocker.unblock(), rolled_back():
        case = make.case()
        key, digest = new_key()
        ApiKey.objects.create(name="x", user=make.clerk(), digest=digest, created_at=make.moment("2026-03-01 09:00"))  # fmt: skip
        yield {
            "case": case, "key": key, "chief": make.compliance_officer(), "clerk": make.clerk(),
            "accounts": [rig.account("http://127.0.0.1:9", of=of(rig.name)) for rig in rigs.RIGS],
            "provider": bank.provider(),
        }  # fmt: skip


def sound(answer: Any) -> None:
    """An answer of ours, whatever it says, and nothing of what is behind it."""
    assert answer.status_code < 500, answer.content[:300]
    content = b"" if answer.streaming else answer.content
    assert not [mark for mark in INSIDE if mark in content]


def pages() -> list[str]:
    found = []
    for name, _pattern in routes(get_resolver().url_patterns):
        if name.startswith(("admin:", "people:sign_out")) or name in {"healthz", "readyz"}:
            continue
        try:
            found.append(reverse(name))
        except NoReverseMatch:
            continue
    return sorted(set(found))


def asked(client: Client) -> Client:
    client.raise_request_exception = False
    return client


class TestAddresses:
    @drawn
    @given(
        address=st.sampled_from(pages()),
        query=st.dictionaries(st.sampled_from(NAMES), TEXTS | st.integers(-3, 10**20).map(str), max_size=4),
        who=st.sampled_from(["chief", "clerk"]),
    )  # fmt: skip
    @bounded
    def test_with_any_query_are_answered(self, house: dict[str, Any], address: str, query: dict[str, str], who: str) -> None:  # fmt: skip
        clean = {name: value.encode("utf-8", "replace").decode() for name, value in query.items()}
        with rolled_back():
            client = asked(Client())
            client.force_login(house[who])
            sound(client.get(address, clean))
            sound(client.get(f"{reverse('desk:case', args=[house['case'].reference])}", clean))

    @drawn
    @given(raw=st.binary(max_size=60))
    @bounded
    def test_with_bytes_that_are_no_text_are_answered(self, house: dict[str, Any], raw: bytes) -> None:  # fmt: skip
        with rolled_back():
            client = asked(Client())
            client.force_login(house["chief"])
            sound(client.get("/", QUERY_STRING="find=" + raw.decode("latin-1")))


class TestTokens:
    @drawn
    @given(
        token=TEXTS | st.uuids().map(str), pk=st.integers(0, 2**63), fields=st.dictionaries(
            st.sampled_from(["answer", "code", "badge", "act", "signature", "name"]), TEXTS, max_size=4),
    )  # fmt: skip
    @bounded
    def test_that_were_never_given_out_open_nothing(
        self, house: dict[str, Any], token: str, pk: int, fields: dict[str, str]
    ) -> None:
        clean = {name: value.encode("utf-8", "replace").decode() for name, value in fields.items()}
        client = asked(Client())
        with rolled_back():
            for name, args in [
                ("officer", [token]), ("officer_qr", [token]), ("messages", [token]), ("message", [token, pk]),
                ("message_file", [token, pk]), ("sign", [token]), ("sign_paper", [token]), ("visit", [token]),
                ("visit_unexpected", [token]), ("visit_leave", [token]), ("check", [token]),
            ]:  # fmt: skip
                try:
                    address = reverse(f"portal:{name}", args=args)
                except (NoReverseMatch, UnicodeEncodeError):
                    continue
                for answer in (client.get(address), client.post(address, clean)):
                    sound(answer)
                    assert house["case"].debtor_name not in answer.content.decode(
                        "utf-8", "replace"
                    )
            sound(client.post(reverse("portal:visit_code"), clean))


class TestCallBacks:
    @drawn
    @given(
        number=st.integers(0, 20), body=JSONS.map(lambda one: json.dumps(one).encode()) | st.binary(max_size=120),
        mime=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/xml", "multipart/form-data; boundary=x", "nonsense"]),
        right_key=st.booleans(), query=st.dictionaries(TEXTS, TEXTS, max_size=2),
    )  # fmt: skip
    @bounded
    def test_of_carriers_are_heard_or_refused(
        self, house: dict[str, Any], number: int, body: bytes, mime: str, right_key: bool, query: dict[str, str]
    ) -> None:  # fmt: skip
        import base64

        from notices.channels import wire

        account = house["accounts"][number % len(house["accounts"])]
        clean = {k.encode("utf-8", "replace").decode(): v.encode("utf-8", "replace").decode() for k, v in query.items()}  # fmt: skip
        headers = {}
        if right_key:  # what reads the body is behind the key
            clean["key"] = wire.call_back_key(account)
            word = base64.b64encode(f"{wire.USER}:{clean['key']}".encode()).decode()
            headers["Authorization"] = f"Basic {word}"
        client = asked(Client(headers=headers))
        address = reverse("carrier", args=[account.slug])
        with rolled_back():
            sound(client.post(address, body, content_type=mime, query_params=clean))
            sound(client.get(address, clean))

    @drawn
    @given(body=st.binary(max_size=120), header=TEXTS)
    @bounded
    def test_of_providers_are_heard_or_refused(self, house: dict[str, Any], body: bytes, header: str) -> None:  # fmt: skip
        said = "".join(c for c in header if c.isprintable() and c.isascii())
        with rolled_back():
            for account in ProviderAccount.objects.all()[:3]:
                client = asked(
                    Client(headers={"Stripe-Signature": said, "Wechatpay-Signature": said})
                )
                sound(client.post(reverse("provider_call", args=[account.slug]), body, content_type="application/json"))  # fmt: skip


class TestMachines:
    @drawn
    @given(body=JSONS, junk=st.binary(max_size=30), once=TEXTS)
    @bounded
    def test_with_a_key_get_json_whatever_they_send(self, house: dict[str, Any], body: Any, junk: bytes, once: str) -> None:  # fmt: skip
        word = "".join(c for c in once if c.isprintable() and c.isascii())
        client = asked(Client(headers={"Authorization": f"Bearer {house['key']}", "Idempotency-Key": word}))  # fmt: skip
        reference = house["case"].reference
        with rolled_back():
            for name in ("visits", "contacts", "payments"):
                for content in (json.dumps(body).encode(), junk):
                    answer = client.post(reverse(f"api:{name}", args=[reference]), content, content_type="application/json")  # fmt: skip
                    sound(answer)
                    json.loads(answer.content)

    @drawn
    @given(body=JSONS, clock=TEXTS, metadata=TEXTS, offset=TEXTS)
    @bounded
    def test_that_are_phones_get_json_whatever_they_send(
        self, house: dict[str, Any], body: Any, clock: str, metadata: str, offset: str
    ) -> None:
        word = {name: "".join(c for c in value if c.isprintable() and c.isascii()) for name, value in
                {"X-Device-Clock": clock, "Upload-Metadata": metadata, "Upload-Length": offset, "Upload-Offset": offset}.items()}  # fmt: skip
        client = asked(Client(headers={"Tus-Resumable": "1.0.0", **word}))
        client.force_login(make.crew()[0])
        with rolled_back():
            sound(
                client.post(
                    reverse("door:items"), json.dumps(body), content_type="application/json"
                )
            )
            sound(client.post(reverse("door:items"), json.dumps({"device": str(uuid.UUID(int=7)), "items": [json.dumps(body)]}), content_type="application/json"))  # fmt: skip
            sound(client.post(reverse("door:uploads")))
            sound(client.get(reverse("door:hello"), {"device": offset.encode("utf-8", "replace")}))
