"""By which way a debtor is reached: an address from a lawful source that may still be used."""

from dataclasses import dataclass
from typing import Any

from notices.models import Notice
from people.models import Address, ContactPoint, Source


@dataclass(frozen=True)
class Way:
    """By which channel the debtor is reached, and where."""

    channel: str
    address: str
    source: str
    """Where the address comes from, as the rules ask."""
    point: ContactPoint | None = None


def by_mail(case: Any) -> Way | None:
    """The debtor's e-mail address, if there is one that may be used."""
    point = (
        case.debtor.contact_points.filter(
            channel=ContactPoint.Channel.EMAIL, do_not_contact=False, dead_at=None
        )
        .exclude(source=Source.UNKNOWN)
        .order_by("-consented", "pk")
        .first()
    )
    return Way(Notice.Channel.EMAIL, point.value, point.source, point) if point else None


def by_post(case: Any) -> Way | None:
    """The debtor's own address; never a workplace, where others would open the letter."""
    places = case.debtor.addresses.exclude(source=Source.UNKNOWN).filter(
        kind__in=[Address.Kind.HOME, Address.Kind.AGREED]
    )
    place = places.order_by("-kind", "pk").first()  # home before an agreed place
    return Way(Notice.Channel.LETTER, str(place), place.source) if place else None
