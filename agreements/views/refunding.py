"""Step 6 in the browser: what came in too much asked back for the debtor, and recorded as paid back."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from agreements import paying_forms
from agreements.actions import refunding
from agreements.models import Refund
from agreements.views.paying import OF_CASE, seen_payment
from cases.models import Case
from common import clock
from common.money import show
from workflow.web import handle


def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to let what was too much go back."""
    payment = seen_payment(request, number, excess__gt=0)
    form = paying_forms.RefundForm(
        request.POST or None, initial={"to_name": payment.payer or payment.case.debtor.name}
    )
    return handle(
        request, right=refunding.RIGHT, case=payment.case, form=form, template="cases/form.html",
        do=lambda data: refunding.request_refund(
            payment=payment, **data, by=request.user, at=clock.now()
        ),
        done=_("The refund is asked for; a supervisor decides."),
        to=f"{payment.case.get_absolute_url()}?tab=agreement",
        context={
            "title": _("Ask for the refund of %(amount)s") % {"amount": show(payment.excess)},
            "button": _("Ask the supervisor"),
            "hint": _("It goes back to whoever paid it, into the account from which it came."),
        },
    )  # fmt: skip


def record(request: HttpRequest, number: str) -> HttpResponse:
    """Record that it was paid back, with the bank's reference."""
    refund = get_object_or_404(
        Refund.objects.filter(payment__case__in=Case.objects.visible_to(request.user))
        .select_related(*(f"payment__case__{part}" for part in OF_CASE)),
        number=number,
    )  # fmt: skip
    case = refund.payment.case
    form = paying_forms.RefundPaidForm(
        request.POST or None, case=case, initial={"paid_at": clock.now()}
    )
    return handle(
        request, right=refunding.RIGHT, case=case, form=form, template="cases/form.html",
        do=lambda data: refunding.record_refund(
            refund=refund, **data, by=request.user, at=clock.now()
        ),
        done=_("The refund is recorded. The refund note stands with the documents."),
        to=f"{case.get_absolute_url()}?tab=agreement",
        context={
            "title": _("Record the refund of %(amount)s") % {"amount": show(refund.amount)},
            "button": _("Record it"),
            "hint": _("To %(name)s, account %(account)s.")
            % {"name": refund.to_name, "account": refund.to_account},
        },
    )  # fmt: skip
