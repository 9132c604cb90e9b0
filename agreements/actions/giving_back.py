"""A part of a payment went back: the payment is taken back, and what is left of it is booked again, both or neither."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from agreements.actions.moving import follow_all
from agreements.actions.paying import Also, booking, reversal
from agreements.actions.received import Received
from agreements.models import Payment
from common.money import ZERO, money, show
from people.models import User
from workflow.steps import Step, WrongInput, carry_out


def give_back_part(
    *, payment: Payment, back: Decimal, why: str, by: User, at: datetime, also: Also | None = None
) -> Payment:
    """Reverse the payment and book what is left of it from the day on which it came; says which payment that is.

    ``why`` stands on the note that voids the receipt. ``also`` is done with what is left, under the case's lock.
    Refuses more than the payment, cash, one of which something is kept for paying back, and what ``reverse_payment``
    refuses. Raises ``WrongInput``, ``StateRefused``, ``RightRefused``, ``Outsider``.
    """
    rest, steps = in_part(payment, back, why, by, at, also=also)
    carry_out(*steps, by=by, at=at)
    return rest


def in_part(
    payment: Payment,
    back: Decimal,
    why: str,
    by: User,
    at: datetime,
    *,
    also: Also | None = None,
) -> tuple[Payment, Sequence[Step]]:
    """What is left of it, and the steps by which the part goes back."""
    if not (back.is_finite() and money(back) == back and ZERO < back < payment.amount):
        raise WrongInput(
            _("Give a part of the %(amount)s, above zero, with at most two places after the point.")
            % {"amount": show(payment.amount)}, "amount",
        )  # fmt: skip
    if payment.method == Payment.Method.CASH:
        raise WrongInput(
            _("Cash from a door stays with its numbered receipt. Reverse it, and settle it there.")
        )
    if payment.excess:
        raise WrongInput(
            _("%(excess)s of it is kept for paying back. Record that refund; it is no reversal.")
            % {"excess": show(payment.excess)}
        )
    if payment.reversed_at:
        raise WrongInput(_("This payment was reversed already."))
    came = Received(
        payment.case, payment.amount - back, payment.method, payment.received_at, payment.payer,
        payment.bank_reference, payment.received_by, debt=payment.debt,
    )  # fmt: skip

    def follow(rest: Payment, by: User, at: datetime) -> None:
        follow_all(payment, rest, by, at)
        if also:
            also(rest, by, at)

    told = {"rest_of": payment.number, "went_back": back}
    rest, again = booking(came, by, at, also=follow, told=told, rest=True)
    back_steps = reversal(payment, why, by, at, told={"went_back": back}, moved=True)
    return rest, [*back_steps, *again]
