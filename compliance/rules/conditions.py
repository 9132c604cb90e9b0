"""What must have been told, agreed to or waited for first, and where a circumstance bars one place only."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from compliance.aims import Aim
from compliance.entry import Entry
from compliance.facts import CircumstanceFacts, Facts
from compliance.rule import AGREEMENT, CONTACT, DOOR, VISIT, Answer, Context, known, rule, utc
from compliance.strict import ALL_OR_MORE_OF, FEWER_OF, LESS, MORE, MORE_OF
from compliance.verdict import Severity
from compliance.words import named

ACTS = (*VISIT, *CONTACT)


@rule(
    answers=ACTS,
    needs=("circumstances",),
    takes={"kinds": list},
    strict={"kinds": FEWER_OF},
    says={"": ("kinds", "day"), "early": ("kinds", "day", "since")},
)
def circumstance_needed(facts: Facts, value: Entry, context: Context) -> Answer:
    """One of these things holds on the day of the act, such as a notice that had to come first."""
    given = _of(facts.circumstances, value["kinds"])
    if _standing(given, value["kinds"], context.day):
        return None
    kinds = named("circumstance", value["kinds"])
    coming = [one.since for one in given if one.since > context.day]
    if not coming:
        return context.refuse(value, kinds=kinds, day=context.day)
    first = min(coming)
    return context.refuse(
        value, "early", earliest=context.starts(first), kinds=kinds, day=context.day, since=first
    )


@rule(
    answers=ACTS,
    needs=("circumstances", "contacts"),
    takes={"kinds": list, "days": int},
    strict={"kinds": FEWER_OF, "days": LESS},
    says={"": ("kinds", "first", "days", "until"), "ahead": ("kinds", "days", "until")},
)
def told_within(facts: Facts, value: Entry, context: Context) -> Answer:
    """So many days after the first contact one of these things has been told; until then it is a duty."""
    if _standing(facts.circumstances, value["kinds"], context.day):
        return None
    kinds = named("circumstance", value["kinds"])
    made = [context.local(utc(one.at)).date() for one in facts.contacts or ()]
    first = min([*made, context.day])
    until = first + timedelta(days=value["days"])
    if context.day <= until:
        return context.refuse(
            value,
            "ahead",
            severity=Severity.DUTY,
            earliest=context.starts(until + timedelta(days=1)),
            kinds=kinds,
            days=value["days"],
            until=until,
        )
    return context.refuse(value, kinds=kinds, first=first, days=value["days"], until=until)


@rule(
    answers=(*ACTS, *DOOR, *AGREEMENT),
    needs=("circumstances",),
    takes={"kinds": list, "days": int},
    strict={"kinds": MORE_OF, "days": MORE},
    says={"": ("kinds", "ended", "days", "until"), "open": ("kinds", "since", "days")},
)
def barred_after_end(facts: Facts, value: Entry, context: Context) -> Answer:
    """While one of these things holds, and so many days after its end, it is not done."""
    standing = [
        (one, one.until + timedelta(days=value["days"]) if one.until else None)
        for one in _of(facts.circumstances, value["kinds"])
        if one.since <= context.day
    ]
    standing = [(one, last) for one, last in standing if last is None or context.day <= last]
    if not standing:
        return None
    kinds = named("circumstance", sorted({one.kind for one, _ in standing}))
    ends = [(last, one.until) for one, last in standing if last and one.until]
    if len(ends) < len(standing):
        since = min(one.since for one, _ in standing)
        return context.refuse(value, "open", kinds=kinds, since=since, days=value["days"])
    last, ended = max(ends)
    return context.refuse(
        value,
        earliest=context.starts(last + timedelta(days=1)),
        kinds=kinds,
        ended=ended,
        days=value["days"],
        until=last,
    )


@rule(
    answers=CONTACT,
    needs=("circumstances",),
    takes={"kinds": list, "aims": list, "debts": list},
    strict={"kinds": MORE_OF, "aims": FEWER_OF, "debts": ALL_OR_MORE_OF},
    says={"": ("kinds", "since", "aim", "aims")},
)
def collecting_rests_while(facts: Facts, value: Entry, context: Context) -> Answer:
    """While one of these things holds, nobody is contacted but for these aims.

    Whoever gives no aim is taken to collect; so is whoever asks others how to reach the debtor, since
    that is done to collect and never for what goes on. ``debts`` are the kinds of debt of which it is true; none: of all.
    """
    standing = _standing(facts.circumstances, value["kinds"], context.day)
    aim = facts.aim or Aim.COLLECTING.value
    if not standing or aim in value["aims"]:
        return None
    if value["debts"]:
        if facts.debts is None:
            return context.unknown(value, ("debts",))
        if not any(debt.kind in value["debts"] for debt in facts.debts):
            return None
    return context.refuse(
        value,
        earliest=_healed(standing, [], context),
        kinds=named("circumstance", sorted({one.kind for one in standing})),
        since=min(one.since for one in standing),
        aim=named("aim", [aim]),
        aims=named("aim", value["aims"]),
    )


@rule(
    answers=ACTS,
    needs=("circumstances",),
    takes={"kinds": list, "unless": list},
    strict={"kinds": MORE_OF, "unless": FEWER_OF},
    says={"": ("kinds", "since", "unless")},
)
def circumstance_bars_unless(facts: Facts, value: Entry, context: Context) -> Answer:
    """While one of these things holds it is not done, unless one of those holds as well."""
    standing = _standing(facts.circumstances, value["kinds"], context.day)
    if not standing or _standing(facts.circumstances, value["unless"], context.day):
        return None
    return context.refuse(
        value,
        earliest=_healed(standing, _of(facts.circumstances, value["unless"]), context),
        kinds=named("circumstance", sorted({one.kind for one in standing})),
        since=min(one.since for one in standing),
        unless=named("circumstance", value["unless"]),
    )


@rule(
    answers=VISIT,
    needs=("circumstances", "place_kind"),
    takes={"kinds": list, "places": list},
    strict={"kinds": MORE_OF, "places": MORE_OF},
    says={"": ("kinds", "place")},
)
def circumstance_bars_place(facts: Facts, value: Entry, context: Context) -> Answer:
    """While one of these things holds nobody goes to such a place, whoever agreed to it."""
    standing = _standing(facts.circumstances, value["kinds"], context.day)
    if facts.place_kind not in value["places"] or not standing:
        return None
    return context.refuse(
        value,
        earliest=_healed(standing, [], context),
        kinds=named("circumstance", sorted({one.kind for one in standing})),
        place=named("place", [known(facts.place_kind)]),
    )


@rule(
    answers=VISIT,
    needs=("circumstances", "place_kind"),
    takes={"places": list, "kinds": list},
    strict={"places": MORE_OF, "kinds": FEWER_OF},
    says={"": ("place", "kinds")},
)
def place_of_last_resort(facts: Facts, value: Entry, context: Context) -> Answer:
    """Such a place only by the debtor's wish, or after one of these things has happened."""
    if facts.place_kind not in value["places"] or facts.place_consent:
        return None
    if any(one.since <= context.day for one in _of(facts.circumstances, value["kinds"])):
        return None
    return context.refuse(
        value,
        place=named("place", [known(facts.place_kind)]),
        kinds=named("circumstance", value["kinds"]),
    )


