"""A payer disputes a payment: it is under doubt with a task, and the outcome closes it."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agreements.actions.closing import issue_certificate
from agreements.actions.disputing import ANSWER_WITHIN, end_dispute, open_dispute
from agreements.actions.moving import move_payment
from agreements.actions.paying import reverse_payment
from agreements.models import Dispute, Payment
from cases.models import Case
from tests import make
from tests.agreements import cast
from tests.agreements.test_moving import other, paid, ties
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]
AT = cast.PAID.replace(hour=6)
LATER = AT + timedelta(days=2)


@pytest.fixture
def case() -> Case:
    return cast.signed().case


def disputed(payment: Payment, amount: str = "6500.00", **given: Any) -> Dispute:
    return open_dispute(
        **{
            "payment": payment, "number": "dp_1", "amount": Decimal(amount), "by": make.clerk(),
            "at": AT, **given,
        }
    )  # fmt: skip


def ended(dispute: Dispute, outcome: str, **given: Any) -> None:
    end_dispute(
        **{
            "dispute": cast.again(dispute), "outcome": outcome, "remark": "", "by": make.clerk(),
            "at": LATER, **given,
        }
    )  # fmt: skip


class TestOpenDispute:
    def test_leaves_the_payment_counting_and_raises_the_task(self, case: Case) -> None:
        payment = paid(case)
        disputed(payment)
        assert cast.again(payment).is_disputed
        assert cast.again(case).balance == Decimal("32500.00")
        duty = Duty.objects.get(kind="payment.disputed")
        assert (duty.due_at, duty.role) == (AT + ANSWER_WITHIN, "clerk")
        assert "6,500.00" in duty.says["zh"]
        told = case.events.get(kind="payment.disputed").data
        assert (told["number"], told["dispute"], told["amount"]) == (
            payment.number, "dp_1", "6500.00",
        )  # fmt: skip
        assert cast.chain_holds(case)

    def test_keeps_the_day_by_which_it_is_to_be_answered(self, case: Case) -> None:
        disputed(paid(case), answer_by=LATER)
        assert Duty.objects.get(kind="payment.disputed").due_at == LATER

    def test_bars_taking_back_moving_certificate_and_closing(self, case: Case) -> None:
        payment = paid(case, "39000.00")
        disputed(payment, "39000.00")
        payment = cast.again(payment)
        for act in (
            lambda: reverse_payment(payment=payment, why="误记", by=make.clerk(), at=AT),
            lambda: move_payment(payment=payment, to=other(), why="x", by=make.clerk(), at=AT),
            lambda: issue_certificate(case=cast.again(case), by=make.clerk(), at=AT),
        ):
            with pytest.raises(WrongInput, match=payment.number):
                act()

    @pytest.mark.parametrize(
        "given",
        [{"amount": "0.00"}, {"amount": "6500.01"}, {"number": " "}, {"amount": "0.001"}],
    )
    def test_is_refused_for_what_makes_no_sense(self, case: Case, given: dict[str, str]) -> None:
        with pytest.raises(WrongInput):
            disputed(paid(case), **given)

    def test_is_refused_twice_and_for_what_was_taken_back(self, case: Case) -> None:
        payment = paid(case)
        disputed(payment)
        with pytest.raises(WrongInput):
            disputed(payment, number="dp_2")
        other_payment = paid(case, "100.00", "B2")
        reverse_payment(payment=other_payment, why="误记", by=make.clerk(), at=AT)
        with pytest.raises(WrongInput):
            disputed(other_payment, "100.00")

    def test_is_refused_to_who_records_no_money_and_to_an_outsider(self, case: Case) -> None:
        payment = paid(case)
        with pytest.raises(RightRefused):
            disputed(payment, by=make.officer())
        with pytest.raises(Outsider):
            disputed(payment, by=make.outsider())


class TestEndDispute:
    def test_won_leaves_the_payment_and_ticks_the_task(self, case: Case) -> None:
        payment = paid(case)
        ended(disputed(payment), "won", remark="银行支持我方")
        payment = cast.again(payment)
        assert (payment.reversed_at, payment.is_disputed) == (None, False)
        assert not Duty.objects.filter(kind="payment.disputed", done_at=None).exists()
        told = case.events.get(kind="payment.dispute_ended").data
        assert (told["outcome"], told["remark"]) == ("won", "银行支持我方")
        assert cast.again(case).balance == Decimal("32500.00")

    def test_lost_reverses_the_payment_and_tells_the_debtor_why(self, case: Case) -> None:
        payment = paid(case)
        ended(disputed(payment), "lost")
        payment = cast.again(payment)
        assert payment.reversed_at == LATER
        assert "dp_1" in payment.reversed_why
        assert payment.reversed_why.startswith("付款人")
        assert payment.reversal_note
        assert cast.again(case).balance == Decimal("39000.00")
        assert not Duty.objects.filter(kind="payment.disputed", done_at=None).exists()
        assert ties(case)
        assert cast.chain_holds(case)

    def test_lost_in_part_books_the_rest_again(self, case: Case) -> None:
        payment = paid(case)
        ended(disputed(payment, "500.00"), "lost")
        assert cast.again(payment).reversed_at == LATER
        assert case.payments.get(reversed_at=None).amount == Decimal("6000.00")
        assert cast.again(case).balance == Decimal("33000.00")
        assert ties(case)

    def test_is_refused_twice_and_without_an_outcome(self, case: Case) -> None:
        dispute = disputed(paid(case))
        with pytest.raises(WrongInput):
            ended(dispute, "drawn")
        ended(dispute, "won")
        with pytest.raises(WrongInput):
            ended(dispute, "lost")

    def test_lost_is_refused_on_a_closed_case_and_stays_open(self, case: Case) -> None:
        dispute = disputed(paid(case))
        Case.objects.filter(pk=case.pk).update(state="closure", closed_at=AT)
        with pytest.raises(StateRefused):
            ended(dispute, "lost")
        assert cast.again(dispute).outcome == ""

    def test_is_refused_to_an_outsider(self, case: Case) -> None:
        dispute = disputed(paid(case))
        with pytest.raises(Outsider):
            ended(dispute, "won", by=make.outsider())


class TestPages:
    def test_lead_from_the_payments_to_the_dispute_and_its_outcome(
        self, case: Case, clock: Any
    ) -> None:
        clock.set(AT)
        payment, client = paid(case), Client()
        client.force_login(make.clerk())
        tab = f"{case.get_absolute_url()}?tab=agreement"
        address = reverse("agreements:dispute_payment", args=[payment.number])
        assert address in client.get(tab).content.decode()
        assert client.get(address).status_code == 200
        sent = client.post(address, {"number": "dp_9", "amount": "6500.00", "answer_by": ""})
        assert sent.status_code == 302
        dispute = Dispute.objects.get()
        end = reverse("agreements:end_dispute", args=[dispute.pk])
        page = client.get(tab).content.decode()
        assert end in page
        assert reverse("agreements:reverse_payment", args=[payment.number]) not in page
        assert client.post(end, {"outcome": "lost", "remark": ""}).status_code == 302
        assert cast.again(payment).reversed_at is not None
