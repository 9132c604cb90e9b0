"""Entering a month's loan prime rate: one form, and what four times of it gives while one types."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from common import clock
from common.clock import HOUSE_ZONE, local_day
from desk.rates import by_month
from rulebook import actions, rates
from rulebook.forms import RateForm
from rulebook.models import PackVersion
from rulebook.views.versions import Book
from workflow.web import demand, handle, plain


def enter(request: HttpRequest) -> HttpResponse:
    """The rate of the first month that nobody has entered, or of another."""
    demand(request, actions.DRAFT)
    today = local_day(clock.now(), HOUSE_ZONE)
    span = rates.next_span()
    form = RateForm(
        request.POST or None,
        today=today,
        preview=reverse("rulebook:four_times"),
        initial={"since": span[0], "until": span[1]} if span else {},
    )

    def do(given: dict[str, Any]) -> PackVersion:
        return rates.enter_rate(**given, by=request.user, at=clock.now())

    return handle(
        request, case=Book(), form=form, do=do, template="rulebook/rate.html",
        done=_("The rate is in the draft. See whom it concerns, then have a second person publish it."),
        to=lambda version: version.get_absolute_url(), right=actions.DRAFT,
        context={"lpr": by_month([rates.PACK], today=today)[:2]},
    )  # fmt: skip


@require_safe
def four_times(request: HttpRequest) -> HttpResponse:
    """What four times the rate would be, while it is typed."""
    demand(request, actions.DRAFT)
    given = plain(request.GET.get("percent", ""))[:6]
    ceiling = rates.four_times(given)
    return TemplateResponse(request, "rulebook/four_times.html", {"ceiling": ceiling})
