"""Versions and what changes between them, in words for pages and papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from compliance.comparing import Change
from compliance.entry import Entry
from compliance.parts import part_name
from compliance.verdict import Force, Severity
from compliance.words import NAMES, WEEKDAYS, Named, Weekdays, in_words
from desk.showing import tongue_now

KINDS = {
    "added": {"en": "new", "zh": "新增"},
    "ended": {"en": "ends", "zh": "终止"},
    "replaced": {"en": "changes", "zh": "变更"},
    "rewritten": {"en": "rewritten", "zh": "改写"},
}


@dataclass(frozen=True)
class Line:
    """One line of a comparison: what, how it was, how it will be."""

    name: str
    old: str
    new: str


@dataclass(frozen=True)
class Compared:
    """One change as a page shows it."""

    change: Change
    kind: str
    lines: Sequence[Line]

    @property
    def entry(self) -> Entry:
        """The value that it is about."""
        return self.change.entry


def compared(found: Sequence[Change]) -> list[Compared]:
    """The changes in the reader's language."""
    tongue = tongue_now()
    return [Compared(one, KINDS[one.kind][tongue], _lines(one, tongue)) for one in found]


def _lines(change: Change, tongue: str) -> list[Line]:
    if change.old is not None and change.new is not None:
        return [
            Line(
                part_name(part.name, tongue, part.old),
                figure_in(part.name, part.old, tongue),
                figure_in(part.name, part.new, tongue),
            )
            for part in change.parts
        ]
    entry, added = change.entry, change.old is None
    shown = [
        (part_name(name, tongue, figure), figure_in(name, figure, tongue))
        for name, figure in entry.fields.items()
    ]
    return [Line(name, "–" if added else text, text if added else "–") for name, text in shown]


def figure_in(name: str, figure: Any, tongue: str) -> str:
    """A figure, a text or a source in that language."""
    if figure in (None, "", (), frozenset()):
        return "–"
    if isinstance(figure, Severity | Force):
        return figure.label[tongue]
    if isinstance(figure, Mapping):
        if tongue in figure:
            return str(figure[tongue])
        return "; ".join(f"{key}: {figure_in('', part, tongue)}" for key, part in figure.items())
    if isinstance(figure, list | tuple | set | frozenset):
        return _list_in(list(figure), tongue)
    if isinstance(figure, time | date):
        return in_words(figure, tongue)
    return str(figure)


def _list_in(codes: list[Any], tongue: str) -> str:
    if codes and set(map(str, codes)) <= set(WEEKDAYS):
        return in_words(Weekdays(tuple(codes)), tongue)
    kinds = sorted({name.partition(".")[0] for name in NAMES if "." in name})
    kind = next((k for k in kinds if all(f"{k}.{code}" in NAMES for code in codes)), "")
    if kind:
        return in_words([Named(f"{kind}.{code}") for code in codes], tongue)
    return (", " if tongue == "en" else "、").join(figure_in("", one, tongue) for one in codes)
