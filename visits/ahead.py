"""Visits that lie ahead, with the facts by which the rules judge each as things stand."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from cases.facts import facts_for, with_facts
from cases.models import Case
from cases.settling import place_facts
from common.clock import local_day
from compliance.facts import Facts
from people.models import OfficerCredential, User
from visits.models import Visit, VisitOfficer
from visits.policy import officer_facts

AHEAD = (Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED)


@dataclass(frozen=True, slots=True)
class Ahead:
    """A visit ahead with who goes, and what is known of it at best: the crew alone, with nothing to frighten."""

    visit: Visit
    crew: list[User]
    facts: Facts

    @property
    def action(self) -> str:
        """What the rules are asked for next; once its notice has gone out it is judged as announced."""
        planned = self.visit.state == Visit.State.PLANNED
        return "visit.plan" if planned else "visit.announce"


def facts_ahead(visits: Sequence[Visit], *, at: datetime) -> Iterator[Ahead]:
    """Each visit with its officers and the facts of now, from three queries for all of them together."""
    owning = Case.objects.filter(pk__in={visit.case_id for visit in visits})
    cases = {case.pk: case for case in with_facts(owning, at).select_related("debtor", "creditor")}
    crews: dict[int, list[User]] = {}
    parts = VisitOfficer.objects.filter(visit__in=visits, active=True).select_related("officer")
    for part in parts.order_by("pk"):
        crews.setdefault(part.visit_id, []).append(part.officer)
    held: dict[int, list[OfficerCredential]] = {}
    officers = {officer.pk for crew in crews.values() for officer in crew}
    for one in OfficerCredential.objects.filter(officer__in=officers).order_by("valid_until"):
        held.setdefault(one.officer_id, []).append(one)
    for visit in visits:
        case, crew = cases[visit.case_id], crews.get(visit.pk, [])
        there = place_facts(case, visit.place)
        day = local_day(visit.starts_at, there.get("zone") or case.zone)
        here = {officer.pk for officer in crew}
        facts = facts_for(
            case, at=at, start=visit.starts_at, end=visit.ends_at, place_kind=visit.place_kind,
            place_consent=visit.place.consented, contact_sources=(visit.place.source,),
            purpose=visit.purpose, intended_outcome=visit.intended_outcome, notice_missing=(),
            served_at=visit.served_at, people_going=len(crew), props=False,
            officers=tuple(
                officer_facts(one, held.get(one.pk, ()), day, present=here) for one in crew
            ),
            **there,
        )  # fmt: skip
        yield Ahead(visit, crew, facts)
