"""Moving the demo's clock: forward alone, for what is on a timeline cannot lie ahead."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
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
    """Let the demo's clock show this moment from now on; raises ``Backwards``."""
    with _alone() as file:
        if to < clock.now():
            raise Backwards
        _show(to, file)


def move_on(by: timedelta) -> None:
    """Let the demo's clock go on by so much, from wherever somebody else has just moved it."""
    with _alone() as file:
        _show(clock.now() + by, file)


@contextmanager
def _alone() -> Iterator[Path]:
    """The clock's file, for one mover at a time."""
    if settings.ENV != "demo" or not settings.CLOCK_FILE:
        raise NoDemo
    file = Path(settings.CLOCK_FILE)
    with file.with_suffix(".lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield file


def _show(moment: datetime, file: Path) -> None:
    part = file.with_suffix(".part")
    part.write_text(str((moment - datetime.now(UTC)).total_seconds()))
    part.replace(file)
