"""Whose data these are, on what legal basis, and which papers stand behind their use."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import CONTACT, VISIT, Answer, Context, rule
from compliance.rules.circumstances import house_paper_in_force
from compliance.strict import only_equal


@rule(
    answers=(*VISIT, *CONTACT),
    needs=("house_papers", "collector"),
    takes={"paper": str},
    strict={"paper": only_equal("another paper proves something else")},
    says={"": ("paper", "day")},
)
def agency_paper_in_force(facts: Facts, value: Entry, context: Context) -> Answer:
    """An agency that acts holds this paper, in force on the day; a creditor by itself needs none."""
    return None if facts.collector == "own" else house_paper_in_force(facts, value, context)
