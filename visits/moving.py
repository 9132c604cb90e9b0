"""Where a visit could be moved to: every half-hour of a fortnight, as its rules see it; nothing is written."""

from datetime import date, datetime

from cases.facts import facts_for
from cases.guarantees import target_of
from cases.settling import place_facts
from compliance.fortnight import Fortnight, fortnight
from visits.models import Visit
from visits.policy import crew_through


def fortnight_of(visit: Visit, *, first: date, now: datetime) -> Fortnight:
    """Fourteen days from ``first`` (a day by the clocks of the place), asked as a plan of the same visit.

    Place, crew, length and words stay as they are. Whether the crew is free is no rule: moving asks that.
    """
    case, place = visit.case, visit.place
    officers = [part.officer for part in visit.crew.all() if part.active]
    crew = crew_through(officers)
    facts = facts_for(
        case, at=now, start=visit.starts_at, end=visit.ends_at, place_kind=place.kind,
        place_consent=place.consented, contact_sources=(place.source,), officers=crew(first),
        purpose=visit.purpose, intended_outcome=visit.intended_outcome,
        **target_of(case, place.person_id), **place_facts(case, place),
    )  # fmt: skip
    return fortnight("visit.plan", facts, zone=visit.zone, first=first, now=now, crew=crew)
