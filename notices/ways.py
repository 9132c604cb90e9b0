"""By which way a debtor is reached: an address from a lawful source that may still be used."""

from dataclasses import dataclass, replace
from typing import Any

from notices.accounts import account_of
from notices.channels import CARRIED, carriers
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


def by_channel(case: Any, channel: str) -> Way | None:
    """The way by exactly that channel; None where there is no address or nobody who carries it.

    A channel other than e-mail needs an account of whoever writes at a carrier.
    """
    if channel == Notice.Channel.EMAIL:
        return by_mail(case)
    if channel in CARRIED:
        way = by_post(case)
        return replace(way, channel=channel) if way else None
    if channel == Notice.Channel.PORTAL:
        # Read by whoever can say what only the debtor knows, and hears of it by another way.
        from notices.bells import way_of

        known = case.debtor.id_number or case.debtor.born_on
        bell = way_of(case) if known else None
        return Way(channel, "", bell.source) if bell else None
    if account_of(case.agency_id or case.creditor_id, channel) is None:
        return None
    point = (
        case.debtor.contact_points.filter(channel=channel, do_not_contact=False, dead_at=None)
        .exclude(source=Source.UNKNOWN)
        .order_by("-consented", "pk")
        .first()
    )
    return Way(channel, point.value, point.source, point) if point else None


def free_channels(case: Any) -> list[str]:
    """The channels by which words of our own can go: those whose carrier does not want its template."""
    found = [
        Notice.Channel.EMAIL.value,
        Notice.Channel.LETTER.value,
        Notice.Channel.PORTAL.value,
    ]
    for name in (Notice.Channel.SMS, Notice.Channel.WECOM, Notice.Channel.WECHAT):
        account = account_of(case.agency_id or case.creditor_id, name)
        carrier = carriers().get(account.provider) if account else None
        if carrier and not carrier.needs_template:
            found.append(name.value)
    return found
