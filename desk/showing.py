"""Moments, days and the figures of a rule in the reader's language, for pages and papers alike."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from common.clock import HOUSE_ZONE, local, local_day, zone_named
from common.money import show
from compliance.packs import PackUnreadable, load
from compliance.places import zone_names
from compliance.words import NAMES, in_words
from workflow.reasons import tongue_now as tongue_now  # for all that tells in the reader's language

_AMOUNT = re.compile(r"-?\d{1,15}\.\d\d")
_DAYS = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def pack_title(name: str) -> str:
    """What a rule pack is called; its short name where it cannot be read."""
    try:
        return load(name).title[tongue_now()]
    except PackUnreadable:
        return name


def as_moment(given: Any) -> datetime | None:
    """The moment that a datetime or its ISO text says, if it says one."""
    if isinstance(given, str) and given:
        try:
            given = datetime.fromisoformat(given)
        except ValueError:
            return None
    return given if isinstance(given, datetime) else None


def zone_or_house(zone: Any) -> str:
    """The zone if there is one of that name, else the house's own."""
    return str(zone) if zone and zone_named(str(zone)) else HOUSE_ZONE


def unit(currency: Any) -> str:
    """What an amount is counted in, as people of that tongue write it in a table's head."""
    return "元" if currency == "CNY" and tongue_now() == "zh" else str(currency)


def zone_words(zone: str, at: datetime | None = None) -> str:
    """What people call the zone: "Beijing time", else its city with the offset."""
    return zone_names(zone, at)[tongue_now() == "zh"]


def day_words(day: date, style: str = "full") -> str:
    """A day with its weekday; ``short`` leaves the year out."""
    if tongue_now() == "en":
        said = in_words(day, "en")
        return said.rpartition(" ")[0] if style == "short" else said
    there = f"{day.month}月{day.day}日 {_DAYS[day.weekday()]}"
    return there if style == "short" else f"{day.year}年{there}"


def moment_words(moment: datetime, zone: str, style: str = "full", home: str = "") -> str:
    """A moment as people of that place write it; styles full, short (no year), time, day, named.

    ``home`` are the clocks that a reader expects: where they are others, the zone is named too.
    """
    there = local(moment, zone)
    if home and home != zone and style != "day":
        return named(
            moment_words(moment, zone, "full" if style == "named" else style), moment, zone
        )
    if style == "time":
        return f"{there:%H:%M}"
    if style == "day":
        return day_words(there.date())
    days = day_words(there.date(), "short" if style == "short" else "full")
    said = f"{days} {there:%H:%M}" if tongue_now() == "zh" else f"{days}, {there:%H:%M}"
    return named(said, moment, zone) if style == "named" else said


def since_style(moment: datetime, zone: str) -> str:
    """How to tell since when something lasts: by the clock alone where it began today, there."""
    return "time" if local_day(moment, zone) == local_day(clock.now(), zone) else "short"


def named(said: str, moment: datetime, zone: str) -> str:
    """A time with the zone by whose clocks it is told."""
    place = zone_words(zone, moment)
    return f"{said}（{place}）" if tongue_now() == "zh" else f"{said} ({place})"


def figure_name(name: str) -> str:
    """What a figure is called, else its code without the underscores."""
    return _figure_name(name, tongue_now())


@lru_cache(maxsize=1024)
def _figure_name(name: str, _tongue: str) -> str:
    known = _FIGURES.get(name)
    return str(known) if known else _named(name, name.replace("_", " "))


def figure_words(value: Any, zone: str) -> str:
    """A figure as it was stored with a decision, in words."""
    if value is None:
        return _("not known")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, Mapping):
        return _mapping_words(value, zone)
    if isinstance(value, (list, tuple)):
        return _(", ").join(figure_words(part, zone) for part in value) or _("none")
    text = str(value)
    if _AMOUNT.fullmatch(text):
        return show(Decimal(text))
    found = as_moment(text) if "T" in text else None
    if found is not None and found.tzinfo:
        return moment_words(found, zone)
    if len(text) == 10 and text[4] == text[7] == "-":
        try:
            return day_words(date.fromisoformat(text))
        except ValueError:
            return text
    return _named(text, text)


