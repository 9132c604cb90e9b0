"""Refused looks, for those who answer for a team or for the house."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from access.looks import seen_by
from common.clock import HOUSE_ZONE
from workflow.paging import page_by_key
from workflow.web import demand, plain

PAGE = 50
SEE = "see_refused_looks"


@require_safe
def looks(request: HttpRequest) -> TemplateResponse:
    """Who was refused what, newest first. Context: ``rows``, ``who`` (a user name), ``older``, ``newer``, ``zone``."""
    demand(request, SEE)
    who = plain(request.GET.get("who", ""))[:150]
    found = seen_by(request.user)
    if who:
        found = found.filter(who__username=who)
    key = request.GET.get("after", "")
    rows, last = page_by_key(found, key, most=PAGE)
    of_whom = f"who={who}&" if who else ""
    return TemplateResponse(
        request, "people/looks.html",
        {
            "rows": rows, "who": who, "zone": HOUSE_ZONE,
            "older": f"?{of_whom}after={last}" if last else "", "newer": f"?{of_whom}" if key else "",
        },
    )  # fmt: skip
