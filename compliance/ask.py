"""The only door to the rules: ask before you act."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import compliance.rules  # noqa: F401 - every rule registers itself on import
from common.clock import day_begins, zone_named
from compliance import packs
from compliance.entry import Entry
from compliance.facts import Facts
from compliance.fault import in_tongue
from compliance.rule import ACTIONS, RULES, VISIT, Context, utc, whole_minute
from compliance.shelf import Pack, Shelf, strictest_of, values_in
from compliance.verdict import Citation, Finding, Force, Severity, Verdict
from compliance.words import Both, filled

PLANNED = ("visit.plan", "visit.announce")
STEPS_AHEAD = 400  # moves of the search; each passes a whole day, a cap or a hold


def ask(action: str, facts: Facts, *, on: date, shelf: Shelf | None = None) -> Verdict:
    """What all the rules of the case's packs say about the act, every reason at once.

    ``on`` is the day of asking. A visit that is planned is judged by the values in force on its own
    day, anything else by those of the day on which it happens (``facts.at``), else of ``on``.
    Each pack speaks in the version of that day. Whatever is unknown (an action, a zone, a pack, a
    fact that a rule needs) refuses. ``shelf`` are other packs than those that stand now.
    """
    shelf = shelf or packs.shelf()
    findings, versions, digests = _judge(action, facts, on, shelf)
    begin = _moment_of(action, facts)
    soonest = None
    if begin and any(finding.blocks for finding in findings):
        if action in PLANNED and facts.at:
            begin = max(utc(begin), utc(facts.at))  # nobody plans into the past
        soonest = _seek(action, facts, begin, shelf)
    return Verdict(action, on, findings, versions, facts, soonest, digests)


def judge(
    action: str, facts: Facts, *, on: date, shelf: Shelf | None = None
) -> tuple[Finding, ...]:
    """Every finding alone, as ``ask`` gives them, without the search for a lawful moment.

    For whoever asks of many slots at once.
    """
    return _judge(action, facts, on, shelf or packs.shelf())[0]


def moved(action: str, facts: Facts, to: datetime) -> Facts:
    """The same question for another moment; a planned visit keeps its length."""
    return _moved(action, facts, to)


def earliest(action: str, facts: Facts, *, after: datetime) -> datetime | None:
    """The first moment from ``after`` on, to the full minute, at which nothing stands against it.

    A visit keeps its length. None if something stands against it that time cannot heal.
    """
    return _seek(action, facts, after, packs.shelf())


def replay(stored: Mapping[str, Any]) -> Verdict:
    """The decision made again from what was stored of it (``Verdict.as_dict``), by the versions of then.

    A version is found by its digest; one that nobody has kept is taken as it stands now, and the
    digests of the answer tell so.
    """
    return ask(
        stored["action"],
        Facts.from_dict(stored["facts"]),
        on=date.fromisoformat(stored["on"]),
        shelf=shelf_of(stored),
    )


def shelf_of(stored: Mapping[str, Any]) -> Shelf:
    """The packs as they stood when a stored decision was made."""
    found = (packs.by_digest(digest) for digest in stored.get("digests", {}).values())
    return packs.shelf().holding(pack for pack in found if pack)


def value(names: tuple[str, ...] | list[str], key: str, on: date) -> Any:
    """The strictest value that the packs give under this key on that day; None if none does.

    Raises ``KeyError`` for a key that ``compliance.values.KEYS`` does not know.
    """
    return packs.strictest(names, key, on)


def _judge(
    action: str, facts: Facts, on: date, shelf: Shelf
) -> tuple[tuple[Finding, ...], Mapping[str, str], Mapping[str, str]]:
    """Every finding, listed in an order that does not depend on the order of the rules."""
    findings: list[Finding] = []
    if action not in ACTIONS:
        findings.append(_house("DS-ACTION", _NO_ACTION, action=action))
    if not facts.packs:
        findings.append(_house("DS-PACKS", _NO_PACKS))
    zone = zone_named(facts.zone) if facts.zone else None
    if zone is None:
        findings.append(_house("DS-ZONE", _NO_ZONE, zone=facts.zone or "—"))
        chosen = shelf.chosen(facts.packs, on)
    else:
        context = _context(action, facts, on, zone, shelf)
        chosen = shelf.chosen(facts.packs, context.day)
        for entry in shelf.entries_for(facts.packs, action, context.day):
            findings += _judged(entry, facts, context)
    for unreadable in chosen.unreadable:
        why = Both(
            "; ".join(unreadable.why), "；".join(in_tongue(one, "zh") for one in unreadable.why)
        )
        findings.append(_house("DS-PACKS", _BAD_PACK, pack=unreadable.name, why=why))
    findings.sort(key=lambda finding: finding.order)
    return tuple(findings), chosen.versions, chosen.digests


def _look_up(chosen: tuple[Pack, ...], key: str, day: date) -> Any:
    """The strictest value for that day, of the versions by which the act itself is judged."""
    return strictest_of(values_in(chosen, key, day), key)


def _judged(entry: Entry, facts: Facts, context: Context) -> list[Finding]:
    """What one value has to say; nothing when it is content."""
    if entry.only_for:
        if facts.creditor_type is None:
            return [context.unknown(entry, ("creditor_type",))]
        if facts.creditor_type not in entry.only_for:
            return []
    if entry.only_by:
        if facts.collector is None:
            return [context.unknown(entry, ("collector",))]
        if facts.collector not in entry.only_by:
            return []
    rule = RULES[entry.rule]
    for name in rule.needs[context.action]:
        if getattr(facts, name) is None:
            missing = [n for n in rule.needs[context.action] if getattr(facts, n) is None]
            return [context.unknown(entry, missing)]
    answer = rule.judge(facts, entry, context)
    if answer is None:
        return []
    found = [answer] if isinstance(answer, Finding) else list(answer)
    return [_healed(finding, facts, context.day) for finding in found]


def _healed(finding: Finding, facts: Facts, day: date) -> Finding:
    """The finding, marked if an exception that two people stand for still covers it."""
    if finding.severity is not Severity.BLOCK_UNLESS:
        return finding
    for granted in facts.exceptions:
        two = granted.approved_by and granted.requested_by != granted.approved_by
        runs = granted.until is not None and day <= granted.until
        if granted.rule == finding.rule and two and runs and granted.requested_by:
            return replace(
                finding,
                excepted={
                    "requested_by": granted.requested_by,
                    "approved_by": granted.approved_by,
                    "until": granted.until.isoformat() if granted.until else "",
                    "evidence": granted.evidence,
                    **({"kind": granted.kind} if granted.kind else {}),
                    **({"document": granted.document} if granted.document else {}),
                },
            )
    return finding


def _context(action: str, facts: Facts, on: date, zone: ZoneInfo, shelf: Shelf) -> Context:
    moment = utc(facts.at) if facts.at else None
    begin = utc(facts.start) if facts.start else None
    length = _length(facts)
    if action == "visit.start":
        begin = moment
    acted = begin if action in VISIT else moment
    day = acted.astimezone(zone).date() if acted else on
    return Context(
        action=action,
        zone=zone,
        day=day,
        moment=moment.astimezone(zone) if moment else None,
        begin=begin.astimezone(zone) if begin else None,
        finish=(begin + length).astimezone(zone) if begin and length is not None else None,
        length=length,
        creditor_type=facts.creditor_type,
        look_up=partial(_look_up, shelf.chosen(facts.packs, day).packs),
        collector=facts.collector,
    )


def _length(facts: Facts) -> timedelta | None:
    return utc(facts.end) - utc(facts.start) if facts.start and facts.end else None


def _moment_of(action: str, facts: Facts) -> datetime | None:
    """The moment that the search moves: of a planned visit its begin, of all else the act."""
    return facts.start if action in PLANNED else facts.at


def _moved(action: str, facts: Facts, to: datetime) -> Facts:
    if action in PLANNED:
        length = _length(facts)
        return replace(facts, start=to, end=to + length if length is not None else None)
    return replace(facts, at=to)


def _seek(action: str, facts: Facts, after: datetime, shelf: Shelf) -> datetime | None:
    """The first lawful moment, to the full minute.

    Each finding names the first moment at which its own rule is content, so no lawful moment lies
    before the latest of them: the search jumps there and asks again. It stops at every day on which
    the values themselves change, since a looser one may begin.
    """
    zone = zone_named(facts.zone or "")
    if zone is None:
        return None
    moment = whole_minute(utc(after))
    for _ in range(STEPS_AHEAD):
        day = moment.astimezone(zone).date()
        findings, _, _ = _judge(action, _moved(action, facts, moment), day, shelf)
        healed = [finding.earliest for finding in findings if finding.blocks]
        if not healed:
            return moment
        known = [at for at in healed if at is not None]
        change = _change_after(action, facts, day, zone, shelf)
        onward = max(known) if len(known) == len(healed) else change
        if onward is None:
            return None
        moment = whole_minute(min(onward, change or onward))
    return None


def _change_after(
    action: str, facts: Facts, day: date, zone: ZoneInfo, shelf: Shelf
) -> datetime | None:
    """When the values that are asked for the action change next; never, if a pack is broken."""
    if shelf.chosen(facts.packs, day).unreadable:
        return None
    change = shelf.next_change(facts.packs, action, day)
    return day_begins(change, zone.key) if change else None


def _house(
    rule: str, texts: tuple[dict[str, str], dict[str, str]], **figures: str | Both
) -> Finding:
    """A finding of the machinery itself: it cannot decide, so it refuses."""
    says, remedy = texts
    return Finding(
        rule=rule,
        severity=Severity.BLOCK,
        force=Force.POLICY,
        citation=_HOUSE,
        says=filled(says, figures),
        remedy=filled(remedy, figures),
        inputs={name: str(getattr(figure, "en", figure)) for name, figure in figures.items()},
    )


_HOUSE = Citation("Doorstep: no decision without rules", "规则不明即不得进行")
_NO_ACTION = (
    {"en": "No rule knows the act “{action}”.", "zh": "没有任何规则涉及“{action}”这一行为。"},
    {"en": "Report this to whoever looks after Doorstep.", "zh": "请联系系统维护人员。"},
)
_NO_PACKS = (
    {
        "en": "No rule pack is set for this case, so nothing can be decided.",
        "zh": "本案没有指定规则包，无法判断是否合规。",
    },
    {
        "en": "Have compliance choose the rule packs of the creditor.",
        "zh": "请合规人员为债权人指定规则包。",
    },
)
_BAD_PACK = (
    {
        "en": "The rule pack “{pack}” cannot be used: {why}.",
        "zh": "规则包“{pack}”无法使用：{why}。",
    },
    {
        "en": "Have compliance mend the rule pack; until then nothing is decided by it.",
        "zh": "请合规人员修复该规则包；修复之前，相关行为一律不得进行。",
    },
)
_NO_ZONE = (
    {
        "en": "It is not known what time it is where the debtor lives (time zone: {zone}).",
        "zh": "不清楚债务人所在地的时间（时区：{zone}）。",
    },
    {
        "en": "Enter the debtor's time zone, such as Asia/Shanghai.",
        "zh": "请填写债务人所在时区，例如 Asia/Shanghai。",
    },
)
