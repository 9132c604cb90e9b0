"""What a figure of a value looks like to whoever fills it in: a number, a time, one of a list, rows of a table."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from compliance.circumstances import KINDS
from compliance.reading import codes_of
from compliance.records import EVENTS, EXTENDED_BY, RECORDS
from compliance.timetable import COUNTS, STEPS, TOLD
from compliance.words import WEEKDAYS

Names = Mapping[str, tuple[str, str]]

_WEEKDAYS: Names = dict(
    zip(
        WEEKDAYS,
        (
            ("Monday", "星期一"), ("Tuesday", "星期二"), ("Wednesday", "星期三"),
            ("Thursday", "星期四"), ("Friday", "星期五"), ("Saturday", "星期六"),
            ("Sunday", "星期日"),
        ),
        strict=True,
    )
)  # fmt: skip
_STOPS: Names = {
    "none": ("nothing", "不暂停"),
    "reminders": ("reminders", "还款提醒"),
    "visits": ("visits", "上门"),
    "all": ("all contact", "一切联系"),
}
_ROLES: Names = {
    "clerk": ("clerk", "专员"),
    "supervisor": ("supervisor", "主管"),
    "compliance": ("compliance", "合规"),
}
_DECIMALS = {"percent", "own_limit"}


@dataclass(frozen=True, slots=True)
class Shape:
    """One kind of figure; ``needed`` where it may not be left empty in a row of a table."""

    needed: bool = True


@dataclass(frozen=True, slots=True)
class Number(Shape):
    """A whole number."""

    least: int = 0
    most: int = 1_000_000


@dataclass(frozen=True, slots=True)
class YesNo(Shape):
    """Whether something is so."""


@dataclass(frozen=True, slots=True)
class Clock(Shape):
    """A time of the day."""


@dataclass(frozen=True, slots=True)
class Day(Shape):
    """A day."""


@dataclass(frozen=True, slots=True)
class Exact(Shape):
    """A figure that is kept as text to the last place, such as a rate."""


@dataclass(frozen=True, slots=True)
class Text(Shape):
    """A short text."""

    most: int = 200


@dataclass(frozen=True, slots=True)
class Span(Shape):
    """Whole years or days: 5y, 30d."""


@dataclass(frozen=True, slots=True)
class OneOf(Shape):
    """One code of a list."""

    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Several(Shape):
    """Any of a list, in the list's own order."""

    names: Names = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Phrases(Shape):
    """Phrases by language."""


def _same(figure: Any) -> Any:
    return figure


@dataclass(frozen=True, slots=True)
class Rows(Shape):
    """A table: its columns, and how its rows become the figure of the pack and the other way round."""

    columns: Mapping[str, Shape] = field(default_factory=dict)
    key: str = ""  # the column of which each code stands once
    to_rows: Callable[[Any], list[dict[str, Any]]] = _same
    from_rows: Callable[[list[dict[str, Any]]], Any] = _same


def shape_of(name: str, figure: Any) -> Shape:
    """The shape of this figure of a value."""
    if isinstance(figure, bool):
        return YesNo()
    if isinstance(figure, int):
        return Number(least=min(0, figure))
    if isinstance(figure, time):
        return Clock()
    if isinstance(figure, date):
        return Day()
    if isinstance(figure, Mapping):
        return _TABLES.get(name, Phrases())
    if isinstance(figure, list):
        if name in _TABLES and name != "channels":
            return _TABLES[name]
        return Several(names=_names(name, figure), needed=bool(figure))
    return _of_text(name, str(figure))


def blank(name: str, kind: type) -> Any:
    """What stands in such a field before anybody has filled it in."""
    samples: dict[type, Any] = {
        int: 0, bool: False, time: time(8), date: None, list: [], dict: {}, str: "",
    }  # fmt: skip
    return samples.get(kind)


