"""Two versions of a pack side by side: what begins, what ends, what is changed, and what follows."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from compliance.entry import Entry
from compliance.shelf import Pack
from compliance.verdict import Verdict

Row = tuple[Any, ...]
_PLAIN = (
    "severity", "force", "confidence", "checked_by", "checked_on", "binds", "binds_collectors", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One part of a value that is not the same: a figure, the words, the source …"""

    name: str
    old: Any
    new: Any


@dataclass(frozen=True, slots=True)
class Change:
    """One row that is not the same: the value that went before and the one that takes its place."""

    old: Entry | None
    new: Entry | None
    parts: tuple[Difference, ...] = ()

    @property
    def kind(self) -> str:
        """``added``, ``ended``, ``replaced`` from a day on, or ``rewritten`` where it stood."""
        if self.old is None:
            return "added"
        if self.new is None:
            return "ended"
        return "rewritten" if self.old.since == self.new.since else "replaced"

    @property
    def entry(self) -> Entry:
        """The value that is shown: the new one, else the one that ended."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - a change has at least one side
        return found

    @property
    def begins(self) -> date:
        """From which day on it makes a difference."""
        if self.new is None:
            assert self.old is not None  # noqa: S101 - as above
            return (self.old.until or self.old.since) + timedelta(days=1)
        return self.new.since


def changes(old: Pack, new: Pack) -> list[Change]:
    """What a reader has to know to get from one version to the other, in the order of the pack."""
    before = {(row_of(entry), entry.since): entry for entry in old.entries}
    after = {(row_of(entry), entry.since): entry for entry in new.entries}
    found: list[Change] = []
    for key, entry in after.items():
        was = before.get(key)
        if was is not None:
            parts = differences(was, entry)
            if parts:
                found.append(Change(was, entry, parts))
            continue
        went = _just_before(entry, after.values())
        found.append(Change(went, entry, differences(went, entry) if went else ()))
    followed = {id(change.old) for change in found if change.old}
    for key, was in before.items():
        now = after.get(key)
        if now is None:
            found.append(Change(was, None))
        elif was.until != now.until and id(now) not in followed:
            found.append(Change(now, None))
    return sorted(found, key=lambda one: (one.entry.topic, one.entry.id, one.begins))


def row_of(entry: Entry) -> Row:
    """What values have in common that follow one another in time."""
    return (entry.id, entry.rule, entry.only_for, entry.actions, tuple(sorted(entry.keys)))


def _just_before(entry: Entry, entries: Iterable[Entry]) -> Entry | None:
    eve = entry.since - timedelta(days=1)
    return next(
        (one for one in entries if row_of(one) == row_of(entry) and one.in_force_on(eve)), None
    )


def differences(old: Entry, new: Entry) -> tuple[Difference, ...]:
    """Every part of the value that is not the same, but for the days on which it holds."""
    found = [
        Difference(name, old.fields.get(name), new.fields.get(name))
        for name in dict.fromkeys((*old.fields, *new.fields))
        if old.fields.get(name) != new.fields.get(name)
    ]
    found += [
        Difference(name, getattr(old, name), getattr(new, name))
        for name in _PLAIN
        if getattr(old, name) != getattr(new, name)
    ]
    if old.citation != new.citation:
        found.append(Difference("citation", old.citation.text, new.citation.text))
    for name in ("says", "remedies"):
        was, now = getattr(old, name), getattr(new, name)
        found += [
            Difference(name, was.get(variant), now.get(variant))
            for variant in dict.fromkeys((*was, *now))
            if dict(was.get(variant, {})) != dict(now.get(variant, {}))
        ]
    return tuple(found)


def as_if_in_force(old: Pack, new: Pack, day: date) -> Pack:
    """The old version, with the rows that the new one changes as they will stand on that day.

    Acts of any day are judged by it, as though the change had been made long before.
    """
    changed = {(change.entry.id, change.entry.rule) for change in changes(old, new)}
    stays = tuple(entry for entry in old.entries if (entry.id, entry.rule) not in changed)
    comes = tuple(
        replace(entry, since=date.min, until=None)
        for entry in new.entries
        if (entry.id, entry.rule) in changed and entry.in_force_on(day)
    )
    return replace(old, entries=(*stays, *comes), version=new.version, digest=new.digest)


def fate(before: Verdict, after: Verdict) -> str:
    """What becomes of an act: still_lawful, still_refused, newly_refused or newly_allowed."""
    if before.allowed == after.allowed:
        return "still_lawful" if after.allowed else "still_refused"
    return "newly_allowed" if after.allowed else "newly_refused"
