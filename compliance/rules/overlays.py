"""What stops a case without being a step of it: caps, refusals, orders and holds."""

from datetime import date, timedelta

from compliance.entry import Entry
from compliance.facts import Facts, HoldFacts
from compliance.rule import CONTACT, VISIT, Answer, Context, rule, utc
from compliance.strict import ALL_OR_MORE_OF, FEWER_OF, LESS, MORE
from compliance.words import named

LOOK_AHEAD = 400  # days


@rule(
    answers=VISIT,
    needs={
        "visit.plan": ("start", "past_visits"),
        "visit.announce": ("start", "past_visits"),
        "visit.start": ("at", "past_visits"),
    },
    takes={"visits": int, "days": int},
    strict={"visits": LESS, "days": MORE},
    says={"": ("day", "count", "visits", "days", "last")},
)
def visits_in_period(facts: Facts, value: Entry, context: Context) -> Answer:
    """At most so many visits to a debtor fall into any so many days that follow one another."""
    if not facts.past_visits:
        return None
    made = [context.local(visit).date() for visit in facts.past_visits]
    count = _crowd(made, context.day, value["days"])
    if count < value["visits"]:
        return None
    free = None
    for ahead in range(1, LOOK_AHEAD):
        day = context.day + timedelta(days=ahead)
        if _crowd(made, day, value["days"]) < value["visits"]:
            free = context.starts(day)
            break
    return context.refuse(
        value,
        earliest=free,
        day=context.day,
        count=count,
        visits=value["visits"],
        days=value["days"],
        last=max(facts.past_visits, key=utc),
    )


def _crowd(made: list[date], day: date, days: int) -> int:
    """The most visits made in any period of so many days of which that day is one."""
    spans = (day - timedelta(days=back) for back in range(days))
    return max(
        sum(first <= visit < first + timedelta(days=days) for visit in made) for first in spans
    )


@rule(
    answers=VISIT,
    takes={"days": int},
    strict={"days": MORE},
    says={"": ("refused", "days", "until")},
)
def after_refusal(facts: Facts, value: Entry, context: Context) -> Answer:
    """After a refusal nobody goes for so many days; the day of the refusal is not counted."""
    if facts.refused_at is None or facts.refusal_lifted:
        return None
    until = context.local(facts.refused_at).date() + timedelta(days=value["days"])
    if context.day > until:
        return None
    return context.refuse(
        value,
        earliest=context.starts(until + timedelta(days=1)),
        refused=facts.refused_at,
        days=value["days"],
        until=until,
    )


@rule(answers=VISIT, says={"": ("refused",)})
def refused_until_invited(facts: Facts, value: Entry, context: Context) -> Answer:
    """After a refusal nobody goes until the debtor asks for it, however long that takes."""
    if facts.refused_at is None or facts.refusal_lifted:
        return None
    return context.refuse(value, refused=facts.refused_at)


@rule(answers=(*VISIT, *CONTACT), needs=("no_contact_order",), says={"": ()})
def no_contact_order(facts: Facts, value: Entry, context: Context) -> Answer:
    """While the police forbid contact there is none."""
    return context.refuse(value) if facts.no_contact_order else None


@rule(
    answers=(*VISIT, *CONTACT),
    needs=("holds",),
    takes={"reasons": list, "aims": list},
    strict={"reasons": ALL_OR_MORE_OF, "aims": FEWER_OF},
    says={"": ("reasons", "until"), "open": ("reasons",)},
)
def held(facts: Facts, value: Entry, context: Context) -> Answer:
    """A case on hold is left alone in what the hold stops, its last day included.

    A message goes on for these aims, such as the letters about a complaint.
    """
    if context.action in CONTACT and facts.aim in value["aims"]:
        return None
    reasons = value["reasons"]
    standing = [
        hold
        for hold in facts.holds or ()
        if (not reasons or hold.reason in reasons)
        and _stops(hold, context.action, facts)
        and hold.starts_on <= context.day
        and (hold.until is None or context.day <= hold.until)
    ]
    if not standing:
        return None
    why = named("hold", sorted({hold.reason for hold in standing}))
    ends = [hold.until for hold in standing if hold.until]
    if len(ends) < len(standing):
        return context.refuse(value, "open", reasons=why)
    last = max(ends)
    return context.refuse(
        value, earliest=context.starts(last + timedelta(days=1)), reasons=why, until=last
    )


def _stops(hold: HoldFacts, action: str, facts: Facts) -> bool:
    """Whether a hold of that scope stops the act; a notice of a visit is part of the visit."""
    if hold.scope == "visits":
        return action in VISIT or (action == "notice.send" and facts.start is not None)
    if hold.scope == "reminders":
        return action == "reminder.send"
    return True  # all contact, and any scope that nobody has heard of
