"""What is shown, asked and agreed to at the door, and in which order."""

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import Answer, Context, rule
from compliance.words import named


@rule(
    answers=("papers.show", "talk.open"),
    needs=("identified",),
    says={"": ("missing",)},
)
def identified_first(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nothing of the debt is shown or said before it is sure that this is the debtor."""
    if facts.identified:
        return None
    return context.refuse(value, missing=named("door", ["identified"]))


@rule(
    answers=("papers.show", "talk.open"),
    says={"": ("officers",)},
)
def credentials_shown(facts: Facts, value: Entry, context: Context) -> Answer:
    """Every officer has shown who he or she is before anything of the debt is shown or said."""
    if not facts.officers:
        return context.unknown(value, ("officers",))
    if any(officer.shown is None for officer in facts.officers):
        return context.unknown(value, ("shown",))
    hidden = [
        f"{officer.name} {officer.badge}".strip() for officer in facts.officers if not officer.shown
    ]
    return context.refuse(value, officers=hidden) if hidden else None


@rule(answers=("talk.open",), needs=("papers_shown",), says={"": ("missing",)})
def papers_shown_first(facts: Facts, value: Entry, context: Context) -> Answer:
    """Every paper of the claim has been shown before the talk."""
    if facts.papers_shown:
        return None
    return context.refuse(value, missing=named("door", ["papers"]))


@rule(answers=("talk.open",), needs=("recording_asked",), says={"": ()})
def recording_asked_first(facts: Facts, value: Entry, context: Context) -> Answer:
    """Whether the talk may be recorded has been asked before it begins; either answer will do."""
    return None if facts.recording_asked else context.refuse(value)


@rule(answers=("premises.enter", "talk.open"), says={"": ()})
def entry_with_consent(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody goes in without the consent of who lives there."""
    if context.action == "talk.open" and not facts.entered:
        return None
    if facts.entry_consent is None:
        return context.unknown(value, ("entry_consent",))
    return None if facts.entry_consent else context.refuse(value)
