"""A person's visits as iCalendar (RFC 5545), for the calendar program on their telephone.

The address may be seen by whoever runs that program, and so may what it holds: the number of the visit, when, and in
which district; no name, no street, no number of a case, and no word of a debt. The person's own team and mandates
decide what is in it, each time anew.
"""

import base64
import hashlib
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from icalendar import Calendar, Event

from cases.models import Case
from people.models import User
from people.rights import may
from visits.models import CalendarFeed, Visit

RIGHT = "conduct_visit"
BEHIND, AHEAD = timedelta(days=7), timedelta(days=60)
MOST = 500
STATUS = {Visit.State.PLANNED: "TENTATIVE"}
_BYTES = 16
_TOKEN = "visits.feed"  # noqa: S105 - the purpose of a key, and no secret


def new_nonce() -> str:
    """What a new address is reckoned from."""
    return secrets.token_hex(_BYTES)


def token_of(nonce: str) -> str:
    """The secret part of the address: 160 bits, in letters that survive being typed."""
    digest = salted_hmac(_TOKEN, nonce, algorithm="sha256").digest()[:20]
    return base64.b32encode(digest).decode().lower()


def mark_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(feed: CalendarFeed) -> str:
    """The whole address; "" where the house's key has changed since, so that it is good for nothing."""
    token = token_of(feed.nonce)
    if mark_of(token) != feed.mark:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('visits:feed', args=[token])}"


def feed_of(person: User) -> CalendarFeed | None:
    """The address that this person has now."""
    return CalendarFeed.objects.filter(person=person, withdrawn_at=None).first()


def by_token(token: str) -> CalendarFeed | None:
    """The feed of that token, if it is good and its person still works at doors here."""
    found = (
        CalendarFeed.objects.filter(mark=mark_of(token), withdrawn_at=None)
        .select_related("person")
        .first()
    )
    return found if found and may(found.person, RIGHT) else None


def calendar_of(person: User, at: datetime) -> bytes:
    """The visits for which this person is named, from a week ago until sixty days ahead."""
    visits = (
        Visit.objects.filter(
            case__in=Case.objects.visible_to(person), crew__officer=person, crew__active=True,
            starts_at__gte=at - BEHIND, starts_at__lt=at + AHEAD,
        )
        .exclude(state=Visit.State.CANCELLED)
        .select_related("place")
        .order_by("starts_at", "pk")[:MOST]
    )  # fmt: skip
    calendar = Calendar()
    calendar.add("prodid", "-//Doorstep//Visits//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", "Doorstep")
    host = settings.PUBLIC_URL.partition("://")[2].partition("/")[0].partition(":")[0]
    for visit in visits:
        event = Event()
        event.add("uid", f"{visit.reference}@{host}")
        event.add("dtstamp", at)
        event.add("dtstart", visit.starts_at)
        event.add("dtend", visit.ends_at)
        event.add("summary", " · ".join(filter(None, [visit.reference, visit.place.district])))
        event.add("status", STATUS.get(Visit.State(visit.state), "CONFIRMED"))
        event.add("class", "PRIVATE")
        calendar.add_component(event)
    return bytes(calendar.to_ical())
