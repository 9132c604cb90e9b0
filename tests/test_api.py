"""Machine clients: the same actions, the same rules, the same answers."""

import json
from typing import Any

import pytest
from django.test import Client

from api.models import ApiKey, new_key
from cases.models import Case, ContactAttempt
from tests import make, walk
from visits.models import Visit
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db


def key_of(user: Any) -> str:
    key, digest = new_key()
    ApiKey.objects.create(user=user, name="t", digest=digest, created_at=walk.NOTICED_AT)
    return key


def send(path: str, body: Any = None, key: str = "", **headers: str) -> Any:
    client = Client()
    if key:
        headers["Authorization"] = f"Bearer {key}"
    if body is None:
        return client.get(path, headers=headers)
    text = body if isinstance(body, str) else json.dumps(body)
    return client.post(path, text, content_type="application/json", headers=headers)


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set("2026-03-02T09:30", zone="Asia/Shanghai")
    make.crew()
    return make.prepared_case()


def slot(case: Case, starts: str) -> dict[str, Any]:
    return {
        "place": case.debtor.addresses.get().pk, "starts_at": starts, "ends_at": starts[:-5] + "21:15",
        "officers": ["021", "034"], "purpose": "商谈", "intended_outcome": "分期",
    }  # fmt: skip


class TestApi:
    def test_lets_nobody_in_without_a_key_or_with_a_wrong_or_revoked_one(self, case: Case) -> None:
        path = f"/api/cases/{case.reference}/"
        assert send(path).status_code == 401
        assert send(path, key="x" * 43).status_code == 401
        key = key_of(make.clerk())
        ApiKey.objects.update(revoked_at=walk.NOTICED_AT)
        assert send(path, key=key).status_code == 401

    def test_tells_a_stranger_that_there_is_no_such_case(self, case: Case) -> None:
        foreign = send(f"/api/cases/{case.reference}/", key=key_of(make.outsider()))
        missing = send("/api/cases/HZ-0/", key=key_of(make.clerk()))
        assert foreign.status_code == missing.status_code == 404
        assert foreign.content == missing.content

    def test_tells_the_balance_as_text(self, case: Case) -> None:
        answer = send(f"/api/cases/{case.reference}/", key=key_of(make.clerk())).json()
        assert (answer["balance"], answer["step"]) == ("40000.00", "preparation")

    def test_refuses_half_past_eight_as_the_action_does(self, case: Case) -> None:
        body = slot(case, "2026-03-05T20:30")
        answer = send(f"/api/cases/{case.reference}/visits/", body, key_of(make.clerk()))
        with pytest.raises(PolicyRefused) as caught:
            walk.planned(case=case, starts_at=make.moment("2026-03-05 20:30"), minutes=45)
        assert answer.status_code == 409
        told = answer.json()
        assert [f["rule"] for f in told["findings"]] == [f.rule for f in caught.value.findings]
        assert told["earliest"] == caught.value.earliest.isoformat() == "2026-03-06T00:00:00+00:00"
        assert not Visit.objects.exists()

    def test_does_the_same_request_once(self, case: Case) -> None:
        key, body = key_of(make.clerk()), {"channel": "phone", "result": "no_answer"}
        path = f"/api/cases/{case.reference}/contacts/"
        before = ContactAttempt.objects.count()
        first = send(path, body, key, **{"Idempotency-Key": "k1"})
        again = send(path, body, key, **{"Idempotency-Key": "k1"})
        assert (first.status_code, again.status_code) == (201, 200)
        assert ContactAttempt.objects.count() == before + 1

    @pytest.mark.parametrize(
        "body",
        ["", "[]", "{", '{"channel": 7}', '{"channel": "pigeon", "result": "reached"}', "\x00",
         '{"channel": "phone", "result": "reached", "happened_at": "yesterday"}',
         '{"channel": "phone", "result": "reached", "happened_at": "2026-02-30T10:00"}'],
    )  # fmt: skip
    def test_says_what_to_mend(self, case: Case, body: str) -> None:
        answer = send(f"/api/cases/{case.reference}/contacts/", body or " ", key_of(make.clerk()))
        assert answer.status_code == 422
        assert answer.json()["message"]

    def test_refuses_what_the_role_may_not_do(self, case: Case) -> None:
        body = {"amount": "10.00", "method": "transfer", "received_at": "2026-03-01T10:00"}
        answer = send(f"/api/cases/{case.reference}/payments/", body, key_of(make.officer()))
        assert answer.status_code == 403
