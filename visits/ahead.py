"""Visits that lie ahead, with the facts by which the rules judge each as things stand."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from cases.facts import facts_for, with_facts
from cases.models import Case
from cases.settling import place_facts
from common.clock import local_day
from compliance.facts import Facts
from people.models import OfficerCredential, User
from visits.models import Visit, VisitOfficer
from visits.policy import officer_facts

AHEAD = [Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED]


def facts_ahead(
    visits: Sequence[Visit], *, at: datetime
) -> Iterator[tuple[Visit, list[User], str, Facts]]:
    """Each visit with its officers, the act that the rules are asked for, and the facts of now.

    Three queries for all of them together; a visit whose notice has gone out is judged as announced.
    """
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
        announced = visit.state != Visit.State.PLANNED
        there = place_facts(case, visit.place)
        zone = there.get("zone") or case.zone
        facts = facts_for(
            case,
            at=at,
            start=visit.starts_at,
            end=visit.ends_at,
            place_kind=visit.place_kind,
            place_consent=visit.place.consented,
            contact_sources=(visit.place.source,),
            purpose=visit.purpose,
            intended_outcome=visit.intended_outcome,
            served_at=visit.served_at,
            notice_missing=(),
            officers=tuple(
                officer_facts(one, held.get(one.pk, []), local_day(visit.starts_at, zone))
                for one in crew
            ),
            **there,
        )
        yield visit, crew, "visit.announce" if announced else "visit.plan", facts
