"""The only reader of the clock, and the only place where time zones are converted."""

import os
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo


def now() -> datetime:
    """This moment, aware and in UTC; DOORSTEP_CLOCK_FILE may move it in demo and tests."""
    return datetime.now(UTC) + _offset()


def _offset() -> timedelta:
    name = os.environ.get("DOORSTEP_CLOCK_FILE")
    if not name:
        return timedelta()
    try:
        return timedelta(seconds=float(Path(name).read_text() or 0))
    except FileNotFoundError:
        return timedelta()


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
