"""How often somebody is called in a day, and on which number."""

from collections.abc import Iterable
from datetime import timedelta

from compliance.entry import Entry
from compliance.facts import BEGUN, ContactFacts, Facts
from compliance.rule import Answer, Context, rule, utc
from compliance.strict import LESS, MORE, MORE_OF
from compliance.verdict import Severity
from compliance.words import named

CALLED = ("contact.log", "contact.trace")


@rule(
    answers=CALLED,
    needs=("at", "channel"),
    takes={"channels": list, "outcomes": list, "calls": int, "together": bool},
    strict={"channels": MORE_OF, "outcomes": MORE_OF, "calls": LESS, "together": MORE},
    says={"": ("count", "calls", "channels")},
)
def calls_in_day(facts: Facts, value: Entry, context: Context) -> Answer:
    """At most so many calls in a day to this person were answered, as one of these outcomes says.

    ``together`` counts what creditor and agencies did as one; else only the calls of whoever asks.
    A call of which nobody knows who made it counts for everybody; one of which nobody has said yet what
    came of it may have been answered, so it counts too.
    """
    if facts.channel not in value["channels"]:
        return None
    if facts.contacts is None:
        return context.unknown(value, ("contacts",))
    answered = [
        one
        for one in _of_the_day(facts.contacts, value, context)
        if one.outcome in (*value["outcomes"], BEGUN)
        and one.role == (facts.target_role or one.role)
        and (value["together"] or one.ours is not False)
    ]
    if len(answered) < value["calls"]:
        return None
    return context.refuse(
        value,
        earliest=context.starts(context.day + timedelta(days=1)),
        count=len(answered),
        calls=value["calls"],
        channels=named("channel", value["channels"]),
    )


@rule(
    answers=CALLED,
    needs=("at", "channel"),
    takes={"channels": list, "warn_at": int, "attempts": int},
    strict={"channels": MORE_OF, "warn_at": LESS, "attempts": LESS},
    says={"": ("count", "attempts")},
)
def attempts_on_number(facts: Facts, value: Entry, context: Context) -> Answer:
    """One number is tried at most so often in a day, answered or not; some way before, a warning.

    An attempt of which nobody noted the number may have been on any of them, so it counts for all;
    and where it is not said which number is to be tried, all attempts count.
    """
    if facts.channel not in value["channels"]:
        return None
    if facts.contacts is None:
        return context.unknown(value, ("contacts",))
    tried = [
        one
        for one in _of_the_day(facts.contacts, value, context)
        if not (facts.number and one.number) or one.number == facts.number
    ]
    if len(tried) < value["warn_at"]:
        return None
    near = len(tried) < value["attempts"]
    return context.refuse(
        value,
        severity=Severity.WARN if near else None,
        earliest=context.starts(context.day + timedelta(days=1)),
        count=len(tried),
        attempts=value["attempts"],
    )


def _of_the_day(
    contacts: Iterable[ContactFacts], value: Entry, context: Context
) -> list[ContactFacts]:
    """What was tried by these channels on the day of the act, as the calendar there has it."""
    return [
        one
        for one in contacts
        if one.channel in value["channels"] and context.local(utc(one.at)).date() == context.day
    ]
