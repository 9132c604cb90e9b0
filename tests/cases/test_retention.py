"""A closed case says until when its records are kept, on its page and in its report."""

from datetime import date
from typing import Any

import pytest

from agreements.actions import closing
from cases.actions import holding
from cases.models import Case
from cases.retention import kept_of
from tests import make
from tests.agreements import cast
from tests.world import signed_in
from workflow.approvals import decide_approval

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-05 16:00")
CLOSED = date(2026, 3, 5)


def closed(closed_as: str = "withdrawn") -> Case:
    """A bank's case that was closed early; its limitation ends on 10 November 2028."""
    case = make.case(of_creditor=make.creditor(packs=("cn",)))
    asked = closing.request_early_closure(
        case=case, closed_as=closed_as, reason="债权人来函", by=make.clerk(), at=AT
    )
    decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=AT)
    return cast.again(case)


def deleted(case: Case) -> dict[str, date | None]:
    return {one.record: one.delete_on for one in kept_of(case, closed_on=CLOSED)}


class TestKeptOf:
    def test_reckons_from_the_closing_with_the_kind_of_creditor(self) -> None:
        found = {one.record: one for one in kept_of(closed(), closed_on=CLOSED)}
        assert found["visit_log"].keep_until == date(2028, 3, 5)
        assert found["visit_log"].delete_on == date(2031, 3, 6)
        assert found["vulnerability_note"].delete_on == CLOSED
        assert found["agreement_recording"].delete_on is None
        assert "impact_assessment" not in found

    def test_keeps_all_of_a_case_that_went_to_court(self) -> None:
        assert set(deleted(closed("court")).values()) == {None}

    def test_keeps_all_while_a_complaint_is_open(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        holding.hold_case(
            case=case, reason="complaint", scope="all", starts_on=CLOSED, review_on=CLOSED,
            until=date(2026, 3, 20), remark="投诉", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert set(deleted(cast.again(case)).values()) == {None}

    def test_says_nothing_when_a_pack_cannot_be_read(self) -> None:
        case = closed()
        case.packs = ["no-such-pack"]
        assert kept_of(case, closed_on=CLOSED) == []


class TestPage:
    def test_of_a_closed_case_shows_the_days_and_the_rules(self, clock: Any) -> None:
        clock.set(AT)
        page = signed_in(make.supervisor()).get(closed().get_absolute_url()).content.decode()
        assert "How long the records are kept" in page
        assert "Thu 6 Mar 2031" in page
        assert "CN-63" in page

    def test_of_an_open_case_does_not(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        page = signed_in(make.supervisor()).get(case.get_absolute_url()).content.decode()
        assert "How long the records are kept" not in page
