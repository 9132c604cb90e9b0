"""Cash from doors on its way to the bank: paid in with a slip, missed and told, a difference explained and accepted."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements.actions.cash import HAND_IN, OUT_FOR, TO_DEPOSIT, bring_back_numbers
from agreements.models import CashDeposit, CashNumber, CashTaken
from cases.models import Case
from common.money import ZERO, money, show
from documents.models import Document
from documents.storing import store
from notices import to_staff
from notices.models import StaffMessage
from people.models import User
from visits.models import Visit
from workflow.approvals import LAPSES_AFTER, asking, must_not_wait
from workflow.duties import fulfil, raise_duty
from workflow.models import Approval
from workflow.reasons import because
from workflow.steps import Outsider, StateRefused, Step, WrongInput, carry_out, case_of

log = logging.getLogger(__name__)

OVERDUE = "cash.overdue"
SEE_TO_IT_WITHIN = timedelta(days=1)
BATCH = 200


def record_deposit(
    *,
    taken: CashTaken,
    amount: Decimal,
    bank: str,
    reference: str,
    paid_in_at: datetime,
    filename: str,
    content: bytes,
    by: User,
    at: datetime,
    explanation: str = "",
) -> CashDeposit:
    """Record that cash of this receipt was paid in, with the bank's slip.

    Where what was paid in is not what stands on the receipt, ``explanation`` says why, and a second person is asked
    to accept that. Raises ``WrongInput``, ``StateRefused``, ``RightRefused``, ``Outsider``, ``Unreadable``.
    """
    must_be_deposited(
        amount=amount, bank=bank, reference=reference, paid_in_at=paid_in_at,
        taken_at=taken.taken_at, at=at,
    )  # fmt: skip
    case = taken.case
    left = reread(taken).missing - amount
    if left and not explanation.strip():
        raise WrongInput(
            _("%(left)s would differ from the receipt over %(amount)s. Explain the difference.")
            % {"left": show(left), "amount": show(taken.amount)}, "explanation",
        )  # fmt: skip
    deposit = CashDeposit(
        taken=taken, amount=money(amount), bank=bank.strip()[:80], reference=reference.strip()[:60],
        paid_in_at=paid_in_at, recorded_by=by, recorded_at=at,
    )  # fmt: skip

    def keep_slip() -> None:
        deposit.slip = store(
            case=case, kind=Document.Kind.OTHER, filename=filename, content=content,
            title=f"{_('Deposit slip')} {taken.number}", by=by, at=at,
        )  # fmt: skip

    def keep(_locked: Case) -> Mapping[str, Any]:
        fresh = reread(taken)
        if fresh.deposits.filter(reference=deposit.reference).exists():
            raise WrongInput(_("This slip is recorded already."), "reference")
        if fresh.missing - amount != left:
            raise WrongInput(_("Another deposit was recorded meanwhile. Look again."))
        deposit.save(force_insert=True)
        return {
            "number": str(taken.number), "amount": deposit.amount, "bank": deposit.bank,
            "slip_number": deposit.reference, "paid_in_at": paid_in_at,
            "document": deposit.slip.number, **({"difference": left} if left else {}),
        }  # fmt: skip

    def account_for(locked: Case, _by: User, _at: datetime) -> None:
        if not left:
            settle(locked, reread(taken), by, at)

    carry_out(
        Step(
            subject=case, event="cash.deposited", right=HAND_IN, data=keep, then=account_for,
            first=keep_slip,
        ),
        *([_asking(taken, left, explanation, by, at)] if left else ()),
        by=by,
        at=at,
    )  # fmt: skip
    return deposit


def must_be_deposited(
    *,
    amount: Decimal,
    bank: str,
    reference: str,
    paid_in_at: datetime,
    taken_at: datetime,
    at: datetime,
) -> None:
    """Refuse what no slip can say; raises ``WrongInput``."""
    if not (amount.is_finite() and amount > ZERO and money(amount) == amount):
        raise WrongInput(
            _("Give an amount above zero with at most two places after the point."), "amount"
        )
    if not bank.strip() or not reference.strip():
        raise WrongInput(_("Give the bank and the number of its slip."), "reference")
    if paid_in_at > at:
        raise WrongInput(_("This lies in the future. Give the time on the slip."), "paid_in_at")
    if paid_in_at < taken_at:
        raise WrongInput(
            _("It was paid in before it was taken. Look at the slip again."), "paid_in_at"
        )


def explain_difference(*, taken: CashTaken, explanation: str, by: User, at: datetime) -> None:
    """Ask a second person to accept that what was paid in is not what stands on the receipt, and say why."""
    fresh = reread(taken)
    if not fresh.deposits.exists():
        raise WrongInput(_("Nothing was paid in yet. Record the deposit first."))
    if not explanation.strip():
        raise WrongInput(_("Explain the difference."), "explanation")
    carry_out(_asking(taken, fresh.missing, explanation, by, at), by=by, at=at)


def difference_steps(approval: Approval, by: User, _at: datetime) -> Sequence[Step]:
    """What follows when it is granted: the receipt is accounted for with this difference."""
    case: Case = case_of(approval)
    taken = _of(approval)
    if by.pk in (taken.first_id, taken.second_id):
        raise WrongInput(_("You took this cash yourself. Somebody else has to decide."))

    def accept(_locked: Case) -> Mapping[str, Any]:
        fresh = reread(taken)
        if str(fresh.missing) != approval.details["difference"]:
            raise WrongInput(_("Another deposit was recorded meanwhile. Look again."))
        return {"number": str(fresh.number), "difference": fresh.missing, "why": approval.reason}

    def account_for(locked: Case, _by: User, at: datetime) -> None:
        fresh = reread(taken)
        fresh.difference, fresh.accepted_by = fresh.missing, by
        settle(locked, fresh, by, at)

    return [Step(subject=case, event="cash.difference_accepted", data=accept, then=account_for)]


def _asking(
    taken: CashTaken, difference: Decimal, explanation: str, by: User, at: datetime
) -> Step:
    """The step that asks the second person."""
    kind = Approval.Kind.CASH_DIFFERENCE
    details = {
        "amount": str(taken.amount), "paid_in": str(taken.amount - difference),
        "difference": str(difference),
    }  # fmt: skip
    approval = Approval(
        case=taken.case, kind=kind, subject=str(taken.number), details=details,
        reason=explanation.strip()[:200], requested_by=by, requested_at=at,
        expires_at=at + LAPSES_AFTER,
    )  # fmt: skip

    def once(fresh: Approval, _by: User, _at: datetime) -> None:
        must_not_wait(fresh.case, kind, at, besides=fresh)

    return asking(approval, then=once)


def _of(approval: Approval) -> CashTaken:
    """The receipt that the request is about."""
    taken: CashTaken = CashTaken.objects.select_related(
        "number__organisation", "payment__case"
    ).get(payment__number=approval.subject, payment__case=approval.case_id)
    return taken


def reread(taken: CashTaken) -> CashTaken:
    """The receipt as it is now, if it is not accounted for yet."""
    fresh = (
        CashTaken.objects.select_related("number__organisation", "payment__case")
        .prefetch_related("deposits")
        .get(pk=taken.pk)
    )
    if fresh.settled_at:
        raise WrongInput(_("This receipt is accounted for already."))
    return fresh


def settle(case: Case, taken: CashTaken, by: User, at: datetime) -> None:
    """All is accounted for: nobody has to pay anything in, or to look for it, any more."""
    taken.settled_at = at
    taken.save(update_fields=["settled_at", "difference", "accepted_by"])
    for kind in (TO_DEPOSIT, OVERDUE):
        fulfil(case=case, kind=kind, key=f"{kind}:{taken.number_id}", by=by, at=at)


# ---------------------------------------------------------------- by the clock


def sweep(at: datetime, *, by: User | None = None) -> int:
    """Tell of what was not paid in when it was due, and take back the numbers of visits that are over."""
    by = by or User.objects.system()
    late = CashTaken.objects.filter(settled_at=None, told_at=None, due_at__lte=at)
    rows = late.select_related("number__organisation", "payment__case__team", "first", "second")
    found = list(rows.order_by("due_at", "pk")[:BATCH])
    for taken in found:
        try:
            tell_overdue(taken, by=by, at=at)
        except WrongInput:  # somebody was quicker
            continue
        except Exception:
            log.exception("That cash %s is overdue could not be told.", taken.pk)
    out = CashNumber.objects.filter(
        taken=None, spoiled_at=None, unused_at=None, visit__finished_at__lte=at - OUT_FOR
    )
    visits = Visit.objects.filter(pk__in=out.values("visit")).select_related("case")
    for visit in visits.order_by("pk")[:BATCH]:
        try:
            bring_back_numbers(visit=visit, by=by, at=at)
        except (StateRefused, Outsider):
            continue
        except Exception:
            log.exception("The numbers of visit %s could not be taken back.", visit.pk)
    return len(found)


def tell_overdue(taken: CashTaken, *, by: User, at: datetime) -> None:
    """Make it the supervisor's task that cash is not in the bank, and write to those who answer for the team."""

    def mark(_locked: Case) -> Mapping[str, Any]:
        mine = CashTaken.objects.filter(pk=taken.pk, settled_at=None, told_at=None)
        if not mine.update(told_at=at):
            raise WrongInput(_("This receipt is accounted for already."))
        return {
            "number": str(taken.number), "amount": taken.amount, "due_at": taken.due_at,
            "first": str(taken.first), "second": str(taken.second),
        }  # fmt: skip

    def tell(locked: Case, _by: User, _at: datetime) -> None:
        amount = show(taken.amount)
        raise_duty(
            case=locked, kind=OVERDUE, key=f"{OVERDUE}:{taken.number_id}", at=at,
            role=User.Role.SUPERVISOR, due_at=at + SEE_TO_IT_WITHIN,
            says={
                "en": f"{amount} in cash (receipt {taken.number}) is not in the bank. Ask {taken.first} and {taken.second}.",
                "zh": f"现金 {amount} 元（收据 {taken.number}）逾期未缴存，请向 {taken.first}、{taken.second} 核实。",
            },
        )  # fmt: skip
        people = User.objects.filter(is_active=True, role=User.Role.SUPERVISOR, team=locked.team_id)
        to_staff.write_to_each(
            people.order_by("pk"), kind=StaffMessage.Kind.CASH, at=at, say=lambda: _said(taken),
            key=lambda person: f"cash:{taken.pk}:{person.pk}",
        )  # fmt: skip

    carry_out(Step(subject=taken.case, event=OVERDUE, data=mark, then=tell), by=by, at=at)


def paid_in_meanwhile(row: StaffMessage) -> str:
    """Why an e-mail that tells of cash need not go any more; "" while it is not in the bank."""
    _kind, taken, _person = row.dedupe_key.split(":")
    waits = CashTaken.objects.filter(pk=int(taken), settled_at=None).exists()
    return "" if waits else because(lambda: _("The cash was accounted for meanwhile."))


def _said(taken: CashTaken) -> tuple[str, str]:
    """The subject and the text; nothing in it tells of the debtor."""
    told = {
        "number": taken.number, "amount": show(taken.amount), "first": taken.first,
        "second": taken.second,
    }  # fmt: skip
    head = _("Cash not in the bank: %(amount)s (%(number)s)") % told
    lines = [
        head,
        "",
        _("%(first)s and %(second)s took %(amount)s at a door. The day for paying it in is over.") % told,
        _("The list of what is to be handed in:"),
        settings.PUBLIC_URL + reverse("agreements:cash"),
    ]  # fmt: skip
    return head, "\n".join(lines)
