"""How officers behave: before they set out, while they are there, and what they stand for afterwards."""

from datetime import timedelta

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import DOOR, Answer, Context, known, rule, utc
from compliance.strict import LESS
from compliance.verdict import Severity

SETTING_OUT = ("visit.depart", "visit.start")
A_DAY = timedelta(days=1)  # in which the record of a visit is completed


@rule(answers=SETTING_OUT, needs=("props",), says={"": ()})
def nothing_to_frighten(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nothing is taken along that could frighten or shame somebody."""
    return context.refuse(value) if facts.props else None


@rule(
    answers=SETTING_OUT,
    needs=("people_going",),
    takes={"people": int},
    strict={"people": LESS},
    says={"": ("going", "people")},
)
def people_at_door(facts: Facts, value: Entry, context: Context) -> Answer:
    """No more than so many people set out, whoever drives or waits included."""
    going = known(facts.people_going)
    return (
        context.refuse(value, going=going, people=value["people"])
        if going > value["people"]
        else None
    )


@rule(
    answers=DOOR,
    needs=("at", "started_at"),
    takes={"minutes": int},
    strict={"minutes": LESS},
    says={"": ("started", "stayed", "minutes")},
)
def stayed_no_longer(facts: Facts, value: Entry, context: Context) -> Answer:
    """After so many minutes at a door nothing new is begun there."""
    started = known(facts.started_at)
    stayed = utc(known(facts.at)) - utc(started)
    if stayed <= timedelta(minutes=value["minutes"]):
        return None
    return context.refuse(
        value,
        started=started,
        stayed=int(stayed.total_seconds() // 60),
        minutes=value["minutes"],
    )


@rule(answers=("evidence.add",), needs=("inside",), says={"": ()})
def filming_with_consent(facts: Facts, value: Entry, context: Context) -> Answer:
    """What was taken inside a private place is kept only with a consent to filming of its own."""
    if not facts.inside:
        return None
    if facts.film_consent is None:
        return context.unknown(value, ("film_consent",))
    return None if facts.film_consent else context.refuse(value)


@rule(
    answers=("visit.finish",),
    needs=("at", "started_at", "talk_recorded"),
    takes={"gap_seconds": int},
    strict={"gap_seconds": LESS},
    says={"": ("from_when", "until_when", "gap_seconds"), "unasked": ()},
)
def recorded_throughout(facts: Facts, value: Entry, context: Context) -> Answer:
    """A talk that was allowed to be recorded has a recording from arriving to leaving, without a gap.

    Nobody is kept at a door for it: what is missing becomes a duty. A no that is on record is an end of it.
    """
    if not facts.talk_recorded or facts.recording_consent is False:
        return None
    begins, ends = utc(known(facts.started_at)), utc(known(facts.at))
    due = ends + A_DAY
    if facts.recording_consent is None:
        return context.refuse(value, "unasked", severity=Severity.DUTY, earliest=due)
    gap, covered = timedelta(seconds=value["gap_seconds"]), begins
    for span in sorted(facts.recordings or (), key=lambda one: utc(one.begins)):
        if utc(span.begins) <= covered + gap:
            covered = max(covered, utc(span.ends))
    if covered + gap >= ends:
        return None
    return context.refuse(
        value,
        severity=Severity.DUTY,
        earliest=due,
        from_when=facts.started_at,
        until_when=facts.at,
        gap_seconds=value["gap_seconds"],
    )


@rule(
    answers=("visit.finish", "visit.plan", "visit.announce", "agreement.sign", "case.close"),
    needs={
        "visit.finish": ("at",),
        **dict.fromkeys(
            ("visit.plan", "visit.announce", "agreement.sign", "case.close"), ("record_confirmed",)
        ),
    },
    says={"": (), "open": ()},
)
def confirmed_by_each(facts: Facts, value: Entry, context: Context) -> Answer:
    """After a visit each officer stands for how it went; until all have, the case goes no further."""
    if context.action == "visit.finish":
        due = utc(known(facts.at)) + A_DAY
        return context.refuse(value, severity=Severity.DUTY, earliest=due)
    return None if facts.record_confirmed else context.refuse(value, "open")


@rule(answers=("agreement.reach",), needs=("borrowed_funds",), says={"": ()})
def not_from_new_debt(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody is led to borrow anew in order to pay."""
    return context.refuse(value) if facts.borrowed_funds else None
