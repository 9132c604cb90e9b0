"""From which lines somebody is called, and what is said first."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import Answer, Context, rule
from compliance.strict import MORE_OF
from compliance.words import named


@rule(
    answers=("contact.log", "contact.trace"),
    needs=("collector", "channel"),
    takes={"channels": list},
    strict={"channels": MORE_OF},
    says={"": ("channels",)},
)
def registered_line(facts: Facts, value: Entry, context: Context) -> Answer:
    """An agency calls and writes from lines that are registered with the house, never from private ones."""
    if facts.collector == "own" or facts.channel not in value["channels"]:
        return None
    if facts.line_registered is None:
        return context.unknown(value, ("line_registered",))
    if facts.line_registered:
        return None
    return context.refuse(value, channels=named("channel", value["channels"]))


@rule(
    answers=("contact.log", "contact.trace"),
    takes={"channels": list, "outcomes": list},
    strict={"channels": MORE_OF, "outcomes": MORE_OF},
    says={"": ()},
)
def identity_stated(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whoever spoke said who they are and on whose behalf; judged once it is known what came of it."""
    if facts.outcome not in value["outcomes"] or facts.channel not in value["channels"]:
        return None
    if facts.identity_stated is None:
        return context.unknown(value, ("identity_stated",))
    return None if facts.identity_stated else context.refuse(value)
