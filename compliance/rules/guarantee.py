"""How long a guarantor can be asked, in what order, and what a change of the debt does to the guarantee."""

from datetime import date

from compliance.entry import Entry
from compliance.facts import Facts, GuaranteeFacts
from compliance.rule import CONTACT, VISIT, Answer, Context, known, rule
from compliance.spans import months_on
from compliance.strict import LESS
from compliance.words import named


@rule(
    answers=(*VISIT, *CONTACT),
    needs=("target_role",),
    takes={"months": int},
    strict={"months": LESS},
    says={"": ("form", "due", "ends", "day"), "first": ("form", "ends")},
)
def guarantee_alive(facts: Facts, value: Entry, context: Context) -> Answer:
    """A guarantor is approached only while liable: in the period that was agreed, else so many months.

    Nothing suspends or lengthens the period. Within it a joint guarantor must have been asked, of a general
    one the debtor sued, and the debtor's means tried by enforcement first.
    """
    if facts.target_role != "guarantor":
        return None
    given = facts.guarantee
    if given is None:
        return context.unknown(value, ("guarantee",))
    if given.due_on is None:
        return context.unknown(value, ("due_on",))
    ends = period_ends(given, value["months"])
    form = named("guarantee", [given.counted_as])
    claimed = given.claimed_on is not None and given.claimed_on <= ends
    if not claimed and context.day > ends:
        return context.refuse(value, form=form, due=given.due_on, ends=ends, day=context.day)
    if given.counted_as == "general" and not given.enforced:
        return context.refuse(value, "first", form=form, ends=ends)
    return None


def period_ends(given: GuaranteeFacts, months: int) -> date:
    """The last day of the period; where none was agreed, or one that ends before the debt is due, the law's."""
    due = known(given.due_on)
    return months_on(due, given.months or months)


@rule(answers=("agreement.reach",), needs=("guarantors",), says={"": ("guarantors",)})
def guarantors_consented(facts: Facts, value: Entry, context: Context) -> Answer:
    """What makes the debt heavier binds only the guarantors who agreed to it in writing."""
    without = [one.name or "—" for one in known(facts.guarantors) if not one.consented]
    return context.refuse(value, guarantors=without) if without else None
