"""A value of a pack as a person reads it: its words with its own figures, those of a case left open."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from compliance.circumstances import CERTIFICATES, HOUSE_PAPERS, KINDS
from compliance.entry import Entry
from compliance.words import LANGUAGES, Weekdays, in_words, named

OPEN = "…"
"""What stands where only a case can give the figure."""
_KINDS = {  # field -> the kind of its codes, where they go by names among people
    "places": "place", "roles": "role", "sources": "source", "channels": "channel",
    "instruments": "paper", "transfers": "paper", "order": "part", "sides": "side",
    "reasons": "hold", "fields": "notice",
}  # fmt: skip


_OUTCOMES = {  # of an attempt to reach the debtor
    "reached": ("reached", "本人接听"),
    "promised": ("promised to pay", "承诺还款"),
    "refused": ("refused", "拒绝"),
    "third_party": ("somebody else answered", "他人接听"),
    "no_answer": ("no answer", "无人接听"),
    "wrong_number": ("wrong number", "号码错误"),
    "delivered": ("delivered", "已送达"),
    "acknowledged": ("debt acknowledged", "承认债务"),
}
_TABLES: dict[str, Mapping[str, tuple[str, str]]] = {
    "kinds": KINDS, "unless": KINDS, "agreed": KINDS, "outcomes": _OUTCOMES,
    "uncounted": _OUTCOMES, "restarts": _OUTCOMES, "paper": HOUSE_PAPERS,
    "certificate": CERTIFICATES,
}  # fmt: skip


class Standing(StrEnum):
    """Where a value stands in time."""

    NOW = "now"
    COMING = "coming"
    PAST = "past"


def standing(entry: Entry, day: date) -> Standing:
    """Whether the value holds on that day, is still to come, or is over."""
    if entry.in_force_on(day):
        return Standing.NOW
    return Standing.COMING if entry.since > day else Standing.PAST


def says(entry: Entry) -> dict[str, dict[str, str]]:
    """Each message of the value, by its variant ("" is the plain one), in both languages."""
    return _all_filled(entry, entry.says)


def remedies(entry: Entry) -> dict[str, dict[str, str]]:
    """What would help, by the variant of the message."""
    return _all_filled(entry, entry.remedies)


def gist(entry: Entry) -> dict[str, str]:
    """The first message of the value in both languages; nothing where it only holds a figure."""
    return next(iter(says(entry).values()), {})


def figures(entry: Entry) -> dict[str, dict[str, str]]:
    """The figures of the value by their names, in both languages."""
    return {
        name: {tongue: _figure(name, value, tongue) for tongue in LANGUAGES}
        for name, value in entry.fields.items()
    }


def _all_filled(entry: Entry, texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        variant: {tongue: _filled(text[tongue], entry, tongue) for tongue in LANGUAGES}
        for variant, text in texts.items()
    }


def _filled(text: str, entry: Entry, tongue: str) -> str:
    def figure(found: re.Match[str]) -> str:
        value: Any = entry.fields.get(found[1])
        if value is None or isinstance(value, Mapping):
            return OPEN
        return _figure(found[1], value, tongue)

    return re.sub(r"\{(\w+)[^}]*\}", figure, text)


def _figure(name: str, value: Any, tongue: str) -> str:
    """One figure in words: codes by their names, days of the week in a row, tables part by part."""
    if isinstance(value, Mapping):
        if set(value) <= set(LANGUAGES):
            return _figure(name, value.get(tongue, []), tongue)
        return "; ".join(f"{key}: {_figure(key, part, tongue)}" for key, part in value.items())
    if isinstance(value, list):
        if name == "days":
            return in_words(Weekdays(tuple(value)), tongue)
        if any(isinstance(part, Mapping) for part in value):
            return "; ".join(
                ", ".join(f"{key} {in_words(one, tongue)}" for key, one in part.items())
                for part in value
            )
        if name in _TABLES:
            return (", " if tongue == "en" else "、").join(_figure(name, v, tongue) for v in value)
        kind = _KINDS.get(name)
        return in_words(named(kind, value) if kind else value, tongue)
    if name in _TABLES and isinstance(value, str):
        known = _TABLES[name].get(value, (value, value))
        return known[0 if tongue == "en" else 1]
    if isinstance(value, bool):
        return {"en": "yes" if value else "no", "zh": "是" if value else "否"}[tongue]
    return in_words(value, tongue)
