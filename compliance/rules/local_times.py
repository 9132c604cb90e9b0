"""Hours, days and lead times that depend on more than the clock."""

from datetime import time, timedelta

from compliance.calendars import CalendarUnknown, holiday_name, is_holiday, working_days_after
from compliance.entry import Entry
from compliance.facts import Facts
from compliance.rule import CONTACT, VISIT, Answer, Context, known, rule, utc
from compliance.rules.circumstances import HOLIDAYS_AHEAD
from compliance.rules.hours import PAPER
from compliance.strict import EARLIER, FEWER_OF, LATER, MORE
from compliance.verdict import Severity
from compliance.words import WEEKDAYS, Both, Named, Slot, Until, Weekdays


@rule(
    answers=(*VISIT, *CONTACT),
    needs={
        **dict.fromkeys(VISIT, ("start", "end", "overdue_since", "circumstances")),
        **dict.fromkeys(CONTACT, ("at", "overdue_since", "circumstances")),
    },
    takes={"opens": time, "closes": time, "days": int, "agreed": list},
    strict={"opens": LATER, "closes": EARLIER, "days": MORE, "agreed": FEWER_OF},
    says={"": ("moment", "zone", "opens", "closes", "late", "days")},
)
def hours_while_fresh(facts: Facts, value: Entry, context: Context) -> Answer:
    """A debt that is overdue for no longer than so many days is collected inside these hours only."""
    visit = context.action in VISIT
    begin = known(context.begin) if visit else known(context.moment)
    finish = known(context.finish) if visit else begin
    late = (context.day - known(facts.overdue_since)).days
    if late > value["days"] or (not visit and facts.channel in PAPER):
        return None
    if any(
        one.kind in value["agreed"]
        and one.since <= context.day
        and (one.until is None or context.day <= one.until)
        for one in facts.circumstances or ()
    ):
        return None
    opens, closes = value["opens"], value["closes"]
    if (
        opens <= begin.time()
        and finish.date() == begin.date()
        and (finish.time() <= closes if visit else begin.time() < closes)
    ):
        return None
    day = begin.date() if begin.time() < opens else begin.date() + timedelta(days=1)
    ripe = known(facts.overdue_since) + timedelta(days=value["days"] + 1)
    return context.refuse(
        value,
        earliest=min(context.first(day, opens), context.starts(ripe)),
        moment=begin,
        zone=Named(f"zone.{context.zone}"),
        opens=opens,
        closes=closes,
        late=late,
        days=value["days"],
    )


@rule(
    answers=CONTACT,
    needs=("at", "country"),
    takes={"days": list},
    strict={"days": FEWER_OF},
    says={"": ("moment", "days"), "holiday": ("moment", "holiday")},
)
def contact_days(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody is called or written to on other weekdays, nor on a public holiday of the place."""
    moment, country = known(context.moment), known(facts.country)
    if facts.channel in PAPER:
        return None
    try:
        days = [context.day + timedelta(days=ahead) for ahead in range(HOLIDAYS_AHEAD)]
        free = [day for day in days if not is_holiday(day, country, facts.region)]
    except CalendarUnknown:
        return context.unknown(value, ("country",))
    good = [day for day in free if WEEKDAYS[day.weekday()] in value["days"]]
    if context.day in good:
        return None
    earliest = context.starts(good[0]) if good else None
    if context.day not in free:
        holiday = Both(*holiday_name(context.day, country, facts.region))
        return context.refuse(value, "holiday", earliest=earliest, moment=moment, holiday=holiday)
    return context.refuse(
        value, earliest=earliest, moment=moment, days=Weekdays(tuple(value["days"]))
    )


@rule(
    answers=VISIT,
    needs={
        "visit.plan": ("start", "end", "at", "country"),
        "visit.announce": ("start", "end", "at", "country"),
        "visit.start": ("start", "end", "at", "country", "served_at"),
    },
    takes={"days": int},
    strict={"days": MORE},
    says={
        "": ("slot", "served", "lead", "ready"),
        "ahead": ("slot", "served", "lead", "ready"),
    },
)
def lead_working_days(facts: Facts, value: Entry, context: Context) -> Answer:
    """So many working days of the place lie between effective service and the day of the visit."""
    served = context.local(utc(known(facts.served_at or facts.at)))
    begin, finish = known(context.begin), known(context.finish)
    try:
        day = working_days_after(served.date(), value["days"], known(facts.country), facts.region)
    except CalendarUnknown:
        return context.unknown(value, ("country",))
    if begin.date() >= day:
        return None
    unserved = facts.served_at is None
    ready = context.starts(day)
    return context.refuse(
        value,
        "ahead" if unserved else "",
        # A slot may be pencilled in before the notice goes; announcing it so late would mislead.
        severity=Severity.WARN if unserved and context.action == "visit.plan" else None,
        earliest=ready,
        slot=Slot(begin, finish),
        served=Until(utc(served)),
        lead=value["days"],
        ready=Until(ready),
    )
