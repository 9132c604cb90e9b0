"""The visits of one day: a table for everybody, and beside it a map where the house has a tile server."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from csp.decorators import csp_update
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from cases.actions.preparing import EDIT
from common import clock
from common.clock import HOUSE_ZONE, from_local, local_day
from people.models import Team, User
from people.rights import may
from visits.actions.locating import measured_at
from visits.day import crews_of, drawn, stops_of
from visits.models import Visit
from visits.seeing import tell_places
from visits.views.calendar import MOST, Asked, asked_of, day_asked, officers_of, visits_between
from workflow.web import demand


def day(request: HttpRequest) -> HttpResponseBase:
    """One day's visits by crew, with a map; an officer sees the own ones, all others those that they see anyhow.

    Pictures may come from the tile server on this page alone, and only where there is one and something to draw.
    Context: ``crews``, ``states``, ``map`` (what the script draws; None: no map), ``tiles``, ``asked``, ``officers``,
    ``teams``, and the addresses of the days beside it.
    """
    answer = _day(request)
    if not answer.context_data or not answer.context_data["map"]:
        return answer
    wider = csp_update({"img-src": [settings.TILES["origin"]]})
    return wider(lambda _request: answer)(request)


def _day(request: HttpRequest) -> TemplateResponse:
    demand(request, "plan_visit")
    user, at = _reader(request), clock.now()
    today = local_day(at, HOUSE_ZONE)
    one = day_asked(request, "day") or today
    asked = replace(asked_of(request, week=None, day=one), by="")
    own = user.role == User.Role.OFFICER
    if own:
        asked = replace(asked, mine=True, officer=None)
    visits = tell_places(request, _visits(user, asked), at)
    stops = stops_of(visits, _measured(user, visits))
    crews = crews_of(stops)
    located = any(stop.point for stop in stops)
    tiles = settings.TILES
    context = {
        "day": one,
        "today": today,
        "crews": crews,
        "count": len(stops),
        "capped": len(stops) == MOST,
        "located": located,
        "rough": any(stop.point and not stop.exact for stop in stops),
        "states": list(dict.fromkeys((v.state, v.get_state_display()) for v in visits)),
        "tiles": tiles,
        "map": drawn(crews, tiles) if tiles and located else None,
        "may_set_tiles": may(user, "watch_machine"),
        "may_edit": may(user, EDIT),
        "own": own,
        "asked": asked,
        "officers": [] if own else officers_of(user, asked),
        "teams": list(Team.objects.order_by("name", "pk")) if user.sees_every_team else [],
        "earlier": asked.address(day=one - timedelta(days=1)),
        "later": asked.address(day=one + timedelta(days=1)),
        "now": asked.address(day=None),
        "all": asked.address(mine=False),
        "mine": asked.address(mine=True),
        "week": replace(asked, week=one, day=None).address(),
    }
    return TemplateResponse(request, "visits/day.html", context)


def _reader(request: HttpRequest) -> Any:
    return request.user


def _visits(user: User, asked: Asked) -> list[Visit]:
    """Those that begin on that day by the clocks of their own places."""
    assert asked.day is not None  # noqa: S101 - a page of a day has one
    first = from_local(datetime.combine(asked.day, time()), HOUSE_ZONE) - timedelta(days=1)
    found = visits_between(user, asked, first, first + timedelta(days=3))
    return [visit for visit in found if local_day(visit.starts_at, visit.zone) == asked.day]


def _measured(user: User, visits: list[Visit]) -> dict[int, str]:
    """By address: the visit that has measured it, for whoever may take that over."""
    nowhere = [visit for visit in visits if not visit.place.position]
    if not nowhere or not may(user, EDIT):
        return {}
    return {place: rows[0].visit.reference for place, rows in measured_at(nowhere).items()}
