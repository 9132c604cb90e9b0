"""The visits of one day as stops: numbered in the order of their hours, by crew, each with as much of its place as the reader may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from common.clock import local
from common.positions import ROUGHLY, Point, roughly
from people.models import User
from visits.datum import shifted
from visits.models import Visit


@dataclass(frozen=True)
class Stop:
    """One visit of the day; ``point`` is as exact as the address is shown (None: nobody has said it)."""

    number: int
    visit: Visit
    point: Point | None
    exact: bool
    measured: str = (
        ""  # the visit at whose door the place was measured, for whoever may take it over
    )


@dataclass(frozen=True)
class Crew:
    """Those who go together, with their stops."""

    officers: tuple[User, ...]
    stops: list[Stop]


def stops_of(visits: Sequence[Visit], measured: dict[int, str]) -> list[Stop]:
    """A stop for each visit, in their order. The visits know ``in_full``, as ``seeing.tell_places`` gives it.

    Where an address is masked its point is moved to the middle of its square kilometre: the map must not tell a house
    that the words keep back. ``measured`` names by address the visit that has measured it.
    """
    found = []
    for number, visit in enumerate(visits, start=1):
        point, exact = visit.place.point, bool(visit.in_full)
        seen = point if point is None or exact else roughly(point)
        told = "" if point else measured.get(visit.place_id, "")
        found.append(Stop(number, visit, seen, exact, told))
    return found


def crews_of(stops: Sequence[Stop]) -> list[Crew]:
    """The stops by those who go, in the order of their first; a crew that changes on its way is another one."""
    found: dict[tuple[int, ...], Crew] = {}
    for stop in stops:
        going = tuple(part.officer for part in stop.visit.crew.all() if part.active)
        key = tuple(sorted(officer.pk for officer in going))
        found.setdefault(key, Crew(going, [])).stops.append(stop)
    return list(found.values())


def drawn(crews: Sequence[Crew], tiles: dict[str, Any]) -> dict[str, Any]:
    """What the script draws: no name, no address, no reference; points in the datum of the tiles."""
    points = [
        {
            "number": stop.number, "crew": crew, "state": str(stop.visit.state), "says": _says(stop),
            "at": _figures(stop.point, tiles), "exact": stop.exact,
        }
        for crew, each in enumerate(crews)
        for stop in each.stops
        if stop.point is not None
    ]  # fmt: skip
    return {
        "tiles": tiles["url"], "zoom": tiles["zoom"], "half": float(ROUGHLY / 2),
        "points": sorted(points, key=lambda point: point["number"]),
    }  # fmt: skip


def _figures(point: Point, tiles: dict[str, Any]) -> list[float]:
    lat, lon = shifted(point) if tiles["datum"] == "gcj02" else point
    return [float(lat), float(lon)]


def _says(stop: Stop) -> str:
    """What a point says of itself to those who do not see its colour."""
    visit = stop.visit
    when, state = f"{local(visit.starts_at, visit.zone):%H:%M}", visit.get_state_display()
    said = [_("Visit %(number)s") % {"number": stop.number}, when, str(state)]
    return " · ".join(said if stop.exact else [*said, _("to about a kilometre")])
