"""From when a notice takes effect in law: what its case's packs say of the channel."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from common.clock import from_local, local_day
from compliance.ask import value
from compliance.packs import PackUnreadable, describe
from compliance.verdict import Citation, Force
from notices.models import Notice

log = logging.getLogger(__name__)

BY_SENDING = {"sent", "accepted"}


def effective_from(notice: Notice, sent_at: datetime) -> datetime | None:
    """The moment from which the notice counts as served without anybody confirming it.

    None: only a proof of delivery will do, and so it is where the packs cannot be read.
    """
    if notice.channel == Notice.Channel.PORTAL:
        return None  # it lies there; only who opens it has it
    case = notice.case
    day = local_day(sent_at, case.zone)
    rule = _rule(notice, day)
    if not rule:
        return None
    if rule["counts"] in BY_SENDING:
        return sent_at
    if rule["deemed_days"] < 0:
        return None
    # Deemed served with the end of the day, where the debtor lives.
    return from_local(
        datetime.combine(day + timedelta(days=rule["deemed_days"] + 1), time()), case.zone
    )


@dataclass(frozen=True)
class Basis:
    """A value of a pack that says when a notice takes effect, as a page shows where a rule comes from."""

    rule: str
    force: Force
    citation: Citation
    since: date
    checked_by: str
    checked_on: date | None


@dataclass(frozen=True)
class Served:
    """Whether the notice counts as served: ``how`` it does or why not yet, from when, and by which rule.

    ``how``: sent, deemed, delivered, will (counts from ``at`` on), proof (only a proof of delivery
    will do), returned, not_sent, or "" while nothing can be said. ``days`` are those after which it
    is deemed served.
    """

    how: str
    at: datetime | None = None
    days: int = 0
    by: Sequence[Basis] = ()


def served(notice: Notice) -> Served:
    """What the packs make of what became of the notice, for a person to read."""
    states = Notice.State
    if notice.state == states.BOUNCED:
        return Served("returned", by=_bases(notice))
    if notice.state in {states.FAILED, states.SUPPRESSED}:
        return Served("not_sent")
    if notice.sent_at is None:
        return Served("")
    rule = _rule(notice, local_day(notice.sent_at, notice.case.zone)) or {}
    days, by = int(rule.get("deemed_days", -1)), _bases(notice)
    if notice.state == states.DELIVERED:
        if notice.deemed_at is None or notice.deemed_at != notice.delivered_at:
            return Served("delivered", notice.delivered_at, by=by)
        how = "sent" if rule.get("counts") in BY_SENDING else "deemed"
        return Served(how, notice.delivered_at, days, by)
    if notice.deemed_at:
        return Served("will", notice.deemed_at, days, by)
    return Served("proof", by=by)


def _rule(notice: Notice, day: date) -> dict[str, Any] | None:
    """What the packs say of this channel; nothing where they say nothing or cannot be read."""
    try:
        rules = value(tuple(notice.case.packs), "service.rules", day) or {}
    except Exception:
        # The fact that it was sent must be kept whatever the packs are like.
        log.exception("What the packs of %s say of service could not be read.", notice.case)
        return None
    found: dict[str, Any] | None = rules.get(notice.means)
    return found


def _bases(notice: Notice) -> list[Basis]:
    """The values of the case's packs that speak of this channel, on the day on which it was sent."""
    if notice.sent_at is None:
        return []
    day = local_day(notice.sent_at, notice.case.zone)
    found = []
    for pack in notice.case.packs:
        try:
            entries = describe(pack, day)
        except PackUnreadable:
            continue
        found += [
            Basis(e.id, e.force, e.citation, e.since, e.checked_by, e.checked_on)
            for e in entries
            if notice.means in e.keys.get("service.rules", ()) and e.in_force_on(day)
        ]
    return found
