"""Money that went back, on a bank's statement: its payment is reversed by itself, or a person says which it was."""

from decimal import Decimal
from typing import Any

import pytest

from agreements.actions import paying
from agreements.models import Payment
from banking.actions.booking import book_certain, book_line, set_aside
from banking.actions.taking_back import take_back, take_back_certain
from banking.finding import payments_for
from cases.models import Case
from tests import make
from tests.agreements import cast as agreements
from tests.banking import cast
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]
AT = cast.AT
LATER = "20260415 18:00:00"


def work() -> None:
    """What the clock does with what was taken in."""
    take_back_certain(AT)
    book_certain(AT)


def bounced(remark: str = "退汇 原流水 1-3300000001", **given: Any) -> str:
    """A line by which the bank takes money back."""
    return cast.row(
        9, given.pop("amount", "6500.00"), out=True, remark=remark, moment=LATER, **given
    )


def booked() -> Payment:
    """The first instalment, booked from a statement."""
    case = agreements.signed().case
    cast.take(cast.csv_of(cast.row(1)))
    work()
    return case.payments.get()


class TestTakeBackCertain:
    def test_reverses_the_payment_whose_bank_number_it_gives(self) -> None:
        payment = booked()
        cast.take(cast.csv_of(bounced()), filename="后.csv")
        work()
        payment.refresh_from_db()
        assert payment.reversed_at == AT
        assert payment.reversed_why == "由银行退回（流水 S-2026-0002 第 2 行）。"
        assert agreements.again(payment.case).balance == Decimal("39000.00")
        told = agreements.again(payment.case).events.get(kind="payment.reversed")
        assert told.data["why"] == payment.reversed_why
        came, back = cast.lines()
        assert (came.state, came.aside_why) == ("aside", "It went back: S-2026-0002 9-3300000009.")
        assert (back.state, back.returned, back.case) == ("returned", payment, payment.case)
        assert cast.told("statement.line_returned")[0]["payment"] == payment.number

    def test_does_it_once_also_when_the_file_comes_again(self) -> None:
        payment = booked()
        content = cast.csv_of(bounced())
        cast.take(content)
        work()
        cast.take(content)
        work()
        assert agreements.again(payment.case).events.filter(kind="payment.reversed").count() == 1

    def test_sets_both_aside_when_they_come_in_one_file(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1), bounced()))
        work()
        assert not case.payments.exists()
        assert [line.state for line in cast.lines()] == ["aside", "aside"]

    def test_reverses_the_one_payment_of_that_amount_on_the_case_it_names_by_the_same_payer(
        self,
    ) -> None:
        payment = booked()
        cast.take(cast.csv_of(bounced("冲正 HZ-2026-0147")), filename="后.csv")
        work()
        payment.refresh_from_db()
        assert payment.reversed_at == AT

    @pytest.mark.parametrize(
        ("changed", "why"),
        [
            ({"remark": "退汇"}, "no number and no reference"),
            ({"remark": "退汇 HZ-2026-0147", "amount": "6400.00"}, "another amount"),
            ({"remark": "退汇 HZ-2026-0147", "payer": "李四"}, "another name"),
        ],
    )
    def test_leaves_to_a_person_what_names_no_payment_beyond_doubt(
        self, changed: dict[str, str], why: str
    ) -> None:
        payment = booked()
        # Another account of the payer's, so that the name decides.
        row = bounced(**changed).replace("6217000000000001", "")
        cast.take(cast.csv_of(row), filename="后.csv")
        work()
        payment.refresh_from_db()
        back = cast.lines()[-1]
        assert payment.reversed_at is None, why
        assert (back.state, back.is_return, back.why) == ("open", True, "whose_back")

    def test_leaves_it_to_a_person_where_two_payments_are_alike(self) -> None:
        payment = booked()
        paying.record_payment(
            case=agreements.again(payment.case), amount=Decimal("6500.00"), method="transfer",
            received_at=AT, by=make.clerk(), at=AT, payer="王海燕",
        )  # fmt: skip
        cast.take(cast.csv_of(bounced("退汇 HZ-2026-0147", )), filename="后.csv")  # fmt: skip
        work()
        assert not Payment.objects.filter(reversed_at__isnull=False).exists()
        assert cast.lines()[-1].why == "whose_back"

    def test_leaves_it_to_a_person_on_a_closed_case(self) -> None:
        payment = booked()
        Case.objects.filter(pk=payment.case_id).update(state="closure", closed_at=AT)
        cast.take(cast.csv_of(bounced()), filename="后.csv")
        work()
        back = cast.lines()[-1]
        assert (back.state, back.match, back.why) == ("open", "likely", "not_reversed")

    def test_ties_a_payment_that_somebody_has_reversed_already(self) -> None:
        payment = booked()
        cast.take(cast.csv_of(bounced()), filename="后.csv")
        paying.reverse_payment(payment=payment, why="银行退回", by=make.clerk(), at=AT)
        take_back_certain(AT)
        back = cast.lines()[-1]
        assert back.state in {"returned", "aside"}
        assert agreements.again(payment.case).events.filter(kind="payment.reversed").count() == 1

    def test_never_books_money_of_the_creditors_own_that_came_back(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, remark="退汇 HZ-2026-0147")))
        work()
        assert not case.payments.exists()
        (line,) = cast.lines()
        assert (line.state, line.is_return, line.why) == ("open", False, "ours_back")

    def test_takes_a_negative_amount_in_the_column_of_what_came_for_a_return(self) -> None:
        payment = booked()
        row = cast.row(9, "-6500.00", remark="HZ-2026-0147", moment=LATER)
        cast.take(cast.csv_of(row), filename="后.csv")
        work()
        payment.refresh_from_db()
        assert payment.reversed_at == AT


