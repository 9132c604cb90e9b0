"""The next thirty days: a dry run of every visit that is planned, with what is known now.

Level-triggered: each run looks at what was not looked at today, or has changed since; a second run finds
nothing to do. It writes no timeline and moves no visit: a person decides what follows.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from common.clock import HOUSE_ZONE, local_day
from compliance.ask import ask, earliest
from compliance.facts import Facts
from compliance.rule import utc
from compliance.verdict import Finding
from visits.ahead import AHEAD as STATES
from visits.ahead import facts_ahead
from visits.models import Outlook, Visit, VisitOfficer

AHEAD = timedelta(days=30)
BATCH = 200
TRIES = 40  # moves of the search for a slot that is lawful and in which the crew is free
HALF_HOUR = timedelta(minutes=30)

Busy = Mapping[int, Sequence[tuple[datetime, datetime, int]]]


def look_ahead(at: datetime) -> int:
    """Look at every visit of the next thirty days that was not looked at today; says at how many."""
    Outlook.objects.filter(Q(starts_at__lte=at) | ~Q(visit__state__in=STATES)).delete()
    count = 0
    while batch := list(due(at)[:BATCH]):
        rows = list(_looked_at(batch, at))
        Outlook.objects.bulk_create(
            rows,
            update_conflicts=True,
            unique_fields=["visit"],
            update_fields=[f.name for f in Outlook._meta.fields if f.name != "visit"],
        )
        count += len(rows)
    return count


def due(at: datetime) -> QuerySet[Visit]:
    """The visits ahead of which nobody has looked today, or which were moved or announced since."""
    fresh = Outlook.objects.filter(
        visit=OuterRef("pk"), looked_on=local_day(at, HOUSE_ZONE), starts_at=OuterRef("starts_at"),
        state=OuterRef("state"),
    )  # fmt: skip
    return (
        Visit.objects.filter(state__in=STATES, starts_at__gt=at, starts_at__lte=at + AHEAD)
        .exclude(Exists(fresh))
        .select_related("place")
        .order_by("starts_at", "pk")
    )


def refused(cases: Any, at: datetime) -> QuerySet[Outlook]:
    """The visits of these cases that would be refused, the next one first."""
    return (
        Outlook.objects.filter(refused=True, starts_at__gt=at, visit__case__in=cases)
        .filter(visit__state=F("state"), visit__starts_at=F("starts_at"))
        .select_related("visit__case__debtor", "visit__case__team", "visit__place")
        .prefetch_related("visit__crew__officer")
        .order_by("starts_at", "visit_id")
    )


def _looked_at(visits: Sequence[Visit], at: datetime) -> Iterator[Outlook]:
    """The outlook of each, from as many queries as one alone would cost."""
    found = list(facts_ahead(visits, at=at))
    busy = _busy({officer.pk for one in found for officer in one.crew}, at)
    for one in found:
        visit, facts = one.visit, one.facts
        questions = list(_questions(visit, facts, at))
        against = _against(questions, local_day(at, facts.zone or HOUSE_ZONE))
        crew = {officer.pk for officer in one.crew}
        yield Outlook(
            visit=visit, starts_at=visit.starts_at, state=visit.state, looked_at=at,
            looked_on=local_day(at, HOUSE_ZONE), refused=bool(against),
            rules=list(dict.fromkeys(finding.rule for _asked, finding in against)),
            findings=[{**finding.as_dict(), "asked": asked} for asked, finding in against],
            alternative_at=_instead(visit, questions, crew, busy) if against else None,
        )  # fmt: skip


def _questions(visit: Visit, facts: Facts, at: datetime) -> Iterator[tuple[str, Facts]]:
    """What will be asked of the visit until it begins, each at its own time.

    At the best: a notice that has not taken effect yet does so at this very moment, and only the crew
    sets out, with nothing that could frighten.
    """
    if visit.served_at is None:
        yield "visit.announce", facts
    yield (
        "visit.start",
        replace(
            facts, at=visit.starts_at, served_at=visit.served_at or at, props=False,
            people_going=visit.people_going or len(facts.officers),
        ),
    )  # fmt: skip


def _against(questions: Iterable[tuple[str, Facts]], today: Any) -> list[tuple[str, Finding]]:
    """What stands against it, each rule once, with the act that it would stop first."""
    found: dict[tuple[str, str], tuple[str, Finding]] = {}
    for action, facts in questions:
        for finding in ask(action, facts, on=today).blocks:
            found.setdefault((finding.pack, finding.rule), (action, finding))
    return list(found.values())


def _busy(people: set[int], at: datetime) -> Busy:
    """When each of these officers is at a door already, and at which visit's."""
    found: dict[int, list[tuple[datetime, datetime, int]]] = {}
    parts = VisitOfficer.objects.filter(
        officer__in=people, active=True, visit__state__in=STATES, visit__ends_at__gt=at
    ).values_list("officer_id", "visit__starts_at", "visit__ends_at", "visit_id")
    for officer, begins, ends, visit in parts.order_by("visit__starts_at", "pk"):
        found.setdefault(officer, []).append((begins, ends, visit))
    return found


def _instead(
    visit: Visit, questions: Sequence[tuple[str, Facts]], crew: set[int], busy: Busy
) -> datetime | None:
    """The first half-hour from its own time on that every rule allows and in which the crew is free."""
    length = visit.ends_at - visit.starts_at
    taken = [slot for officer in crew for slot in busy.get(officer, ()) if slot[2] != visit.pk]
    moment = utc(visit.starts_at)
    for _try in range(TRIES):
        lawful = [earliest(action, facts, after=moment) for action, facts in questions]
        known = [one for one in lawful if one is not None]
        if len(known) != len(lawful):
            return None
        later = _half_hour(max([moment, *known]))
        over = [end for begin, end, _v in taken if begin < later + length and later < end]
        if over:
            later = _half_hour(max(over))
        if later == moment:
            return moment
        moment = later
    return None


def _half_hour(moment: datetime) -> datetime:
    """The next full or half hour."""
    past = timedelta(
        minutes=moment.minute % 30, seconds=moment.second, microseconds=moment.microsecond
    )
    return moment + (HALF_HOUR - past) if past else moment
