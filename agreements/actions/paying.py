"""Money that came in: booked, set off, matched to instalments, receipted; or taken back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements import papers
from agreements.actions import accruing, limitation, refunding
from agreements.actions.following import CALL_DUTY, MISSED_DUTY
from agreements.actions.received import (
    AGENCY,
    RECORD,
    Received,
    must_be_received,
    must_not_be_known,
)
from agreements.actions.stopping import stop_contact
from agreements.disputes import must_not_be_disputed
from agreements.kinds import paid_words
from agreements.messages import hand_over, of_receipt
from agreements.models import Agreement, Allocation, Instalment, Payment, Refund
from agreements.payments import fill
from agreements.policy import may_receive
from cases.models import Case, Debt
from cases.models.case import Step as CaseStep
from common.clock import local_day
from common.money import ZERO, money, show
from documents.models import Document
from documents.storing import store
from notices.kinds import REMINDERS
from notices.models import Notice
from notices.outbox import suppress
from people.models import User
from visits.actions.planning import cancelling_all, returning
from workflow.duties import fulfil, raise_duty
from workflow.reasons import Reason, because
from workflow.steps import StaleForm, StateRefused, Step, WrongInput, carry_out, tell

CLOSE_DUTY = "case.to_close"
CLOSE_WITHIN = timedelta(days=5)  # no law names the days in which a settled case is wound up

Also = Callable[[Payment, User, datetime], None]
_on_reversal: list[Also] = []


def on_reversal(also: Also) -> None:
    """Have this done, under the case's lock, whenever a payment is taken back; by the app that keeps what it came from."""
    _on_reversal.append(also)


def record_payment(
    *,
    case: Case,
    amount: Decimal,
    method: str,
    received_at: datetime,
    by: User,
    at: datetime,
    payer: str = "",
    bank_reference: str = "",
    received_by: str = Payment.To.CREDITOR,
    keep_rest: bool = False,
    debt: Debt | None = None,
    also: Also | None = None,
    number: str = "",
    right: str = RECORD,
    besides: Sequence[Step] = (),
) -> Payment:
    """Book a payment: by component in the lawful order, and to the oldest instalment first.

    ``debt`` is the contract for which the debtor said that it is, where there are several.
    What it pays in full needs no reminder any more; what it pays in part gets one with the new figure.
    Cash has a ``number`` already, under which two officers took it (``agreements.actions.cash``), a ``right`` of its
    own, and ``besides`` a step of the visit.
    ``also`` is done with the payment under the case's lock, so that both stand or neither does.
    ``keep_rest`` keeps what is more than is owed for paying back; money that came though nothing was owed, or the
    case was closed, is kept whole. Else refuses more than is owed, and always what an agency took without the power to. Raises ``WrongInput``,
    ``StateRefused``, ``PolicyRefused``.
    """
    came = Received(
        case, amount, method, received_at, payer.strip()[:80], bank_reference.strip()[:60],
        received_by, keep_rest, debt, number, right,
    )  # fmt: skip
    payment, steps = booking(came, by, at, also=also, besides=besides)
    carry_out(*steps, by=by, at=at)
    return payment


