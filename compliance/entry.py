"""One dated value of a rule pack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compliance.verdict import Citation, Force, Severity

CREDITORS = ("bank", "consumer_finance", "micro_loan", "assignee", "private")
COLLECTORS = ("own", "agency")


@dataclass(frozen=True, slots=True, eq=False)
class Entry:
    """One dated value of a pack, with its source and the words in which it speaks."""

    pack: str
    version: str
    topic: str
    id: str
    rule: str  # the name of the function that asks it; empty for a plain value
    since: date
    until: date | None  # the last day included
    severity: Severity
    force: Force
    citation: Citation
    confidence: str
    checked_by: str
    checked_on: date | None
    day_unsure: Mapping[str, str]  # why nobody has confirmed the first day; empty: it is confirmed
    note: str
    actions: frozenset[str]  # the actions for which it is asked
    binds: frozenset[str]  # kinds of creditor that its source binds; empty: all
    only_for: frozenset[str]  # kinds of creditor to which it is put at all; empty: all
    binds_collectors: frozenset[str]  # who collects ("own", "agency") that it binds; empty: both
    only_by: frozenset[str]  # who collects to which it is put at all; empty: both
    keys: Mapping[str, Any]  # plain values under their public names
    fields: Mapping[str, Any]
    says: Mapping[str, Mapping[str, str]]
    remedies: Mapping[str, Mapping[str, str]]

    def __getitem__(self, name: str) -> Any:
        """A field of the value, such as ``opens``."""
        return self.fields[name]

    def in_force_on(self, day: date) -> bool:
        """Whether the value holds on that day."""
        return self.since <= day and (self.until is None or day <= self.until)

    @property
    def checked(self) -> bool:
        """Whether a person has compared it with its source."""
        return bool(self.checked_by and self.checked_on)
