"""The browsers in which somebody has signed in before: a cookie says so, and nothing more."""

import secrets

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import salted_hmac

from access.lockout import same_name
from people.models import User

SALT = "access.devices"
KEPT_FOR = 365 * 24 * 60 * 60  # seconds
MOST = 8  # people who share one browser


def known_as(request: HttpRequest, name: str) -> str:
    """The number of this browser where that person has signed in with it before, else ""."""
    return _read(request).get(_of(name), "")


def remember(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    """Let this browser be known as one in which that person has signed in."""
    known = _read(request)
    mine = known.pop(_of(user.username), "") or secrets.token_urlsafe(16)
    latest = dict(list(known.items())[-(MOST - 1) :]) | {_of(user.username): mine}
    response.set_cookie(
        settings.DEVICE_COOKIE_NAME, signing.dumps(latest, salt=SALT), max_age=KEPT_FOR,
        secure=settings.PRODUCTION, httponly=True, samesite="Lax",
    )  # fmt: skip


def _read(request: HttpRequest) -> dict[str, str]:
    try:
        found = signing.loads(
            request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""), salt=SALT, max_age=KEPT_FOR
        )
    except signing.BadSignature:
        return {}
    return {str(key): str(value) for key, value in found.items()}


def _of(name: str) -> str:
    """A name as the cookie holds it: whoever reads the cookie does not learn who works here."""
    return salted_hmac(SALT, same_name(name), algorithm="sha256").hexdigest()[:16]
