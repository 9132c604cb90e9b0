"""The only reader of the clock, and the only place where time zones are converted."""

import os
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

HOUSE_ZONE = "Asia/Shanghai"
"""Where the house itself is: its own days, such as those of a permit, are reckoned there."""


def now() -> datetime:
    """This moment, aware and in UTC; DOORSTEP_CLOCK_FILE may move it in demo and tests."""
    return datetime.now(UTC) + _offset()


def stamp() -> float:
    """Where this machine's own clock stands, in seconds, whatever a demo's clock says."""
    return datetime.now(UTC).timestamp()


def seconds_since(then: float) -> float:
    """How many seconds ago it stood there."""
    return stamp() - then


def _offset() -> timedelta:
    name = os.environ.get("DOORSTEP_CLOCK_FILE")
    if not name:
        return timedelta()
    try:
        return timedelta(seconds=float(Path(name).read_text() or 0))
    except FileNotFoundError:
        return timedelta()


@lru_cache(maxsize=1024)
def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of that name, or nothing if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def local(moment: datetime, zone: str) -> datetime:
    """The moment as the clocks of that zone show it."""
    return moment.astimezone(ZoneInfo(zone))


def from_local(naive: datetime, zone: str) -> datetime:
    """The moment at which the clocks of that zone show this.

    Of a time that comes twice the first is meant; one that does not exist moves forward.
    """
    aware = naive.replace(tzinfo=ZoneInfo(zone), fold=0)
    return aware.astimezone(UTC)


def local_day(moment: datetime, zone: str) -> date:
    """The day that it is there at that moment."""
    return local(moment, zone).date()


def day_begins(day: date, zone: str) -> datetime:
    """The moment at which that day begins there."""
    return from_local(datetime.combine(day, time()), zone)


def day_ends(day: date, zone: str) -> datetime:
    """The moment at which that day is over there, which is the first of the next."""
    return day_begins(day + timedelta(days=1), zone)
