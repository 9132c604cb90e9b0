"""A payment that was booked for the wrong debtor goes to the right case, in one step."""

from collections.abc import Callable
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from agreements.actions import accruing
from agreements.actions.paying import booking, reversal
from agreements.actions.received import Received
from agreements.models import Payment
from cases.models import Case
from people.models import User
from workflow.reasons import LANGUAGES
from workflow.steps import WrongInput, carry_out_across

Follow = Callable[[Payment, Payment, User, datetime], None]
_on_move: list[Follow] = []


def on_move(follow: Follow) -> None:
    """Have this done, with the payment as it was and as it is, by the app that keeps what it came from."""
    _on_move.append(follow)


def follow_all(before: Payment, now: Payment, by: User, at: datetime) -> None:
    """Let what belongs to the payment go along; inside the change by which another stands in its place."""
    for follow in _on_move:
        follow(before, now, by, at)


def move_payment(
    *, payment: Payment, to: Case, why: str, by: User, at: datetime, keep_rest: bool = False
) -> Payment:
    """Take the payment back where it was booked by mistake and book it on the case where it belongs, both or neither.

    It counts there from the day on which it was received. Each debtor is told in writing of the own case alone: the
    one that the receipt is void, the other by a receipt. Refuses another creditor's case, another currency, and what
    taking back or booking refuses. Raises ``WrongInput``, ``StateRefused``, ``PolicyRefused``, ``Outsider``.
    """
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why it belongs to the other case."), "why")
    before = payment.case
    if to.pk == before.pk:
        raise WrongInput(_("It is booked on this case already."), "reference")
    if to.creditor_id != before.creditor_id:
        raise WrongInput(_("It came to another creditor than the one of that case."), "reference")
    if to.currency != before.currency:
        raise WrongInput(_("That case is in another currency."), "reference")
    if payment.method == Payment.Method.CASH:
        raise WrongInput(
            _("Cash from a door stays with its numbered receipt. Reverse it, and settle it there.")
        )
    if payment.reversed_at:
        raise WrongInput(_("This payment was reversed already."))
    came = Received(
        to, payment.amount, payment.method, payment.received_at, payment.payer,
        payment.bank_reference, payment.received_by, keep_rest,
    )  # fmt: skip
    accruing.accrue(case=before, at=at)  # each in a change of its own, before both are locked

    def follow(moved: Payment, by: User, at: datetime) -> None:
        follow_all(payment, moved, by, at)

    moved, steps = booking(
        came, by, at, also=follow, told={"moved_from": payment.number, "why": why}
    )
    with override(LANGUAGES.get(before.debtor.language, "zh-hans")):
        said = _("It belongs to another account and was booked here by mistake.")
    back = reversal(
        payment, said, by, at, told={"moved_to": to.reference, "reason": why}, moved=True
    )
    carry_out_across(back, steps, by=by, at=at)
    return moved
