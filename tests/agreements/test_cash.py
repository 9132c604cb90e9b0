"""Cash at the door: taken by two, by the mandate's power, under a number that was taken along."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from agreements.actions import cash
from agreements.actions.paying import record_payment, reverse_payment
from agreements.cash import deposit_due
from agreements.models import CashNumber, CashTaken, Payment
from people.models import Organisation, User
from tests import make, walk
from tests.agreements import cash_cast as cast
from tests.agreements.cast import again, chain_holds, kinds
from timeline.models import Event
from visits.actions import recording, refusing
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is said is read in English."""
    with override("en"):
        yield


@pytest.fixture
def visit() -> Visit:
    return cast.talking()


def refused(visit: Visit, **changed: Any) -> set[str]:
    """By which rules taking it is refused; nothing is booked then."""
    number = CashNumber.objects.first() or spare(visit)
    with pytest.raises(PolicyRefused) as caught:
        cast.take(visit, number=number, **changed)
    assert not Payment.objects.exists()
    assert (
        Event.objects.filter(kind="policy.refused").order_by("-pk")[0].data["asked"] == "cash.take"
    )
    for finding in caught.value.findings:
        assert "bank transfer" in finding.remedy["en"].lower() or finding.rule == "CN-16"
        assert "银行转账" in finding.remedy["zh"] or finding.rule == "CN-16"
    return {finding.rule for finding in caught.value.findings}


def spare(visit: Visit) -> CashNumber:
    """A number that was given out before the power was taken away."""
    return CashNumber.objects.create(
        organisation=cash.house_of(visit.case), number=1, visit=visit, device=cast.PHONE,
        given_to=make.crew()[0], given_at=cast.TAKEN,
    )  # fmt: skip


class TestTakeNumbers:
    def test_gives_a_phone_three_numbers_that_follow_one_another(self, visit: Visit) -> None:
        assert [str(one) for one in cast.numbers(visit)] == [
            f"{make.agency().slug.upper()}-X{number:06d}" for number in (1, 2, 3)
        ]
        assert "cash.numbers_given" in kinds(visit.case)

    def test_gives_the_same_numbers_again_until_one_is_used(self, visit: Visit) -> None:
        first = cast.numbers(visit)
        assert cast.numbers(visit) == first
        cast.take(visit, number=first[0])
        assert cast.numbers(visit) == first[1:]

    def test_gives_another_phone_the_numbers_that_follow(self, visit: Visit) -> None:
        cast.numbers(visit)
        other = cast.numbers(visit, device=uuid.uuid4())
        assert [one.number for one in other] == [4, 5, 6]

    def test_gives_new_ones_once_none_is_left(self, visit: Visit) -> None:
        for number in cast.numbers(visit):
            cash.spoil_number(number=number, why="写错", by=make.crew()[0], at=cast.TAKEN)
        assert [one.number for one in cast.numbers(visit)] == [4, 5, 6]

    def test_gives_none_where_the_mandate_does_not_speak_of_cash(self) -> None:
        visit = cast.talking(limit=None)
        assert cast.numbers(visit) == []
        assert not CashNumber.objects.exists()

    def test_gives_none_where_no_pack_says_how_cash_is_paid_in(self, visit: Visit) -> None:
        type(visit.case).objects.filter(pk=visit.case_id).update(packs=["story"])
        assert cast.numbers(again(visit)) == []

    def test_gives_none_to_an_officer_who_does_not_go(self, visit: Visit) -> None:
        other = make.officer(badge="099", full_name="赵强")
        with pytest.raises(RightRefused):
            cash.take_numbers(visit=visit, device=cast.PHONE, by=other, at=cast.TAKEN)


