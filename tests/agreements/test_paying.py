"""Payments: booked, set off, matched, receipted, taken back; and the ledger always ties."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agreements.actions import paying
from agreements.models import Agreement, Allocation, Payment
from agreements.policy import ledger_sums
from cases.models import Case, Mandate
from notices.models import Notice
from tests import make
from tests.agreements import cast
from visits.actions.planning import plan_visit
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
DUE = make.moment("2026-04-15 09:30")


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """How papers look is told by other tests; drawing them takes most of the time here."""
    for name in ("agreement_pdf", "receipt_pdf", "reversal_pdf"):
        monkeypatch.setattr(f"agreements.papers.{name}", lambda _subject: make.PDF)


def pay(case: Case, amount: str, **given: Any) -> Payment:
    said = {
        "method": "transfer", "received_at": DUE, "by": make.clerk(), "at": DUE, **given,
    }  # fmt: skip
    return paying.record_payment(case=cast.again(case), amount=Decimal(amount), **said)


def ties(case: Case) -> bool:
    fresh = cast.again(case)
    return ledger_sums(fresh) == {
        "fees": fresh.fees, "interest": fresh.interest, "principal": fresh.principal,
    }  # fmt: skip


class TestRecordPayment:
    def test_fills_the_oldest_instalment_and_the_ledger(self) -> None:
        agreement = cast.signed()
        payment = pay(agreement.case, "6500.00", payer="王海燕", bank_reference="B-1")
        assert payment.number == "HZ-2026-0147-P1"
        first, second = agreement.instalments.all()[:2]
        assert (first.paid, first.paid_at) == (Decimal("6500.00"), DUE)
        assert second.paid == Decimal("0.00")
        assert [(e.component, e.amount) for e in payment.entries.order_by("pk")] == [
            ("interest", Decimal("-400.00")), ("principal", Decimal("-6100.00")),
        ]  # fmt: skip
        assert ties(agreement.case)

    def test_flows_over_into_the_next(self) -> None:
        agreement = cast.signed()
        pay(agreement.case, "8000.00")
        paid = [row.paid for row in agreement.instalments.all()[:3]]
        assert paid == [Decimal("6500.00"), Decimal("1500.00"), Decimal("0.00")]
        assert Allocation.objects.count() == 2

    def test_is_taken_by_an_agency_whose_mandate_says_so(self) -> None:
        case = cast.signed().case
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        Mandate.objects.filter(pk=case.mandate_id).update(may_receive_money=True)
        payment = pay(case, "500.00", received_by="agency")
        assert payment.received_by == "agency"
        assert cast.again(case).events.get(kind="payment.received").data["received_by"] == "agency"

    def test_taken_by_an_agency_without_the_power_is_refused_with_the_article(self) -> None:
        case = cast.signed().case
        Case.objects.filter(pk=case.pk).update(packs=["cn", "story"])
        with pytest.raises(PolicyRefused) as refused:
            pay(case, "500.00", received_by="agency")
        (found,) = refused.value.findings
        assert (found.rule, found.citation.article) == ("CN-16", "arts. 919, 923")
        assert "power to receive money" in found.says["en"]
        assert not case.payments.exists()
        assert ties(case)
        told = cast.again(case).events.get(kind="policy.refused")
        assert told.data["asked"] == "payment.record"
        assert pay(case, "500.00", received_by="creditor").amount == Decimal("500.00")

    def test_is_taken_by_no_agency_where_none_works(self) -> None:
        case = cast.signed().case
        Case.objects.filter(pk=case.pk).update(agency=None, mandate=None)
        with pytest.raises(WrongInput) as wrong:
            pay(case, "500.00", received_by="agency")
        assert wrong.value.field == "received_by"

    def test_is_told_with_its_parts(self) -> None:
        case = cast.signed().case
        pay(case, "6500.00")
        told = case.events.get(kind="payment.received").data
        assert told["parts"] == {"interest": "400.00", "principal": "6100.00"}
        assert told["balance"] == "32500.00"
        assert cast.chain_holds(case)

    def test_sends_a_receipt(self) -> None:
        case = cast.signed().case
        payment = pay(case, "6500.00")
        notice = case.notices.get(kind="payment_receipt")
        assert payment.receipt is not None
        assert notice.document == payment.receipt
        assert "6,500.00" in notice.body
        assert "32,500.00" in notice.body

    def test_stops_the_reminder_of_what_is_paid(self) -> None:
        case = cast.signed().case
        cast.swept("2026-04-15 00:01")
        with translation.override("en"):
            pay(case, "6500.00")
        assert [(n.state, n.why) for n in cast.reminders(case)] == [("suppressed", "paid 09:30")]

    def test_writes_the_reminder_anew_when_a_part_is_paid(self) -> None:
        case = cast.signed().case
        cast.swept("2026-04-15 00:01")
        pay(
            case,
            "1000.00",
            received_at=make.moment("2026-04-15 08:00"),
            at=make.moment("2026-04-15 08:05"),
        )
        cast.swept("2026-04-15 08:06")
        old, new = cast.reminders(case)
        assert old.state == "suppressed"
        assert new.state == "queued"
        assert "5,500.00" in new.body

    def test_comes_before_there_is_an_agreement_too(self) -> None:
        case = make.prepared_case()
        pay(case, "300.00")
        fresh = cast.again(case)
        assert (fresh.fees, fresh.interest) == (Decimal("0.00"), Decimal("1100.00"))

    def test_keeps_the_agreement_when_all_is_paid_and_asks_for_the_closing(self) -> None:
        agreement = cast.signed()
        pay(agreement.case, "39000.00")
        assert cast.again(agreement).state == "kept"
        assert cast.again(agreement.case).balance == Decimal("0.00")
        assert Duty.objects.get(kind="case.to_close").role == "clerk"
        for text in ("2026-05-16 00:01", "2026-05-25 12:00"):
            cast.swept(text)
        assert cast.reminders(agreement.case) == []

    def test_calls_the_visit_off_when_nothing_is_owed(self) -> None:
        case = make.prepared_case()
        visit = plan_visit(
            case=case, place=case.debtor.addresses.get(), starts_at=make.moment("2026-03-12 10:00"),
            ends_at=make.moment("2026-03-12 10:45"), officers=make.crew(), purpose="商谈还款",
            intended_outcome="达成协议", by=make.clerk(), at=make.moment("2026-03-05 09:00"),
        )  # fmt: skip
        at = make.moment("2026-03-06 09:00")
        pay(case, "40000.00", received_at=at, at=at)
        assert cast.again(visit).state == "cancelled"
        assert (
            not Notice.objects.filter(case=case, state="queued")
            .exclude(kind="payment_receipt")
            .exists()
        )

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"amount": "39000.01"}, "amount"),
            ({"amount": "0.00"}, "amount"),
            ({"amount": "-5.00"}, "amount"),
            ({"amount": "1.005"}, "amount"),
            ({"amount": "NaN"}, "amount"),
            ({"method": "barter"}, "method"),
            ({"received_at": DUE + timedelta(seconds=1)}, "received_at"),
        ],
    )
    def test_refuses_what_makes_no_sense(self, given: dict[str, Any], field: str) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput) as wrong:
            pay(case, **{"amount": "1.00", **given})
        assert wrong.value.field == field
        assert not Payment.objects.exists()
        assert ties(case)

    def test_says_what_is_owed_when_too_much_came(self) -> None:
        with pytest.raises(WrongInput, match=r"39,000\.00"):
            pay(cast.signed().case, "40000.00")

    def test_books_no_bank_reference_twice(self) -> None:
        case = cast.signed().case
        pay(case, "100.00", bank_reference="B-1")
        with pytest.raises(WrongInput) as wrong:
            pay(case, "100.00", bank_reference="B-1")
        assert wrong.value.field == "bank_reference"

    def test_is_not_for_officers(self) -> None:
        case = cast.signed().case
        with pytest.raises(RightRefused):
            pay(case, "1.00", by=make.officer())

    def test_is_not_for_outsiders(self) -> None:
        case = cast.signed().case
        with pytest.raises(Outsider):
            pay(case, "1.00", by=make.outsider())


class TestReversePayment:
    def test_restores_the_parts_and_opens_the_instalment(self) -> None:
        agreement = cast.signed()
        payment = pay(agreement.case, "6500.00")
        paying.reverse_payment(
            payment=payment, why="银行退票", by=make.clerk(), at=DUE + timedelta(hours=1)
        )
        case = cast.again(agreement.case)
        assert (case.interest, case.principal) == (Decimal("400.00"), Decimal("38600.00"))
        first = agreement.instalments.get(number=1)
        assert (first.paid, first.paid_at) == (Decimal("0.00"), None)
        assert ties(case)
        assert cast.kinds(case)[-2:] == ["payment.reversed", "document.made"]
        assert cast.chain_holds(case)

    def test_lets_an_agreement_run_again_that_had_been_kept(self) -> None:
        agreement = cast.signed()
        pay(agreement.case, "32500.00")
        last = pay(agreement.case, "6500.00")
        assert cast.again(agreement).state == "kept"
        paying.reverse_payment(
            payment=last, why="银行退票", by=make.clerk(), at=DUE + timedelta(hours=1)
        )
        assert cast.again(agreement).state == "signed"
        assert Duty.objects.get(kind="case.to_close").done_at is not None

    def test_frees_the_bank_reference(self) -> None:
        case = cast.signed().case
        payment = pay(case, "100.00", bank_reference="B-1")
        paying.reverse_payment(payment=payment, why="误记", by=make.clerk(), at=DUE)
        assert pay(case, "100.00", bank_reference="B-1").number.endswith("-P2")

    def test_is_done_once_and_with_a_reason(self) -> None:
        payment = pay(cast.signed().case, "100.00")
        with pytest.raises(WrongInput):
            paying.reverse_payment(payment=payment, why=" ", by=make.clerk(), at=DUE)
        paying.reverse_payment(payment=payment, why="误记", by=make.clerk(), at=DUE)
        with pytest.raises(WrongInput):
            paying.reverse_payment(payment=payment, why="误记", by=make.clerk(), at=DUE)

    def test_is_not_for_officers_nor_outsiders(self) -> None:
        payment = pay(cast.signed().case, "100.00")
        with pytest.raises(RightRefused):
            paying.reverse_payment(payment=payment, why="x", by=make.officer(), at=DUE)
        with pytest.raises(Outsider):
            paying.reverse_payment(payment=payment, why="x", by=make.outsider(), at=DUE)


class TestLedger:
    @given(
        st.lists(
            st.one_of(
                st.tuples(st.just("pay"), st.integers(1, 1_500_000)),
                st.tuples(st.just("reverse"), st.integers(0, 20)),
            ),
            max_size=7,
        )
    )
    @settings(
        max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    def test_ties_whatever_comes_in_whatever_order(
        self, agreement_once: Agreement, moves: list[tuple[str, int]]
    ) -> None:
        case = agreement_once.case
        before = cast.again(case).balance
        made: list[Payment] = []
        for what, number in moves:
            if what == "pay":
                owed = cast.again(case).balance
                amount = min(Decimal(number) / 100, owed)
                if amount > 0:
                    made.append(pay(case, str(amount)))
            elif made:
                payment = made.pop(number % len(made))
                paying.reverse_payment(payment=payment, why="更正", by=make.clerk(), at=DUE)
            assert ties(case)
        fresh = cast.again(case)
        assert before - fresh.balance == sum((p.amount for p in made), Decimal(0))
        rows = list(agreement_once.instalments.all())
        assert sum((row.paid for row in rows), Decimal(0)) == before - fresh.balance
        for payment in made:
            paying.reverse_payment(payment=payment, why="更正", by=make.clerk(), at=DUE)
        assert cast.again(case).balance == before
        assert ties(case)
        assert cast.chain_holds(case)

    @pytest.fixture
    def agreement_once(self) -> Agreement:
        """One agreement for all the examples."""
        return cast.signed()


class TestClosedCase:
    def test_takes_no_payment_and_gives_none_back(self) -> None:
        case = make.prepared_case()
        payment = pay(case, "100.00")
        from agreements.actions.closing import request_early_closure
        from workflow.approvals import decide_approval

        approval = request_early_closure(
            case=cast.again(case), closed_as="withdrawn", reason="撤回", by=make.clerk(), at=DUE
        )
        decide_approval(
            approval=approval, granted=True, answer="同意", by=make.supervisor(), at=DUE
        )
        with pytest.raises(StateRefused):
            pay(case, "1.00")
        with pytest.raises(StateRefused):
            paying.reverse_payment(payment=payment, why="x", by=make.clerk(), at=DUE)
        assert cast.kinds(case)[-1] == "state.refused"
