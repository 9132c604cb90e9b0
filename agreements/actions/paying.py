"""Money that came in: booked, set off, matched to instalments, receipted; or taken back."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements import papers
from agreements.actions import limitation
from agreements.actions.following import CALL_DUTY, MISSED_DUTY
from agreements.actions.stopping import stop_contact
from agreements.kinds import paid_words
from agreements.messages import hand_over, of_receipt
from agreements.models import Agreement, Allocation, Instalment, Payment
from agreements.payments import fill, set_off
from agreements.policy import COMPONENTS, may_receive, order_of, owed_by_component
from cases.models import Case, LedgerEntry
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
from workflow.duties import fulfil, raise_duty, set_next_due
from workflow.models import Duty
from workflow.reasons import Reason, because
from workflow.steps import StaleForm, StateRefused, Step, WrongInput, carry_out, tell

RECORD = "record_payment"
AGENCY = Payment.To.AGENCY.value
CLOSE_DUTY = "case.to_close"
MOST = Decimal("1e12")  # as much as a column of amounts holds
CLOSE_WITHIN = timedelta(days=5)  # no law names the days in which a settled case is wound up


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
) -> Payment:
    """Book a payment: by component in the lawful order, and to the oldest instalment first.

    What it pays in full needs no reminder any more; what it pays in part gets one with the new figure.
    Refuses more than is owed, and what an agency took without the power to. Raises ``WrongInput``,
    ``StateRefused``, ``PolicyRefused``.
    """
    _must_be_money(amount, method)
    if received_by not in Payment.To.values or (received_by == AGENCY and not case.agency_id):
        raise WrongInput(_("No agency works on this case."), "received_by")
    if received_at > at:
        raise WrongInput(
            _("This lies in the future. Give the time at which it arrived."), "received_at"
        )
    payment = Payment(
        case=case,
        amount=money(amount),
        method=method,
        received_by=received_by,
        received_at=received_at,
        payer=payer.strip()[:80],
        bank_reference=bank_reference.strip()[:60],
        recorded_by=by,
        recorded_at=at,
    )

    foreseen = _foresee(Case.objects.get(pk=case.pk), payment.amount)

    def book(locked: Case) -> Mapping[str, Any]:
        if locked.state == CaseStep.CLOSURE:
            raise StateRefused(locked, "record_payment")
        _must_not_be_known(locked, payment)
        if payment.amount > locked.balance:
            raise WrongInput(
                _("%(amount)s is more than the %(balance)s that is owed. Record %(balance)s and"
                  " have the rest paid back.")
                % {"amount": show(payment.amount), "balance": show(locked.balance)},
                "amount",
            )  # fmt: skip
        if foreseen != _foresee(locked, payment.amount):
            raise StaleForm(locked)  # another payment came in between
        payment.case = locked
        payment.number = f"{locked.reference}-P{locked.payments.count() + 1}"
        payment.save(force_insert=True)
        parts = set_off(payment.amount, owed_by_component(locked), order_of(locked, at))
        _enter(payment, LedgerEntry.Kind.PAYMENT, {name: -part for name, part in parts.items()}, at)
        return {
            "number": payment.number,
            "amount": payment.amount,
            "method": payment.method,
            "received_by": payment.received_by,
            "received_at": payment.received_at,
            "parts": {name: str(part) for name, part in parts.items()},
            "balance": locked.balance,
        }

    def match(locked: Case, _by: User, _at: datetime) -> None:
        _allocate(payment, by, at)
        paid_on = local_day(payment.received_at, locked.zone)
        limitation.restart(locked, limitation.Cause("payment", payment.number, paid_on), by, at)
        _hand_over_receipt(payment, by, at)
        _fulfil_missed(locked, by, at)
        if locked.balance == ZERO:
            _nothing_is_owed(locked, by, at)

    carry_out(
        Step(
            subject=case, event="payment.received", right=RECORD, data=book, then=match,
            policy=may_receive if received_by == AGENCY else None,
        ),
        *_on_the_agreement(case, foreseen.outcome, at),
        *(_calling_off(case, at) if foreseen.ends_it else ()),
        by=by,
        at=at,
    )  # fmt: skip
    return payment


def reverse_payment(*, payment: Payment, why: str, by: User, at: datetime) -> None:
    """Take a payment back that was booked by mistake or returned by the bank; nothing is deleted."""
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why it is reversed."), "why")

    resumes = _resumes(payment)

    def unbook(locked: Case) -> Mapping[str, Any]:
        if locked.state == CaseStep.CLOSURE:
            raise StateRefused(locked, "reverse_payment")
        fresh = Payment.objects.select_for_update(of=("self",)).get(pk=payment.pk)
        if fresh.reversed_at:
            raise WrongInput(_("This payment was reversed already."))
        if resumes != _resumes(payment):
            raise StaleForm(locked)
        fresh.case = locked
        parts = {
            entry.component: -entry.amount
            for entry in fresh.entries.filter(kind=LedgerEntry.Kind.PAYMENT)
        }
        _enter(fresh, LedgerEntry.Kind.REVERSAL, parts, at)
        fresh.reversed_at, fresh.reversed_why = at, why
        fresh.save(update_fields=["reversed_at", "reversed_why"])
        payment.reversed_at, payment.reversed_why = at, why
        return {
            "number": fresh.number,
            "amount": fresh.amount,
            "why": why,
            "parts": {name: str(part) for name, part in parts.items()},
            "balance": locked.balance,
        }

    def reopen(locked: Case, _by: User, _at: datetime) -> None:
        suppress(
            case=locked, why=because(lambda: _("The payment was reversed.")), by=by, at=at,
            kinds=[Notice.Kind.SETTLEMENT.value],
        )  # fmt: skip
        _deallocate(payment, at)
        limitation.take_back(locked, payment.number, by, at)
        if locked.balance > ZERO:
            fulfil(case=locked, kind=CLOSE_DUTY, by=by, at=at)

    case = payment.case
    carry_out(
        Step(subject=case, event="payment.reversed", right=RECORD, data=unbook, then=reopen),
        *(_on_the_agreement(case, "resume", at) if resumes else ()),
        by=by,
        at=at,
    )


# ---------------------------------------------------------------- what it will lead to


@dataclass(frozen=True)
class _Foreseen:
    """What the payment will do, reckoned before the lock and once more under it."""

    ends_it: bool
    outcome: str


def _foresee(case: Case, amount: Decimal) -> _Foreseen:
    """Kept when all is paid; mended when nothing that was due is missing any more."""
    ends_it = amount == case.balance
    agreement = _held(case, "signed", "broken")
    if agreement is None:
        return _Foreseen(ends_it, "")
    rows = list(_open_instalments(case))
    parts = fill(amount, [row.missing for row in rows])
    left = [row for row, part in zip(rows, parts, strict=True) if row.missing > part]
    if ends_it or not left:
        return _Foreseen(ends_it, "keep")
    broken = agreement.state == Agreement.State.BROKEN
    return _Foreseen(ends_it, "mend" if broken and not any(r.missed_at for r in left) else "")


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


def _must_be_money(amount: Decimal, method: str) -> None:
    fits = amount.is_finite() and ZERO < amount < MOST
    if not fits or money(amount) != amount:
        raise WrongInput(
            _("Give an amount above zero with at most two places after the point."), "amount"
        )
    if method not in Payment.Method.values:
        raise WrongInput(_("There is no such way of paying."), "method")


def _must_not_be_known(case: Case, payment: Payment) -> None:
    known = (
        payment.bank_reference
        and case.payments.filter(bank_reference=payment.bank_reference, reversed_at=None).first()
    )
    if known:
        raise WrongInput(
            _("A payment with this bank reference is booked already (%(number)s).")
            % {"number": known.number},
            "bank_reference",
        )


def _enter(payment: Payment, kind: str, parts: Mapping[str, Decimal], at: datetime) -> None:
    """Write the movements and keep the case's parts in step with them."""
    case = payment.case
    for name in COMPONENTS:
        if parts.get(name):
            LedgerEntry.objects.create(
                case=case, component=name, kind=kind, amount=parts[name],
                booked_on=local_day(at, case.zone), recorded_at=at, payment=payment,
            )  # fmt: skip
            setattr(case, name, getattr(case, name) + parts[name])


def _allocate(payment: Payment, by: User, at: datetime) -> None:
    """Fill the oldest instalments first; stop the reminders that speak of what is no longer so."""
    case = payment.case
    open_ones = list(_open_instalments(case).select_for_update(of=("self",)))
    parts = fill(payment.amount, [instalment.missing for instalment in open_ones])
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


def tick_off_all(case: Case, by: User, at: datetime) -> None:
    """What was still to be done on the case has lost its sense, inside the change that closes it."""
    left = Duty.objects.filter(case=case, done_at=None).exclude(
        raised_at=at
    )  # what follows it stays
    left.update(done_at=at, done_by=by)
    set_next_due(case)
