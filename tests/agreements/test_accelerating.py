"""The whole sum at once: by clause, of a broken plan, by two people; and taken back."""

from datetime import date
from decimal import Decimal

import pytest

from agreements.actions import accelerating
from agreements.actions.paying import record_payment
from agreements.models import Agreement
from cases.actions.holding import hold_case
from tests import make
from tests.agreements import cast
from tests.agreements.test_signing import text_of
from visits.models import Visit
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval, Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
BROKEN = make.moment("2026-04-23 09:00")
DUE = date(2026, 5, 8)  # fifteen days on


@pytest.fixture
def broken() -> Agreement:
    """S2, of which the first instalment is missing beyond the seven days of grace."""
    agreement = cast.signed()
    for day in ("2026-04-16 00:00", "2026-04-22 10:00", "2026-04-23 00:00"):
        cast.swept(day)
    found: Agreement = cast.again(agreement)
    assert found.state == "broken"
    return found


def asked(agreement: Agreement, due_on: date = DUE) -> Approval:
    return accelerating.request_acceleration(
        agreement=agreement, due_on=due_on, reason="逾期未付，多次联系未果",
        by=make.supervisor(), at=BROKEN,
    )  # fmt: skip


def granted(agreement: Agreement) -> Agreement:
    decide_approval(
        approval=asked(agreement),
        granted=True,
        answer="同意",
        by=make.compliance_officer(),
        at=BROKEN,
    )
    found: Agreement = cast.again(agreement)
    return found


class TestAccelerate:
    def test_asks_for_the_whole_sum_in_writing(self, broken: Agreement) -> None:
        row = granted(broken).accelerations.get()
        assert (row.amount, row.due_on) == (Decimal("39000.00"), DUE)
        assert row.document is not None
        assert "39,000.00" in text_of(row.document)
        notice = broken.case.notices.get(kind="letter", document=row.document)
        assert "39,000.00" in notice.body
        event = broken.case.events.get(kind="agreement.accelerated")
        assert event.data["decision"]["action"] == "agreement.accelerate"
        assert cast.chain_holds(broken.case)

    def test_goes_as_what_it_is_a_message_that_collects(self, broken: Agreement) -> None:
        row = granted(broken).accelerations.get()
        assert broken.case.notices.get(document=row.document).about["aim"] == "collecting"

    def test_is_refused_while_nobody_may_write_to_collect(self, broken: Agreement) -> None:
        hold_case(
            case=broken.case, reason="hardship", scope="all", starts_on=date(2026, 4, 23),
            review_on=date(2026, 5, 10), until=date(2026, 5, 20), remark="住院",
            by=make.supervisor(), at=BROKEN,
        )  # fmt: skip
        with pytest.raises(PolicyRefused) as refused:
            asked(broken)
        assert refused.value.findings[0].rule == "ST-13"
        assert not broken.case.notices.filter(kind="letter").exists()

    def test_counts_the_days_to_pay_from_when_it_may_go(self, broken: Agreement) -> None:
        late = make.moment(
            "2026-04-24 23:00"
        )  # fourteen days before, thirteen from the next morning
        with pytest.raises(PolicyRefused) as refused:
            accelerating.request_acceleration(
                agreement=broken, due_on=DUE, reason="逾期未付", by=make.supervisor(), at=late
            )
        assert "14" in refused.value.findings[0].says["en"]

    def test_leaves_the_instalments_as_they_were_signed(self, broken: Agreement) -> None:
        before = list(broken.instalments.values_list("due_on", "amount"))
        granted(broken)
        assert list(broken.instalments.values_list("due_on", "amount")) == before

    def test_lets_no_instalment_be_reminded_of(self, broken: Agreement) -> None:
        granted(broken)
        before = len(cast.reminders(broken.case))
        cast.swept("2026-05-12 10:00")
        assert len(cast.reminders(broken.case)) == before

    def test_is_refused_while_the_plan_is_kept(self) -> None:
        agreement = cast.signed()
        with pytest.raises(PolicyRefused) as refused:
            asked(agreement)
        assert refused.value.findings[0].rule == "ST-36"
        assert cast.kinds(agreement.case)[-1] == "policy.refused"

    def test_is_refused_with_too_few_days_to_pay(self, broken: Agreement) -> None:
        with pytest.raises(PolicyRefused) as refused:
            asked(broken, date(2026, 5, 7))
        assert "14" in refused.value.findings[0].says["en"]

    def test_is_refused_without_the_clause(self, broken: Agreement) -> None:
        broken.terms["clauses"] = [c for c in broken.clauses if c["key"] != "missed"]
        broken.save(update_fields=["terms"])
        with pytest.raises(PolicyRefused) as refused:
            asked(broken)
        assert "no clause" in refused.value.findings[0].says["en"]

    def test_is_refused_when_it_was_paid_up_before_the_decision(self, broken: Agreement) -> None:
        approval = asked(broken)
        record_payment(
            case=cast.again(broken.case), amount=Decimal("6500.00"), method="transfer",
            received_at=BROKEN, by=make.clerk(), at=BROKEN,
        )  # fmt: skip
        with pytest.raises(PolicyRefused):
            decide_approval(
                approval=approval,
                granted=True,
                answer="同意",
                by=make.compliance_officer(),
                at=BROKEN,
            )
        assert not broken.accelerations.exists()

    def test_needs_a_second_person_a_reason_and_the_right(self, broken: Agreement) -> None:
        given = {"agreement": broken, "due_on": DUE, "at": BROKEN}
        with pytest.raises(RightRefused):
            accelerating.request_acceleration(**given, reason="x", by=make.clerk())
        with pytest.raises(WrongInput):
            accelerating.request_acceleration(**given, reason=" ", by=make.supervisor())
        approval = asked(broken)
        with pytest.raises(SecondPersonNeeded):
            decide_approval(
                approval=approval, granted=True, answer="", by=make.supervisor(), at=BROKEN
            )

    def test_stands_once_at_a_time(self, broken: Agreement) -> None:
        granted(broken)
        with pytest.raises(StateRefused):
            asked(broken)