def _mapping_words(value: Mapping[str, Any], zone: str) -> str:
    parts = set(value)
    if parts == {"code"}:
        return _named(str(value["code"]), str(value["code"]))
    if parts == {"begin", "finish"}:
        return f"{figure_words(value['begin'], zone)} – {figure_words(value['finish'], zone)}"
    if parts == {"moment"}:
        return figure_words(value["moment"], zone)
    if parts == {"percent"}:
        return f"{value['percent']}%"
    return " · ".join(f"{figure_name(k)} {figure_words(v, zone)}" for k, v in value.items())


def _named(code: str, otherwise: str) -> str:
    names = NAMES.get(code)
    return names[1 if tongue_now() == "zh" else 0] if names else otherwise


_FIGURES = {
    "again_days": gettext_lazy("days, the last time"),
    "agent_notice_on": gettext_lazy("told who collects on"),
    "agreeable": gettext_lazy("both sides may agree otherwise"),
    "agreed": gettext_lazy("agreed otherwise"),
    "aims": gettext_lazy("what for, all the same"),
    "amount": gettext_lazy("amount"),
    "answer": gettext_lazy("answer"),
    "answer_by": gettext_lazy("to be answered by"),
    "asked": gettext_lazy("asked for"),
    "asked_by": gettext_lazy("asked by"),
    "at_most": gettext_lazy("at most"),
    "attempts": gettext_lazy("attempts"),
    "balance": gettext_lazy("balance"),
    "bank": gettext_lazy("bank"),
    "bases": gettext_lazy("grounds"),
    "batch": gettext_lazy("batch"),
    "by_consent": gettext_lazy("by the debtor's leave alone"),
    "by_rules": gettext_lazy("by which rules"),
    "by_whom": gettext_lazy("by whom"),
    "calls": gettext_lazy("calls"),
    "came_to": gettext_lazy("came to"),
    "carrier_number": gettext_lazy("carrier's number"),
    "ceiling": gettext_lazy("ceiling"),
    "certificate": gettext_lazy("certificate"),
    "change": gettext_lazy("change"),
    "channel": gettext_lazy("channel"),
    "channels": gettext_lazy("channels"),
    "closed_as": gettext_lazy("closed as"),
    "closes": gettext_lazy("closes"),
    "complaint": gettext_lazy("complaint"),
    "contacts": gettext_lazy("contacts"),
    "contract": gettext_lazy("contract of"),
    "contracts_from": gettext_lazy("contracts from"),
    "count": gettext_lazy("count"),
    "creditor": gettext_lazy("creditor"),
    "currency": gettext_lazy("currency"),
    "day": gettext_lazy("day"),
    "days": gettext_lazy("days"),
    "deemed": gettext_lazy("counts as served"),
    "delivered_at": gettext_lazy("delivered at"),
    "dependants": gettext_lazy("dependants"),
    "designated": gettext_lazy("the debtor may say for which debt"),
    "details": gettext_lazy("details"),
    "difference": gettext_lazy("difference"),
    "disclosed": gettext_lazy("disclosed"),
    "dispute": gettext_lazy("dispute"),
    "document": gettext_lazy("document"),
    "document_sha256": gettext_lazy("digest of the document"),
    "due_at": gettext_lazy("due at"),
    "due_on": gettext_lazy("due on"),
    "earliest": gettext_lazy("earliest"),
    "effects": gettext_lazy("effects"),
    "ends": gettext_lazy("ends"),
    "ends_at": gettext_lazy("ends at"),
    "event": gettext_lazy("event"),
    "events": gettext_lazy("events"),
    "evidence": gettext_lazy("evidence"),
    "evidence_kind": gettext_lazy("kind of evidence"),
    "external_reference": gettext_lazy("creditor's number"),
    "facts": gettext_lazy("compared"),
    "fees": gettext_lazy("fees"),
    "fields": gettext_lazy("contents"),
    "filename": gettext_lazy("file name"),
    "first": gettext_lazy("first officer"),
    "first_on": gettext_lazy("first due day"),
    "form": gettext_lazy("form"),
    "found": gettext_lazy("found"),
    "from": gettext_lazy("opens"),
    "gap": gettext_lazy("days between"),
    "gap_seconds": gettext_lazy("longest gap, in seconds"),
    "given": gettext_lazy("given"),
    "hardship": gettext_lazy("help offered"),
    "head": gettext_lazy("head of the chain"),
    "held": gettext_lazy("held since"),
    "here": gettext_lazy("present"),
    "hours": gettext_lazy("hours"),
    "how": gettext_lazy("how"),
    "how_in": gettext_lazy("how it came in"),
    "income": gettext_lazy("income"),
    "instalment": gettext_lazy("instalment"),
    "instalments": gettext_lazy("instalments"),
    "instruments": gettext_lazy("instruments"),
    "intended_outcome": gettext_lazy("intended outcome"),
    "interest": gettext_lazy("interest"),
    "interest_runs": gettext_lazy("interest goes on"),
    "item": gettext_lazy("item"),
    "kept_at": gettext_lazy("kept at"),
    "kind": gettext_lazy("kind"),
    "kinds": gettext_lazy("circumstances"),
    "language": gettext_lazy("language"),
    "last": gettext_lazy("last visit"),
    "lead": gettext_lazy("lead time"),
    "least": gettext_lazy("at least"),
    "left": gettext_lazy("left"),
    "left_to_pay_with": gettext_lazy("left to pay with"),
    "limit": gettext_lazy("limit"),
    "longest": gettext_lazy("longest"),
    "look": gettext_lazy("look"),
    "low": gettext_lazy("small instalment"),
    "low_count": gettext_lazy("how many small ones"),
    "lpr": gettext_lazy("loan prime rate"),
    "mandate": gettext_lazy("mandate"),
    "messages": gettext_lazy("messages"),
    "met": gettext_lazy("who was met"),
    "method": gettext_lazy("method"),
    "methods": gettext_lazy("methods"),
    "measured_at": gettext_lazy("measured at"),
    "minutes": gettext_lazy("minutes"),
    "missing": gettext_lazy("missing"),
    "moment": gettext_lazy("moment"),
    "months": gettext_lazy("months"),
    "most": gettext_lazy("at most"),
    "moved_from": gettext_lazy("moved from payment"),
    "moved_to": gettext_lazy("moved to case"),
    "name": gettext_lazy("name"),
    "named": gettext_lazy("named"),
    "notes": gettext_lazy("notes counted"),
    "notice": gettext_lazy("notice"),
    "number": gettext_lazy("number"),
    "numbers": gettext_lazy("numbers"),
    "of_what": gettext_lazy("complained of"),
    "of_the_debt": gettext_lazy("parties to the debt"),
    "offer_words": gettext_lazy("offer"),
    "officer": gettext_lazy("officer"),
    "officers": gettext_lazy("officers"),
    "opens": gettext_lazy("opens"),
    "order": gettext_lazy("order"),
    "original_held": gettext_lazy("original held"),
    "outcome": gettext_lazy("outcome"),
    "outcomes": gettext_lazy("outcomes that count"),
    "outgoings": gettext_lazy("outgoings"),
    "owner": gettext_lazy("who does it"),
    "own_limit": gettext_lazy("own limit"),
    "paid_in": gettext_lazy("paid in"),
    "paid_in_at": gettext_lazy("paid in at"),
    "paper": gettext_lazy("paper"),
    "parts": gettext_lazy("set off against"),
    "people": gettext_lazy("people"),
    "percent": gettext_lazy("per cent"),
    "phone": gettext_lazy("telephone"),
    "phrases": gettext_lazy("phrases"),
    "place": gettext_lazy("place"),
    "place_kind": gettext_lazy("kind of place"),
    "places": gettext_lazy("places allowed"),
    "plan": gettext_lazy("plan"),
    "planned": gettext_lazy("planned"),
    "platform_only": gettext_lazy("only by a platform"),
    "posted_at": gettext_lazy("posted at"),
    "principal": gettext_lazy("principal"),
    "proposed_plan": gettext_lazy("proposed plan"),
    "purpose": gettext_lazy("purpose"),
    "rate": gettext_lazy("rate"),
    "reaction": gettext_lazy("reaction"),
    "reason": gettext_lazy("reason"),
    "reason_words": gettext_lazy("reason in words"),
    "reasons": gettext_lazy("reasons"),
    "receipts": gettext_lazy("receipts"),
    "received_at": gettext_lazy("received at"),
    "recording_asked_of": gettext_lazy("recording asked of"),
    "reference": gettext_lazy("reference"),
    "refused": gettext_lazy("refused at"),
    "remark": gettext_lazy("remark"),
    "required": gettext_lazy("needed"),
    "rest_of": gettext_lazy("what is left of payment"),
    "restarts": gettext_lazy("begins anew by"),
    "result": gettext_lazy("result"),
    "review_on": gettext_lazy("review on"),
    "role": gettext_lazy("role"),
    "roles": gettext_lazy("roles allowed"),
    "row": gettext_lazy("row"),
    "rule": gettext_lazy("rule"),
    "sample": gettext_lazy("sample"),
    "scope": gettext_lazy("scope"),
    "second": gettext_lazy("second officer"),
    "served": gettext_lazy("notice effective"),
    "served_at": gettext_lazy("served at"),
    "sha256": gettext_lazy("digest of the file"),
    "shortfall": gettext_lazy("still missing"),
    "shown_by_itself": gettext_lazy("sources that speak for themselves"),
    "side": gettext_lazy("side"),
    "sides": gettext_lazy("sides"),
    "signers": gettext_lazy("may sign for it"),
    "slip_number": gettext_lazy("number of the slip"),
    "slip_total": gettext_lazy("sum on the slip"),
    "slot": gettext_lazy("slot asked for"),
    "sources": gettext_lazy("sources"),
    "spoken": gettext_lazy("only when spoken to"),
    "starts_at": gettext_lazy("starts at"),
    "starts_on": gettext_lazy("starts on"),
    "statement": gettext_lazy("statement"),
    "step": gettext_lazy("step"),
    "steps": gettext_lazy("steps"),
    "strategy": gettext_lazy("strategy"),
    "subject": gettext_lazy("subject"),
    "supersedes": gettext_lazy("replaces"),
    "team": gettext_lazy("team"),
    "term": gettext_lazy("term"),
    "terms": gettext_lazy("terms"),
    "text_sha256": gettext_lazy("digest of the text"),
    "till": gettext_lazy("closes"),
    "time_stamp": gettext_lazy("time stamp"),
    "times": gettext_lazy("times"),
    "to": gettext_lazy("given to"),
    "to_go_at": gettext_lazy("goes out at"),
    "together": gettext_lazy("all channels together"),
    "total": gettext_lazy("total"),
    "trained": gettext_lazy("trained on"),
    "transfer_notice_on": gettext_lazy("told of the transfer on"),
    "transfers": gettext_lazy("transfers"),
    "tried": gettext_lazy("tried"),
    "uncounted": gettext_lazy("not counted"),
    "unless": gettext_lazy("unless"),
    "until": gettext_lazy("until"),
    "valid_from": gettext_lazy("valid from"),
    "version": gettext_lazy("version"),
    "visits": gettext_lazy("visits"),
    "wait": gettext_lazy("months of waiting"),
    "waived": gettext_lazy("waived"),
    "waived_fees": gettext_lazy("waived of the costs"),
    "waived_interest": gettext_lazy("waived of the interest"),
    "waived_principal": gettext_lazy("waived of the principal"),
    "warn_at": gettext_lazy("warns at"),
    "was": gettext_lazy("before"),
    "went_back": gettext_lazy("went back"),
    "when": gettext_lazy("when"),
    "why": gettext_lazy("why"),
    "willingness": gettext_lazy("willingness"),
    "window": gettext_lazy("lawful window"),
    "years": gettext_lazy("years"),
    "working_days": gettext_lazy("working days"),
}
"""The names of what rules, events and requests tell; what else they use goes by ``compliance.words``."""
