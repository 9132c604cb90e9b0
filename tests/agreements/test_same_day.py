"""The same day: with the last payment, and with the closing, all contact stops but the papers that are owed."""

from decimal import Decimal

import pytest

from agreements.actions import closing
from agreements.actions.paying import record_payment
from cases.actions.writing import write_to_debtor
from cases.models import Case
from notices import relay
from notices.kinds import OWED
from outreach import actions
from tests import make, walk
from tests.agreements import cast
from tests.agreements.test_closing import wound_up
from tests.outreach import cast as runs
from visits.actions.planning import plan_visit
from workflow.steps import PolicyRefused, StateRefused

pytestmark = pytest.mark.django_db
MORNING = make.moment("2026-04-12 09:00")


def paid(case: Case, amount: str = "39000.00") -> Case:
    record_payment(
        case=cast.again(case), amount=Decimal(amount), method="transfer", received_at=MORNING,
        by=make.clerk(), at=MORNING,
    )  # fmt: skip
    return cast.again(case)


def waiting(case: Case) -> set[str]:
    """What is queued beside the papers that are owed to the debtor."""
    rows = case.notices.filter(state__in=["queued", "sending"])
    return set(rows.values_list("kind", flat=True)) - set(OWED)


class TestLastPayment:
    def test_empties_the_outbox_of_reminders_and_letters(self) -> None:
        case = cast.signed().case
        write_to_debtor(
            case=cast.again(case), channel="letter",
            text="请在方便时与我们联系，核对账目。", aim="answering",
            by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        cast.swept("2026-04-12 00:01")
        assert waiting(case) == {"letter", "reminder_before"}
        case = paid(case)
        assert waiting(case) == set()
        stopped = case.notices.filter(kind__in=["letter", "reminder_before"])
        assert {(n.state, bool(n.why)) for n in stopped} == {("suppressed", True)}
        assert {n.kind for n in case.notices.filter(state="queued")} <= set(OWED)

    def test_takes_back_what_lies_ready_for_the_portal(self) -> None:
        case = cast.signed().case
        write_to_debtor(
            case=cast.again(case), channel="portal",
            text="请在方便时与我们联系，核对账目。", aim="answering",
            by=make.clerk(), at=cast.SIGNED,
        )  # fmt: skip
        assert case.notices.filter(channel="portal", state="queued").exists()
        case = paid(case)
        assert not case.notices.filter(channel="portal").exclude(state="suppressed").exists()

    def test_lets_the_clock_prepare_nothing_any_more(self) -> None:
        case = paid(cast.signed().case)
        before = case.notices.count()
        for text in ("2026-04-15 00:01", "2026-04-16 10:00", "2026-04-23 00:01"):
            relay.send_due(cast.swept(text))
        assert case.notices.count() == before
        assert not case.duties.filter(kind="supervisor.missed").exists()

    def test_calls_the_visit_off(self) -> None:
        visit = walk.announced(case=make.prepared_case(), starts_at=make.moment("2026-04-15 10:00"))
        case = paid(visit.case, str(cast.again(visit.case).balance))
        assert cast.again(visit).state == "cancelled"
        assert "visit_notice" not in waiting(case)

    def test_takes_the_case_out_of_a_run_that_was_drafted_before(self) -> None:
        case = cast.signed().case
        run = runs.drafted(
            kind="reminder_before",
            cases=Case.objects.filter(pk=case.pk),
            at=make.moment("2026-04-11 10:00"),
        )
        case = paid(case)
        actions.send(run=run, by=run.drafted_by, at=MORNING)
        runs.worked(run, MORNING)
        assert not [n for n in case.notices.filter(about__has_key="run") if n.state != "suppressed"]


class TestClosing:
    def test_lets_nobody_write_or_plan_a_visit(self) -> None:
        case = paid(cast.signed().case)
        wound_up(case)
        at = make.moment("2026-04-16 11:00")
        closing.close_case(case=cast.again(case), by=make.clerk(), at=at)
        case = cast.again(case)
        assert waiting(case) == set()
        with pytest.raises((StateRefused, PolicyRefused)):
            write_to_debtor(case=case, channel="letter", text="请来电", by=make.clerk(), at=at)
        with pytest.raises((StateRefused, PolicyRefused)):
            plan_visit(
                case=case, place=case.debtor.addresses.get(), purpose="商谈还款",
                starts_at=make.moment("2026-04-25 10:00"), ends_at=make.moment("2026-04-25 10:45"),
                officers=make.crew(), intended_outcome="达成协议", by=make.clerk(), at=at,
            )  # fmt: skip
