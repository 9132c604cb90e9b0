"""Ask before you act: a question put together by hand, for a case or for no case, and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from cases.facts import facts_for
from cases.guarantees import target_of
from cases.models import Case
from cases.settling import added_by, place_facts
from common.clock import HOUSE_ZONE, local_day
from compliance.applying import Applied
from compliance.ask import ask
from compliance.facts import Facts
from compliance.fortnight import Crew, Fortnight, fortnight
from compliance.supposed import supposed
from compliance.verdict import Verdict
from people.models import Address, User
from visits.models import Visit
from visits.policy import crew_through

VISITS = ("visit.plan", "visit.announce", "visit.start")
CONTACTS = ("contact.log", "reminder.send", "notice.send")
ACTIONS = (*VISITS, *CONTACTS)


@dataclass(frozen=True)
class Question:
    """An act with all that is known or supposed of it; ``now`` is when it is asked."""

    action: str
    facts: Facts
    zone: str
    starts_at: datetime
    now: datetime
    crew: Crew | None = None
    added: tuple[Applied, ...] = ()  # the packs that the place adds to those of the case

    @property
    def by_the_place(self) -> tuple[str, ...]:
        """The names of the packs that the place adds."""
        return tuple(one.pack for one in self.added)

    @property
    def length(self) -> timedelta | None:
        """How long the visit takes that is asked about."""
        begin, end = self.facts.start, self.facts.end
        return end - begin if begin and end else None


@dataclass(frozen=True)
class Answer:
    """All findings at once for the moment that was asked about, and the fortnight around it."""

    question: Question
    verdict: Verdict
    ahead: Fortnight

    @property
    def past(self) -> bool:
        """Whether the moment has gone by, so that nothing can be done then whatever the rules say."""
        return self.question.starts_at < self.question.now


def answered(question: Question) -> Answer:
    """Put it to the rules; nothing is stored, nothing stands on a timeline."""
    day = local_day(question.starts_at, question.zone)
    return Answer(
        question,
        ask(question.action, question.facts, on=day),
        fortnight(
            question.action,
            question.facts,
            zone=question.zone,
            first=local_day(question.now, question.zone),
            now=question.now,
            crew=question.crew,
        ),
    )


def of_case(
    case: Case,
    *,
    action: str,
    starts_at: datetime,
    now: datetime,
    minutes: int = 60,
    officers: list[User] | None = None,
    place: Address | None = None,
    **said: Any,
) -> Question:
    """The question with the facts of a case, some of which may be ``said`` to be otherwise.

    A visit is asked by the clocks of its ``place`` and by the packs of it too. ``said``: place_kind,
    place_consent, source, purpose, intended_outcome, served_at, channel.
    """
    there = place if action in VISITS else None
    zone = zone_asked(case, action, place)
    day = local_day(starts_at, zone)
    people = list(officers or ())
    crew = crew_through(people, present={one.pk for one in people})
    source = said.pop("source", "")
    more: dict[str, Any] = {name: value for name, value in said.items() if value not in (None, "")}
    if source:
        more["contact_sources"] = (source,)
    if there:
        more |= {**target_of(case, there.person_id), **place_facts(case, there)}
    if action in VISITS:
        more |= {
            "start": starts_at,
            "end": starts_at + timedelta(minutes=minutes),
            "officers": crew(day),
            "notice_missing": (),
        }
        if action != "visit.plan":
            more.setdefault("served_at", _served(case))
    # What the case knows is known now; when the act itself happens is another matter.
    if action == "visit.start":  # supposed: the crew alone sets out, with nothing to frighten
        more |= {"people_going": len(people), "props": False}
    facts = facts_for(case, at=now, **more)
    if action not in ("visit.plan", "visit.announce"):
        facts = replace(facts, at=starts_at)
    return Question(
        action, facts, zone, starts_at, now, crew if action in VISITS else None,
        added_by(case, there) if there else (),
    )  # fmt: skip


def zone_asked(case: Case, action: str, place: Address | None) -> str:
    """By whose clocks it is asked: a visit by those of its place, all else by the debtor's."""
    return (place.zone if place and action in VISITS else "") or case.zone


def _served(case: Case) -> datetime | None:
    """When the notice of the visit that is ahead took effect."""
    ahead = case.visits.filter(state__in=[Visit.State.ANNOUNCED, Visit.State.NOTICED]).first()
    return ahead.served_at if ahead else None


def of_nobody(*, action: str, starts_at: datetime, now: datetime, **said: Any) -> Question:
    """The question without a case: all is in order but for what is said (``compliance.supposed``)."""
    zone = said.get("zone") or HOUSE_ZONE
    given: Mapping[str, Any] = {name: value for name, value in said.items() if value is not None}
    if action in VISITS:
        facts = supposed(action, at=now, start=starts_at, **given)
    else:
        facts = supposed(action, at=starts_at, **given)
    return Question(action, facts, zone, starts_at, now)
