"""A part of a payment went back: the payment is reversed and the rest booked again, in one change."""

from decimal import Decimal
from typing import Any

import pytest

from agreements.actions.giving_back import give_back_part
from agreements.models import Payment
from agreements.papers import receipts
from cases.models import Case
from notices.models import Notice
from tests import make
from tests.agreements import cast
from tests.agreements.test_moving import paid, ties
from tests.agreements.test_sealed_paper import text_of
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]
AT = cast.PAID.replace(hour=6)


@pytest.fixture
def case() -> Case:
    return cast.signed().case


def back(payment: Payment, amount: str = "1500.00", **given: Any) -> Payment:
    said: dict[str, Any] = {"why": "部分退款", "by": make.clerk(), "at": AT, **given}
    return give_back_part(payment=cast.again(payment), back=Decimal(amount), **said)


class TestGiveBackPart:
    def test_reverses_the_payment_and_books_the_rest_from_its_own_day(self, case: Case) -> None:
        payment = paid(case)
        rest = back(payment)
        payment.refresh_from_db()
        assert (payment.reversed_at, payment.amount) == (AT, Decimal("6500.00"))
        assert (rest.amount, rest.number) == (Decimal("5000.00"), f"{case.reference}-P2")
        assert (rest.received_at, rest.payer, rest.bank_reference) == (
            payment.received_at, "王海燕", "B1",
        )  # fmt: skip
        assert cast.again(case).balance == Decimal("34000.00")
        assert ties(case)
        first = case.agreements.get().instalments.get(number=1)
        assert (first.paid, first.missing) == (Decimal("5000.00"), Decimal("1500.00"))

    def test_tells_both_on_the_timeline(self, case: Case) -> None:
        payment = paid(case)
        rest = back(payment)
        out = case.events.get(kind="payment.reversed").data
        again = case.events.filter(kind="payment.received").last().data
        assert (out["number"], out["went_back"], out["why"]) == (
            payment.number, "1500.00", "部分退款",
        )  # fmt: skip
        assert (again["number"], again["rest_of"]) == (rest.number, payment.number)
        assert cast.chain_holds(case)

    def test_writes_to_the_debtor_that_one_receipt_is_void_and_another_stands(
        self, case: Case
    ) -> None:
        rest = back(paid(case))
        assert Duty.objects.filter(kind="paper.hand_over", says__zh__contains="P1-R").exists() or (
            any("-P1-R" in one.filename for one in case.documents.all())
        )
        assert Notice.objects.filter(case=case, document=rest.receipt).exists()

    def test_says_on_the_note_what_went_back_what_stays_and_what_is_owed_after_both(
        self, case: Case, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("agreements.papers.reversal_pdf", receipts.reversal_pdf)
        payment = paid(case)
        back(payment)
        note = Payment.objects.get(pk=payment.pk).reversal_note
        assert note is not None
        said = text_of(note.file.read())
        for words in ("1,500.00", "5,000.00", "34,000.00", "退回金额", "仍计为还款"):
            assert words in said
        assert "39,000.00" not in said

    def test_lets_a_plan_that_was_kept_run_again(self, case: Case) -> None:
        payment = paid(case, "39000.00")
        assert case.agreements.get().state == "kept"
        back(payment, "100.00")
        assert case.agreements.get().state == "signed"
        assert cast.again(case).balance == Decimal("100.00")
        assert not Duty.objects.filter(kind="case.to_close", done_at=None).exists()

    def test_goes_twice(self, case: Case) -> None:
        rest = back(back(paid(case)), "2000.00")
        assert rest.amount == Decimal("3000.00")
        assert cast.again(case).balance == Decimal("36000.00")
        assert ties(case)

    @pytest.mark.parametrize("amount", ["0.00", "-1.00", "6500.00", "6500.01", "0.001"])
    def test_is_refused_for_what_is_no_part(self, case: Case, amount: str) -> None:
        with pytest.raises(WrongInput):
            back(paid(case), amount)

    def test_is_refused_where_some_of_it_is_kept_for_paying_back(self, case: Case) -> None:
        payment = paid(case, "39100.00", keep_rest=True)
        with pytest.raises(WrongInput, match="100"):
            back(payment)
        assert cast.again(payment).reversed_at is None

    def test_is_refused_twice_of_the_same(self, case: Case) -> None:
        payment = paid(case)
        back(payment)
        with pytest.raises(WrongInput):
            back(payment)

    def test_is_refused_on_a_closed_case(self, case: Case) -> None:
        payment = paid(case)
        Case.objects.filter(pk=case.pk).update(state="closure", closed_at=AT)
        with pytest.raises(StateRefused):
            back(payment)
        assert case.payments.count() == 1

    def test_is_refused_to_who_records_no_money_and_to_an_outsider(self, case: Case) -> None:
        payment = paid(case)
        with pytest.raises(RightRefused):
            back(payment, by=make.officer())
        with pytest.raises(Outsider):
            back(payment, by=make.outsider())
