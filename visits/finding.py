"""Which slots are free and lawful for a visit at a place: the hours, the lead time, and officers who may go.

The facts are read once; then each hour is put to the rules as it would be on planning it.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from cases.facts import facts_for, learn_facts
from cases.guarantees import target_of
from cases.settling import place_facts
from common.clock import from_local, local_day
from compliance.ask import ask, value
from compliance.facts import OfficerFacts
from compliance.verdict import Finding
from people.models import Address, User
from visits.models import Visit, VisitOfficer
from visits.policy import crew_through
from visits.slots import lawful_hours, permitted

AHEAD_DAYS = 14
TO_SERVE = timedelta(hours=1)
"""How long the new notice may take until it counts; a slot that could not bear that is not offered."""
TWO = 2


@dataclass(frozen=True)
class Slot:
    """A time at which a visit may be made, and who would come."""

    starts_at: datetime
    ends_at: datetime
    officers: tuple[User, ...]


class Finder:
    """Finds slots for one visit at one place, as things stand at one moment."""

    def __init__(self, visit: Visit, place: Address, at: datetime) -> None:
        self.visit, self.place, self.at = visit, place, at
        self.case = copy(visit.case)
        learn_facts(self.case, at)
        self.there = place_facts(self.case, place)
        self.zone: str = self.there.get("zone") or place.zone or self.case.zone
        self.packs = tuple(self.there.get("packs", self.case.packs))
        self.length = visit.ends_at - visit.starts_at
        self.whom = target_of(self.case, place.person_id)
        self.named = list(
            visit.crew.filter(active=True).values_list("officer", flat=True).order_by("pk")
        )
        team = User.objects.filter(
            team=self.case.team_id, role=User.Role.OFFICER, is_active=True
        ).order_by("badge", "pk")
        self.team = sorted(team, key=lambda one: one.pk not in self.named)
        self._on = crew_through(self.team)
        self._facts: dict[date, tuple[OfficerFacts, ...]] = {}
        self._busy: dict[int, list[tuple[datetime, datetime]]] = {}
        until = at + timedelta(days=AHEAD_DAYS + 2)
        parts = VisitOfficer.objects.filter(
            officer__in=self.team, active=True, slot__overlap=(at, until)
        ).exclude(visit=visit)
        for part in parts:
            self._busy.setdefault(part.officer_id, []).append((part.slot.lower, part.slot.upper))

    def days(self) -> Iterator[tuple[date, list[Slot]]]:
        """Each of the next days on which there is a slot, with its slots."""
        today = local_day(self.at, self.zone)
        for ahead in range(AHEAD_DAYS + 1):
            day = today + timedelta(days=ahead)
            found = list(self.on(day))
            if found:
                yield day, found

    def on(self, day: date) -> Iterator[Slot]:
        """The slots of one day, on the hour, by the clocks of the place."""
        hours = lawful_hours(self.packs, day)
        for hour in range(24):
            if hours.holds(hour):
                slot = self.slot_at(from_local(datetime.combine(day, time(hour)), self.zone))
                if slot:
                    yield slot

    def slot_at(self, starts_at: datetime) -> Slot | None:
        """The slot that begins then, if it is free and the rules allow it."""
        ends_at = starts_at + self.length
        latest = self.at + timedelta(days=AHEAD_DAYS + 1)
        if starts_at <= self.at + TO_SERVE or ends_at > latest:
            return None
        day = local_day(starts_at, self.zone)
        free = [
            (one, facts)
            for one, facts in zip(self.team, self._facts_on(day), strict=True)
            if self._is_free(one, starts_at, ends_at) and permitted(facts, day)
        ]
        wanted = self._how_many(day)
        while len(free) >= wanted:
            chosen = free[:wanted]
            blocks = self._blocks(day, starts_at, ends_at, [facts for _one, facts in chosen])
            if not blocks:
                return Slot(starts_at, ends_at, tuple(one for one, _facts in chosen))
            against = {str(finding.inputs.get("officer", "")) for finding in blocks}
            left = [(one, facts) for one, facts in free if _named(facts) not in against]
            if len(left) == len(free) or any(not f.inputs.get("officer") for f in blocks):
                return None
            free = left
        return None

    def _blocks(
        self, day: date, starts_at: datetime, ends_at: datetime, crew: Sequence[OfficerFacts]
    ) -> list[Finding]:
        """What stands against planning it, and against announcing it: the lead time is asked there."""
        facts = facts_for(
            self.case, at=self.at + TO_SERVE, start=starts_at, end=ends_at,
            place_kind=self.place.kind, place_consent=self.place.consented,
            contact_sources=(self.place.source,), officers=tuple(crew),
            purpose=self.visit.purpose, intended_outcome=self.visit.intended_outcome,
            notice_missing=(), **self.whom, **self.there,
        )  # fmt: skip
        asked = (ask(action, facts, on=day) for action in ("visit.plan", "visit.announce"))
        return [finding for verdict in asked for finding in verdict.blocks]

    def _facts_on(self, day: date) -> tuple[OfficerFacts, ...]:
        if day not in self._facts:
            self._facts[day] = self._on(day)
        return self._facts[day]

    def _how_many(self, day: date) -> int:
        """As many as were to come, and no fewer than the packs want."""
        return max(len(self.named), int(value(self.packs, "visit.officers", day) or TWO))

    def _is_free(self, officer: User, starts_at: datetime, ends_at: datetime) -> bool:
        return all(
            ends_at <= begins or ends <= starts_at
            for begins, ends in self._busy.get(officer.pk, ())
        )


def _named(facts: OfficerFacts) -> str:
    return f"{facts.name} {facts.badge}".strip()
