"""What this reader may open, and whose names they may read."""

from typing import Any

from django import template

from people import rights
from people.masking import mask

register = template.Library()


@register.filter
def opens(user: Any, name: str) -> bool:
    """Whether the address of that name is one that this reader's role may read."""
    return rights.opens(user, name)


@register.filter
def seen_by(name: Any, user: Any) -> str:
    """The name of somebody in a case, as this reader is to see it."""
    return mask(name) if getattr(user, "sees_masked", False) else str(name or "")
