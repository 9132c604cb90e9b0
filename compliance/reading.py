"""A value of a pack as a person reads it: its words with its own figures, those of a case left open."""

import re
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from compliance.circumstances import CERTIFICATES, HOUSE_PAPERS, KINDS
from compliance.entry import Entry
from compliance.records import EVENTS
from compliance.spans import span_words
from compliance.timetable import COUNTS, TOLD
from compliance.words import LANGUAGES, NAMES, Weekdays, in_words, named

OPEN = "…"
"""What stands where only a case can give the figure."""
_KINDS = {  # field -> the kind of its codes, where they go by names among people
    "places": "place", "roles": "role", "sources": "source", "channels": "channel",
    "instruments": "paper", "transfers": "paper", "order": "part", "sides": "side",
    "reasons": "hold", "closings": "closed_as", "fields": "notice", "bases": "common_debt",
    "aims": "aim",
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
_SIGNERS = {
    "debtor": ("the debtor", "债务人本人"),
    "relative": (
        "a relative who lives there and has full capacity",
        "同住的具有完全行为能力的亲属",
    ),
    "authorised": ("somebody authorised", "被授权的人"),
}
_AFTER = {
    "agency": ("when an agency worked on the case", "由受托机构办理的案件"),
    "bureau": ("when the debt was reported to a credit bureau", "已向征信机构报送的案件"),
    "guarantors": ("when somebody stands surety", "有保证人的案件"),
}
_TABLES: dict[str, Mapping[str, tuple[str, str]]] = {
    "kinds": KINDS, "unless": KINDS, "agreed": KINDS, "outcomes": _OUTCOMES,
    "uncounted": _OUTCOMES, "restarts": _OUTCOMES, "paper": HOUSE_PAPERS,
    "certificate": CERTIFICATES, "signers": _SIGNERS, "when": _AFTER,
}  # fmt: skip


_CHANGES = {
    "tell": ("the debtor is told", "告知债务人"),
    "announce": ("the whole notice again", "重新发出上门通知"),
}


def codes_of(name: str) -> dict[str, tuple[str, str]]:
    """Every code that may stand under this field, by its names; nothing where it holds no codes."""
    if name == "change":
        return dict(_CHANGES)
    if name in _TABLES:
        return dict(_TABLES[name])
    kind = "channel" if name == "channels" else _KINDS.get(name, "")
    prefix = f"{kind}."
    return {
        code.removeprefix(prefix): names
        for code, names in NAMES.items()
        if kind and code.startswith(prefix)
    }


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


def lines(entry: Entry) -> list[dict[str, str]]:
    """A table of effects or of terms, a line for each of its rows; nothing for any other value."""
    return [
        *(
            _effect(kind, given)
            for kind, given in entry.keys.get("circumstance.effects", {}).items()
        ),
        *(_term(given) for given in entry.keys.get("retention.terms", ())),
    ]


def rows_of(name: str, figure: Any) -> dict[str, dict[str, str]]:
    """The rows of a table inside a value, each told in both languages; nothing for any other figure."""
    if name == "effects" and isinstance(figure, Mapping):
        return {kind: _effect(kind, given) for kind, given in figure.items()}
    if name == "terms" and isinstance(figure, list):
        return {f"{one['record']} {one['from']}": _term(one) for one in figure}
    if name == "steps" and isinstance(figure, list):
        return {f"{one['kind']} {one['days']} {one['time']}": _step(one) for one in figure}
    if name == "channels" and isinstance(figure, Mapping):
        return {channel: _service(channel, given) for channel, given in figure.items()}
    if name == "phrases" and isinstance(figure, Mapping):
        return {
            f"{language} {phrase}": dict.fromkeys(LANGUAGES, phrase)
            for language, listed in figure.items()
            for phrase in listed
        }
    return {}


def _step(given: Mapping[str, Any]) -> dict[str, str]:
    """One reminder of a schedule."""
    days, at, told = given["days"], f"{given['time']:%H:%M}", TOLD[given["to"]]
    unit = "day" if abs(days) == 1 else "days"
    en, zh = (
        ("On the due day", "到期当日")
        if not days
        else (f"{days} {unit} after the due day", f"到期后 {days} 天")
        if days > 0
        else (f"{-days} {unit} before the due day", f"到期前 {-days} 天")
    )
    return {"en": f"{en}, {at}: {told[0]} is told.", "zh": f"{zh} {at}：告知{told[1]}。"}


def _service(channel: str, given: Mapping[str, Any]) -> dict[str, str]:
    """From when a notice over this channel counts as served."""
    names, counts = codes_of("channels").get(channel, (channel, channel)), COUNTS[given["counts"]]
    days = given["deemed_days"]
    en, zh = (
        (f"; deemed served {days} days after it was sent", f"；发出 {days} 天后视为送达")
        if days >= 0
        else ("; never deemed served", "；不视为送达")
    )
    return {
        "en": f"{names[0][:1].upper()}{names[0][1:]}: counts from {counts[0]}{en}.",
        "zh": f"{names[1]}：自{counts[1]}时起算{zh}。",
    }


def _effect(kind: str, given: Mapping[str, Any]) -> dict[str, str]:
    """What one kind of circumstance does at once."""
    stops, days, review = given.get("stops", "none"), given.get("days"), given.get("review_days")
    told = {}
    for place, tongue in enumerate(LANGUAGES):
        parts = [_STOPS[stops][place]]
        if stops != "none" and days:
            parts.append(_FOR_DAYS[place].format(days=days))
        if review:
            parts.append(_REVIEWED[place].format(days=review))
        if given.get("duty"):
            hours = given["duty_hours"]
            parts.append(
                _TO_DO[place].format(hours=hours, duty=given["duty"][tongue].rstrip(".。"))
            )
        name = KINDS[kind][place]
        end, between, colon = (".", "; ", ": ") if tongue == "en" else ("。", "；", "：")
        told[tongue] = name[:1].upper() + name[1:] + colon + between.join(parts) + end
    return told


def _term(given: Mapping[str, Any]) -> dict[str, str]:
    """How long one class of records is kept, from what on."""
    told = {}
    for place, tongue in enumerate(LANGUAGES):
        event = EVENTS[given["from"]][place]
        parts = [
            _AT_ONCE[part][place]
            if given[part] == "0d"
            else _SPANS[part][place].format(span=span_words(str(given[part]), tongue))
            for part in _SPANS
            if part in given
        ]
        record = in_words(named("record", [given["record"]]), tongue)
        joined = (", " if tongue == "en" else "，").join(parts)
        told[tongue] = (
            f"{record[:1].upper()}{record[1:]}: {joined}, from {event}."
            if tongue == "en"
            else f"{record}：自{event}起，{joined}。"
        )
    return told


_STOPS = {
    "none": ("nothing stops", "不暂停任何操作"),
    "reminders": ("reminders stop", "暂停还款提醒"),
    "visits": ("visits stop", "暂停上门"),
    "all": ("all contact stops", "暂停一切联系"),
}
_FOR_DAYS = ("for {days} days where no end is known", "结束日不明的，暂停 {days} 天")
_REVIEWED = ("looked at again after {days} days", "{days} 天后复核")
_TO_DO = ("within {hours} hours: {duty}", "{hours} 小时内：{duty}")
_SPANS = {
    "minimum": ("at least {span}", "至少保存 {span}"),
    "default": ("as a rule {span}", "一般保存 {span}"),
    "maximum": ("no longer than {span}", "最长保存 {span}"),
}
_AT_ONCE = {
    "minimum": ("at least until then", "至少保存至该时"),
    "default": ("not longer", "不再保存"),
    "maximum": ("deleted at once", "立即删除"),
}


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
