"""That somebody without an account acts, by a link: the same actions, told on the timeline as the debtor's own.

It travels in a context variable, as a form's guard does, so that no action needs to know that links exist.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

DEBTOR = "debtor"
"""Who did it, as the timeline keeps it of what came by a link; told in words on the page."""

_current: ContextVar[int | None] = ContextVar("by_link", default=None)


@contextmanager
def acting_by(link: int) -> Iterator[None]:
    """All that is recorded inside was done by the holder of this link."""
    token = _current.set(link)
    try:
        yield
    finally:
        _current.reset(token)


def link_used() -> int | None:
    """By which link somebody acts at present; none: a member of staff, or the system."""
    return _current.get()
