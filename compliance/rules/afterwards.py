"""What has to be done after a case is closed, and how sure a signature is."""

from collections.abc import Callable
from datetime import timedelta

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import Answer, Context, known, rule
from compliance.strict import LESS, only_equal

AFTER: dict[str, Callable[[Facts], bool]] = {
    "agency": lambda facts: facts.collector == "agency",
    "bureau": lambda facts: bool(facts.bureau_reported),
    "guarantors": lambda facts: bool(facts.guarantors),
}


@rule(
    answers=("case.close",),
    needs=("at", "collector", "bureau_reported", "guarantors"),
    takes={"when": str, "days": int},
    strict={"days": LESS, "when": only_equal("it names another duty")},
    says={"": ("days", "until")},
)
def follows_closing(facts: Facts, value: Entry, context: Context) -> Answer:
    """After the closing this is done within so many days: of an agency's case, of one that was reported."""
    if not AFTER[value["when"]](facts):
        return None
    due = known(context.moment) + timedelta(days=value["days"])
    return context.refuse(value, earliest=due, days=value["days"], until=due.date())


@rule(answers=("agreement.sign",), needs=("signers_checked",), says={"": ()})
def signers_were_checked(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody's signature is kept before the signer was compared with an identity paper."""
    return None if facts.signers_checked else context.refuse(value)
