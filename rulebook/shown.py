"""Versions and what changes between them, in words for pages and papers."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from compliance import packs
from compliance.comparing import Change
from compliance.entry import Entry
from compliance.parsing import PACK_FILE
from compliance.parts import part_name
from compliance.reading import codes_of, rows_of
from compliance.shelf import Pack
from compliance.verdict import Force, Severity
from compliance.words import WEEKDAYS, Weekdays, in_words
from desk.showing import tongue_now
from rulebook.models import PackVersion

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


def sources_of(version: PackVersion) -> dict[str, Any]:
    """What the values of this version may cite, by short name."""
    found: dict[str, Any] = tomllib.loads(version.texts[PACK_FILE]).get("source", {})
    return found


def files_of(pack: Pack) -> Mapping[str, bytes]:
    """The files of a version as they were written: as the database keeps them, else those of the program."""
    row = PackVersion.objects.filter(name=pack.name, digest=pack.digest).first()
    return row.files if row else packs.texts_of(pack.name)


def compared(found: Sequence[Change]) -> list[Compared]:
    """The changes in the reader's language."""
    tongue = tongue_now()
    return [Compared(one, KINDS[one.kind][tongue], lines_of(one, tongue)) for one in found]


def lines_of(change: Change, tongue: str) -> list[Line]:
    """Every part of the change in that language."""
    four = _four_times(change, tongue)
    if change.old is not None and change.new is not None:
        return [
            *(line for p in change.parts for line in _part(p.name, p.old, p.new, tongue)),
            *four,
        ]
    entry, added = change.entry, change.old is None
    shown = [
        line
        for name, figure in entry.fields.items()
        for line in _part(name, None if added else figure, figure if added else None, tongue)
    ]
    shown += four
    if not shown:
        cited = figure_in("citation", entry.citation.text, tongue)
        shown = [
            Line(part_name("citation", tongue), "–" if added else cited, cited if added else "–")
        ]
    return shown


def _four_times(change: Change, tongue: str) -> list[Line]:
    """Of a loan prime rate, the ceiling that it gives."""
    rates = [
        entry.keys.get("lpr.one_year") if entry else None for entry in (change.old, change.new)
    ]
    if rates[0] == rates[1]:
        return []
    told = [f"{Decimal(rate) * 4}%" if rate else "–" for rate in rates]
    return [Line({"en": "four times of it", "zh": "其四倍"}[tongue], *told)]


def _part(name: str, old: Any, new: Any, tongue: str) -> list[Line]:
    """A part that is not the same; of a table, only the rows that come, go or change."""
    before, after = rows_of(name, old), rows_of(name, new)
    title = part_name(name, tongue, new if old is None else old)
    if not before and not after:
        return [Line(title, figure_in(name, old, tongue), figure_in(name, new, tongue))]
    return [
        Line(title, *(side[key][tongue] if key in side else "–" for side in (before, after)))
        for key in dict.fromkeys((*before, *after))
        if before.get(key) != after.get(key)
    ] or [Line(title, _order(before, tongue), _order(after, tongue))]


def _order(rows: Mapping[str, Mapping[str, str]], tongue: str) -> str:
    """The rows one after the other, where only their order is another."""
    return " ".join(row[tongue] for row in rows.values())


def figure_in(name: str, figure: Any, tongue: str) -> str:
    """A figure, a text or a source in that language."""
    if figure in (None, "", (), frozenset()):
        return "–"
    if isinstance(figure, Severity | Force):
        return figure.label[tongue]
    rows = rows_of(name, figure)
    if rows:
        return _order(rows, tongue)
    if isinstance(figure, Mapping):
        if tongue in figure:
            return str(figure[tongue])
        return "; ".join(f"{key}: {figure_in('', part, tongue)}" for key, part in figure.items())
    if isinstance(figure, list | tuple | set | frozenset):
        return _list_in(name, list(figure), tongue)
    if isinstance(figure, str) and figure in codes_of(name):
        return codes_of(name)[figure][0 if tongue == "en" else 1]
    if isinstance(figure, bool):
        return {"en": "yes" if figure else "no", "zh": "是" if figure else "否"}[tongue]
    if isinstance(figure, time | date):
        return in_words(figure, tongue)
    return str(figure)


def _list_in(name: str, codes: list[Any], tongue: str) -> str:
    if codes and set(map(str, codes)) <= set(WEEKDAYS):
        return in_words(Weekdays(tuple(codes)), tongue)
    known = codes_of(name)
    comma = ", " if tongue == "en" else "、"
    place = 0 if tongue == "en" else 1
    return comma.join(
        known[code][place] if code in known else figure_in("", code, tongue) for code in codes
    )