def booking(
    came: Received,
    by: User,
    at: datetime,
    *,
    also: Also | None = None,
    told: Mapping[str, Any] = {},
    besides: Sequence[Step] = (),
    rest: bool = False,
) -> tuple[Payment, list[Step]]:
    """The payment, and the steps by which it is booked; ``told`` goes to the timeline beside its figures.

    ``rest``: it is what is left of one that the steps before take back, so that it ends nothing that did not end then.
    """
    must_be_received(came, at)
    case, keep_rest = came.case, came.keep_rest
    payment = Payment(
        case=case,
        amount=money(came.amount),
        method=came.method,
        received_by=came.received_by,
        received_at=came.received_at,
        payer=came.payer,
        bank_reference=came.bank_reference,
        debt=came.debt,
        recorded_by=by,
        recorded_at=at,
    )

    accruing.accrue(case=case, at=at)
    fresh = Case.objects.get(pk=case.pk)
    _keep_excess(fresh, payment, at, keep=keep_rest)
    foreseen = _Foreseen(False, "", ZERO) if rest else _foresee(fresh, payment, at)

    def book(locked: Case) -> Mapping[str, Any]:
        if locked.state == CaseStep.CLOSURE and not keep_rest:
            raise StateRefused(locked, "record_payment")
        must_not_be_known(locked, payment)
        _keep_excess(locked, payment, at, keep=keep_rest)
        now = _foresee(locked, payment, at)
        if now.balance < ZERO:
            raise WrongInput(
                _("%(amount)s is more than the %(balance)s that is owed. Have the rest"
                  " kept for paying back if that is what came in.")
                % {"amount": show(payment.amount), "balance": show(payment.amount + now.balance)},
                "amount",
            )  # fmt: skip
        if foreseen != now:
            raise StaleForm(locked)  # another payment came in between
        payment.number = came.number or f"{locked.reference}-P{locked.payments.count() + 1}"
        payment.save(force_insert=True)
        parts = accruing.enter_payment(payment, at)
        return {
            "number": payment.number,
            "amount": payment.amount,
            **({"excess": payment.excess} if payment.excess else {}),
            "method": payment.method,
            "received_by": payment.received_by,
            "received_at": payment.received_at,
            **({"contract": came.debt.contract_number} if came.debt else {}),
            "parts": {name: str(part) for name, part in parts.items()},
            "balance": locked.balance,
            **told,
        }

    def match(locked: Case, _by: User, _at: datetime) -> None:
        if also:
            also(payment, by, at)
        if payment.excess:
            refunding.owe_back(payment, by, at)
        _allocate(payment, by, at)
        paid_on = local_day(payment.received_at, locked.zone)
        if payment.counted:
            limitation.restart(locked, limitation.Cause("payment", payment.number, paid_on), by, at)
        _hand_over_receipt(payment, by, at)
        _fulfil_missed(locked, by, at)
        if locked.balance == ZERO and payment.counted:
            _nothing_is_owed(locked, by, at)

    return payment, [
        Step(
            subject=case, event="payment.received", right=came.right, data=book, then=match,
            policy=may_receive if came.received_by == AGENCY else None,
        ),
        *besides,
        *_on_the_agreement(case, foreseen.outcome, at),
        *(_calling_off(case, at) if foreseen.ends_it else ()),
    ]  # fmt: skip


def reverse_payment(
    *, payment: Payment, why: str, by: User, at: datetime, also: Also | None = None
) -> None:
    """Take a payment back that was booked by mistake or returned by the bank; nothing is deleted.

    ``also`` is done last, under the case's lock, so that both stand or neither does.
    """
    carry_out(*reversal(payment, why, by, at, also=also), by=by, at=at)


def reversal(
    payment: Payment,
    why: str,
    by: User,
    at: datetime,
    *,
    also: Also | None = None,
    told: Mapping[str, Any] = {},
    moved: bool = False,
) -> list[Step]:
    """The steps by which a payment is taken back; of one that is ``moved`` nobody else has to hear."""
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why it is reversed."), "why")

    accruing.accrue(case=payment.case, at=at)
    resumes = _resumes(payment)

    def unbook(locked: Case) -> Mapping[str, Any]:
        if locked.state == CaseStep.CLOSURE:
            raise StateRefused(locked, "reverse_payment")
        fresh = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if fresh.reversed_at:
            raise WrongInput(_("This payment was reversed already."))
        if Refund.objects.filter(payment=fresh).exists():
            raise WrongInput(
                _(
                    "What was too much of it is being paid back or was; it cannot be reversed as well."
                )
            )
        must_not_be_disputed(fresh)
        if resumes != _resumes(payment):
            raise StaleForm(locked)
        fresh.case = locked
        parts = accruing.enter_reversal(fresh, at)
        fresh.reversed_at, fresh.reversed_why = at, why
        fresh.went_back = told.get("went_back")
        fresh.save(update_fields=["reversed_at", "reversed_why", "went_back"])
        payment.reversed_at, payment.reversed_why, payment.went_back = at, why, fresh.went_back
        return {
            "number": fresh.number,
            "amount": fresh.amount,
            "why": why,
            "parts": {name: str(part) for name, part in parts.items()},
            "balance": locked.balance,
            **told,
        }

    def reopen(locked: Case, _by: User, _at: datetime) -> None:
        suppress(
            case=locked, why=because(lambda: _("The payment was reversed.")), by=by, at=at,
            kinds=[Notice.Kind.SETTLEMENT.value],
        )  # fmt: skip
        payment.case = locked
        _note_reversal(payment, by, at)
        _deallocate(payment, at)
        limitation.take_back(locked, payment.number, by, at)
        for heard in () if moved else _on_reversal:
            heard(payment, by, at)
        if also:
            also(payment, by, at)
        if payment.excess:
            refunding.owe_no_more(payment, by, at)
        if locked.balance > ZERO:
            fulfil(case=locked, kind=CLOSE_DUTY, by=by, at=at)

    case = payment.case
    return [
        Step(subject=case, event="payment.reversed", right=RECORD, data=unbook, then=reopen),
        *(_on_the_agreement(case, "resume", at) if resumes else ()),
    ]


