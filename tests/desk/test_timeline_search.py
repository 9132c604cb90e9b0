"""A timeline is searched by words, though they lie sealed; what is masked is found by nobody; older events follow."""

from typing import Any
from urllib.parse import unquote

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from people.models import User
from tests import make
from workflow.steps import note

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def search(client: Client, case: Case, words: str, **more: str) -> Any:
    given = {"for": "timeline", "case": case.reference, "q": words, **more}
    return client.post(reverse("desk:find"), given, follow=True)


def remarks(answer: Any) -> list[str]:
    return [dict(one.details).get("remark", "") for one in answer.context["events"]]


@pytest.fixture
def case(clock: Any) -> Case:
    clock.set(AT)
    found: Case = make.case()
    for remark in ("住院观察", "已出院", "Call back on Friday"):
        note(found, event="contact.logged", data={"remark": remark}, by=make.clerk(), at=AT)
    return found


class TestSearch:
    def test_finds_what_lies_sealed_and_keeps_the_words_out_of_the_address(
        self, case: Case
    ) -> None:
        answer = search(client_of(make.clerk()), case, "住院")
        assert remarks(answer) == ["住院观察"]
        (address, _status), *_rest = answer.redirect_chain
        assert "住院" not in unquote(address)
        assert 'value="住院"' in answer.content.decode()

    def test_does_not_mind_capitals(self, case: Case) -> None:
        assert remarks(search(client_of(make.clerk()), case, "call BACK")) == [
            "Call back on Friday"
        ]

    def test_goes_with_the_filters(self, case: Case) -> None:
        client = client_of(make.clerk())
        assert remarks(search(client, case, "院", group="contacts")) == ["已出院", "住院观察"]
        assert remarks(search(client, case, "院", group="money")) == []

    def test_finds_nothing_that_is_masked_for_the_reader(self, case: Case) -> None:
        note(
            case,
            event="refund.asked",
            data={"to_account": "6217000000000007"},
            by=make.clerk(),
            at=AT,
        )
        assert remarks(search(client_of(make.clerk()), case, "6217000000000007")) == []

    def test_leads_on_to_older_ones(self, case: Case) -> None:
        for number in range(60):
            note(
                case,
                event="contact.logged",
                data={"remark": f"第 {number} 次"},
                by=make.clerk(),
                at=AT,
            )
        client = client_of(make.clerk())
        first = search(client, case, "次")
        assert len(first.context["events"]) == 50
        older = client.get(
            reverse("desk:timeline", args=[case.reference]),
            {"before": first.context["older"], "words": first.context["sealed_words"]},
        )
        assert len(older.context["events"]) == 10

    def test_of_a_case_of_another_team_finds_no_case(self, case: Case) -> None:
        assert search(client_of(make.outsider()), case, "住院").status_code == 404
        nowhere = {"for": "timeline", "case": "\x00", "q": "x"}
        assert client_of(make.clerk()).post(reverse("desk:find"), nowhere).status_code == 404

    def test_of_nothing_shows_all(self, case: Case) -> None:
        assert len(search(client_of(make.clerk()), case, " ").context["events"]) >= 3


def test_older_events_come_without_the_page_around_them(case: Case) -> None:
    client = client_of(make.clerk())
    address = reverse("desk:timeline", args=[case.reference])
    answer = client.get(address, {"before": case.event_count + 3}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert "住院观察" in answer.content.decode()