class TestWithdrawAcceleration:
    def test_lets_the_instalments_count_again_and_tells_the_debtor(self, broken: Agreement) -> None:
        agreement = granted(broken)
        accelerating.withdraw_acceleration(
            agreement=agreement, why="欠付已补足", by=make.supervisor(), at=BROKEN
        )
        assert agreement.accelerations.get().withdrawn_at == BROKEN
        assert agreement.instalments.filter(attend_at=BROKEN).count() == 6
        assert cast.kinds(broken.case).count("agreement.acceleration_withdrawn") == 1
        assert broken.case.notices.filter(kind="letter").count() == 2

    def test_is_refused_where_none_stands_or_to_an_outsider(self, broken: Agreement) -> None:
        with pytest.raises(StateRefused):
            accelerating.withdraw_acceleration(
                agreement=broken, why="x", by=make.supervisor(), at=BROKEN
            )
        with pytest.raises((RightRefused, Outsider)):
            accelerating.withdraw_acceleration(
                agreement=broken, why="x", by=make.outsider(), at=BROKEN
            )


class TestUnpaidWholeSum:
    def test_is_passed_on_to_the_supervisor_once_after_its_day(self, broken: Agreement) -> None:
        granted(broken)
        cast.swept("2026-05-08 23:59")
        assert not Duty.objects.filter(kind="supervisor.unpaid").exists()
        cast.swept("2026-05-09 00:01")
        cast.swept("2026-05-10 10:00")
        duty = Duty.objects.get(kind="supervisor.unpaid")
        assert (duty.role, "39,000.00" in duty.says["en"]) == ("supervisor", True)
        assert cast.kinds(broken.case).count("acceleration.unpaid") == 1
        assert not Visit.objects.filter(case=broken.case).exists()

    def test_is_nobodys_task_any_more_when_it_was_withdrawn(self, broken: Agreement) -> None:
        agreement = granted(broken)
        cast.swept("2026-05-09 00:01")
        accelerating.withdraw_acceleration(
            agreement=agreement, why="重新协商", by=make.supervisor(),
            at=make.moment("2026-05-09 09:00"),
        )  # fmt: skip
        assert Duty.objects.get(kind="supervisor.unpaid").done_at is not None


class TestBrokenPlan:
    def test_is_found_after_an_outage_and_asks_the_supervisor_once(self) -> None:
        agreement = cast.signed()
        cast.swept("2026-04-23 00:01")  # nothing ran since the first due day
        assert cast.again(agreement).state == "broken"
        duty = Duty.objects.get(case=agreement.case, kind="supervisor.missed")
        assert duty.role == "supervisor"

    def test_asks_again_where_the_first_task_was_ticked_off(self) -> None:
        agreement = cast.signed()
        cast.swept("2026-04-22 10:00")
        Duty.objects.filter(kind="supervisor.missed").update(
            done_at=make.moment("2026-04-22 11:00")
        )
        cast.swept("2026-04-23 00:00")
        duty = Duty.objects.get(case=agreement.case, kind="supervisor.missed", done_at=None)
        assert "is broken" in duty.says["en"]

    def test_is_mended_by_the_payment_that_was_missing(self, broken: Agreement) -> None:
        record_payment(
            case=cast.again(broken.case), amount=Decimal("6500.00"), method="transfer",
            received_at=BROKEN, by=make.clerk(), at=BROKEN,
        )  # fmt: skip
        first = broken.instalments.get(number=1)
        assert (cast.again(broken).state, first.days_late) == ("signed", 8)
        assert not Duty.objects.filter(kind="supervisor.missed", done_at=None).exists()

    def test_makes_a_task_for_the_supervisor_and_no_visit(self, broken: Agreement) -> None:
        duty = Duty.objects.get(case=broken.case, kind="supervisor.missed")
        assert duty.role == "supervisor"
        assert not Visit.objects.filter(case=broken.case).exists()
        assert not broken.case.notices.filter(kind__startswith="visit").exists()
        assert not broken.accelerations.exists()  # never by itself
