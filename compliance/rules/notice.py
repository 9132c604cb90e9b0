"""What must be said ahead of a visit, and how long ahead."""

from datetime import datetime, timedelta

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import VISIT, Answer, Context, known, rule, utc
from compliance.strict import MORE
from compliance.verdict import Severity
from compliance.words import Named, Slot, Until, named

_AHEAD = {
    "visit.plan": ("start", "end", "at"),
    "visit.announce": ("start", "end", "at"),
    "visit.start": ("start", "end", "at", "served_at"),
}
_SAYS = {
    "": ("slot", "served", "lead", "ready"),
    "ahead": ("slot", "served", "lead", "ready"),
}


@rule(answers=VISIT, needs=_AHEAD, takes={"hours": int}, strict={"hours": MORE}, says=_SAYS)
def lead_hours(facts: Facts, value: Entry, context: Context) -> Answer:
    """So many hours lie between the effective service of the notice and the visit."""
    served = _served(facts)
    return _lead(facts, value, context, served + timedelta(hours=value["hours"]), value["hours"])


@rule(answers=VISIT, needs=_AHEAD, takes={"days": int}, strict={"days": MORE}, says=_SAYS)
def lead_days(facts: Facts, value: Entry, context: Context) -> Answer:
    """So many days, by the clock of the place, lie between effective service and the visit."""
    served = context.local(_served(facts))
    ready = context.first(served.date() + timedelta(days=value["days"]), served.time())
    return _lead(facts, value, context, ready, value["days"])


def _served(facts: Facts) -> datetime:
    """When the notice took effect; of one that is yet to be sent, the soonest that it could."""
    return utc(known(facts.served_at or facts.at))


def _lead(facts: Facts, value: Entry, context: Context, ready: datetime, lead: int) -> Answer:
    begin, finish = known(context.begin), known(context.finish)
    if utc(begin) >= utc(ready):
        return None
    unserved = facts.served_at is None
    return context.refuse(
        value,
        "ahead" if unserved else "",
        # A slot may be pencilled in before the notice goes; announcing it so late would mislead.
        severity=Severity.WARN if unserved and context.action == "visit.plan" else None,
        earliest=ready,
        slot=Slot(begin, finish),
        served=Until(_served(facts)),
        lead=lead,
        ready=Until(ready),
    )


@rule(answers=("visit.announce",), needs=("notice_missing",), says={"": ("missing",)})
def notice_complete(facts: Facts, value: Entry, context: Context) -> Answer:
    """The notice says everything that the debtor must be told before a visit."""
    if not facts.notice_missing:
        return None
    return context.refuse(value, missing=named("notice", facts.notice_missing))


@rule(
    answers=("visit.plan", "visit.announce"),
    needs=("purpose", "intended_outcome", "place_kind"),
    says={"": ("missing",)},
)
def visit_described(facts: Facts, value: Entry, context: Context) -> Answer:
    """A visit has a purpose and an intended outcome, in words that can be told to the debtor."""
    missing = [
        Named(name)
        for name in ("purpose", "intended_outcome", "place_kind")
        if not (getattr(facts, name) or "").strip()
    ]
    return context.refuse(value, missing=missing) if missing else None
