"""By which ways a debtor is reached: addresses from a lawful source that may still be used, gentlest first."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from notices import links
from notices.accounts import account_of
from notices.channels import CARRIED, Carrier, carriers
from notices.models import ChannelAccount, Notice
from notices.models.notice import means_of
from notices.texts.composing import can_compose
from notices.texts.placeholders import examples
from notices.wishes import suits
from people.models import Address, ContactPoint, Person, Source

C = Notice.Channel
# A message that waits to be opened comes before one that rings, and paper that others may see comes last.
# One in the portal rings by another way, so it is taken where that other way would say too much.
LADDER: list[str] = [C.EMAIL, C.SMS, C.WECHAT, C.WECOM, C.PORTAL, C.LETTER]
BELL = "portal_bell"
"""The message that brings word of one in the portal."""
BELLS = (C.SMS.value, C.EMAIL.value, C.WECOM.value)
"""By which channels it goes, the first that is open."""


@dataclass(frozen=True)
class Way:
    """By which channel the debtor is reached, and where."""

    channel: str
    address: str
    source: str
    """Where the address comes from, as the rules ask."""
    point: ContactPoint | None = None
    rings: str = ""
    """Of one in the portal: by which channel word of it goes."""

    @property
    def means(self) -> str:
        """The channel by its name in the rules; one in the portal is what brings word of it."""
        return means_of(self.channel, self.rings)


def ways_of(
    case: Any,
    at: datetime,
    channels: Collection[str] | None = None,
    rings: Callable[[Any, str], bool] | None = None,
) -> list[Way]:
    """Every way that is open, the best first: what the debtor agreed to, then as the ladder goes.

    Never a dead number, nor one that the debtor does not want to be used, nor one of unknown source.
    ``channels`` are those by which anything could be sent, for whoever asks for many cases or of more
    than those that carry words of our own; ``rings`` says whether word of a message could go to a case's
    debtor by a channel, where that is known already.
    """
    open_ones = set(free_channels(case) if channels is None else channels)
    points = [way for way in _points(case) if way.channel in open_ones]
    found = [*points, *_portal(case, points, at, rings), *_posts(case)]
    return sorted(
        [way for way in found if way.channel in open_ones and suits(case, way.channel, way.rings)],
        key=lambda way: (
            way.channel in (C.LETTER, C.PORTAL),
            not (way.point and way.point.consented),
            LADDER.index(way.channel),
        ),
    )


def all_ways_of(case: Any, at: datetime) -> list[Way]:
    """Every way that is open, also by carriers that send only what they have approved, the best first."""
    return ways_of(case, at, every_channel(case))


def by_mail(case: Any, person: Person | None = None) -> Way | None:
    """The e-mail address of the debtor, or of that person, if there is one that may be used."""
    if person is None and not suits(case, C.EMAIL):
        return None
    return next((way for way in _points(case, person) if way.channel == C.EMAIL), None)


def by_post(case: Any, person: Person | None = None) -> Way | None:
    """The own address of the debtor, or of that person; never a workplace, where others would open the letter."""
    if person is None and not suits(case, C.LETTER):
        return None
    return next(iter(_posts(case, person)), None)


def by_channel(case: Any, channel: str, at: datetime, person: Person | None = None) -> Way | None:
    """The way by exactly that channel; None where there is no address or nobody who carries it.

    A channel other than e-mail needs an account of whoever writes at a carrier. ``person`` is whom to
    reach where it is not the debtor: by that person's own addresses alone.
    """
    if channel not in (C.PORTAL, *CARRIED) and person is None and not suits(case, channel):
        return None
    if channel == C.EMAIL:
        return by_mail(case, person)
    if channel in CARRIED:
        way = by_post(case, person)
        return replace(way, channel=channel) if way else None
    if channel == C.PORTAL:
        return next((way for way in all_ways_of(case, at) if way.channel == C.PORTAL), None)
    if account_of(case.agency_id or case.creditor_id, channel) is None:
        return None
    return next((way for way in _points(case, person) if way.channel == channel), None)


def free_channels(case: Any) -> list[str]:
    """The channels by which words of our own can go: those whose carrier does not want its template."""
    return [
        name
        for name, carrier in _channels(case).items()
        if carrier is None or not carrier.needs_template
    ]


def channels_of_words(case: Any, at: datetime) -> list[str]:
    """The channels by which somebody's own words can go now: a carrier may have approved a text that holds them."""
    language = case.debtor.language
    text = examples("en" if language == "en" else "zh")["text"]
    return [
        name
        for name, carrier in _channels(case).items()
        if carrier is None
        or not carrier.needs_template
        or can_compose(
            wording="letter", channel=name, case=case, recipient=case.debtor, language=language,
            at=at, values={"text": text},
        )
    ]  # fmt: skip


