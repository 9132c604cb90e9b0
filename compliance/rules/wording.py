"""What must not be said, in any text that goes out or that tells of what was said."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import TEXT, Answer, Context, known, rule
from compliance.strict import MORE_PHRASES
from compliance.verdict import Severity
from compliance.wording import offending


@rule(
    answers=TEXT,
    needs=("text",),
    takes={"phrases": dict},
    strict={"phrases": MORE_PHRASES},
    says={"": ("words",), "record": ("words",)},
)
def lawful_words(facts: Facts, value: Entry, context: Context) -> Answer:
    """No text that goes out holds such words; in a record of what was said they are pointed out."""
    words = offending(known(facts.text), value["phrases"])
    if not words:
        return None
    if context.action == "text.record":  # what was said has to be kept as it was
        return context.refuse(value, "record", severity=Severity.WARN, words=words)
    return context.refuse(value, words=words)
