"""People who do not owe: when one may ask them, what for, and when never."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from compliance.entry import Entry
from compliance.facts import ContactFacts, Facts
from compliance.rule import CONTACT, VISIT, Answer, Context, known, rule, utc
from compliance.strict import FEWER_OF, MORE, MORE_OF, MORE_PHRASES
from compliance.wording import offending
from compliance.words import named

TRACE = ("contact.trace",)
FAILED = ("no_answer", "wrong_number", "returned")
CALLED = ("phone",)
AMOUNT = re.compile(r"[¥￥$]\s*\d[\d,.]*|\d[\d,.]*\s*(?:元|万|块|yuan|rmb|cny)", re.IGNORECASE)


@rule(
    answers=TRACE,
    needs=("at", "contacts"),
    takes={"calls": int, "days": int, "kinds": list},
    strict={"calls": MORE, "days": MORE, "kinds": FEWER_OF},
    says={"": ("calls", "days", "kinds")},
)
def lost_contact_first(facts: Facts, value: Entry, context: Context) -> Answer:
    """Others are asked only once the debtor cannot be reached, or has died or cannot act.

    Not reached is proven by a number that is no longer in use, by so many calls in a row that failed
    (from the next day on), or by so many days in a row on which every attempt failed. As soon as the
    debtor was reached again nobody else is asked any more.
    """
    if any(
        one.kind in value["kinds"]
        and one.since <= context.day
        and (one.until is None or context.day <= one.until)
        for one in facts.circumstances or ()
    ):
        return None
    tried = sorted(
        (one for one in facts.contacts or () if one.role == "debtor" and one.channel != "visit"),
        key=lambda one: utc(one.at),
    )
    tried = [one for one in tried if utc(one.at) <= utc(known(facts.at))]
    if _lost(tried, value, context):
        return None
    return context.refuse(
        value,
        calls=value["calls"],
        days=value["days"],
        kinds=named("circumstance", value["kinds"]),
    )


def _lost(tried: Sequence[ContactFacts], value: Entry, context: Context) -> bool:
    """Whether nothing has reached the debtor since, in one of the three ways that prove it."""
    failed: list[ContactFacts] = []
    for one in reversed(tried):
        if one.spoken:
            break
        if one.outcome in FAILED:
            failed.append(one)
    calls = [one for one in failed if one.channel in CALLED]
    if calls and all(one.outcome == "wrong_number" for one in calls):
        return True
    days = [context.local(utc(one.at)).date() for one in calls]
    if len(days) >= value["calls"] and days[0] < context.day:
        return True
    return _in_a_row([context.local(utc(one.at)).date() for one in failed]) >= int(value["days"])


def _in_a_row(days: Sequence[date]) -> int:
    """How many days, up to the last of these, follow one another."""
    found = sorted(set(days), reverse=True)
    run = 0
    for number, day in enumerate(found):
        if day != found[0] - timedelta(days=number):
            break
        run += 1
    return run


@rule(
    answers=TRACE,
    takes={"phrases": dict, "roles": list},
    strict={"phrases": MORE_PHRASES, "roles": MORE_OF},
    says={"": (), "words": ("found",)},
)
def nothing_disclosed(facts: Facts, value: Entry, context: Context) -> Answer:
    """Who does not owe is asked for data or to pass on a message, and learns nothing of the debt."""
    if facts.outcome is None or facts.target_role not in value["roles"]:
        return None
    if facts.disclosed is None:
        return context.unknown(value, ("disclosed",))
    if facts.disclosed:
        return context.refuse(value)
    words = facts.words or ""
    found = [*offending(words, value["phrases"]), *(hit.group() for hit in AMOUNT.finditer(words))]
    return context.refuse(value, "words", found=found) if found else None


@rule(answers=TRACE, needs=("do_not_contact",), says={"": ()})
def left_alone(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whoever asked to be left alone is never asked again."""
    return context.refuse(value) if facts.do_not_contact else None


@rule(
    answers=(*VISIT, *CONTACT),
    takes={"bases": list},
    strict={"bases": FEWER_OF},
    says={"": ("bases",), "unproven": ()},
)
def spouse_with_common_debt(facts: Facts, value: Entry, context: Context) -> Answer:
    """A spouse is approached only for a common debt, on one of these grounds and with a paper for it."""
    if facts.target_role != "spouse":
        return None
    if facts.common_debt not in value["bases"]:
        return context.refuse(value, bases=named("common_debt", value["bases"]))
    return None if facts.role_is_proven else context.refuse(value, "unproven")


@rule(
    answers=(*VISIT, *CONTACT),
    takes={"roles": list},
    strict={"roles": MORE_OF},
    says={"": ("role",)},
)
def role_proven(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whoever stands for somebody else, or comes after them, is shown to do so by a paper."""
    if facts.target_role not in value["roles"] or facts.role_is_proven:
        return None
    return context.refuse(value, role=named("role", [facts.target_role or ""]))