# ---------------------------------------------------------------- what it will lead to


@dataclass(frozen=True)
class _Foreseen:
    """What the payment will do, reckoned before the lock and once more under it."""

    ends_it: bool
    outcome: str
    balance: Decimal = field(compare=False)  # another part payment in between does no harm


def _foresee(case: Case, payment: Payment, at: datetime) -> _Foreseen:
    """Kept when all is paid; mended when nothing that was due is missing any more."""
    payment.case = case
    if payment.excess and not payment.counted:
        return _Foreseen(ends_it=False, outcome="", balance=case.balance)
    amount, after = payment.counted, accruing.left_after(payment, at)
    ends_it = after == ZERO
    agreement = _held(case, "signed", "broken")
    if agreement is None:
        return _Foreseen(ends_it, "", after)
    rows = list(_open_instalments(case))
    parts = fill(amount, [row.missing for row in rows])
    left = [row for row, part in zip(rows, parts, strict=True) if row.missing > part]
    if ends_it or not left:
        return _Foreseen(ends_it, "keep", after)
    broken = agreement.state == Agreement.State.BROKEN
    mends = broken and not any(row.missed_at for row in left)
    return _Foreseen(ends_it, "mend" if mends else "", after)


def _keep_excess(case: Case, payment: Payment, at: datetime, *, keep: bool) -> None:
    """Set apart what is more than is owed as things stand; on a closed case nothing is paid any more."""
    payment.case, payment.excess = case, ZERO
    if keep:
        closed = case.state == CaseStep.CLOSURE
        over = payment.amount if closed else -accruing.left_after(payment, at)
        payment.excess = min(payment.amount, max(over, ZERO))


def _resumes(payment: Payment) -> bool:
    """Whether an agreement that had been kept is not kept any more without this payment."""
    paid = payment.allocations.filter(instalment__live=True, instalment__agreement__state="kept")
    return _held(payment.case, "signed", "broken") is None and paid.exists()


def _on_the_agreement(case: Case, outcome: str, at: datetime) -> list[Step]:
    """The agreement's own step in it, if it takes one."""
    agreement = _held(case, "kept") if outcome == "resume" else _held(case, "signed", "broken")
    if agreement is None or not outcome:
        return []
    told = {"number": agreement.number}
    given: dict[str, Any] = {"subject": agreement, "args": {"at": at}, "data": told}
    if outcome == "keep":
        return [Step(event="agreement.kept", transition="keep", **given)]
    if outcome == "mend":
        return [Step(event="agreement.mended", transition="mend", **given)]
    return [Step(event="agreement.resumed", transition="resume", **given)]


def _calling_off(case: Case, at: datetime) -> list[Step]:
    """Nobody visits a debtor who owes nothing; a case whose visit was announced goes back."""
    why = because(lambda: _("Nothing is owed any more."))
    steps = cancelling_all(case, why, at)
    if steps and Case.objects.get(pk=case.pk).state == CaseStep.NOTICE:
        steps.append(returning(case, why, at))
    return steps


# ---------------------------------------------------------------- under the lock


def _allocate(payment: Payment, by: User, at: datetime) -> None:
    """Fill the oldest instalments first; stop the reminders that speak of what is no longer so."""
    case = payment.case
    open_ones = list(_open_instalments(case).select_for_update(of=("self",)))
    parts = fill(payment.counted, [instalment.missing for instalment in open_ones])
    for instalment, part in zip(open_ones, parts, strict=True):
        if part <= ZERO:
            continue
        Allocation.objects.create(payment=payment, instalment=instalment, amount=part)
        instalment.paid += part
        if instalment.missing == ZERO:
            instalment.paid_at, instalment.attend_at = payment.received_at, None
        else:
            instalment.attend_at = at  # so that the reminder is written anew
        why = _paid_why(payment, case, at, whole=instalment.missing == ZERO)
        instalment.save(update_fields=["paid", "paid_at", "attend_at"])
        suppress(case=case, why=why, by=by, at=at, kinds=REMINDERS, instalment=instalment)


