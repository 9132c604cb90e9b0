"""A second person's word on what belongs to no one case: on the house's own timeline, by those whose it is."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction

from people.models import User
from tests import make
from timeline.models import Event
from workflow import approvals
from workflow.approvals import (
    LAPSES_AFTER,
    decide_approval,
    decided_by,
    hidden_from,
    kind_of,
    page_of,
    request_for_many,
    withdraw_for_many,
)
from workflow.guard import Guard, guarded
from workflow.models import Approval
from workflow.steps import AlreadyDone, Outsider, RightRefused, StateRefused

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def asked(by: User | None = None, **more: Any) -> Approval:
    who = by or make.clerk()
    given: dict[str, Any] = {
        "kind": "notice_run", "subject": "7", "reason": "逾期提醒", "details": {"count": 3},
        "team": make.team(), "by": who, "at": AT,
    }  # fmt: skip
    with transaction.atomic():
        return request_for_many(**given | more)


def decide(approval: Approval, by: User, *, granted: bool = True) -> None:
    decide_approval(approval=approval, granted=granted, answer="同意", by=by, at=AT)


def told(kind: str) -> list[tuple[Any, str, dict[str, Any]]]:
    found = Event.objects.filter(case=None, kind=kind).order_by("number")
    return [(event.occurred_at, event.actor, event.data) for event in found]


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What followed from each decision, in its transaction."""
    seen: list[tuple[str, str]] = []
    run = kind_of(Approval(kind="notice_run"))
    monkeypatch.setitem(
        approvals._kinds, "notice_run",
        replace(run, decided=lambda approval, by, at: seen.append((approval.state, by.username))),
    )  # fmt: skip
    return seen


class TestRequest:
    def test_is_kept_and_stands_on_the_house_s_timeline(self) -> None:
        by = make.clerk()
        found = Approval.objects.get(pk=asked(by).pk)
        assert (found.state, found.case, found.team) == ("waiting", None, make.team())
        assert (found.requested_by, found.expires_at) == (by, AT + LAPSES_AFTER)
        ((at, _actor, data),) = told("approval.requested")
        assert at == AT
        assert data == {
            "kind": "notice_run", "subject": "7", "reason": "逾期提醒", "details": {"count": 3},
        }  # fmt: skip

    def test_is_refused_to_a_role_that_may_not(self) -> None:
        with pytest.raises(RightRefused):
            asked(make.clerk(), right="approve_run")
        assert not Approval.objects.exists()
        assert told("approval.requested") == []

    def test_can_be_taken_back_once(self) -> None:
        by = make.clerk()
        approval = asked(by)
        for _time in range(2):
            with transaction.atomic():
                withdraw_for_many(approval=approval, by=by, at=AT)
        assert Approval.objects.get().state == "withdrawn"
        ((_at, _actor, data),) = told("approval.withdrawn")
        assert data == {"kind": "notice_run", "subject": "7"}

    def test_that_was_decided_is_not_taken_back(self, decided: Any) -> None:
        approval = asked()
        decide(approval, make.supervisor())
        with transaction.atomic():
            withdraw_for_many(approval=approval, by=make.clerk(), at=AT)
        assert Approval.objects.get().state == "granted"
        assert told("approval.withdrawn") == []


class TestDecision:
    @pytest.mark.parametrize("granted", [True, False])
    def test_is_kept_told_and_followed(self, granted: bool, decided: Any) -> None:
        approval, boss = asked(), make.supervisor()
        decide(approval, boss, granted=granted)
        state = "granted" if granted else "denied"
        assert (approval.state, approval.decided_by, approval.answer) == (state, boss, "同意")
        assert Approval.objects.get().decided_at == AT
        assert decided == [(state, boss.username)]
        ((_at, _actor, data),) = told(f"approval.{state}")
        assert (data["kind"], data["subject"], data["answer"]) == ("notice_run", "7", "同意")
        assert data["asked_by"] == str(approval.requested_by)

    def test_is_made_once(self, decided: Any) -> None:
        approval, stale = asked(), Approval.objects.get()
        decide(approval, make.supervisor())
        with pytest.raises(StateRefused):
            decide(stale, make.supervisor(), granted=False)
        assert Approval.objects.get().state == "granted"
        assert len(decided) == 1

    def test_counts_one_press_of_a_button_once(self, decided: Any) -> None:
        first, second = asked(), asked(subject="8")
        boss = make.supervisor()
        with guarded(Guard(key="one")):
            decide(first, boss)
        with pytest.raises(AlreadyDone), guarded(Guard(key="one")):
            decide(second, boss)
        assert [one.state for one in Approval.objects.order_by("pk")] == ["granted", "waiting"]

    def test_is_refused_to_another_team_and_to_a_role_that_may_not(self, decided: Any) -> None:
        approval = asked()
        with pytest.raises(Outsider):
            decide(
                approval,
                make.supervisor(
                    in_team=make.team(name="成都一组", city="成都"), username="outsider"
                ),
            )
        with pytest.raises(RightRefused):
            decide(approval, make.clerk(username="other"))
        assert Approval.objects.get().state == "waiting"
        assert decided == []


class TestKinds:
    def test_are_offered_to_those_who_may_decide_them(self) -> None:
        assert "notice_run" in decided_by(make.supervisor())
        assert decided_by(make.clerk()) == []

    def test_hide_their_page_from_those_who_may_not_see_it(self) -> None:
        hidden = hidden_from(make.clerk())
        assert "second_factor" in hidden
        assert "exception" not in hidden
        assert "second_factor" not in hidden_from(make.compliance_officer())

    def test_have_a_page_of_their_own_or_the_desk_s(self) -> None:
        assert page_of(Approval(pk=5, kind="exception")).endswith("/5/")
        approval = asked()
        assert page_of(approval) != page_of(Approval(pk=approval.pk, kind="exception"))
