"""A line is booked on a case, by itself or by a person; set aside; or open again."""

from decimal import Decimal
from typing import Any

import pytest

from agreements.actions import paying
from banking.actions.booking import book_certain, book_line, set_aside
from cases.models import Case
from tests import make
from tests.agreements import cast as agreements
from tests.banking import cast
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]


class TestBookCertain:
    def test_books_them_with_receipt_and_plan(self) -> None:
        agreement = agreements.signed()
        cast.take(cast.csv_of(cast.row(1)))
        assert book_certain(cast.AT) == 1
        (line,) = cast.lines()
        payment = agreement.case.payments.get()
        assert (line.state, line.payment, line.case) == ("booked", payment, agreement.case)
        assert (payment.amount, payment.bank_reference) == (Decimal("6500.00"), "1-3300000001")
        assert (payment.received_at, payment.payer) == (line.moved_at, "王海燕")
        assert payment.recorded_by == make.clerk()
        assert payment.receipt is not None
        assert agreement.instalments.get(number=1).paid == Decimal("6500.00")

    def test_books_nothing_a_second_time(self) -> None:
        agreement = agreements.signed()
        cast.take(cast.csv_of(cast.row(1)))
        book_certain(cast.AT)
        assert book_certain(cast.AT) == 0
        assert agreement.case.payments.count() == 1

    def test_leaves_what_is_only_likely_to_a_person(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, "6000.00"), cast.row(2, remark="还款")))
        assert book_certain(cast.AT) == 0
        assert [(line.why, line.case) for line in cast.lines()] == [
            ("amount_differs", case), ("payer_and_amount", case),
        ]  # fmt: skip

    def test_lets_one_that_cannot_be_booked_stop_no_other(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1), cast.row(2)))
        paying.record_payment(
            case=agreements.again(case), amount=Decimal("6500.00"), method="transfer",
            received_at=cast.AT, bank_reference="1-3300000001", by=make.clerk(), at=cast.AT,
        )  # fmt: skip
        assert book_certain(cast.AT) == 2
        first, second = cast.lines()
        assert (first.state, first.match, first.why) == ("open", "likely", "not_booked")
        assert second.state == "booked"
        assert case.payments.count() == 2

    def test_books_nothing_half(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))

        def break_off(_payment: Any) -> bytes:
            raise RuntimeError("no printer")

        monkeypatch.setattr("agreements.papers.receipt_pdf", break_off)
        assert book_certain(cast.AT) == 1
        (line,) = cast.lines()
        assert (line.state, line.payment) == ("open", None)
        assert not case.payments.exists()


