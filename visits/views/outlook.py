"""The next thirty days: which planned visits would be refused, why, and when they would be lawful."""

from django.db.models import Max
from django.http import HttpRequest
from django.template.response import TemplateResponse

from cases.models import Case
from common import clock
from common.clock import local
from people.rights import may
from visits.looking import AHEAD, STATES, refused
from visits.models import Outlook, Visit
from workflow.paging import page_after
from workflow.web import demand

PAGE = 50


def outlook(request: HttpRequest) -> TemplateResponse:
    """The visits ahead that would be refused, the next one first, fifty a page by key.

    Context: ``rows`` (outlook, findings, where to move it), ``older``, ``looked_at``, ``ahead`` (how
    many visits lie ahead), ``days``.
    """
    demand(request, "see_outlook")
    at = clock.now()
    seen = Case.objects.visible_to(request.user)
    found, older = page_after(
        refused(seen, at), "starts_at", request.GET.get("after", ""), most=PAGE, rising=True
    )
    plans = may(request.user, "plan_visit")
    ahead = Visit.objects.filter(
        case__in=seen, state__in=STATES, starts_at__gt=at, starts_at__lte=at + AHEAD
    )
    return TemplateResponse(
        request,
        "visits/outlook.html",
        {
            "rows": [(row, _slot(row) if plans else "") for row in found],
            "may_plan": plans,
            "older": older,
            "looked_at": Outlook.objects.aggregate(last=Max("looked_at"))["last"],
            "ahead": ahead.order_by()[:1001].count(),
            "days": AHEAD.days,
            "at": at,
        },
    )


def _slot(row: Outlook) -> str:
    """The lawful slot as the planning form takes it."""
    if row.alternative_at is None:
        return ""
    return f"{local(row.alternative_at, row.visit.zone):%Y-%m-%dT%H:%M}"