@rule(
    answers=VISIT,
    needs=("circumstances",),
    takes={"times": int},
    strict={"times": MORE},
    says={"": ("times", "count")},
)
def no_shows_first(facts: Facts, value: Entry, context: Context) -> Answer:
    """A visit only after the debtor missed the agreed place so many times, one after the other."""
    past = [one for one in facts.circumstances or () if one.since <= context.day]
    came = max((one.since for one in past if one.kind == "came"), default=None)
    missed = {one.since for one in past if one.kind == "no_show"}
    count = sum(came is None or day > came for day in missed)
    if count >= value["times"]:
        return None
    return context.refuse(value, times=value["times"], count=count)


@rule(
    answers=ACTS,
    needs=("circumstances", "overdue_since"),
    takes={"years": int, "restarts": list},
    strict={"years": LESS, "restarts": FEWER_OF},
    says={"": ("since", "years", "passed")},
)
def too_old(facts: Facts, value: Entry, context: Context) -> Answer:
    """So many years after it fell due, or was last acknowledged, a debt is left alone."""
    again = [
        one.since for one in _of(facts.circumstances, value["restarts"]) if one.since <= context.day
    ]
    since = max([known(facts.overdue_since), *again])
    passed = _years_later(since, value["years"])
    if context.day < passed:
        return None
    return context.refuse(value, since=since, years=value["years"], passed=passed)


