"""The best way to reach the debtor at a moment: the gentlest that is open and that the rules let be used."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cases.facts import facts_for
from common.clock import local_day
from compliance.aims import Aim
from compliance.ask import ask
from compliance.verdict import Verdict
from notices.ways import Way, ways_of


@dataclass(frozen=True)
class Reached:
    """A way, what the rules say of it, and from when it may be used (None: not at all)."""

    way: Way
    verdict: Verdict
    goes_at: datetime | None


def ask_way(
    case: Any, way: Way, at: datetime, *, action: str = "notice.send", aim: Aim = Aim.COLLECTING
) -> Verdict:
    """What the rules say of a message by this way, for that aim, at that moment."""
    facts = facts_for(
        case, at=at, channel=way.means, contact_sources=(way.source,), aim=aim.value
    )  # fmt: skip
    return ask(action, facts, on=local_day(at, case.zone))


def reach(
    case: Any,
    at: datetime,
    *,
    action: str = "notice.send",
    aim: Aim = Aim.COLLECTING,
    ways: Sequence[Way] | None = None,
    closes: datetime | None = None,
) -> Reached | None:
    """The first way that may be used now, or later but before ``closes``; else the first, refused.

    None: there is no way at all. A way that is open later comes before a harsher one that is open now:
    nobody gets a letter because it is eight in the evening.
    """
    refused: Reached | None = None
    for way in ways_of(case, at) if ways is None else ways:
        verdict = ask_way(case, way, at, action=action, aim=aim)
        goes_at = at if verdict.allowed else verdict.earliest
        if goes_at and (closes is None or goes_at < closes):
            return Reached(way, verdict, goes_at)
        refused = refused or Reached(way, verdict, None)
    return refused
