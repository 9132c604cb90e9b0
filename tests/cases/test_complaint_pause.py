"""A complaint rests the case until compliance has decided; no day ends that pause (CN-69)."""

from datetime import date

import pytest

from cases.actions.holding import end_due_holds, hold_case, release_hold
from cases.facts import facts_for
from cases.models import Case, Hold
from people.models import User
from tests import make, walk
from workflow.steps import PolicyRefused, RightRefused

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")
LATER = make.moment("2026-04-20 10:00")


@pytest.fixture
def hold() -> Hold:
    case = make.prepared_case()
    return hold_case(
        case=case, reason="complaint", scope="all", starts_on=date(2026, 3, 2),
        review_on=date(2026, 3, 9), until=date(2026, 3, 23), remark="投诉来电频繁",
        by=make.clerk(), at=AT,
    )  # fmt: skip


class TestComplaintPause:
    def test_does_not_run_out(self, hold: Hold) -> None:
        assert end_due_holds(at=LATER, by=User.objects.system()) == 0
        case = Case.objects.get(pk=hold.case_id)
        assert [one.until for one in facts_for(case, at=LATER).holds or ()] == [None]
        with pytest.raises(PolicyRefused) as refused:
            walk.planned(case=case, starts_at=make.moment("2026-04-28 10:00"), at=LATER)
        assert "ST-13" in {found.rule for found in refused.value.findings}
        assert refused.value.earliest is None

    def test_is_ended_by_compliance_and_by_nobody_else(self, hold: Hold) -> None:
        for who in (make.clerk(), make.supervisor()):
            with pytest.raises(RightRefused):
                release_hold(hold=Hold.objects.get(pk=hold.pk), why="已答复", by=who, at=LATER)
        release_hold(
            hold=Hold.objects.get(pk=hold.pk), why="投诉成立，已道歉并书面答复",
            by=make.compliance_officer(), at=LATER,
        )  # fmt: skip
        assert Case.objects.get(pk=hold.case_id).held_until is None

    def test_leaves_holds_for_other_reasons_to_their_days(self) -> None:
        case = make.prepared_case()
        hold_case(
            case=case, reason="hardship", scope="all", starts_on=date(2026, 3, 2),
            review_on=date(2026, 3, 9), until=date(2026, 3, 23), remark="", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert end_due_holds(at=LATER, by=User.objects.system()) == 1
