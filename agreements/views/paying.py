"""Step 6 in the browser: a payment recorded, or taken back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from agreements import forms
from agreements.actions import paying
from agreements.actions.drawing import in_force
from agreements.models import Payment
from agreements.policy import order_of
from agreements.terms import PARTS
from agreements.views.drawing import seen_case
from cases.models import Case
from common import clock
from common.money import show
from workflow.web import handle


def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a payment; what it is set off against is shown before."""
    case, at = seen_case(request, reference), clock.now()
    agreement = in_force(case)
    rows = list(agreement.instalments.filter(paid_at=None)[:6]) if agreement else []
    form = forms.PaymentForm(
        request.POST or None, case=case,
        initial={
            "received_at": at, "payer": case.debtor.name,
            "amount": rows[0].missing if rows else None,
        },
    )  # fmt: skip
    return handle(
        request, right=paying.RECORD, case=case, form=form, template="agreements/pay.html",
        do=lambda data: paying.record_payment(case=case, **data, by=request.user, at=clock.now()),
        done=_done,
        to=f"{case.get_absolute_url()}?tab=agreement",
        context={
            "agreement": agreement, "rows": rows, "at": at,
            "order": [
                {"says": PARTS[name], "owed": getattr(case, name)} for name in order_of(case, at)
            ],
        },
    )  # fmt: skip


def _done(payment: Payment) -> str:
    balance = Case.objects.get(pk=payment.case_id).balance
    if balance:
        said = _("%(amount)s is booked; %(balance)s is still open. The receipt is on its way.")
    else:
        said = _("%(amount)s is booked and nothing is open any more. The case can be closed.")
    return said % {"amount": show(payment.amount), "balance": show(balance)}


def reverse_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Take a payment back that was booked by mistake or returned by the bank."""
    payment = get_object_or_404(
        Payment.objects.filter(case__in=Case.objects.visible_to(request.user)).select_related(
            "case__debtor", "case__creditor", "case__team"
        ),
        number=number,
    )
    form = forms.WhyForm(request.POST or None)
    context: dict[str, Any] = {
        "title": _("Reverse payment %(number)s") % {"number": payment.number},
        "button": _("Reverse it"),
        "hint": _("%(amount)s is owed again; the instalments that it had paid are open again. Nothing is deleted.")
        % {"amount": show(payment.amount)},
    }  # fmt: skip
    return handle(
        request, right=paying.RECORD, case=payment.case, form=form, template="cases/form.html",
        do=lambda data: paying.reverse_payment(
            payment=payment, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The payment is reversed."), to=f"{payment.case.get_absolute_url()}?tab=agreement",
        context=context,
    )  # fmt: skip
