"""Moving the demo's clock: forward alone, for what is on a timeline cannot lie ahead."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from common import clock


class NoDemo(RuntimeError):
    """Only a demo has a clock that can be moved."""


class Backwards(ValueError):
    """The clock goes forward only."""


FARTHEST = timedelta(days=3 * 366)


def move_clock(to: datetime) -> None:
    """Let the demo's clock show this moment from now on."""
    if settings.ENV != "demo" or not settings.CLOCK_FILE:
        raise NoDemo
    if to < clock.now():
        raise Backwards
    file = Path(settings.CLOCK_FILE)
    part = file.with_suffix(".part")
    part.write_text(str((to - datetime.now(UTC)).total_seconds()))
    part.replace(file)
