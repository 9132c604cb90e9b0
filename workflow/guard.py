"""What a form knew when it was drawn: the case's version, and a key of its own.

The view sets it, ``carry_out`` checks it under the case's lock. It travels in a context
variable so that no action needs to know that forms exist.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Guard:
    """One press of one button: ``key`` counts once, ``version`` is what the person saw."""

    key: str
    version: int | None = None
    spent: bool = False


_current: ContextVar[Guard | None] = ContextVar("guard", default=None)


@contextmanager
def guarded(guard: Guard) -> Iterator[Guard]:
    """Run one form's action under its guard."""
    token = _current.set(guard)
    try:
        yield guard
    finally:
        _current.reset(token)


def current() -> Guard | None:
    """The guard of the form that is being handled, if any and not yet spent."""
    guard = _current.get()
    return guard if guard and not guard.spent else None
