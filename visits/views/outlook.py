"""The next thirty days: which planned visits would be refused, why, and when they would be lawful."""

from datetime import datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.http import HttpRequest
from django.template.response import TemplateResponse

from cases.models import Case
from common import clock
from common.clock import local
from people.rights import may
from visits.looking import AHEAD, STATES, refused
from visits.models import Outlook, Visit
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
    found = list(_from_key(refused(seen, at), request.GET.get("after", ""))[: PAGE + 1])
    plans = may(request.user, "plan_visit")
    ahead = Visit.objects.filter(
        case__in=seen, state__in=STATES, starts_at__gt=at, starts_at__lte=at + AHEAD
    )
    return TemplateResponse(
        request,
        "visits/outlook.html",
        {
            "rows": [(row, _slot(row) if plans else "") for row in found[:PAGE]],
            "may_plan": plans,
            "older": _key(found[PAGE - 1]) if len(found) > PAGE else "",
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


def _key(row: Outlook) -> str:
    return f"?after={row.starts_at:%Y%m%dT%H%M%S}~{row.pk}"


def _from_key(rows: QuerySet[Outlook], key: str) -> QuerySet[Any]:
    moment_text, _tilde, pk = key.partition("~")
    try:
        moment = datetime.strptime(f"{moment_text}+0000", "%Y%m%dT%H%M%S%z")
    except ValueError:
        return rows
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        return rows
    return rows.filter(starts_at__gte=moment).filter(
        Q(starts_at__gt=moment) | Q(starts_at=moment, visit_id__gt=int(pk))
    )
