"""Decisions of the timelines made again from what was stored of them: the same answer, or where it differs."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from compliance.ask import replay
from compliance.verdict import Verdict
from timeline.models import Event

CHUNK = 500


class Outcome(StrEnum):
    """How a decision came out the second time."""

    SAME = "same"  # by the very versions of then
    SAME_ANSWER = "same_answer"  # a version of then is kept nowhere; that of today says the same
    CHANGED = "changed"  # a version of then is kept nowhere; that of today says something else
    DIFFERENT = "different"  # the very versions of then say something else: a fault
    UNREADABLE = "unreadable"  # what was stored cannot be read any more: a fault


@dataclass(frozen=True)
class Difference:
    """One part of the answer that came out otherwise."""

    part: str
    stored: Any
    now: Any


@dataclass(frozen=True)
class Replayed:
    """One decision of a timeline, made again."""

    event: Event
    outcome: Outcome
    verdict: Verdict | None = None
    differences: tuple[Difference, ...] = ()
    missing: tuple[str, ...] = ()  # packs whose version of then is kept nowhere
    why: str = ""

    @property
    def holds(self) -> bool:
        """Whether it gives the same answer."""
        return self.outcome in (Outcome.SAME, Outcome.SAME_ANSWER)


def decisions(since: datetime | None = None, until: datetime | None = None) -> Iterator[Event]:
    """Every event that tells of a decision, oldest first, streamed: memory stays flat however many.

    ``until`` is not included.
    """
    events = Event.objects.filter(data__has_key="decision").select_related("case")
    if since:
        events = events.filter(occurred_at__gte=since)
    if until:
        events = events.filter(occurred_at__lt=until)
    with transaction.atomic():  # a cursor of the server's own lives in a transaction
        yield from events.defer("salts", "commitments").order_by("pk").iterator(chunk_size=CHUNK)


def replayed(event: Event) -> Replayed:
    """The event's decision made again from what was stored of it, by the versions of then."""
    stored = {**event.data["decision"], "findings": event.findings}
    try:
        verdict = replay(stored)
    except (ArithmeticError, KeyError, LookupError, TypeError, ValueError) as fault:
        return Replayed(event, Outcome.UNREADABLE, why=f"{type(fault).__name__}: {fault}")
    now = verdict.as_dict()
    then: dict[str, str] = stored.get("digests", {})
    missing = tuple(sorted(name for name in then if now["digests"].get(name) != then[name]))
    if missing:
        stored, now = _gist(stored), _gist(now)
    differences = tuple(
        Difference(part, stored.get(part), now.get(part))
        for part in ("allowed", "earliest", "findings")
        if stored.get(part) != now.get(part)
    )
    if missing:
        outcome = Outcome.CHANGED if differences else Outcome.SAME_ANSWER
    else:
        outcome = Outcome.DIFFERENT if differences else Outcome.SAME
    return Replayed(event, outcome, verdict, differences, missing)


def _gist(decision: dict[str, Any]) -> dict[str, Any]:
    """The answer without the words and numbers of a version, which another one may put otherwise."""
    return {
        "allowed": decision["allowed"],
        "earliest": decision["earliest"],
        "findings": [
            f"{found['rule']} {found['severity']}{' excepted' if found.get('excepted') else ''}"
            for found in decision["findings"]
        ],
    }