def _paid_why(payment: Payment, case: Case, at: datetime, *, whole: bool) -> Reason:
    """What a reminder is stopped for: it was paid, or part of it was, and when."""

    def words() -> str:
        paid = paid_words(payment.received_at, local_day(at, case.zone), case.zone)
        return paid if whole else _("part of it %(paid)s") % {"paid": paid}

    return because(words)


def _deallocate(payment: Payment, at: datetime) -> None:
    """Open again what the payment had paid; its allocations stay as a trace."""
    for allocation in payment.allocations.select_related("instalment"):
        instalment = Instalment.objects.select_for_update(of=("self",)).get(
            pk=allocation.instalment_id
        )
        instalment.paid -= allocation.amount
        instalment.paid_at = None
        instalment.attend_at = at if instalment.live else None
        instalment.escalated_at = None
        instalment.save(update_fields=["paid", "paid_at", "attend_at", "escalated_at"])


def _fulfil_missed(case: Case, by: User, at: datetime) -> None:
    """Nothing that was due is missing any more: nobody has to see to it."""
    if not _open_instalments(case).filter(missed_at__isnull=False).exists():
        for kind in (MISSED_DUTY, CALL_DUTY):
            fulfil(case=case, kind=kind, by=by, at=at)


def _held(case: Case, *states: str) -> Agreement | None:
    return case.agreements.filter(state__in=states).order_by("-version").first()


def _open_instalments(case: Case) -> QuerySet[Instalment]:
    """What is still to come of the agreement in force, the oldest first."""
    return Instalment.objects.filter(agreement__case=case, live=True, paid_at=None).order_by(
        "due_on", "number"
    )


def _hand_over_receipt(payment: Payment, by: User, at: datetime) -> None:
    case = payment.case
    document = store(
        case=case, kind=Document.Kind.RECEIPT, filename=f"{payment.number}.pdf",
        content=papers.receipt_pdf(payment), title=f"{_('Receipt')} {payment.number}", by=by, at=at,
        made_here=True,
    )  # fmt: skip
    payment.receipt = document
    payment.save(update_fields=["receipt"])
    tell(case, "document.made", by, at, papers.told(document))
    wording, values = of_receipt(payment, case.balance)
    hand_over(
        case=case, wording=wording, document=document, values=values, language=case.debtor.language,
        key=f"payment:{payment.pk}:receipt", by=by, at=at,
    )  # fmt: skip


def _note_reversal(payment: Payment, by: User, at: datetime) -> None:
    """The debtor holds a receipt for it, so that it is void has to be told in writing as well."""
    case = payment.case
    document = store(
        case=case, kind=Document.Kind.RECEIPT, filename=f"{payment.number}-R.pdf",
        content=papers.reversal_pdf(payment), title=f"{_('Note of a reversed payment')} {payment.number}",
        by=by, at=at, made_here=True,
    )  # fmt: skip
    payment.reversal_note = document
    payment.save(update_fields=["reversal_note"])
    tell(case, "document.made", by, at, papers.told(document))
    refunding.hand_over_later(case, document.number, payment.number, at)


def _nothing_is_owed(case: Case, by: User, at: datetime) -> None:
    """The same day all contact stops, and somebody has to wind the case up."""
    stop_contact(case, why=because(lambda: _("Nothing is owed any more.")), by=by, at=at)
    Instalment.objects.filter(agreement__case=case, live=True, paid_at=None).update(attend_at=None)
    raise_duty(
        case=case,
        kind=CLOSE_DUTY,
        says={
            "en": "All is paid: issue the certificate, return the papers, close the case.",
            "zh": "款项已结清：请出具结清证明、退还凭证原件并结案。",
        },
        due_at=at + CLOSE_WITHIN,
        key=f"{CLOSE_DUTY}:{case.pk}:{at.isoformat()}",
        at=at,
        role=User.Role.CLERK,
    )
