"""How somebody without an account gets in: a link they were sent, and one thing that they know.

Whatever is wrong (a link that never was, one that has expired, a wrong answer, too many answers) looks
the same, so that who guesses learns nothing. What was entered and what was shown is on the timeline.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.http import HttpRequest, HttpResponse

from notices.links import is_open, link_of
from notices.models import PortalLink
from people.models import Person, User
from workflow.steps import note

MOST_TRIES = 5
SHUT_FOR = timedelta(hours=1)
STAYS_FOR = timedelta(minutes=15)
COOKIE = "portal"
_SIGNER = TimestampSigner(salt="portal.entering")


@dataclass(frozen=True)
class Answered:
    """Whether the answer opens the link, which is then given."""

    link: PortalLink | None = None


def open_link(token: str, at: datetime) -> PortalLink | None:
    """The link, if it was given out and is still good."""
    link = link_of(token)
    return link if link and is_open(link, at) else None


def enter(token: str, answer: str, at: datetime) -> Answered:
    """Compare the answer with what the person knows; five wrong ones shut the link for an hour."""
    found = open_link(token, at)
    if found is None:
        _fits("", Person())  # as long as a real one takes
        return Answered()
    with transaction.atomic():
        link = PortalLink.objects.select_for_update(of=("self",)).get(pk=found.pk)
        person = link.person
        good = _fits(answer, person)
        if link.shut_until and at < link.shut_until:
            return Answered()
        if link.shut_until:
            link.shut_until, link.wrong_tries = None, 0
        if not good:
            link.wrong_tries += 1
            if link.wrong_tries >= MOST_TRIES:
                link.shut_until = at + SHUT_FOR
            link.save(update_fields=["wrong_tries", "shut_until"])
        else:
            link.wrong_tries, link.entered_at = 0, at
            link.save(update_fields=["wrong_tries", "shut_until", "entered_at"])
    if not good:
        if link.shut_until:
            _tell(link, "portal.shut", at)
        return Answered()
    _tell(link, "portal.entered", at)
    return Answered(link)


def let_in(answer: HttpResponse, request: HttpRequest, link: PortalLink) -> None:
    """Let the browser go on for a quarter of an hour; it forgets when it is closed."""
    answer.set_cookie(
        COOKIE, _SIGNER.sign(f"{link.pk}"), httponly=True, samesite="Strict",
        secure=request.is_secure(), path="/m/",
    )  # fmt: skip


def is_in(request: HttpRequest, link: PortalLink) -> bool:
    """Whether this browser has answered for this link within the last quarter of an hour."""
    try:
        return _SIGNER.unsign(request.COOKIES.get(COOKIE, ""), max_age=STAYS_FOR) == f"{link.pk}"
    except BadSignature:
        return False


def leave(answer: HttpResponse) -> None:
    """Forget the browser at once."""
    answer.delete_cookie(COOKIE, path="/m/", samesite="Strict")


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
