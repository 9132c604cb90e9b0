"""What providers tell of money that went back: whole, in parts, before its payment, or disputed until it is decided."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from agreements.actions.disputing import end_dispute
from agreements.actions.paying import record_payment
from agreements.models import Payment
from banking.actions.booking import book_line
from banking.actions.taking_back import put_in_doubt
from tests import make
from tests.agreements import cast as agreements
from tests.banking import cast
from tests.banking.test_provider_calls import ALL, AT, Line, work
from workflow.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]


@pytest.fixture(autouse=True)
def _then(clock: Any) -> Iterator[None]:
    clock.set(AT)
    with translation.override("en"):
        yield


@pytest.fixture
def line_to() -> Any:
    """An open line from a provider to the application."""
    return Line


def part_of(name: str, amount: int, before: int = 0) -> dict[str, Any]:
    """How this provider tells of a refund of that many yuan, after ``before`` went back already."""
    if name == "wechat_pay":  # each refund for itself
        return {"cents": amount * 100, "refund": f"R{before}"}
    if name == "alipay":  # the sum so far, each under its own request
        return {"back": f"{amount + before}.00", "out_biz_no": f"HZRF{before}"}
    return {"cents": (amount + before) * 100}


def paid_by_hand(case: Any) -> Payment:
    """A payment that the desk booked."""
    return record_payment(
        case=agreements.again(case), amount=Decimal("6500.00"), method="mobile", received_at=AT,
        by=make.clerk(), at=AT,
    )  # fmt: skip


class TestRefund:
    @ALL
    def test_of_all_takes_the_payment_back_with_its_reason(self, line_to: Any, name: str) -> None:
        case = agreements.signed().case
        provider = line_to(name)
        provider.fake.paid(AT)
        work()
        for _ in range(2):
            assert provider.fake.is_taken(provider.fake.refunded(AT))
            work()
        payment = case.payments.get()
        assert payment.reversed_at == AT
        assert payment.reversed_why.startswith("由")  # in the debtor's language
        assert agreements.again(case).balance == Decimal("39000.00")
        came, back = cast.lines()
        assert (came.state, came.payment) == ("aside", None)
        assert (back.state, back.returned) == ("returned", payment)

    @ALL
    def test_of_a_part_reverses_it_and_books_the_rest(self, line_to: Any, name: str) -> None:
        case = agreements.signed().case
        provider = line_to(name)
        provider.fake.paid(AT)
        work()
        for _ in range(2):
            provider.fake.refunded(AT, **part_of(name, 100))
            work()
        gone, rest = case.payments.order_by("pk")
        assert (gone.reversed_at, rest.amount) == (AT, Decimal("6400.00"))
        came, back = cast.lines()
        assert (came.state, came.payment) == ("booked", rest)
        assert (back.state, back.why, back.returned) == ("returned", "part_back", gone)
        assert agreements.again(case).balance == Decimal("32600.00")

    @ALL
    def test_of_a_second_part_takes_only_what_went_back_this_time(
        self, line_to: Any, name: str
    ) -> None:
        case = agreements.signed().case
        provider = line_to(name)
        provider.fake.paid(AT)
        work()
        provider.fake.refunded(AT, **part_of(name, 100))
        work()
        provider.fake.refunded(AT, **part_of(name, 50, before=100))
        work()
        assert case.payments.get(reversed_at=None).amount == Decimal("6350.00")
        assert [line.amount for line in cast.lines()[1:]] == [Decimal("100.00"), Decimal("50.00")]

    @ALL
    def test_of_a_part_waits_for_the_payment_of_which_it_is_one(
        self, line_to: Any, name: str
    ) -> None:
        case = agreements.signed().case
        provider = line_to(name)
        provider.fake.refunded(AT, **part_of(name, 100))
        work()
        provider.fake.paid(AT)
        work()
        assert not case.payments.exists()  # a person looks before it is booked
        came = next(line for line in cast.lines() if not line.is_return)
        book_line(line=came, case=agreements.again(case), by=make.clerk(), at=AT)
        work()
        assert case.payments.get(reversed_at=None).amount == Decimal("6400.00")

    @ALL
    def test_before_its_payment_sets_both_aside(self, line_to: Any, name: str) -> None:
        case = agreements.signed().case
        provider = line_to(name)
        provider.fake.refunded(AT)
        work()
        (back,) = cast.lines()
        assert (back.state, back.match) == ("open", "certain")
        provider.fake.paid(AT)
        work()
        assert not case.payments.exists()
        assert {line.state for line in cast.lines()} == {"aside"}

    def test_on_a_closed_case_waits_for_a_person(self, line_to: Any) -> None:
        case = agreements.signed().case
        provider = line_to("wechat_pay")
        provider.fake.paid(AT)
        work()
        type(case).objects.filter(pk=case.pk).update(state="closure", closed_at=AT)
        provider.fake.refunded(AT)
        work()
        assert case.payments.get().reversed_at is None
        back = cast.lines()[-1]
        assert (back.state, back.why) == ("open", "not_reversed")


class TestDispute:
    @pytest.fixture
    def provider(self, line_to: Any) -> Any:
        self.case = agreements.signed().case
        found = line_to("stripe_pay")
        found.fake.paid(AT)
        work()
        for _ in range(2):
            found.fake.disputed(AT)
            work()
        return found

    def test_puts_the_payment_under_doubt_with_a_task(self, provider: Any) -> None:
        payment = self.case.payments.get()
        assert (payment.reversed_at, payment.is_disputed) == (None, True)
        assert Duty.objects.filter(kind="payment.disputed", done_at=None).count() == 1
        line = cast.lines()[-1]
        assert (line.state, line.why, line.returned) == ("disputed", "disputed", payment)

    def test_that_is_won_leaves_it(self, provider: Any) -> None:
        for _ in range(2):
            provider.fake.disputed(AT, status="won")
            work()
        payment = self.case.payments.get()
        assert (payment.reversed_at, payment.is_disputed) == (None, False)
        assert cast.lines()[-1].state == "aside"
        assert not Duty.objects.filter(kind="payment.disputed", done_at=None).exists()
        assert [told["outcome"] for told in cast.told("provider.dispute_ended")] == ["won"]

    def test_that_is_lost_reverses_it(self, provider: Any) -> None:
        provider.fake.disputed(AT, status="lost")
        work()
        work()
        payment = self.case.payments.get()
        assert payment.reversed_at == AT
        came, line = cast.lines()
        assert (came.state, line.state, line.returned) == ("aside", "returned", payment)
        assert agreements.again(self.case).balance == Decimal("39000.00")

    def test_that_is_lost_on_a_closed_case_keeps_its_task_and_is_not_tried_again(
        self, provider: Any
    ) -> None:
        type(self.case).objects.filter(pk=self.case.pk).update(state="closure", closed_at=AT)
        provider.fake.disputed(AT, status="lost")
        work()
        work()
        assert self.case.payments.get().reversed_at is None
        assert self.case.events.filter(kind="state.refused").count() == 1
        assert Duty.objects.filter(kind="payment.disputed", done_at=None).exists()

    def test_that_ends_before_it_was_heard_of_does_both(self, line_to: Any) -> None:
        case = agreements.signed().case
        provider = line_to("stripe_pay")
        provider.fake.paid(AT)
        work()
        provider.fake.disputed(AT, status="lost")
        work()
        assert case.payments.get().reversed_at == AT

    def test_that_ended_at_the_desk_takes_its_line_along(self, provider: Any) -> None:
        end_dispute(
            dispute=self.case.payments.get().disputes.get(), outcome="lost", remark="",
            by=make.clerk(), at=AT,
        )  # fmt: skip
        came, line = cast.lines()
        assert (came.state, line.state) == ("aside", "returned")

    def test_of_no_payment_beyond_doubt_waits_for_a_person(self, line_to: Any) -> None:
        case = agreements.signed().case
        provider = line_to("stripe_pay")
        provider.fake.disputed(AT, number="pi_unknown")
        work()
        line = cast.lines()[-1]
        assert (line.state, line.why) == ("open", "disputed")
        payment = paid_by_hand(case)
        put_in_doubt(line=line, payment=payment, by=make.clerk(), at=AT)
        assert payment.is_disputed
