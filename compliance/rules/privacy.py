"""Whose data these are, on what legal basis, and which papers stand behind their use."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import CONTACT, KEEPING, VISIT, Answer, Context, known, rule
from compliance.rules.circumstances import house_paper_in_force
from compliance.strict import FEWER_OF, only_equal
from compliance.words import Named, named


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


@rule(
    answers=KEEPING,
    needs=("contact_sources",),
    takes={"shown_by_itself": list},
    strict={"shown_by_itself": FEWER_OF},
    says={"": ("missing",)},
)
def source_recorded(facts: Facts, value: Entry, context: Context) -> Answer:
    """A new address or number is kept with the day on which it came from its source, and what shows that.

    Some sources show themselves: the contract is in the case, and what is of unknown source is never used.
    Of a person without any address or number there are none.
    """
    if set(known(facts.contact_sources)) <= set(value["shown_by_itself"]):
        return None
    missing = [name for name in ("source_on", "source_proof") if not getattr(facts, name)]
    return context.refuse(value, missing=[Named(name) for name in missing]) if missing else None


@rule(
    answers=KEEPING,
    takes={"bases": list},
    strict={"bases": FEWER_OF},
    says={"": ("basis", "bases")},
)
def legal_basis_given(facts: Facts, value: Entry, context: Context) -> Answer:
    """The data of a person are kept on a legal basis: consent, a contract with that very person, or counsel's word."""
    if facts.legal_basis in value["bases"]:
        return None
    return context.refuse(
        value, basis=named("basis", [facts.legal_basis or ""]), bases=named("basis", value["bases"])
    )
