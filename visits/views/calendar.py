"""The week of visits: lawful hours light, the others hatched."""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date

from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE, from_local, local, local_day
from people.models import User
from visits.models import Visit
from visits.slots import Hours, lawful_hours, packs_in_use

FIRST_HOUR, LAST_HOUR = 7, 21
MOST = 500


@dataclass
class Cell:
    """One hour of one day."""

    day: date
    lawful: bool
    visits: list[Visit] = field(default_factory=list)


def calendar(request: HttpRequest) -> TemplateResponse:
    """A week of visits, hour by hour where the debtors live; ``mine`` shows the own ones alone."""
    today = local_day(clock.now(), HOUSE_ZONE)
    day = _day_asked(request) or today
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    mine = bool(request.GET.get("mine"))
    visits = _visits(request.user, monday, mine=mine)
    packs = packs_in_use()
    hours = {one: lawful_hours(packs, one) for one in days}
    there = [(local(visit.starts_at, visit.zone), visit) for visit in visits]
    context = {
        "days": [(one, one == today, hours[one]) for one in days],
        "rows": _rows(days, hours, there),
        "agenda": [(one, [v for moment, v in there if moment.date() == one]) for one in days],
        "count": sum(moment.date() in hours for moment, _visit in there),
        "capped": len(visits) == MOST,
        "mine": mine,
        "monday": monday,
        "sunday": days[-1],
        "this_week": monday <= today <= days[-1],
        "earlier": (monday - timedelta(days=7)).isoformat(),
        "later": (monday + timedelta(days=7)).isoformat(),
    }
    return TemplateResponse(request, "visits/calendar.html", context)


def _visits(user: User, monday: date, *, mine: bool) -> list[Visit]:
    # A day more on both sides: it is already, or still, that week somewhere.
    first = from_local(datetime.combine(monday, time()), HOUSE_ZONE) - timedelta(days=1)
    visits = Visit.objects.filter(
        case__in=Case.objects.visible_to(user),
        starts_at__gte=first,
        starts_at__lt=first + timedelta(days=9),
    ).exclude(state=Visit.State.CANCELLED)
    if mine:
        visits = visits.filter(crew__officer=user, crew__active=True)
    return list(
        visits.select_related("case__debtor", "place")
        .prefetch_related("crew__officer")
        .order_by("starts_at", "pk")[:MOST]
    )


def _rows(
    days: list[date], hours: dict[date, Hours], there: list[tuple[datetime, Visit]]
) -> list[tuple[str, list[Cell]]]:
    """The hours with their cells; a visit before or after all of them widens the day."""
    inside = [moment for moment, _visit in there if moment.date() in hours]
    first = min([FIRST_HOUR, *(moment.hour for moment in inside)])
    last = max([LAST_HOUR, *(moment.hour for moment in inside)])
    rows = []
    for hour in range(first, last + 1):
        cells = [Cell(day, hours[day].holds(hour)) for day in days]
        for moment, visit in there:
            if moment.hour == hour and moment.date() in hours:
                cells[(moment.date() - days[0]).days].visits.append(visit)
        rows.append((f"{hour:02d}:00", cells))
    return rows


def _day_asked(request: HttpRequest) -> date | None:
    try:
        day = parse_date(request.GET.get("week", "")[:10])
    except ValueError:
        return None
    # The calendar turns weeks on both sides, so it stays away from the ends of time.
    return day if day and date(2000, 1, 1) <= day <= date(2199, 12, 31) else None
