"""How well a creditor knows its agency, and who has to hear that a debt has a new creditor."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import VISIT, Answer, Context, known, rule
from compliance.strict import LESS
from compliance.verdict import Severity
from compliance.words import named

TO_DEBTOR, TO_GUARANTORS = "transfer_notice", "guarantor_notice"


@rule(
    answers=VISIT,
    needs=("house_papers",),
    takes={"days": int, "at_most": int},
    strict={"days": LESS, "at_most": LESS},
    says={"": ("reviewed", "ago", "days"), "never": ("days",)},
)
def agency_reviewed(facts: Facts, value: Entry, context: Context) -> Answer:
    """The creditor looked into the agency within so many days: first a warning, then a refusal."""
    reviews = [
        one.valid_from
        for one in facts.house_papers or ()
        if one.kind == "agency_review" and one.valid_from <= context.day
    ]
    if not reviews:
        return context.refuse(value, "never", days=value["days"])
    last = max(reviews)
    ago = (context.day - last).days
    if ago <= value["days"]:
        return None
    return context.refuse(
        value,
        severity=Severity.WARN if ago <= value["at_most"] else None,
        reviewed=last,
        ago=ago,
        days=value["days"],
    )


@rule(
    answers=(*VISIT, "reminder.send", "agreement.reach"),
    needs=("creditor_type", "claim_papers", "has_guarantor", "circumstances"),
    says={"": ("missing", "day")},
)
def assignment_notified(facts: Facts, value: Entry, context: Context) -> Answer:
    """A debt that came from another creditor is pressed once the debtor and each guarantor were told of it.

    It came from another if the creditor is an assignee, or if an assignment is among the claim's papers.
    """
    if facts.creditor_type != "assignee" and "assignment" not in known(facts.claim_papers):
        return None
    needed = [TO_DEBTOR, TO_GUARANTORS] if facts.has_guarantor else [TO_DEBTOR]
    told = {one.kind for one in known(facts.circumstances) if one.since <= context.day}
    missing = [kind for kind in needed if kind not in told]
    if not missing:
        return None
    return context.refuse(value, missing=named("circumstance", missing), day=context.day)
