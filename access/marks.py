"""How a page says what it needs of the sign-in; ``access.middleware`` reads it."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def while_enrolling(view: View) -> View:
    """Let in whoever has shown a password and has no second factor yet."""
    view.while_enrolling = True
    return view


def with_first_password(view: View) -> View:
    """Let in whoever came by a password that somebody else has set."""
    view.with_first_password = True
    return view
