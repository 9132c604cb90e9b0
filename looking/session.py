"""What this browser may see in full just now: a case and a group of its data, until a moment.

It is kept in the session, which lies in the database: it ends with the signing out, holds for no other browser of the same
person, and costs no query that the page does not make anyhow. What has run out is not looked at and falls away by itself.
"""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from common import clock

KEY = "shown"


def show(request: HttpRequest, reference: str, group: str, until: datetime) -> None:
    """Let this session see that group of the case in full until then."""
    now = clock.now()
    kept: dict[str, Any] = request.session.get(KEY, {})
    standing = {name: at for name, at in kept.items() if datetime.fromisoformat(at) > now}
    standing[f"{reference} {group}"] = until.astimezone(UTC).isoformat()
    request.session[KEY] = standing


def mask_again(request: HttpRequest, reference: str) -> None:
    """Mask what this session sees of the case before its minutes are over."""
    kept: dict[str, Any] = request.session.get(KEY, {})
    request.session[KEY] = {
        name: at for name, at in kept.items() if name.partition(" ")[0] != reference
    }


def shown(request: Any, reference: str) -> dict[str, datetime]:
    """The groups of the case that this session sees in full now, each with its end."""
    session = getattr(request, "session", None)
    kept: dict[str, Any] = session.get(KEY, {}) if session is not None else {}
    if not kept:
        return {}
    now = clock.now()
    found = {
        name.partition(" ")[2]: datetime.fromisoformat(at)
        for name, at in kept.items()
        if name.partition(" ")[0] == reference
    }
    return {group: until for group, until in found.items() if until > now}
