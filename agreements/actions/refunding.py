"""What came in too much: owed to the debtor, asked for, granted by a second person, paid back and receipted."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agreements import papers
from agreements.disputes import must_not_be_disputed
from agreements.models import Payment, Refund
from cases.models import Case
from common.money import ZERO, show
from documents.models import Document
from documents.storing import store
from people.models import User
from people.rights import may
from workflow.approvals import must_not_wait, request_approval
from workflow.duties import fulfil, raise_duty
from workflow.models import Approval
from workflow.steps import RightRefused, Step, WrongInput, case_of, note, tell

RIGHT = "record_payment"
ASK_DUTY = "refund.to_ask"
PAY_DUTY = "refund.to_pay"
HAND_DUTY = "paper.hand_over"
WITHIN = timedelta(days=5)  # no law names the days in which what was too much goes back


def owe_back(payment: Payment, by: User, at: datetime) -> None:
    """Say on the timeline that part of it is owed to the debtor, and have somebody see to it. Inside the booking."""
    sums = {"number": payment.number, "amount": payment.excess}
    tell(payment.case, "payment.exceeded", by, at, sums)
    told = show(payment.excess)
    _have_done(
        payment.case, ASK_DUTY, f"{ASK_DUTY}:{payment.number}", at,
        en=f"{told} of payment {payment.number} was more than is owed. Ask for it to be paid back.",
        zh=f"还款 {payment.number} 中有 {told} 元超出应还金额，请申请退还。",
    )  # fmt: skip


def owe_no_more(payment: Payment, by: User, at: datetime) -> None:
    """The payment was taken back, and what was too much of it as well. Inside that change."""
    fulfil(case=payment.case, kind=ASK_DUTY, key=f"{ASK_DUTY}:{payment.number}", by=by, at=at)


def hand_over_later(case: Case, document: str, number: str, at: datetime) -> None:
    """Have a note that voids or follows a receipt given to the debtor."""
    _have_done(
        case, HAND_DUTY, f"hand_over:note:{number}", at,
        en=f"Hand over to the debtor: {document}, about payment {number}.",
        zh=f"请将文书 {document}（还款 {number}）交给债务人。",
    )  # fmt: skip


def request_refund(
    *, payment: Payment, to_name: str, to_account: str, reason: str, by: User, at: datetime
) -> Approval:
    """Ask a second person to let what was too much go back, to whom and into which account.

    Raises ``WrongInput``, ``RightRefused``, ``Outsider``.
    """
    case: Case = payment.case
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
    to_name, to_account = to_name.strip()[:80], to_account.strip()[:60]
    if not to_name:
        raise WrongInput(_("Write who gets it back."), "to_name")
    if not to_account:
        raise WrongInput(_("Write the account into which it goes."), "to_account")
    if not reason.strip():
        raise WrongInput(_("Say why, for the second person."), "reason")
    _must_be_owed_back(payment)
    must_not_wait(case, Approval.Kind.REFUND, at)
    return request_approval(
        case=case, kind=Approval.Kind.REFUND, subject=payment.number,
        details={"amount": str(payment.excess), "to_name": to_name, "to_account": to_account},
        reason=reason.strip()[:200], by=by, at=at,
    )  # fmt: skip


def refund_steps(approval: Approval, by: User, _at: datetime) -> Sequence[Step]:
    """What follows when it is granted: somebody pays it back, and brings the bank's reference."""
    case: Case = case_of(approval)

    def grant(locked: Case) -> Mapping[str, Any]:
        payment = _fresh(Payment.objects.get(case=locked, number=approval.subject))
        return {
            "number": payment.number,
            "amount": payment.excess,
            "to": approval.details["to_name"],
        }

    def keep(locked: Case, _by: User, at: datetime) -> None:
        payment = Payment.objects.get(case=locked, number=approval.subject)
        Refund.objects.create(
            payment=payment, number=f"{payment.number}-T", amount=payment.excess,
            to_name=approval.details["to_name"], to_account=approval.details["to_account"],
            reason=approval.reason, asked_by=approval.requested_by, granted_by=by, granted_at=at,
        )  # fmt: skip
        fulfil(case=locked, kind=ASK_DUTY, key=f"{ASK_DUTY}:{payment.number}", by=by, at=at)
        told, name = show(payment.excess), approval.details["to_name"]
        _have_done(
            locked, PAY_DUTY, f"{PAY_DUTY}:{payment.number}", at,
            en=f"Pay {told} back to {name} and record the bank's reference ({payment.number}).",
            zh=f"请将 {told} 元退还给{name}，并登记银行流水号（{payment.number}）。",
        )  # fmt: skip

    return [Step(subject=case, event="refund.granted", data=grant, then=keep)]


