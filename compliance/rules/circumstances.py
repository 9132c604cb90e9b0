"""What happened to the debtor or the debt, how often somebody was contacted, and which papers are needed."""

from collections.abc import Iterable
from datetime import date, timedelta

from compliance.calendars import CalendarUnknown, holiday_name, is_holiday
from compliance.entry import Entry
from compliance.facts import CircumstanceFacts, ContactFacts, Facts
from compliance.rule import AGREEMENT, CONTACT, DOOR, VISIT, Answer, Context, known, rule, utc
from compliance.strict import FEWER_OF, LESS, MORE, MORE_OF, SAME_OR_LONGER, only_equal
from compliance.words import Both, named

HOLIDAYS_AHEAD = 30  # no holidays follow one another for longer


@rule(
    answers=(*VISIT, *CONTACT, *DOOR, *AGREEMENT),
    needs=("circumstances",),
    takes={"kinds": list, "days": int},
    strict={"kinds": MORE_OF, "days": SAME_OR_LONGER},
    says={"": ("kinds", "since", "until"), "open": ("kinds", "since")},
)
def circumstance_bars(facts: Facts, value: Entry, context: Context) -> Answer:
    """While one of these things holds it is not done, nor in the so many days after it began.

    ``days`` of 0 counts the days of the circumstance itself and no more.
    """
    standing = [
        (one, _bars_until(one, value["days"]))
        for one in facts.circumstances or ()
        if one.kind in value["kinds"] and one.since <= context.day
    ]
    standing = [(one, last) for one, last in standing if last is None or context.day <= last]
    if not standing:
        return None
    why = named("circumstance", sorted({one.kind for one, _ in standing}))
    since = min(one.since for one, _ in standing)
    ends = [last for _, last in standing if last is not None]
    if len(ends) < len(standing):
        return context.refuse(value, "open", kinds=why, since=since)
    last = max(ends)
    return context.refuse(
        value,
        earliest=context.starts(last + timedelta(days=1)),
        kinds=why,
        since=since,
        until=last,
    )


def _bars_until(one: CircumstanceFacts, days: int) -> date | None:
    """The last day that it bars; none if nobody knows its end."""
    if not days:
        return one.until
    counted = one.since + timedelta(days=days)
    return max(counted, one.until) if one.until else counted


@rule(
    answers=(*VISIT, *CONTACT),
    needs={
        **dict.fromkeys(VISIT, ("contacts", "start")),
        **dict.fromkeys(CONTACT, ("contacts", "at", "channel")),
    },
    takes={"channels": list, "contacts": int, "days": int, "spoken": bool},
    strict={"channels": MORE_OF, "contacts": LESS, "days": MORE, "spoken": LESS},
    says={"": ("count", "contacts", "days", "channels", "last")},
)
def contacts_in_period(facts: Facts, value: Entry, context: Context) -> Answer:
    """At most so many contacts by these channels together in so many days, today included.

    ``spoken`` counts only those at which the debtor was really spoken to. An act by another
    channel than these is not judged.
    """
    channel = "visit" if context.action in VISIT else facts.channel
    if channel not in value["channels"]:
        return None
    counted = _days_of(facts.contacts or (), value, context)
    first = context.day - timedelta(days=value["days"] - 1)
    within = [day for day in counted if first <= day <= context.day]
    if len(within) < value["contacts"]:
        return None
    # The first day on which so few lie in the period that one more may be made.
    freed = sorted(within)[len(within) - value["contacts"]] + timedelta(days=value["days"])
    return context.refuse(
        value,
        earliest=context.starts(freed),
        count=len(within),
        contacts=value["contacts"],
        days=value["days"],
        channels=named("channel", value["channels"]),
        last=max(within),
    )


def _days_of(contacts: Iterable[ContactFacts], value: Entry, context: Context) -> list[date]:
    """The local days of the contacts that count."""
    return [
        context.local(utc(one.at)).date()
        for one in contacts
        if one.channel in value["channels"] and (one.spoken or not value["spoken"])
    ]


@rule(answers=VISIT, needs=("country",), says={"": ("day", "holiday")})
def not_on_holidays(facts: Facts, value: Entry, context: Context) -> Answer:
    """Nobody is visited on a public holiday of the place."""
    country, region = known(facts.country), facts.region
    try:
        if not is_holiday(context.day, country, region):
            return None
    except CalendarUnknown:
        return context.unknown(value, ("country",))
    days = (context.day + timedelta(days=ahead) for ahead in range(1, HOLIDAYS_AHEAD))
    free = next((day for day in days if not is_holiday(day, country, region)), None)
    return context.refuse(
        value,
        earliest=context.starts(free) if free else None,
        day=context.day,
        holiday=Both(*holiday_name(context.day, country, region)),
    )


@rule(
    answers=(*VISIT, *CONTACT),
    needs=("house_papers", "collector"),
    takes={"paper": str},
    strict={"paper": only_equal("another paper proves something else")},
    says={"": ("paper", "day")},
)
def house_paper_in_force(facts: Facts, value: Entry, context: Context) -> Answer:
    """Creditor or agency holds this paper, in force on the day of the act."""
    held = [one for one in facts.house_papers or () if one.kind == value["paper"]]
    if any(one.valid_on(context.day) for one in held):
        return None
    coming = [one.valid_from for one in held if one.valid_from > context.day]
    return context.refuse(
        value,
        earliest=context.starts(min(coming)) if coming else None,
        paper=named("house_paper", [value["paper"]]),
        day=context.day,
    )


@rule(
    answers=VISIT,
    takes={"certificate": str},
    strict={"certificate": only_equal("another certificate proves something else")},
    says={"": ("officer", "certificate", "day")},
)
def officer_certified(facts: Facts, value: Entry, context: Context) -> Answer:
    """Every officer holds this certificate, in force on the day of the visit."""
    if any(officer.certificates is None for officer in facts.officers):
        return context.unknown(value, ("certificates",))
    return [
        context.refuse(
            value,
            officer=f"{officer.name} {officer.badge}".strip(),
            certificate=named("certificate", [value["certificate"]]),
            day=context.day,
        )
        for officer in facts.officers
        if not any(
            one.kind == value["certificate"] and one.valid_on(context.day)
            for one in officer.certificates or ()
        )
    ]


@rule(
    answers=(*VISIT, *CONTACT),
    needs=("circumstances", "target_role"),
    takes={"kinds": list, "roles": list},
    strict={"kinds": MORE_OF, "roles": FEWER_OF},
    says={"": ("kinds", "since", "roles", "role")},
)
def only_these_while(facts: Facts, value: Entry, context: Context) -> Answer:
    """While one of these things holds only people in these roles are spoken to, such as a guardian."""
    standing = [
        one
        for one in facts.circumstances or ()
        if one.kind in value["kinds"]
        and one.since <= context.day
        and (one.until is None or context.day <= one.until)
    ]
    if not standing or facts.target_role in value["roles"]:
        return None
    return context.refuse(
        value,
        kinds=named("circumstance", sorted({one.kind for one in standing})),
        since=min(one.since for one in standing),
        roles=named("role", value["roles"]),
        role=named("role", [facts.target_role or ""]),
    )
