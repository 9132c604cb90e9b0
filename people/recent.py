"""Pages before which somebody shows once more who they are, if the last time is long ago; and those that never ask.

Only the mark stands here, where every app can reach it; ``access.middleware`` asks. What was typed into the form is kept.
"""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def recent_sign_in(view: View) -> View:
    """Before something is sent here, the sign-in is to be recent; looking at the page is free."""
    view.needs_recent = "sending"
    return view


def recent_sign_in_to_read(view: View) -> View:
    """Before this is even read, such as a file that leaves the house, the sign-in is to be recent."""
    view.needs_recent = "reading"
    return view


def even_unused(view: View) -> View:
    """Answer a screen that nobody has used for long: an alarm is for whoever passes by."""
    view.even_unused = True
    return view