class TestFormats:
    def test_mt940_marks_a_reversed_credit_rc_and_a_reversed_debit_rd(self) -> None:
        case = agreements.signed().case
        first = cast.movement("6500,00", number="BR20260415001")
        cast.take(cast.mt940(first))
        work()
        payment = case.payments.get()
        again = cast.movement("6500,00", mark="RC", number="BR20260415001", remark="REVERSAL")
        back = cast.movement("9,00", mark="RD", number="BR20260415007")
        cast.take(cast.mt940(again, back, closing="-5491,00".replace("-", ""), closing_mark="D"))
        work()
        payment.refresh_from_db()
        assert payment.reversed_at == AT
        assert [(line.state, line.why) for line in cast.lines()] == [
            ("aside", "taken_back"), ("returned", "names_it"), ("open", "ours_back"),
        ]  # fmt: skip

    @pytest.mark.parametrize("means", ["RvslInd", "RtrInf"])
    def test_camt_marks_it_by_either_element(self, means: str) -> None:
        case = agreements.signed().case
        cast.take(cast.camt(cast.entry("6500.00", number="SVC-20260415-1")))
        work()
        payment = case.payments.get()
        row = cast.entry(
            "6500.00", out=True, number="SVC-20260415-1", remark="return",
            details="<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if means == "RtrInf" else "",
        )  # fmt: skip
        if means == "RvslInd":
            row = row.replace("<Sts>", "<RvslInd>true</RvslInd><Sts>")
        cast.take(cast.camt(row, opening="7500.00", closing="1000.00"))
        work()
        payment.refresh_from_db()
        assert payment.reversed_at == AT


class TestTakeBack:
    def open_return(self) -> tuple[Payment, Any]:
        payment = booked()
        cast.take(cast.csv_of(bounced("退汇")), filename="后.csv")
        work()
        return payment, cast.lines()[-1]

    def test_reverses_what_a_person_chose_among_those_it_may_be(self) -> None:
        payment, back = self.open_return()
        assert payments_for(back) == [payment]
        take_back(line=back, payment=payment, by=make.supervisor(), at=AT)
        payment.refresh_from_db()
        assert payment.reversed_at == AT
        assert (back.state, back.seen_by) == ("returned", make.supervisor())

    def test_offers_no_payment_only_because_it_has_no_bank_reference(self) -> None:
        payment, back = self.open_return()
        paying.record_payment(
            case=agreements.again(payment.case), amount=Decimal("100.00"), method="counter",
            received_at=make.moment("2026-04-15 10:00"), payer="李四", by=make.clerk(), at=AT,
        )  # fmt: skip
        assert payments_for(back) == [payment]

    def test_is_refused_for_more_than_the_payment(self) -> None:
        payment, back = self.open_return()
        more = payment.amount + Decimal("0.01")
        type(back).objects.filter(pk=back.pk).update(amount=more)
        back.refresh_from_db()
        with pytest.raises(WrongInput, match="More went back than the"):
            take_back(line=back, payment=payment, by=make.clerk(), at=AT)

    def test_is_refused_for_a_line_that_is_dealt_with(self) -> None:
        payment, back = self.open_return()
        stale = agreements.again(back)
        take_back(line=back, payment=payment, by=make.clerk(), at=AT)
        with pytest.raises(WrongInput, match="Somebody has dealt with this line already"):
            take_back(line=stale, payment=payment, by=make.clerk(), at=AT)

    def test_is_refused_on_a_closed_case(self) -> None:
        payment, back = self.open_return()
        Case.objects.filter(pk=payment.case_id).update(state="closure", closed_at=AT)
        with pytest.raises(StateRefused):
            take_back(line=back, payment=agreements.again(payment), by=make.clerk(), at=AT)
        assert agreements.again(back).state == "open"

    def test_is_refused_to_an_outsider_and_to_an_officer(self) -> None:
        payment, back = self.open_return()
        with pytest.raises(Outsider):
            take_back(line=back, payment=payment, by=make.outsider(), at=AT)
        with pytest.raises(RightRefused):
            take_back(line=back, payment=payment, by=make.officer(), at=AT)

    def test_is_no_money_that_could_be_booked(self) -> None:
        payment, back = self.open_return()
        with pytest.raises(WrongInput, match="This is money that went back"):
            book_line(line=back, case=payment.case, by=make.clerk(), at=AT)
        set_aside(line=back, why="与本案无关", by=make.clerk(), at=AT)
        assert agreements.again(back).state == "aside"
