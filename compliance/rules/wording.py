"""What must not be said, in any text that goes out or that tells of what was said."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import TEXT, Answer, Context, known, rule
from compliance.strict import MORE_OF, MORE_PHRASES
from compliance.verdict import Severity
from compliance.wording import offending
from compliance.words import named


@rule(
    answers=("text.send",),
    needs=("text",),
    takes={"phrases": dict, "aims": list},
    strict={"phrases": MORE_PHRASES, "aims": MORE_OF},
    says={"": ("words", "aim")},
)
def words_fit_the_aim(facts: Facts, value: Entry, context: Context) -> Answer:
    """A text that goes out for one of these aims holds no such words; of one without an aim nothing is said."""
    if facts.aim not in value["aims"]:
        return None
    words = offending(known(facts.text), value["phrases"])
    return context.refuse(value, words=words, aim=named("aim", [str(facts.aim)])) if words else None


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
