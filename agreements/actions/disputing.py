"""A payer disputes a payment: it is under doubt with a task for the desk, until the outcome closes it.

Until then it counts: nobody is reminded of money that is with the provider. But nothing is certified, given back or
closed on it.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from agreements.actions.giving_back import in_part
from agreements.actions.paying import reversal
from agreements.actions.received import RECORD
from agreements.models import Dispute, Payment
from cases.models import Case
from common.money import ZERO, money, show
from people.models import User
from workflow.duties import fulfil, raise_duty
from workflow.reasons import LANGUAGES
from workflow.steps import Step, WrongInput, carry_out, note

DUTY = "payment.disputed"
ANSWER_WITHIN = timedelta(days=7)
"""By when the evidence is handed in where nobody says until when; card schemes and providers want it within days."""

Also = Callable[[Dispute, User, datetime], None]
Ended = Callable[[Dispute, Payment | None, User, datetime], None]
_on_end: list[Ended] = []


def on_end(ended: Ended) -> None:
    """Have this done, with what is left of the payment, when a dispute ends; by the app that heard of it."""
    _on_end.append(ended)


def open_dispute(
    *,
    payment: Payment,
    number: str,
    amount: Decimal,
    by: User,
    at: datetime,
    answer_by: datetime | None = None,
    also: Also | None = None,
) -> Dispute:
    """Put a payment under doubt, because its payer disputes it or a part of it, and raise the task to answer.

    ``number`` is the provider's or bank's of the dispute. ``also`` is done under the case's lock. Raises
    ``WrongInput``, ``RightRefused``, ``Outsider``.
    """
    number = number.strip()[:100]
    if not number:
        raise WrongInput(_("Give the number under which the dispute is kept."), "number")
    if not (amount.is_finite() and money(amount) == amount and ZERO < amount <= payment.amount):
        raise WrongInput(
            _("Give an amount above zero and not above the %(amount)s of the payment.")
            % {"amount": show(payment.amount)}, "amount",
        )  # fmt: skip
    if payment.method == Payment.Method.CASH:
        raise WrongInput(_("Cash from a door is not disputed at a provider."))
    dispute = Dispute(
        payment=payment, number=number, amount=amount, opened_at=at, opened_by=by,
        answer_by=answer_by or at + ANSWER_WITHIN,
    )  # fmt: skip

    def doubt(_locked: Case) -> Mapping[str, Any]:
        fresh = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if fresh.reversed_at:
            raise WrongInput(_("This payment was reversed already."))
        if fresh.disputes.filter(outcome="").exists():
            raise WrongInput(_("This payment is disputed already."))
        dispute.save(force_insert=True)
        return {
            "number": fresh.number, "amount": amount, "dispute": number,
            "answer_by": dispute.answer_by,
        }  # fmt: skip

    def task(locked: Case, by: User, at: datetime) -> None:
        told = show(amount)
        raise_duty(
            case=locked, kind=DUTY, key=_key(dispute), at=at, due_at=dispute.answer_by,
            role=User.Role.CLERK,
            says={
                "en": f"{told} of payment {payment.number} is disputed ({number}). Hand in the evidence, then record the outcome.",
                "zh": f"付款人对还款 {payment.number} 中的 {told} 元提出拒付争议（{number}）。请提交证据，并登记处理结果。",
            },
        )  # fmt: skip
        if also:
            also(dispute, by, at)

    note(payment.case, event="payment.disputed", right=RECORD, by=by, at=at, data=doubt, then=task)
    return dispute


def end_dispute(*, dispute: Dispute, outcome: str, remark: str, by: User, at: datetime) -> None:
    """Record how a dispute ended: won, the payment stands; lost, it is reversed, or that part of it is.

    Raises ``WrongInput``, ``StateRefused`` (lost on a closed case), ``RightRefused``, ``Outsider``.
    """
    if outcome not in Dispute.Outcome.values:
        raise WrongInput(_("Say how it ended."), "outcome")
    remark = remark.strip()[:200]
    payment = dispute.payment

    def close(_locked: Case) -> Mapping[str, Any]:
        fresh = Dispute.objects.select_for_update(of=("self",)).get(pk=dispute.pk)
        if fresh.outcome:
            raise WrongInput(_("How it ended is on record already."))
        fresh.outcome, fresh.ended_at, fresh.ended_by, fresh.remark = outcome, at, by, remark
        fresh.save(update_fields=["outcome", "ended_at", "ended_by", "remark"])
        dispute.__dict__.update(fresh.__dict__)
        return {
            "number": payment.number, "amount": fresh.amount, "dispute": fresh.number,
            "outcome": outcome, **({"remark": remark} if remark else {}),
        }  # fmt: skip

    def done(locked: Case, by: User, at: datetime) -> None:
        fulfil(case=locked, kind=DUTY, key=_key(dispute), by=by, at=at)
        if outcome == Dispute.Outcome.WON:
            _tell(dispute, None, by, at)

    ending = Step(
        subject=payment.case, event="payment.dispute_ended", right=RECORD, data=close, then=done
    )
    if outcome == Dispute.Outcome.WON:
        carry_out(ending, by=by, at=at)
        return
    with override(LANGUAGES.get(payment.case.debtor.language, "zh-hans")):
        said = _("The payer disputed it (%(number)s).") % {"number": dispute.number}

    def heard(rest: Payment, by: User, at: datetime) -> None:
        _tell(dispute, rest if rest.pk != payment.pk else None, by, at)

    if dispute.amount == payment.amount:
        steps = reversal(payment, said, by, at, also=heard)
    else:
        _rest, found = in_part(payment, dispute.amount, said, by, at, also=heard)
        steps = list(found)
    carry_out(ending, *steps, by=by, at=at)


def _tell(dispute: Dispute, rest: Payment | None, by: User, at: datetime) -> None:
    for ended in _on_end:
        ended(dispute, rest, by, at)


def _key(dispute: Dispute) -> str:
    return f"{DUTY}:{dispute.pk}"
