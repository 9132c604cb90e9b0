"""Where somebody is signed in, and the end of it."""

import re
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from common import clock
from people.models import User

MOST = 50
USED = "access.used"
"""Where a session keeps when it was used last, in seconds of this machine's clock."""
A_WHILE = 60  # seconds after which it is written down again that a session is in use
BROWSERS = (("Edg", "Edge"), ("Chrome", "Chrome"), ("Firefox", "Firefox"), ("Safari", "Safari"))
SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@dataclass(frozen=True)
class Open:
    """One open session, as its owner sees it."""

    pk: int
    since: datetime
    address: str
    browser: str
    here: bool


def open_of(user: User, here: str) -> list[Open]:
    """The sessions of that person that are still good, the newest first; ``here`` is the key of this one."""
    rows = list(UserSession.objects.filter(user=user).order_by("-created_at", "-pk")[:MOST])
    keys = [row.session_key for row in rows]
    good = set(Session.objects.filter(pk__in=keys).values_list("pk", flat=True))
    return [
        Open(row.pk, row.created_at, row.ip, browser_of(row.user_agent), row.session_key == here)
        for row in rows
        if row.session_key in good
    ]


def end(user: User, pk: int, here: str) -> bool:
    """End one of one's own sessions elsewhere; says whether there was one."""
    found = UserSession.objects.filter(user=user, pk=pk).exclude(session_key=here).first()
    if found is None:
        return False
    found.end()
    return True


def end_all(user: User, *, but: str = "") -> int:
    """End every session of that person but the one of that key; gives how many."""
    rows = UserSession.objects.filter(user=user).exclude(session_key=but)
    keys = list(rows.values_list("session_key", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    rows.delete()
    return len(keys)


def renamed(request: HttpRequest) -> None:
    """A session got a new key, as after a change of password: its row follows."""
    UserSession.objects.create_from_request(request)


def anew(request: HttpRequest) -> None:
    """Give a session another key once it was shown again whose it is: one that was stolen before ends here."""
    request.session[USED] = clock.stamp()
    request.session.cycle_key()
    renamed(request)


def use(request: HttpRequest) -> None:
    """Keep that the session is in use; what a page asks by itself, such as a bar each ten seconds, is no use."""
    used = request.session.get(USED)
    by_itself = request.headers.get("HX-Request") == "true"
    if used is None or (not by_itself and clock.seconds_since(used) > A_WHILE):
        request.session[USED] = clock.stamp()


def is_unused(request: HttpRequest) -> bool:
    """Whether nobody has used this session for longer than the house allows.

    Officers are left out: their telephone is without a network for hours, and locks itself.
    """
    used = request.session.get(USED)
    if used is None or request.user.role == User.Role.OFFICER:
        return False
    return clock.seconds_since(used) > settings.UNUSED_SESSION.total_seconds()


def browser_of(agent: str) -> str:
    """A browser and its system in two words; what is not known is shown as it calls itself."""
    browser = next((name for mark, name in BROWSERS if f"{mark}/" in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return " · ".join(filter(None, (browser, system))) or re.sub(r"[^\w ./;()-]", "", agent)[:40]