def record_refund(
    *, refund: Refund, bank_reference: str, paid_at: datetime, by: User, at: datetime
) -> Document:
    """Record that it was paid back, with the bank's reference; the refund note says so to the debtor.

    Raises ``WrongInput``, ``RightRefused``, ``Outsider``.
    """
    bank_reference = bank_reference.strip()[:60]
    if not bank_reference:
        raise WrongInput(_("Give the bank's reference of the refund."), "bank_reference")
    if paid_at > at:
        raise WrongInput(
            _("This lies in the future. Give the time at which it was paid back."), "paid_at"
        )
    made: list[Document] = []

    def pay(locked: Case) -> Mapping[str, Any]:
        fresh = Refund.objects.select_for_update(of=("self",)).get(pk=refund.pk)
        if fresh.paid_at:
            raise WrongInput(_("This was paid back already."))
        if paid_at < fresh.granted_at:
            raise WrongInput(
                _("It was granted only later. Give the time at which it was paid back."), "paid_at"
            )
        fresh.paid_at, fresh.bank_reference, fresh.recorded_by = paid_at, bank_reference, by
        fresh.payment.case = locked
        made.append(_note_of(fresh, by, at))
        fresh.receipt = made[0]
        fresh.save(update_fields=["paid_at", "bank_reference", "recorded_by", "receipt"])
        return {
            "number": fresh.number, "amount": fresh.amount, "to": fresh.to_name,
            "bank_reference": bank_reference, "paid_at": paid_at,
        }  # fmt: skip

    def then(locked: Case, _by: User, _at: datetime) -> None:
        tell(locked, "document.made", by, at, papers.told(made[0]))
        number = refund.payment.number
        fulfil(case=locked, kind=PAY_DUTY, key=f"{PAY_DUTY}:{number}", by=by, at=at)
        hand_over_later(locked, made[0].number, refund.number, at)

    note(refund.payment.case, event="refund.paid", right=RIGHT, by=by, at=at, data=pay, then=then)
    refund.refresh_from_db()
    return made[0]


def _note_of(refund: Refund, by: User, at: datetime) -> Document:
    return store(
        case=refund.payment.case, kind=Document.Kind.RECEIPT, filename=f"{refund.number}.pdf",
        content=papers.refund_pdf(refund), title=f"{_('Refund note')} {refund.number}", by=by, at=at,
        made_here=True,
    )  # fmt: skip


def _must_be_owed_back(payment: Payment) -> None:
    must_not_be_disputed(payment)
    if payment.excess <= ZERO:
        raise WrongInput(_("Nothing of this payment was too much."))
    if payment.reversed_at:
        raise WrongInput(_("This payment was reversed already."))
    if Refund.objects.filter(payment=payment).exists():
        raise WrongInput(_("A second person has granted this already."))


def _fresh(payment: Payment) -> Payment:
    """As it is under the case's lock, if there is still something to pay back."""
    _must_be_owed_back(payment)
    return payment


def _have_done(case: Case, kind: str, key: str, at: datetime, *, en: str, zh: str) -> None:
    raise_duty(
        case=case, kind=kind, says={"en": en, "zh": zh}, due_at=at + WITHIN, key=key, at=at,
        role=User.Role.CLERK,
    )  # fmt: skip
