"""The own visits in another calendar: the feed itself, and the page on which its link is made and withdrawn."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from common import clock
from common.addresses import client_address
from visits import feeds, guessing
from visits.actions import feeding
from workflow.web import demand, press

LONGEST = 80


@never_cache
@login_not_required
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """The visits of whoever was given this address; of any other there is nothing here (404).

    Wrong ones are counted by where they come from, right ones by themselves: too many get 429.
    """
    at = clock.now()
    knocked = guessing.knock("feed", client_address(request), at)
    if knocked.shut:
        return _later()
    found = feeds.by_token(token[:LONGEST])
    if found is None:
        raise Http404
    guessing.let_off(knocked)
    if guessing.knock("read", f"feed {found.pk}", at).shut:
        return _later()
    answer = HttpResponse(
        feeds.calendar_of(found.person, at), content_type="text/calendar; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="visits.ics"'
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _later() -> HttpResponse:
    seconds = int(guessing.SPAN.total_seconds())
    return HttpResponse(status=429, headers={"Retry-After": str(seconds)})


@never_cache
@require_safe
def link(request: HttpRequest) -> TemplateResponse:
    """The own link. Context: ``feed`` (none where there is none), ``address``, ``guard_key``."""
    demand(request, feeds.RIGHT)
    found = feeds.feed_of(request.user)
    return TemplateResponse(
        request,
        "visits/feed.html",
        {"feed": found, "address": feeds.address_of(found) if found else ""},
    )


@require_POST
def renew(request: HttpRequest) -> HttpResponse:
    """Make a link, in place of the one that there is."""
    demand(request, feeds.RIGHT)
    press(request, lambda: feeding.renew_feed(by=request.user, at=clock.now()), moved="")
    return redirect("visits:feed_link")


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    """End the link."""
    demand(request, feeds.RIGHT)
    press(request, lambda: feeding.withdraw_feed(by=request.user, at=clock.now()), moved="")
    return redirect("visits:feed_link")
