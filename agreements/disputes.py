"""What must wait while a payment is under doubt."""

from django.utils.translation import gettext as _

from agreements.models import Dispute, Payment
from cases.models import Case
from workflow.steps import WrongInput


def must_not_be_disputed(payment: Payment) -> None:
    """Refuse to take back, to move or to pay back what the payer disputes: the outcome does that."""
    if Dispute.objects.filter(payment=payment, outcome="").exists():
        raise WrongInput(
            _("Payment %(number)s is disputed by its payer. First record how that ended.")
            % {"number": payment.number}
        )


def must_have_no_dispute(case: Case) -> None:
    """Refuse to certify that nothing is owed, to give originals back or to close while that may yet change."""
    found = Dispute.objects.filter(payment__case=case, outcome="").select_related("payment").first()
    if found:
        must_not_be_disputed(found.payment)
