"""How somebody without an account gets in: a link they were sent or given, and one thing that they know.

Instead of that they may have been shown a code at the door, once it was settled who they are; it is good for
minutes, once, and for the link of that visit alone.

Whatever is wrong (a link that never was, one that has expired, a wrong answer, too many answers) looks
the same, so that who guesses learns nothing. What was entered and what was shown is on the timeline.
"""

import hmac
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from notices import codes
from notices.links import is_open, link_of, row_for
from notices.models import OneTimeCode, PortalLink
from people.models import Person, User
from visits import guessing
from workflow.steps import note

MOST_TRIES = 5
SHUT_FOR = timedelta(hours=1)
STAYS_FOR = timedelta(minutes=15)
_SIGNER = Signer(salt="portal.is_in")


@dataclass(frozen=True)
class Answered:
    """Whether the answer opens the link, which is then given."""

    link: PortalLink | None = None


def open_link(token: str, at: datetime) -> PortalLink | None:
    """The link, if it was given out and is still good."""
    link = link_of(token)
    return link if link and is_open(link, at) else None


Purpose = PortalLink.Purpose
OWN, READING, SIGNING = (Purpose.OWN,), (Purpose.MESSAGES, Purpose.OWN), (Purpose.SIGN,)
"""For what a link is good on which pages."""


def open_for(
    request: HttpRequest, token: str, purposes: Collection[str], at: datetime
) -> PortalLink | None:
    """The link, if it is for one of these and this browser has answered for it."""
    link = open_link(token, at)
    return link if link and link.purpose in purposes and is_in(request, link, at) else None


def enter(token: str, answer: str, at: datetime, address: str = "") -> Answered:
    """Compare the answer with what the person knows, or with the code that was shown at the door.

    Five wrong ones shut the link for an hour, and twenty from one address within a quarter of an hour shut
    it out of every link at which anybody answered wrongly; at the others it has one try, for behind one address
    there may be many, and they are not to suffer for one who guesses. Whatever is wrong asks the same of the
    database and is compared with as much, whether there is such a link or not: where there is none, the oldest
    stands in for it, is read and locked alike, and written as it was.
    """
    found = open_link(token, at)
    with transaction.atomic():
        knocked = guessing.knock("answer", address, at)
        rows = row_for(found.pk if found else 0).select_related("person")
        row = rows.select_for_update(of=("self",)).first()
        link = row if found and row and row.pk == found.pk else None
        shown = OneTimeCode.objects.filter(link=row.pk if row else 0, channel=codes.AT_DOOR)
        code = shown.order_by("-pk").first()
        by_code = codes.fits(code, answer) and code is not None and codes.is_good(code, at)
        good = _fits(answer, row.person if row else Person()) or by_code
        marks, until = {"wrong_tries": 0, "shut_until": None, "entered_at": at}, None
        shut = bool(link and link.shut_until and at < link.shut_until)
        if link is None or shut or (knocked.shut and link.wrong_tries):
            good = False
            marks = {name: getattr(row, name, None) for name in ("wrong_tries", "shut_until")}
        elif not good:
            tries = 1 if link.shut_until else link.wrong_tries + 1
            until = at + SHUT_FOR if tries >= MOST_TRIES else None
            marks = {"wrong_tries": tries, "shut_until": until}
        PortalLink.objects.filter(pk=row.pk if row else 0).update(**marks)
        used = code.pk if code and by_code and good else 0
        shown.order_by().filter(pk=used).update(used_at=at)
    if link is None or not good:
        if link and until:
            _tell(link, "portal.shut", at)
        return Answered()
    link.refresh_from_db()
    guessing.let_off(knocked)
    _tell(link, "portal.entered_by_code" if by_code else "portal.entered", at)
    return Answered(link)


def let_in(answer: HttpResponseBase, request: HttpRequest, link: PortalLink, at: datetime) -> None:
    """Let the browser go on for a quarter of an hour from now; it forgets when it is closed."""
    answer.set_cookie(
        settings.PORTAL_COOKIE_NAME, _SIGNER.sign(f"{link.pk}:{at.timestamp():.0f}"), httponly=True,
        samesite="Strict", secure=settings.PRODUCTION or request.is_secure(), path="/m/",
    )  # fmt: skip


def is_in(request: HttpRequest, link: PortalLink, at: datetime) -> bool:
    """Whether this browser has answered for this link, and was here within the last quarter of an hour."""
    try:
        told = _SIGNER.unsign(request.COOKIES.get(settings.PORTAL_COOKIE_NAME, ""))
    except BadSignature:
        return False
    whose, _colon, since = told.partition(":")
    return (
        whose == f"{link.pk}" and 0 <= at.timestamp() - int(since) + 1 < STAYS_FOR.total_seconds()
    )


def leave(answer: HttpResponseBase) -> None:
    """Forget the browser at once."""
    answer.delete_cookie(settings.PORTAL_COOKIE_NAME, path="/m/", samesite="Strict")


def is_known(person: Person) -> bool:
    """Whether there is anything of this person that an answer could be compared with."""
    return len(_tail(person)) == TAIL or person.born_on is not None


TAIL = 4


def _tail(person: Person) -> str:
    return re.sub(r"[^0-9A-Z]", "", person.id_number.upper())[-TAIL:]


def _fits(answer: str, person: Person) -> bool:
    """Whether the answer is the end of the ID number, or the day of birth written in any usual way."""
    said = re.sub(r"[^0-9A-Z]", "", answer.upper())
    tail = _tail(person)
    known = tail if len(tail) == TAIL else ""
    born = person.born_on.strftime("%Y%m%d") if person.born_on else ""
    good = hmac.compare_digest(said.encode(), known.encode()) and known != ""
    good |= hmac.compare_digest(said.encode(), born.encode()) and born != ""
    return good


def _tell(link: PortalLink, event: str, at: datetime) -> None:
    note(
        link.case, event=event, data={"link": link.pk, "purpose": link.purpose},
        by=User.objects.system(), at=at,
    )  # fmt: skip
