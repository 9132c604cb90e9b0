"""At what hours, and for how long."""

from datetime import datetime, time, timedelta

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import CONTACT, VISIT, Answer, Context, known, rule, utc
from compliance.strict import EARLIER, FEWER_OF, LATER, LESS, MORE_OF
from compliance.words import WEEKDAYS, Named, Slot, Weekdays, named

WEEK_AND_A_DAY = 8
PAPER = ("letter", "lawyers_letter")  # a letter rings at nobody's door at the hour it is posted


@rule(
    answers=VISIT,
    needs={
        "visit.plan": ("start", "end"),
        "visit.announce": ("start", "end"),
        "visit.start": ("start", "end", "at"),
    },
    takes={"days": list, "opens": time, "closes": time},
    strict={"days": FEWER_OF, "opens": LATER, "closes": EARLIER},
    says={"": ("slot", "days", "opens", "closes", "zone")},
)
def visit_hours(facts: Facts, value: Entry, context: Context) -> Answer:
    """A visit begins and ends on an allowed weekday inside the hours of the place."""
    begin, finish = known(context.begin), known(context.finish)
    opens, closes = value["opens"], value["closes"]
    if (
        WEEKDAYS[begin.weekday()] in value["days"]
        and begin.time() >= opens
        and finish.time() <= closes
        and begin.date() == finish.date()
    ):
        return None
    return context.refuse(
        value,
        earliest=_next_slot(value, context, begin),
        slot=Slot(begin, finish),
        days=Weekdays(tuple(value["days"])),
        opens=opens,
        closes=closes,
        zone=Named(f"zone.{context.zone}"),
    )


@rule(
    answers=VISIT,
    needs=("start", "end"),
    takes={"minutes": int},
    strict={"minutes": LESS},
    says={"": ("slot", "planned", "minutes")},
)
def visit_length(facts: Facts, value: Entry, context: Context) -> Answer:
    """A visit is planned for no longer than so many minutes."""
    length = known(context.length)
    if timedelta() < length <= timedelta(minutes=value["minutes"]):
        return None
    return context.refuse(
        value,
        slot=Slot(known(facts.start), known(facts.end)),
        planned=int(length.total_seconds() // 60),
        minutes=value["minutes"],
    )


@rule(
    answers=VISIT,
    needs={
        "visit.plan": ("start", "end", "circumstances"),
        "visit.announce": ("start", "end", "circumstances"),
        "visit.start": ("start", "end", "at", "circumstances"),
    },
    takes={"kinds": list, "from": time, "till": time},
    strict={"kinds": MORE_OF, "from": EARLIER, "till": LATER},
    says={"": ("slot", "from", "till", "kinds")},
)
def quiet_hours(facts: Facts, value: Entry, context: Context) -> Answer:
    """Where one of these things holds, no visit reaches into the hours of rest."""
    begin, finish = known(context.begin), known(context.finish)
    if finish.time() <= value["from"] or begin.time() >= value["till"]:
        return None
    standing = {
        one.kind
        for one in facts.circumstances or ()
        if one.kind in value["kinds"]
        and one.since <= context.day
        and (one.until is None or context.day <= one.until)
    }
    if not standing:
        return None
    return context.refuse(
        value,
        slot=Slot(begin, finish),
        kinds=named("circumstance", sorted(standing)),
        **{"from": value["from"], "till": value["till"]},
    )


@rule(
    answers=CONTACT,
    needs=("at",),
    takes={"opens": time, "closes": time},
    strict={"opens": LATER, "closes": EARLIER},
    says={"": ("moment", "opens", "closes", "zone")},
)
def contact_hours(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody is called or written to outside the hours of the place; paper letters may be posted."""
    moment = known(context.moment)
    opens, closes = value["opens"], value["closes"]
    if facts.channel in PAPER or opens <= moment.time() < closes:
        return None
    day = moment.date() if moment.time() < opens else moment.date() + timedelta(days=1)
    return context.refuse(
        value,
        earliest=context.first(day, opens),
        moment=moment,
        opens=opens,
        closes=closes,
        zone=Named(f"zone.{context.zone}"),
    )


def _next_slot(value: Entry, context: Context, begin: datetime) -> datetime | None:
    """The first moment from ``begin`` on from which a visit of that length fits in."""
    length = known(context.length)
    for ahead in range(WEEK_AND_A_DAY):
        day = begin.date() + timedelta(days=ahead)
        if WEEKDAYS[day.weekday()] not in value["days"]:
            continue
        start = max(context.first(day, value["opens"]), utc(begin))
        finish = context.local(start + length)
        if finish.date() == day and finish.time() <= value["closes"]:
            return start
    return None
