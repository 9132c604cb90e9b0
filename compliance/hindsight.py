"""What stood against a visit that was made: the same rules, asked again of what really happened."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from common.clock import local_day
from compliance.ask import judge, shelf_of
from compliance.facts import Facts

NOTICE = frozenset({"lead_hours", "lead_days"})
HOURS = frozenset({"visit_hours"})


def stood_against(stored: Mapping[str, Any], *, begun: datetime, ended: datetime) -> frozenset[str]:
    """The names of the rules that stood against a visit, whatever exceptions had been granted.

    ``stored`` is the decision by which it was begun (``Verdict.as_dict``); its facts and the versions of then
    are taken, but the hours are those at which the officers came and left. Raises ``KeyError``, ``LookupError``,
    ``TypeError`` or ``ValueError`` where what was stored cannot be read any more.
    """
    facts = replace(
        Facts.from_dict(stored["facts"]), start=begun, end=ended, at=begun, exceptions=()
    )
    shelf = shelf_of(stored)
    found = judge("visit.start", facts, on=date.fromisoformat(stored["on"]), shelf=shelf)
    day = local_day(begun, facts.zone or "")
    rules = {
        (entry.pack, entry.id): entry.rule
        for entry in shelf.entries_for(facts.packs, "visit.start", day)
    }
    return frozenset(
        rules.get((finding.pack, finding.rule), "") for finding in found if finding.blocks
    )