@rule(
    answers=CONTACT,
    needs=("at", "channel", "contacts", "circumstances"),
    takes={"calls": int, "days": int, "uncounted": list, "agreed": list},
    strict={"calls": LESS, "days": MORE, "uncounted": FEWER_OF, "agreed": FEWER_OF},
    says={"": ("count", "calls", "days"), "spoken": ("spoken", "days", "until")},
)
def call_frequency(facts: Facts, value: Entry, context: Context) -> Answer:
    """At most so many calls in so many days, and none in the days from a conversation on.

    Calls that did not reach the number do not count; nor do those that the debtor agreed to, from
    the consent on for so many days at most, until the next conversation.
    """
    if facts.channel != "phone":
        return None
    days = timedelta(days=value["days"])
    made = sorted(
        (context.local(utc(one.at)).date(), one.spoken)
        for one in facts.contacts or ()
        if one.channel == "phone" and one.outcome not in value["uncounted"]
    )
    talks = [day for day, spoken in made if spoken and day <= context.day]
    consents = [
        (one.since, min(filter(None, [one.until, one.since + days - timedelta(days=1)])))
        for one in _of(facts.circumstances, value["agreed"])
    ]

    def agreed(day: date) -> bool:
        """Whether a call on that day goes back to the debtor's consent."""
        return any(
            begins <= day <= ends and not any(begins < talk < day for talk in talks)
            for begins, ends in consents
        )

    if agreed(context.day):
        return None
    recent = [day for day in talks if context.day < day + days]
    if recent:
        free = max(recent) + days
        return context.refuse(
            value,
            "spoken",
            earliest=context.starts(free),
            spoken=max(recent),
            days=value["days"],
            until=free - timedelta(days=1),
        )
    within = [day for day, _ in made if context.day - days < day <= context.day]
    within = [day for day in within if not agreed(day)]
    if len(within) < value["calls"]:
        return None
    free = within[len(within) - value["calls"]] + days
    return context.refuse(
        value,
        earliest=context.starts(free),
        count=len(within),
        calls=value["calls"],
        days=value["days"],
    )


def _healed(
    standing: list[CircumstanceFacts], healing: list[CircumstanceFacts], context: Context
) -> datetime | None:
    """When all of them have ended, or one of those that heal them begins, if that is known."""
    ends = [one.until for one in standing if one.until]
    days = [max(ends) + timedelta(days=1)] if len(ends) == len(standing) else []
    days += [one.since for one in healing if one.since > context.day]
    return context.starts(min(days)) if days else None


def _of(given: Iterable[CircumstanceFacts] | None, kinds: list[str]) -> list[CircumstanceFacts]:
    return [one for one in given or () if one.kind in kinds]


def _standing(
    given: Iterable[CircumstanceFacts] | None, kinds: list[str], day: date
) -> list[CircumstanceFacts]:
    """Those of these kinds that hold on that day."""
    return [
        one
        for one in _of(given, kinds)
        if one.since <= day and (one.until is None or day <= one.until)
    ]


def _years_later(day: date, years: int) -> date:
    """The same day so many years on; the last of February where there is no 29th."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)
