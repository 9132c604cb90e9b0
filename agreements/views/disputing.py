"""Step 6 in the browser: a payment that its payer disputes, and how that ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from agreements import paying_forms
from agreements.actions import disputing
from agreements.actions.received import RECORD
from agreements.models import Dispute
from agreements.views.paying import OF_CASE, seen_payment
from cases.models import Case
from common import clock
from common.money import show
from workflow.steps import StateRefused, WrongInput
from workflow.web import handle


def dispute(request: HttpRequest, number: str) -> HttpResponse:
    """Put a payment under doubt of which a bank or provider said so by letter or telephone."""
    payment = seen_payment(request, number)
    form = paying_forms.DisputeForm(
        request.POST or None, case=payment.case, initial={"amount": payment.amount}
    )
    return handle(
        request, right=RECORD, case=payment.case, form=form, template="cases/form.html",
        do=lambda data: disputing.open_dispute(
            payment=payment, **data, by=request.user, at=clock.now()
        ),
        done=_("The payment is under doubt. It counts until the dispute is lost."),
        to=f"{payment.case.get_absolute_url()}?tab=agreement",
        context={
            "title": _("Payment %(number)s is disputed") % {"number": payment.number},
            "button": _("Put it under doubt"),
            "hint": _("It counts until the dispute is lost. The desk gets the task to hand in the evidence and to record the outcome."),
        },
    )  # fmt: skip


def end_dispute(request: HttpRequest, pk: int) -> HttpResponse:
    """Record how a dispute ended."""
    found = get_object_or_404(
        Dispute.objects.filter(payment__case__in=Case.objects.visible_to(request.user))
        .select_related(*(f"payment__case__{part}" for part in OF_CASE)),
        pk=pk,
    )  # fmt: skip
    payment = found.payment

    def do(data: dict[str, str]) -> None:
        try:
            disputing.end_dispute(dispute=found, **data, by=request.user, at=clock.now())
        except StateRefused as refused:
            raise WrongInput(_("The case is closed. Have it reopened first.")) from refused

    return handle(
        request, right=RECORD, case=payment.case, template="cases/form.html", do=do,
        form=paying_forms.DisputeEndForm(request.POST or None),
        done=_("The outcome is on record."), to=f"{payment.case.get_absolute_url()}?tab=agreement",
        context={
            "title": _("How the dispute over payment %(number)s ended") % {"number": payment.number},
            "button": _("Record it"),
            "hint": _("%(amount)s is disputed (%(number)s). Lost, it is reversed and owed again; what is left of the payment is booked again from its own day. The debtor is told in writing.")
            % {"amount": show(found.amount), "number": found.number},
        },
    )  # fmt: skip