def _of_text(name: str, figure: str) -> Shape:
    known = codes_of(name)
    if known:
        return OneOf(names=_with(known, [figure]))
    if name in _DECIMALS or (figure.replace(".", "", 1).isdecimal() and name != "phone"):
        return Exact()
    return Text()


def _names(name: str, codes: list[Any]) -> Names:
    """All that may be named there; a code of which nobody knows more stands for itself."""
    return _with(_WEEKDAYS if name == "days" else codes_of(name), codes)


def _with(known: Names, codes: list[Any]) -> Names:
    return {**known, **{code: (code, code) for code in codes if code and code not in known}}


# ---------------------------------------------------------------- the tables


def _full(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row without what was left empty."""
    return {name: part for name, part in row.items() if part not in (None, "")}


def _effect_rows(effects: Any) -> list[dict[str, Any]]:
    rows = []
    for kind, given in effects.items():
        duty = given.get("duty", {})
        rows.append(
            {
                "kind": kind,
                **{name: part for name, part in given.items() if name != "duty"},
                **{f"duty_{tongue}": text for tongue, text in duty.items()},
            }
        )
    return rows


def _effects(rows: list[dict[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for row in rows:
        given = _full(row)
        effect: dict[str, Any] = {
            name: given[name] for name in ("stops", "days", "review_days") if name in given
        }
        duty = {
            tongue: given[f"duty_{tongue}"] for tongue in ("en", "zh") if f"duty_{tongue}" in given
        }
        if duty:
            effect["duty"] = duty
        effect |= {name: given[name] for name in ("duty_hours", "duty_for") if name in given}
        found[given["kind"]] = effect
    return found


def _keyed_rows(key: str) -> Callable[[Any], list[dict[str, Any]]]:
    def rows(table: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        for code, given in table.items():
            row: dict[str, Any] = {key: code}
            found.append(row | dict(given))
        return found

    return rows


def _keyed(key: str) -> Callable[[list[dict[str, Any]]], Any]:
    def table(rows: list[dict[str, Any]]) -> dict[str, Any]:
        return {row[key]: {n: part for n, part in row.items() if n != key} for row in rows}

    return table


_TABLES: dict[str, Shape] = {
    "steps": Rows(
        columns={
            "kind": OneOf(names=STEPS),
            "days": Number(least=-3650, most=3650),
            "time": Clock(),
            "to": OneOf(names=TOLD),
        },
    ),
    "channels": Rows(
        columns={
            "channel": OneOf(names=codes_of("channels")),
            "counts": OneOf(names=COUNTS),
            "deemed_days": Number(least=-1, most=3650),
        },
        key="channel",
        to_rows=_keyed_rows("channel"),
        from_rows=_keyed("channel"),
    ),
    "effects": Rows(
        columns={
            "kind": OneOf(names=KINDS),
            "stops": OneOf(names=_STOPS, needed=False),
            "days": Number(most=3650, needed=False),
            "review_days": Number(most=3650, needed=False),
            "duty_zh": Text(most=500, needed=False),
            "duty_en": Text(most=500, needed=False),
            "duty_hours": Number(most=10_000, needed=False),
            "duty_for": OneOf(names=_ROLES, needed=False),
        },
        key="kind",
        to_rows=_effect_rows,
        from_rows=_effects,
    ),
    "terms": Rows(
        columns={
            "record": OneOf(names=RECORDS),
            "from": OneOf(names=EVENTS),
            "minimum": Span(needed=False),
            "default": Span(needed=False),
            "maximum": Span(needed=False),
            "extended_by": OneOf(names=EXTENDED_BY, needed=False),
        },
        from_rows=lambda rows: [_full(row) for row in rows],
    ),
    "order": Rows(
        columns={"part": OneOf(names=codes_of("order"))},
        key="part",
        to_rows=lambda codes: [{"part": code} for code in codes],
        from_rows=lambda rows: [row["part"] for row in rows],
    ),
}
