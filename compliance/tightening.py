"""A house may make a pack stricter, never looser: its values are held against those of the pack."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from compliance.entry import COLLECTORS, CREDITORS, Entry
from compliance.fault import Fault, both, named_field, shown_figure
from compliance.rule import RULES
from compliance.shelf import Pack
from compliance.strict import EQUAL
from compliance.values import KEYS, ONLY_EQUAL
from compliance.verdict import Force, Severity
from compliance.words import NAMES

_MILDNESS = [Severity.BLOCK, Severity.BLOCK_UNLESS, Severity.DUTY, Severity.WARN]


def loosened(house: Pack, packs: Mapping[str, Pack]) -> list[Fault]:
    """Each line of the house's pack that is looser than what it tightens, in a sentence.

    ``packs`` are all packs by name. A line is held against those of the same row and rule, on every
    day on which both hold.
    """
    found: dict[Fault, None] = {}
    if house.tightens:
        for entry in house.entries:
            if entry.force is not Force.POLICY:
                found[Fault("not_policy", line=_line(entry), field="force")] = None
    for name in house.tightens:
        base = packs.get(name)
        if base is None:
            found[Fault("tightens_missing", house=house.name, name=name)] = None
            continue
        for day, ours, theirs in _days_of_rows(house.entries, base.entries):
            found |= dict.fromkeys(_looser_on(day, ours, theirs))
    return list(found)


def _days_of_rows(
    house: Sequence[Entry], base: Sequence[Entry]
) -> Iterator[tuple[date, list[Entry], list[Entry]]]:
    """Both sides of each row and rule, on each day on which one of its values begins or has ended."""
    for row in dict.fromkeys((entry.id, entry.rule) for entry in house):
        ours = [entry for entry in house if (entry.id, entry.rule) == row]
        theirs = [entry for entry in base if (entry.id, entry.rule) == row]
        for day in sorted(set(_changes((*ours, *theirs)))):
            yield (
                day,
                [entry for entry in ours if entry.in_force_on(day)],
                [entry for entry in theirs if entry.in_force_on(day)],
            )


def _changes(entries: Iterable[Entry]) -> Iterator[date]:
    for entry in entries:
        yield entry.since
        if entry.until:
            yield entry.until + timedelta(days=1)


def _looser_on(day: date, ours: Sequence[Entry], theirs: Sequence[Entry]) -> Iterator[Fault]:
    for base in theirs:
        touching = _counterparts(ours, base)
        for entry in touching:
            yield from _looser(entry, base, day)
        if touching:
            yield from _narrower(touching, base)


def _counterparts(ours: Sequence[Entry], base: Entry) -> list[Entry]:
    """The house's lines that stand for this one; of several papers under one row, the line of the same."""
    touching = [entry for entry in ours if _meet(entry, base)]
    strict = RULES[base.rule].strict if base.rule else {}
    fixed = [name for name in base.fields if strict.get(name, EQUAL).why] if base.rule else []
    same = [
        entry
        for entry in touching
        if all(entry.fields[name] == base.fields[name] for name in fixed)
    ]
    return same or touching


def _meet(entry: Entry, base: Entry) -> bool:
    """Whether there is an act, a creditor and a collector to which both are put; of plain values, a key."""
    if not entry.rule and not (entry.keys.keys() & base.keys.keys()):
        return False
    same_kind = not entry.only_for or not base.only_for or entry.only_for & base.only_for
    same_hands = not entry.only_by or not base.only_by or entry.only_by & base.only_by
    return bool(same_kind and same_hands and (not entry.rule or entry.actions & base.actions))


def _looser(entry: Entry, base: Entry, day: date) -> Iterator[Fault]:
    if entry.rule:
        strict = RULES[entry.rule].strict
        for name, figure in base.fields.items():
            direction = strict.get(name, EQUAL)
            mine = entry.fields[name]
            if direction.holds(mine, figure):
                continue
            asks = both(direction.asks, direction.asks_zh)
            if direction.lost:
                left = direction.lost(mine, figure)
                yield _leaves_out(entry, base, day, name, left, asks)
            else:
                yield _loosens(entry, base, day, name, mine, figure, asks)
        if _MILDNESS.index(entry.severity) > _MILDNESS.index(base.severity):
            asks = both("may not be milder", "不得更宽松")
            yield _loosens(entry, base, day, "severity", entry.severity, base.severity, asks)
    for key in entry.keys.keys() & base.keys.keys():
        mine, theirs = entry.keys[key], base.keys[key]
        if not entry.rule and not (
            mine == theirs
            if key in ONLY_EQUAL
            else _same(KEYS[key].strictest([theirs, mine]), KEYS[key].strictest([mine]))
        ):
            asks = both("may not be looser", "不得更宽松")
            yield _loosens(entry, base, day, key, mine, theirs, asks)


def _narrower(ours: Sequence[Entry], base: Entry) -> Iterator[Fault]:
    """The lines of a house that together leave out an act or a creditor of the line that they tighten."""
    first = ours[0]
    left = base.actions - frozenset().union(*(entry.actions for entry in ours))
    if first.rule and left:
        yield Fault(
            "fewer_acts", line=_line(first), base=_line(base), acts=_acts(left), field="actions"
        )
    for name, mine, theirs, everybody in (
        ("only_for", [entry.only_for for entry in ours], base.only_for, CREDITORS),
        ("only_by", [entry.only_by for entry in ours], base.only_by, COLLECTORS),
    ):
        reached = frozenset().union(*mine)
        if all(mine) and (theirs or frozenset(everybody)) - reached:
            yield Fault(
                "fewer_people", line=_line(first), base=_line(base), field=name,
                mine=shown_figure(sorted(reached)),
                theirs=shown_figure(sorted(theirs)) if theirs else both("everybody", "所有人"),
            )  # fmt: skip


def _leaves_out(
    entry: Entry, base: Entry, day: date, name: str, left: Sequence[str], asks: dict[str, str]
) -> Fault:
    return Fault(
        "leaves_out", line=_line(entry), base=_line(base), day=day, field=name, asks=asks,
        rule=base.rule, name=named_field(name),
        left=both(", ".join(f"“{one}”" for one in left), "、".join(f"“{one}”" for one in left)),
    )  # fmt: skip


def _loosens(
    entry: Entry, base: Entry, day: date, name: str, mine: Any, theirs: Any, asks: dict[str, str]
) -> Fault:
    field = name if name in entry.fields or name == "severity" else _field_of(entry, name)
    return Fault(
        "loosens", line=_line(entry), base=_line(base), day=day, field=field, asks=asks,
        rule=both(base.rule, base.rule) if base.rule else both("a plain value", "单纯的数值"),
        name=both(name, named_field(field)["zh"] if field else name),
        mine=shown_figure(mine), theirs=shown_figure(theirs),
    )  # fmt: skip


def _field_of(entry: Entry, key: str) -> str:
    """The field that gives the value of this key."""
    given = entry.keys[key]
    return next((name for name, figure in entry.fields.items() if figure is given), "")


def _acts(acts: Iterable[str]) -> dict[str, str]:
    codes = sorted(acts)
    names = [NAMES.get(f"action.{code}", (code, code))[1] for code in codes]
    return both(", ".join(codes), "、".join(names))


def _line(entry: Entry) -> dict[str, str]:
    place = f"{entry.pack}/{entry.topic}.toml"
    return both(f"{place}: {entry.id}", f"{place}：{entry.id}")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[part], other[part]) for part in one)
    if isinstance(one, list) and isinstance(other, list):
        return all(part in other for part in one) and all(part in one for part in other)
    return bool(one == other)
