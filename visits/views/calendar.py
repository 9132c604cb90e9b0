"""The week of visits, by hours or by officers: lawful hours light, the others hatched."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date

from cases.models import Case
from common import clock
from common.clock import HOUSE_ZONE, from_local, local, local_day
from people.models import Team, User
from people.rights import may
from visits.actions.planning import AHEAD
from visits.models import Visit
from visits.slots import Hours, lawful_hours, packs_in_use
from workflow.paging import number_in

FIRST_HOUR, LAST_HOUR = 7, 21
MOST = 500
MOST_OFFICERS = 100


@dataclass
class Cell:
    """One hour of one day."""

    day: date
    lawful: bool
    hour: int = 0
    visits: list[Visit] = field(default_factory=list)

    @property
    def slot(self) -> str:
        """Its beginning by the clocks of the place, as the form that moves a visit takes it."""
        return f"{self.day.isoformat()}T{self.hour:02d}:00"


@dataclass(frozen=True)
class Asked:
    """What of the week, or of one day, the reader wants to see, as it stands in the address."""

    week: date | None
    mine: bool
    team: int | None
    officer: int | None
    by: str = ""  # "" by the hours, "officer"
    day: date | None = None  # of the page of one day

    def address(self, **changed: Any) -> str:
        """The query string with some of it changed."""
        now = {**self.__dict__, **changed}
        given = {name: value for name, value in now.items() if value and name != "mine"}
        return "?" + urlencode({**given, **({"mine": 1} if now["mine"] else {})})


def calendar(request: HttpRequest) -> TemplateResponse:
    """A week of visits, hour by hour where the debtors live or officer by officer.

    ``mine`` shows the own ones alone, ``team`` and ``officer`` those of others. Context: ``days``, ``rows``,
    ``lines`` (an officer with the visits of each day), ``agenda``, ``asked``, ``officers``, ``teams``,
    ``may_move``, and the addresses of the weeks beside it.
    """
    user: User = request.user
    today = local_day(clock.now(), HOUSE_ZONE)
    day = day_asked(request) or today
    monday = day - timedelta(days=day.weekday())
    days = [monday + timedelta(days=n) for n in range(7)]
    asked = asked_of(request, week=monday)
    # A day more on both sides: it is already, or still, that week somewhere.
    first = from_local(datetime.combine(monday, time()), HOUSE_ZONE) - timedelta(days=1)
    visits = visits_between(user, asked, first, first + timedelta(days=9))
    packs = packs_in_use()
    hours = {one: lawful_hours(packs, one) for one in days}
    there = [(local(visit.starts_at, visit.zone), visit) for visit in visits]
    officers = officers_of(user, asked)
    one_day = replace(asked, week=None, by="")
    context = {
        "days": [(one, one == today, hours[one], one_day.address(day=one)) for one in days],
        "tiles": settings.TILES,
        "rows": [] if asked.by else _rows(days, hours, there),
        "lines": _lines(officers, days, there, asked) if asked.by else [],
        "agenda": [
            (one, [v for moment, v in there if moment.date() == one], one_day.address(day=one))
            for one in days
        ],
        "count": sum(moment.date() in hours for moment, _visit in there),
        "capped": len(visits) == MOST,
        "mine": asked.mine,
        "asked": asked,
        "officers": officers,
        "teams": list(Team.objects.order_by("name", "pk")) if user.sees_every_team else [],
        "may_move": may(user, "plan_visit"),
        "ahead": [state.value for state in AHEAD],
        "monday": monday,
        "sunday": days[-1],
        "this_week": monday <= today <= days[-1],
        "earlier": asked.address(week=monday - timedelta(days=7)),
        "later": asked.address(week=monday + timedelta(days=7)),
        "now": asked.address(week=None),
        "all": asked.address(mine=False),
        "own": asked.address(mine=True),
        "by_hours": asked.address(by=""),
        "by_officer": asked.address(by="officer"),
    }
    return TemplateResponse(request, "visits/calendar.html", context)


def asked_of(request: HttpRequest, *, week: date | None, day: date | None = None) -> Asked:
    """What the address asks for of that week or day."""
    user: Any = request.user
    return Asked(
        week, bool(request.GET.get("mine")),
        number_in(request.GET.get("team", "")) if user.sees_every_team else None,
        number_in(request.GET.get("officer", "")),
        "officer" if request.GET.get("by") == "officer" else "",
        day,
    )  # fmt: skip


def visits_between(user: User, asked: Asked, first: datetime, until: datetime) -> list[Visit]:
    """The visits that begin then, but for those that were given up, in their order; at most ``MOST``."""
    visits = Visit.objects.filter(
        case__in=Case.objects.visible_to(user), starts_at__gte=first, starts_at__lt=until
    ).exclude(state=Visit.State.CANCELLED)
    if asked.team is not None:
        visits = visits.filter(case__team=asked.team)
    # Apart, so that somebody else's week shows the reader what they share with each other.
    if asked.mine:
        visits = visits.filter(crew__officer=user, crew__active=True)
    if asked.officer is not None:
        visits = visits.filter(crew__officer=asked.officer, crew__active=True)
    return list(
        visits.select_related("case__debtor", "place")
        .prefetch_related("crew__officer")
        .order_by("starts_at", "pk")[:MOST]
    )


def officers_of(user: User, asked: Asked) -> list[User]:
    """Those whose weeks the reader may choose: the officers of the own team, or of the chosen one."""
    found = User.objects.filter(role=User.Role.OFFICER, is_active=True)
    if not user.sees_every_team:
        found = found.filter(team=user.team_id) if user.team_id else found.none()
    elif asked.team is not None:
        found = found.filter(team=asked.team)
    return list(
        found.only("full_name", "username", "badge").order_by("badge", "pk")[:MOST_OFFICERS]
    )


def _lines(
    officers: list[User], days: list[date], there: list[tuple[datetime, Visit]], asked: Asked
) -> list[tuple[User, list[list[Visit]]]]:
    """Each officer with the visits of each day; those who go to none stand there with empty days."""
    chosen = {one.pk: one for one in officers if asked.officer in {None, one.pk}}
    found: dict[int, list[list[Visit]]] = {pk: [[] for _day in days] for pk in chosen}
    for moment, visit in there:
        place = (moment.date() - days[0]).days
        for part in visit.crew.all():
            if part.active and 0 <= place < len(days) and part.officer_id in found:
                found[part.officer_id][place].append(visit)
    return [(chosen[pk], week) for pk, week in found.items()]


def _rows(
    days: list[date], hours: dict[date, Hours], there: list[tuple[datetime, Visit]]
) -> list[tuple[str, list[Cell]]]:
    """The hours with their cells; a visit before or after all of them widens the day."""
    inside = [moment for moment, _visit in there if moment.date() in hours]
    first = min([FIRST_HOUR, *(moment.hour for moment in inside)])
    last = max([LAST_HOUR, *(moment.hour for moment in inside)])
    rows = []
    for hour in range(first, last + 1):
        cells = [Cell(day, hours[day].holds(hour), hour) for day in days]
        for moment, visit in there:
            if moment.hour == hour and moment.date() in hours:
                cells[(moment.date() - days[0]).days].visits.append(visit)
        rows.append((f"{hour:02d}:00", cells))
    return rows


def day_asked(request: HttpRequest, name: str = "week") -> date | None:
    """The day that the address names, if it is one."""
    try:
        day = parse_date(request.GET.get(name, "")[:10])
    except ValueError:
        return None
    # The calendar turns weeks on both sides, so it stays away from the ends of time.
    return day if day and date(2000, 1, 1) <= day <= date(2199, 12, 31) else None
