"""Step 6 in the browser: a payment recorded, taken back, or moved to the case where it belongs."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from agreements import forms, paying_forms
from agreements.actions import moving, paying
from agreements.actions.drawing import in_force
from agreements.models import Payment
from agreements.policy import order_of
from agreements.terms import PARTS
from agreements.views.drawing import seen_case
from cases.models import Case
from common import clock
from common.money import show
from workflow.steps import StateRefused, WrongInput
from workflow.web import handle

OF_CASE = ("debtor", "creditor", "team")


def pay(request: HttpRequest, reference: str) -> HttpResponse:
    """Record a payment; what it is set off against is shown before."""
    case, at = seen_case(request, reference), clock.now()
    agreement = in_force(case)
    rows = list(agreement.instalments.filter(paid_at=None)[:6]) if agreement else []
    form = paying_forms.PaymentForm(
        request.POST or None, case=case, at=at,
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


def seen_payment(request: HttpRequest, number: str, **more: Any) -> Payment:
    """That payment of a case that this reader may see, with what its pages show of the case; else 404."""
    payments = Payment.objects.filter(case__in=Case.objects.visible_to(request.user), **more)
    return get_object_or_404(
        payments.select_related(*(f"case__{part}" for part in OF_CASE)), number=number
    )


def reverse_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Take a payment back that was booked by mistake or returned by the bank."""
    payment = seen_payment(request, number)
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


def move_payment(request: HttpRequest, number: str) -> HttpResponse:
    """Move a payment that was booked for the wrong debtor to the case where it belongs."""
    payment = seen_payment(request, number)
    form = paying_forms.MoveForm(request.POST or None, payment=payment, user=request.user)

    def do(data: dict[str, Any]) -> Payment:
        to: Case = data["reference"]
        try:
            return moving.move_payment(
                payment=payment, to=to, why=data["why"], keep_rest=data["keep_rest"],
                by=request.user, at=clock.now(),
            )  # fmt: skip
        except StateRefused as refused:
            if refused.subject.pk != to.pk:
                raise
            raise WrongInput(
                _("Case %(reference)s is closed. Money that came all the same can be kept for paying back.")
                % {"reference": to.reference}, "reference",
            ) from refused  # fmt: skip

    return handle(
        request, right=paying.RECORD, case=payment.case, form=form, template="cases/form.html",
        do=do, to=f"{payment.case.get_absolute_url()}?tab=agreement",
        done=lambda moved: _("%(amount)s is booked on case %(reference)s as %(number)s.")
        % {
            "amount": show(moved.amount), "reference": moved.case.reference, "number": moved.number,
        },
        context={
            "title": _("Move payment %(number)s") % {"number": payment.number},
            "button": _("Move the payment"),
            "hint": _("%(amount)s is owed again here and counts there from the day on which it came. Both debtors are told in writing, neither of the other.")
            % {"amount": show(payment.amount)},
        },
    )  # fmt: skip
