"""Asking for the whole sum of a broken plan, and taking that back, in the browser."""

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from agreements.actions import accelerating
from agreements.forms import WhyForm
from agreements.views.drawing import seen_agreement
from common import clock
from common.clock import local_day
from common.money import show
from compliance.ask import value
from workflow.forms import DeskForm, day_field, words_field
from workflow.web import handle


class AccelerationForm(DeskForm):
    """Until when, and why."""

    due_on: forms.DateField = day_field(label=gettext_lazy("The whole sum is due on"))
    reason = words_field(label=gettext_lazy("Why, for the second person"), most=300)


def accelerate(request: HttpRequest, number: str) -> HttpResponse:
    """Ask a second person to let the whole sum be asked for."""
    found = seen_agreement(request, number)
    case, today = found.case, local_day(clock.now(), found.case.zone)
    days = value(tuple(case.packs), "acceleration.days", today) or 0
    form = AccelerationForm(
        request.POST or None, initial={"due_on": today + timedelta(days=days + 1)}
    )

    def do(data: dict[str, Any]) -> None:
        accelerating.request_acceleration(
            agreement=found, due_on=data["due_on"], reason=data["reason"], by=request.user,
            at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right=accelerating.ACCELERATE, case=case, form=form, do=do,
        template="cases/form.html", to=found.get_absolute_url(),
        done=_("It is asked for; a second person decides. Nothing goes out before."),
        context={
            "title": _("Ask for the whole sum"), "button": _("Ask a second person"),
            "hint": _("Only where the signed terms say so and the plan is broken. Open: %(balance)s. The instalments stay as they are, so that it can be withdrawn.")
            % {"balance": show(case.balance)},
        },
    )  # fmt: skip


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Take the demand for the whole sum back."""
    found = seen_agreement(request, number)
    form = WhyForm(request.POST or None)
    return handle(
        request, right=accelerating.ACCELERATE, case=found.case, form=form,
        template="cases/form.html", to=found.get_absolute_url(),
        do=lambda data: accelerating.withdraw_acceleration(
            agreement=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The instalments count again, and the debtor is told."),
        context={
            "title": _("Withdraw the demand for the whole sum"), "button": _("Withdraw it"),
            "hint": _("The plan goes on as it was signed, reminders included."),
        },
    )  # fmt: skip
