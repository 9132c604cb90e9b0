"""What has to be done after a case is closed, and how sure a signature is."""

from collections.abc import Callable
from datetime import timedelta

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import Answer, Context, known, rule
from compliance.strict import LESS, only_equal
from compliance.words import Named

AFTER: dict[str, Callable[[Facts], bool]] = {
    "agency": lambda facts: facts.collector == "agency",
    "bureau": lambda facts: bool(facts.bureau_reported),
    "guarantors": lambda facts: bool(facts.guarantors),
    "always": lambda _facts: True,
    "originals": lambda facts: not facts.papers_returned,
    "agency_originals": lambda facts: facts.collector == "agency" and not facts.papers_returned,
    "certificate": lambda facts: not facts.certificate_issued,
}
SETTLED = "settled"
CLOSING = ("case.close", "case.close_early")


@rule(
    answers=CLOSING,
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


@rule(
    answers=CLOSING,
    needs=(
        "at", "collector", "bureau_reported", "guarantors", "papers_returned", "certificate_issued",
    ),
    takes={"when": str, "closings": list, "days": int},
    strict={
        "days": LESS, "when": only_equal("it names another duty"),
        "closings": only_equal("it names other closings"),
    },
    says={"": ("days", "until", "limitation")},
)  # fmt: skip
def follows_closing_as(facts: Facts, value: Entry, context: Context) -> Answer:
    """After a closing for one of these coded reasons this is done within so many days."""
    if (facts.closed_as or SETTLED) not in value["closings"] or not AFTER[value["when"]](facts):
        return None
    due = known(context.moment) + timedelta(days=value["days"])
    return context.refuse(
        value, earliest=due, days=value["days"], until=due.date(),
        limitation=facts.limitation_ends_on or Named("limitation.unknown"),
    )  # fmt: skip


@rule(answers=("agreement.sign",), needs=("signers_checked",), says={"": ()})
def signers_were_checked(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody's signature is kept before the signer was compared with an identity paper."""
    return None if facts.signers_checked else context.refuse(value)
