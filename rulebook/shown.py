"""Versions and what changes between them, in words for pages and papers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any

from compliance.comparing import Change
from compliance.entry import Entry
from compliance.verdict import Force, Severity
from compliance.words import NAMES, WEEKDAYS, Named, Weekdays, in_words
from desk.showing import tongue_now

KINDS = {
    "added": {"en": "new", "zh": "新增"},
    "ended": {"en": "ends", "zh": "终止"},
    "replaced": {"en": "changes", "zh": "变更"},
    "rewritten": {"en": "rewritten", "zh": "改写"},
}
PARTS = {
    "says": {"en": "What it says", "zh": "规则内容"},
    "remedy": {"en": "What would help", "zh": "补救办法"},
    "remedies": {"en": "What would help", "zh": "补救办法"},
    "severity": {"en": "What it does", "zh": "后果"},
    "force": {"en": "Force", "zh": "效力"},
    "citation": {"en": "Source", "zh": "依据"},
    "confidence": {"en": "Confidence of the research", "zh": "研究可信度"},
    "checked_by": {"en": "Checked by", "zh": "核对人"},
    "binds": {"en": "Binds", "zh": "约束对象"},
    "note": {"en": "Note", "zh": "备注"},
    "days": {"en": "days", "zh": "天数"},
    "weekdays": {"en": "weekdays", "zh": "可上门的星期"},
    "opens": {"en": "opens", "zh": "开始时间"},
    "closes": {"en": "closes", "zh": "结束时间"},
    "minutes": {"en": "minutes", "zh": "分钟"},
    "hours": {"en": "hours", "zh": "小时"},
    "officers": {"en": "officers", "zh": "人数"},
    "visits": {"en": "visits", "zh": "上门次数"},
    "months": {"en": "months", "zh": "月数"},
    "channels": {"en": "channels", "zh": "渠道"},
    "contacts": {"en": "contacts", "zh": "联系次数"},
    "times": {"en": "times", "zh": "倍数"},
    "reasons": {"en": "reasons", "zh": "事由"},
    "places": {"en": "places", "zh": "地点"},
    "roles": {"en": "roles", "zh": "身份"},
    "sources": {"en": "sources", "zh": "来源"},
    "instruments": {"en": "instruments", "zh": "债权凭证"},
    "transfers": {"en": "proof of paying out", "zh": "付款凭证"},
    "order": {"en": "order", "zh": "顺序"},
    "sides": {"en": "sides", "zh": "各方"},
    "own_limit": {"en": "own limit", "zh": "自行决定上限"},
    "kinds": {"en": "circumstances", "zh": "情形"},
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


def part_name(name: str, tongue: str, figure: Any = None) -> str:
    """What a part of a value is called; a list of weekdays is no number of days."""
    known = PARTS.get("weekdays" if name == "days" and isinstance(figure, list) else name)
    return known[tongue] if known else name.replace("_", " ")


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