class TestSpoilNumber:
    def test_keeps_who_spoiled_it_and_why(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        cash.spoil_number(number=number, why="债务人改为转账", by=make.crew()[0], at=cast.TAKEN)
        number = again(number)
        assert (number.spoiled_by, number.spoiled_why) == (make.crew()[0], "债务人改为转账")
        assert kinds(visit.case)[-1] == "cash.number_spoiled"

    def test_is_refused_without_a_reason(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match="Say why"):
            cash.spoil_number(
                number=cast.numbers(visit)[0], why=" ", by=make.crew()[0], at=cast.TAKEN
            )

    def test_is_refused_once_a_receipt_stands_under_it(self, visit: Visit) -> None:
        taken = cast.take(visit)
        with pytest.raises(WrongInput, match="written already"):
            cash.spoil_number(number=taken.number, why="x", by=make.crew()[0], at=cast.TAKEN)

    def test_is_refused_to_an_outsider(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        with pytest.raises(Outsider):
            cash.spoil_number(number=number, why="x", by=make.outsider(), at=cast.TAKEN)


class TestBringBackNumbers:
    def test_says_of_a_visit_that_is_over_which_numbers_were_not_used(self, visit: Visit) -> None:
        taken = cast.take(visit)
        self.leave(visit)
        assert (
            cash.bring_back_numbers(visit=again(visit), by=User.objects.system(), at=cast.FRIDAY)
            == 2
        )
        told = Event.objects.get(kind="cash.numbers_unused")
        house = make.agency().slug.upper()
        assert told.data["numbers"] == [f"{house}-X000002", f"{house}-X000003"]
        assert again(taken.number).unused_at is None

    def test_does_nothing_twice(self, visit: Visit) -> None:
        cast.numbers(visit)
        self.leave(visit)
        cash.bring_back_numbers(visit=again(visit), by=User.objects.system(), at=cast.FRIDAY)
        assert (
            cash.bring_back_numbers(visit=again(visit), by=User.objects.system(), at=cast.FRIDAY)
            == 0
        )

    def test_is_refused_while_the_officers_are_there(self, visit: Visit) -> None:
        cast.numbers(visit)
        with pytest.raises(StateRefused):
            cash.bring_back_numbers(visit=visit, by=User.objects.system(), at=cast.TAKEN)
        assert not CashNumber.objects.exclude(unused_at=None).exists()

    def test_lets_a_phone_that_comes_late_have_used_one_all_the_same(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        self.leave(visit)
        cash.bring_back_numbers(visit=again(visit), by=User.objects.system(), at=cast.FRIDAY)
        taken = cast.take(again(visit), number=again(number))
        assert again(taken.number).unused_at is None

    @staticmethod
    def leave(visit: Visit) -> None:
        recording.finish_visit(
            visit=visit, outcome=Visit.Outcome.POSTPONED, why="", by=make.crew()[0],
            at=cast.TAKEN + timedelta(minutes=10),
        )  # fmt: skip


class TestTakeCash:
    def test_books_the_payment_under_the_number_that_the_debtor_holds(self, visit: Visit) -> None:
        before = again(visit.case).balance
        taken = cast.take(visit)
        payment = taken.payment
        assert (payment.number, payment.method) == (str(taken.number), "cash")
        assert (payment.amount, payment.received_at) == (Decimal("600.00"), cast.TAKEN)
        assert payment.received_by == "agency"
        assert again(visit.case).balance == before - Decimal("600.00")
        assert (taken.first, taken.second) == (make.crew()[0], make.crew()[1])
        assert taken.notes == {"100": 5, "50": 2}

    def test_records_it_on_the_timeline_with_who_took_it(self, visit: Visit) -> None:
        cast.take(visit)
        told = Event.objects.get(kind="cash.taken")
        assert told.data["first"] == str(make.crew()[0])
        assert told.data["second"] == str(make.crew()[1])
        assert told.data["notes"] == {"100": 5, "50": 2}
        assert {"payment.received", "cash.taken"} <= set(kinds(visit.case))
        assert chain_holds(visit.case)

    def test_hands_the_debtor_a_receipt_of_the_same_number(self, visit: Visit) -> None:
        taken = cast.take(visit)
        receipt = again(taken.payment).receipt
        assert receipt is not None
        assert receipt.filename == f"{taken.number}.pdf"

    def test_has_it_paid_in_by_the_end_of_the_next_working_day(self, visit: Visit) -> None:
        taken = cast.take(visit)
        duty = Duty.objects.get(kind="cash.to_deposit")
        assert duty.due_at == taken.due_at == make.moment("2026-03-07 00:00")
        assert taken.due_on == date(2026, 3, 6)
        assert duty.role == "officer"
        assert str(taken.number) in duty.says["zh"]

    def test_waits_over_a_weekend_and_a_holiday(self, visit: Visit) -> None:
        friday = deposit_due(visit.case, "CN", "", 1, make.moment("2026-03-06 16:00"))
        assert friday == make.moment("2026-03-10 00:00")
        before_labour_day = deposit_due(visit.case, "CN", "", 1, make.moment("2026-04-30 16:00"))
        assert before_labour_day == make.moment("2026-05-07 00:00")

    def test_counts_every_day_where_nobody_knows_the_holidays(self, visit: Visit) -> None:
        due = deposit_due(visit.case, "XX", "", 1, make.moment("2026-03-06 16:00"))
        assert due == make.moment("2026-03-08 00:00")

    def test_takes_jiao_too(self, visit: Visit) -> None:
        taken = cast.take(visit, counts=cast.counts({"1": 3, "jiao": 5}))
        assert taken.payment.amount == Decimal("3.50")

    def test_keeps_what_is_more_than_is_owed_for_paying_back(self, visit: Visit) -> None:
        owed = again(visit.case).balance
        with_power = cast.with_power(visit, limit="900000.00")
        taken = cast.take(with_power, counts=cast.counts({"100": int(owed // 100) + 2}))
        assert taken.payment.excess == taken.payment.amount - owed
        assert again(visit.case).balance == Decimal("0.00")


class TestTakeCashIsRefused:
    def test_without_the_power(self) -> None:
        assert refused(cast.talking(limit=None)) == {"CN-CASH-POWER"}

    def test_above_the_highest_sum(self) -> None:
        assert refused(cast.talking(limit="599.99")) == {"CN-CASH-POWER"}

    def test_above_it_with_what_was_taken_at_this_visit_before(self) -> None:
        visit = cast.talking(limit="1000.00")
        cast.take(visit)
        with pytest.raises(PolicyRefused) as caught:
            cast.take(visit)
        assert "1,200.00" in caught.value.findings[0].says["en"]

    def test_with_one_officer(self, visit: Visit) -> None:
        assert refused(visit, counts={"021": cast.SIX_HUNDRED}) == {"CN-CASH-TWO"}

    def test_before_credentials_are_shown(self) -> None:
        visit = cast.with_power(walk.asked())
        assert refused(visit) == {"CN-CASH-CREDENTIALS"}

    def test_after_a_refusal(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        refusing.refuse_at_door(visit=visit, remark="", by=make.crew()[0], at=cast.TAKEN)
        later = cast.TAKEN + timedelta(minutes=1)
        with pytest.raises(PolicyRefused) as caught:
            cast.take(again(visit), number=number, at=later)
        assert {one.rule for one in caught.value.findings} == {"CN-CASH-REFUSED"}

    def test_for_foreign_currency(self, visit: Visit) -> None:
        assert refused(visit, currency="USD") == {"CN-CASH-CURRENCY"}

    def test_with_somebody_else_there(self, visit: Visit) -> None:
        assert refused(visit, others_present=True) == {"CN-CASH-OTHERS"}

    def test_while_the_counts_differ_and_says_by_how_much(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match=r"600\.00.*650\.00.*until both counts"):
            cast.take(visit, counts=cast.counts(other={"100": 5, "50": 3}))
        assert not Payment.objects.exists()

    def test_where_the_same_sum_is_of_other_notes(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match="until both counts"):
            cast.take(visit, counts=cast.counts(other={"100": 6}))

    def test_until_the_debtor_confirms(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match="has to confirm"):
            cast.take(visit, confirmed=False)

    @pytest.mark.parametrize("count", ["-1", "1.5", "x", "１", "10001", "9" * 30])
    def test_for_what_is_no_count(self, visit: Visit, count: str) -> None:
        with pytest.raises(WrongInput, match="whole figures"):
            cast.take(visit, counts={"021": {"100": count}, "034": {"100": count}})

    def test_for_nothing(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match="Nothing was counted"):
            cast.take(visit, counts=cast.counts({}))

    def test_counted_by_somebody_who_was_not_named(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match="not named"):
            cast.take(visit, counts={"021": cast.SIX_HUNDRED, "099": cast.SIX_HUNDRED})

    def test_under_a_number_that_is_used(self, visit: Visit) -> None:
        taken = cast.take(visit)
        with pytest.raises(WrongInput, match="written already"):
            cast.take(visit, number=taken.number)
        assert Payment.objects.count() == 1

    def test_under_a_number_that_was_spoiled(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        cash.spoil_number(number=number, why="写错", by=make.crew()[0], at=cast.TAKEN)
        with pytest.raises(WrongInput, match="was spoiled"):
            cast.take(visit, number=number)
        assert not Payment.objects.exists()

    def test_before_the_officers_have_rung(self) -> None:
        visit = cast.with_power(walk.talking())
        number = cast.numbers(visit)[0]
        with pytest.raises(StateRefused):
            cast.take(visit, number=number, at=make.moment("2026-03-05 14:20"))
        assert not Payment.objects.exists()

    def test_after_they_have_left(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        TestBringBackNumbers.leave(visit)
        with pytest.raises(StateRefused):
            cast.take(again(visit), number=number, at=cast.FRIDAY)

    def test_to_an_outsider(self, visit: Visit) -> None:
        number = cast.numbers(visit)[0]
        with pytest.raises((Outsider, WrongInput)):
            cast.take(visit, number=number, by=make.outsider())
        assert not Payment.objects.exists()

    def test_by_hand_at_the_desk(self, visit: Visit) -> None:
        with pytest.raises(WrongInput, match="two officers took it"):
            record_payment(
                case=visit.case, amount=Decimal("600.00"), method="cash", received_at=cast.TAKEN,
                by=make.clerk(), at=cast.TAKEN,
            )  # fmt: skip


class TestTakenBack:
    def test_a_payment_that_is_reversed_lies_with_the_officers_all_the_same(
        self, visit: Visit
    ) -> None:
        taken = cast.take(visit)
        reverse_payment(payment=taken.payment, why="数错", by=make.clerk(), at=cast.FRIDAY)
        assert CashTaken.objects.get().settled_at is None
        assert Organisation.objects.get(pk=taken.number.organisation_id).cash_book.last == 3