class TestBookLine:
    def test_books_what_a_person_chose(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, "6000.00", remark="")))
        (line,) = cast.lines()
        payment = book_line(
            line=line, case=agreements.again(case), by=make.supervisor(), at=cast.AT
        )
        assert (line.state, line.payment, line.seen_by) == ("booked", payment, make.supervisor())
        told = agreements.again(case).events.get(kind="payment.received")
        assert told.data["amount"] == "6000.00"

    def test_is_refused_when_it_is_booked_already(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        stale = cast.lines()[0]
        book_certain(cast.AT)
        with pytest.raises(WrongInput, match="Somebody has dealt with this line already"):
            book_line(line=stale, case=agreements.again(case), by=make.clerk(), at=cast.AT)
        assert case.payments.count() == 1

    def test_is_refused_on_a_closed_case(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        Case.objects.filter(pk=case.pk).update(state="closure", closed_at=cast.AT)
        with pytest.raises(StateRefused):
            book_line(
                line=cast.lines()[0], case=agreements.again(case), by=make.clerk(), at=cast.AT
            )
        assert cast.lines()[0].state == "open"

    def test_is_refused_above_what_is_owed(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, "39000.01")))
        with pytest.raises(WrongInput, match=r"more than the 39,000\.00 that is owed"):
            book_line(
                line=cast.lines()[0], case=agreements.again(case), by=make.clerk(), at=cast.AT
            )

    def test_is_refused_on_another_creditors_case(self) -> None:
        cast.take(cast.csv_of(cast.row(1)))
        other = make.case(reference="HZ-2026-0300", external_reference="W-300")
        elsewhere = make.creditor(slug="lotus-finance", name="荷塘金融")
        Case.objects.filter(pk=other.pk).update(creditor=elsewhere)
        with pytest.raises(WrongInput, match="is not one of West Lake Bank in this team"):
            book_line(
                line=cast.lines()[0], case=agreements.again(other), by=make.clerk(), at=cast.AT
            )

    def test_is_refused_to_an_outsider_and_to_an_officer(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        (line,) = cast.lines()
        with pytest.raises(Outsider):
            book_line(line=line, case=case, by=make.outsider(), at=cast.AT)
        with pytest.raises(RightRefused):
            book_line(line=line, case=case, by=make.officer(), at=cast.AT)

    def test_is_refused_when_another_team_has_booked_the_line(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        book_certain(cast.AT)
        far = make.team(name="成都一组", city="成都")
        cast.take(cast.csv_of(cast.row(1)), team=far, by=make.outsider())
        theirs = make.case(reference="CD-2026-0001", external_reference="W-901")
        Case.objects.filter(pk=theirs.pk).update(team=far)
        with pytest.raises(WrongInput, match="Another team has booked this very line"):
            book_line(
                line=cast.lines()[1], case=agreements.again(theirs), by=make.outsider(), at=cast.AT
            )
        assert (case.payments.count(), theirs.payments.count()) == (1, 0)


class TestReversal:
    def test_opens_the_line_again_so_that_it_can_be_booked_elsewhere(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1)))
        book_certain(cast.AT)
        payment = case.payments.get()
        paying.reverse_payment(payment=payment, why="记错案件", by=make.clerk(), at=cast.AT)
        (line,) = cast.lines()
        assert (line.state, line.payment, line.why) == ("open", None, "taken_back")
        assert cast.told("statement.line_open_again") == [
            {"statement": "S-2026-0001", "row": 2, "payment": payment.number}
        ]
        assert book_certain(cast.AT) == 0  # a person decides now
        again = book_line(line=line, case=agreements.again(case), by=make.clerk(), at=cast.AT)
        assert again.amount == Decimal("6500.00")


class TestSetAside:
    def test_says_why_and_is_recorded(self) -> None:
        cast.take(cast.csv_of(cast.row(1, remark="")))
        (line,) = cast.lines()
        set_aside(line=line, why=" 债权人内部划转 ", by=make.clerk(), at=cast.AT)
        assert (line.state, line.aside_why) == ("aside", "债权人内部划转")
        assert cast.told("statement.line_set_aside") == [
            {"statement": "S-2026-0001", "row": 2, "why": "债权人内部划转"}
        ]

    def test_can_still_be_booked_later(self) -> None:
        case = agreements.signed().case
        cast.take(cast.csv_of(cast.row(1, remark="")))
        (line,) = cast.lines()
        set_aside(line=line, why="查无此人", by=make.clerk(), at=cast.AT)
        book_line(line=line, case=agreements.again(case), by=make.clerk(), at=cast.AT)
        assert (line.state, line.aside_why) == ("booked", "")

    def test_is_refused_without_a_reason_and_once_it_is_booked(self) -> None:
        agreements.signed()
        cast.take(cast.csv_of(cast.row(1)))
        (line,) = cast.lines()
        with pytest.raises(WrongInput, match="Say why"):
            set_aside(line=line, why="  ", by=make.clerk(), at=cast.AT)
        book_certain(cast.AT)
        with pytest.raises(WrongInput, match="dealt with"):
            set_aside(line=line, why="x", by=make.clerk(), at=cast.AT)

    def test_is_refused_to_an_outsider(self) -> None:
        cast.take(cast.csv_of(cast.row(1)))
        with pytest.raises(Outsider):
            set_aside(line=cast.lines()[0], why="x", by=make.outsider(), at=cast.AT)


class TestBookLineOfMoreThanIsOwed:
    def test_keeps_the_rest_where_a_person_says_so(self) -> None:
        case = agreements.signed().case
        owed = agreements.again(case).balance
        cast.take(cast.csv_of(cast.row(1, str(owed + 50))))
        (line,) = cast.lines()
        assert line.why == "too_much"
        with pytest.raises(WrongInput, match="kept for paying back"):
            book_line(line=line, case=case, by=make.clerk(), at=cast.AT)
        payment = book_line(line=line, case=case, by=make.clerk(), at=cast.AT, keep_rest=True)
        assert (payment.amount, payment.excess) == (owed + 50, Decimal("50.00"))
        assert line.state == "booked"
        assert agreements.again(case).balance == Decimal("0.00")
