"""Money that came in, as it is told, and what can be said against it before anything is locked."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _

from agreements.models import Payment
from agreements.policy import may_designate
from cases.models import Case, Debt
from common.clock import local_day
from common.money import ZERO, money
from workflow.steps import WrongInput

RECORD = "record_payment"
AGENCY = Payment.To.AGENCY.value
MOST = Decimal("1e12")  # as much as a column of amounts holds


@dataclass(frozen=True)
class Received:
    """Money that came in: for which case, how much, how, when, from whom, for which contract if that was said."""

    case: Case
    amount: Decimal
    method: str
    received_at: datetime
    payer: str = ""
    bank_reference: str = ""
    received_by: str = Payment.To.CREDITOR.value
    keep_rest: bool = False
    debt: Debt | None = None
    number: str = ""
    right: str = RECORD


def must_be_received(came: Received, at: datetime) -> None:
    """Refuse what is no money, came nowhere or lies ahead; raises ``WrongInput``."""
    fits = came.amount.is_finite() and ZERO < came.amount < MOST
    if not fits or money(came.amount) != came.amount:
        raise WrongInput(
            _("Give an amount above zero with at most two places after the point."), "amount"
        )
    if came.method not in Payment.Method.values:
        raise WrongInput(_("There is no such way of paying."), "method")
    if came.method == Payment.Method.CASH and not came.number:
        raise WrongInput(
            _("Cash is booked from the visit at which two officers took it."), "method"
        )
    by_agency = came.received_by == AGENCY
    if came.received_by not in Payment.To.values or (by_agency and not came.case.agency_id):
        raise WrongInput(_("No agency works on this case."), "received_by")
    if came.received_at > at:
        raise WrongInput(
            _("This lies in the future. Give the time at which it arrived."), "received_at"
        )
    _must_be_designable(came)


def _must_be_designable(came: Received) -> None:
    """The debtor may say for which debt it is, if the packs leave that to the debtor (Civil Code art. 560)."""
    if came.debt is None:
        return
    if came.debt.case_id != came.case.pk:
        raise WrongInput(_("This contract is none of this case."), "debt")
    if not may_designate(came.case, local_day(came.received_at, came.case.zone)):
        raise WrongInput(
            _("The rules of this case leave the debtor no choice among debts."), "debt"
        )


def must_not_be_known(case: Case, payment: Payment) -> None:
    """Refuse a bank's reference that is booked on the case already, under the case's lock."""
    known = (
        payment.bank_reference
        and case.payments.filter(bank_reference=payment.bank_reference, reversed_at=None).first()
    )
    if known:
        raise WrongInput(
            _("A payment with this bank reference is booked already (%(number)s).")
            % {"number": known.number}, "bank_reference",
        )  # fmt: skip
