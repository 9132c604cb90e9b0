"""While a slot is chosen: what the rules say of it, who is free, and which hours are lawful at all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from cases.models import Case
from common.clock import local_day
from compliance.ask import value
from compliance.facts import OfficerFacts
from compliance.verdict import Verdict
from people.models import Organisation, User
from visits.models import Visit, VisitOfficer
from visits.policy import crew_facts, may_plan

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True)
class Candidate:
    """An officer of the team, and what speaks for or against sending them in a slot."""

    officer: User
    facts: OfficerFacts
    busy: tuple[tuple[datetime, datetime], ...]
    permitted: bool

    @property
    def free(self) -> bool:
        """Neither at another door nor without a permit on that day."""
        return self.permitted and not self.busy


def answer(case: Case, slot: Mapping[str, Any], *, by: User, at: datetime) -> Verdict:
    """What the rules say of a slot that is being tried; nothing is written."""
    draft = Visit(case=case, starts_at=slot["starts_at"], ends_at=slot["ends_at"])
    return may_plan(
        place=slot["place"], starts_at=slot["starts_at"], ends_at=slot["ends_at"],
        officers=slot["officers"], purpose=slot["purpose"],
        intended_outcome=slot["intended_outcome"],
    )(draft, by=by, at=at)  # fmt: skip


def candidates(
    case: Case, starts_at: datetime, ends_at: datetime, *, zone: str, but: Visit | None = None
) -> list[Candidate]:
    """The officers of the case's team, the free ones first; ``but`` is the visit that is moved.

    ``zone`` is that of the place: by its clocks it is told on which day a permit has to hold.
    """
    day = local_day(starts_at, zone)
    officers = list(
        User.objects.filter(team=case.team_id, role=User.Role.OFFICER, is_active=True).order_by(
            "badge", "pk"
        )
    )
    parts = VisitOfficer.objects.filter(
        officer__in=officers, active=True, slot__overlap=(starts_at, ends_at)
    )
    if but is not None:
        parts = parts.exclude(visit=but)
    busy: dict[int, list[tuple[datetime, datetime]]] = {}
    for part in parts.order_by("slot"):
        busy.setdefault(part.officer_id, []).append((part.slot.lower, part.slot.upper))
    found = [
        Candidate(officer, facts, tuple(busy.get(officer.pk, ())), permitted(facts, day))
        for officer, facts in zip(officers, crew_facts(officers, day), strict=True)
    ]
    return sorted(found, key=lambda one: (not one.free, one.officer.badge))


def permitted(facts: OfficerFacts, day: date) -> bool:
    """Whether the officer's permit is in force on that day."""
    begins, ends = facts.credential_from, facts.credential_until
    return not facts.revoked and begins is not None and ends is not None and begins <= day <= ends


@dataclass(frozen=True)
class Hours:
    """The lawful hours of a day, by the strictest of the packs; none on a day without visits."""

    opens: time | None
    closes: time | None
    named: bool = True

    def holds(self, hour: int) -> bool:
        """Whether a visit may begin in that hour."""
        if self.opens is None or self.closes is None:
            return not self.named
        return self.opens.hour <= hour and time(hour) < self.closes


def lawful_hours(packs: Sequence[str], day: date) -> Hours:
    """When visits may be made on that day; everywhere if no pack says anything."""
    days = value(tuple(packs), "visit.days", day)
    opens, closes = (value(tuple(packs), f"visit.{end}", day) for end in ("opens", "closes"))
    if days is None or opens is None or closes is None:
        return Hours(None, None, named=False)
    return Hours(opens, closes) if WEEKDAYS[day.weekday()] in days else Hours(None, None)


def packs_in_use() -> tuple[str, ...]:
    """Every pack under which a case may stand."""
    held = Organisation.objects.filter(kind=Organisation.Kind.CREDITOR).values_list(
        "packs", flat=True
    )
    return tuple(sorted({pack for packs in held for pack in packs}))