def every_channel(case: Any) -> list[str]:
    """The channels by which the writer of this case can send anything at all."""
    return list(_channels(case))


def _channels(case: Any) -> dict[str, Carrier | None]:
    """The channels with their carrier; None where none is needed."""
    found: dict[str, Carrier | None] = dict.fromkeys(
        [C.EMAIL.value, C.LETTER.value, C.PORTAL.value]
    )
    accounts = ChannelAccount.objects.filter(
        organisation=case.agency_id or case.creditor_id, is_active=True,
        channel__in=[C.SMS, C.WECOM, C.WECHAT],
    )  # fmt: skip
    at_carriers = {account.channel: account.provider for account in accounts}
    for name in (C.SMS, C.WECOM, C.WECHAT):
        carrier = carriers().get(at_carriers.get(name, ""))
        if carrier:
            found[name.value] = carrier
    return found


def _points(case: Any, person: Person | None = None) -> list[Way]:
    """The numbers and accounts that may be used, one for each channel."""
    usable = [
        point
        for point in (person or case.debtor).contact_points.all()
        if not point.do_not_contact
        and point.dead_at is None
        and point.source != Source.UNKNOWN
        and point.channel in LADDER
    ]
    found: dict[str, Way] = {}
    for point in sorted(usable, key=lambda point: (not point.consented, point.pk)):
        found.setdefault(point.channel, Way(point.channel, point.value, point.source, point))
    return list(found.values())


def can_ring(case: Any, channel: str, at: datetime, *, language: str = "", **known: Any) -> bool:
    """Whether word of a message can go to the debtor by this channel: its carrier may want a text of its own.

    ``known`` is what ``compose`` is given by whoever asks for many.
    """
    return can_compose(
        wording=BELL, channel=channel, case=case, recipient=case.debtor,
        language=language or case.debtor.language, at=at,
        values={"portal_link": links.PLACE}, **known,
    )  # fmt: skip


def ringing(case: Any, at: datetime, language: str = "") -> Way | None:
    """By which way the debtor hears that a message lies in the portal; none: it would lie there unread."""
    open_ones = every_channel(case)
    points = [way for way in _points(case) if way.channel in open_ones and suits(case, way.channel)]
    return _bell(
        points, lambda channel: can_ring(case, channel, at, language=language)
    )  # fmt: skip


def _bell(points: Iterable[Way], rings: Callable[[str], bool]) -> Way | None:
    by_name = {way.channel: way for way in points}
    found = (by_name[name] for name in BELLS if name in by_name and rings(name))
    return next(found, None)


def _portal(
    case: Any, points: Iterable[Way], at: datetime, rings: Callable[[Any, str], bool] | None
) -> list[Way]:
    """The portal: read by whoever can say what only the debtor knows, who hears of it by another way."""
    if not (case.debtor.id_number or case.debtor.born_on):
        return []
    can = rings or (lambda one, channel: can_ring(one, channel, at))
    bell = _bell(
        [way for way in points if suits(case, way.channel)], lambda channel: can(case, channel)
    )
    return [Way(C.PORTAL.value, "", bell.source, rings=bell.channel)] if bell else []


def _posts(case: Any, person: Person | None = None) -> list[Way]:
    whose = person or case.debtor
    places = [
        place
        for place in whose.addresses.all()
        if place.source != Source.UNKNOWN and place.kind in {Address.Kind.HOME, Address.Kind.AGREED}
    ]
    here = {"", whose.country}  # whoever has moved away is written to where they live now
    places.sort(key=lambda p: (p.kind != Address.Kind.HOME, p.country not in here, p.pk))
    return [Way(C.LETTER.value, str(place), place.source) for place in places[:1]]
