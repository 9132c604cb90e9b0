"""The lawful slots of the coming days, half-hour by half-hour: which rules refuse which of them."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from common.clock import from_local
from compliance.ask import judge, moved
from compliance.facts import Facts, OfficerFacts
from compliance.rule import utc
from compliance.verdict import Finding

DAYS = 14
STEP = timedelta(minutes=30)
A_DAY = 48

Crew = Callable[[date], tuple[OfficerFacts, ...]]


@dataclass(frozen=True, slots=True)
class Slot:
    """One half-hour in which the act could begin, and what stands against that."""

    begins: datetime
    wall: datetime  # as the clocks there show it, without a zone
    past: bool
    against: tuple[str, ...]  # the rules, gravest first; none: lawful

    @property
    def lawful(self) -> bool:
        """Whether nothing stands against it and it has not gone by."""
        return not self.past and not self.against


@dataclass(frozen=True, slots=True)
class Span:
    """Half-hours of one day in a row of which the same is true."""

    first: Slot
    last: Slot
    shown: str  # the rule that refuses, "" for lawful, "past" for gone by

    @property
    def until(self) -> datetime:
        """When the last of them is over, by the clocks there."""
        return self.last.wall + STEP


@dataclass(frozen=True, slots=True)
class Fortnight:
    """Fourteen days of half-hours.

    ``always`` are the rules that refuse every slot that has not gone by: no hour heals them.
    ``rules`` are the others with the finding of their first refusal and how many slots they refuse.
    """

    days: tuple[tuple[date, tuple[Slot, ...]], ...]
    always: tuple[Finding, ...]
    rules: tuple[tuple[Finding, int], ...]

    @property
    def lawful(self) -> int:
        """How many slots are lawful."""
        return sum(slot.lawful for _day, slots in self.days for slot in slots)

    def shown(self, slot: Slot) -> str:
        """What a slot is drawn as: "past", "" (lawful), or the rule that refuses it."""
        if slot.past:
            return "past"
        fixed = {finding.rule for finding in self.always}
        return next(
            (rule for rule in slot.against if rule not in fixed), next(iter(slot.against), "")
        )

    def spans(self, slots: tuple[Slot, ...]) -> list[Span]:
        """One day told in words: from when until when it is lawful, or which rule refuses."""
        found: list[Span] = []
        for slot in slots:
            shown = self.shown(slot)
            if found and found[-1].shown == shown:
                found[-1] = replace(found[-1], last=slot)
            else:
                found.append(Span(slot, slot, shown))
        return found


def fortnight(
    action: str, facts: Facts, *, zone: str, first: date, now: datetime, crew: Crew | None = None
) -> Fortnight:
    """Ask of every half-hour from that day on; a slot that begins before ``now`` has gone by.

    ``crew`` gives the officers as they stand on a day, since a permit may lapse in between.
    """
    known: dict[str, Finding] = {}
    counts: Counter[str] = Counter()
    days, ahead = [], 0
    for number in range(DAYS):
        day = first + timedelta(days=number)
        todays = replace(facts, officers=crew(day)) if crew else facts
        slots = []
        for step in range(A_DAY):
            wall = datetime.combine(day, time()) + step * STEP
            begins = from_local(wall, zone)
            if begins < utc(now):
                slots.append(Slot(begins, wall, past=True, against=()))
                continue
            found = [f for f in judge(action, moved(action, todays, begins), on=day) if f.blocks]
            rules = tuple(dict.fromkeys(finding.rule for finding in found))
            for finding in found:
                known.setdefault(finding.rule, finding)
            counts.update(rules)
            ahead += 1
            slots.append(Slot(begins, wall, past=False, against=rules))
        days.append((day, tuple(slots)))
    always = tuple(known[rule] for rule in known if ahead and counts[rule] == ahead)
    return Fortnight(
        days=tuple(days),
        always=always,
        rules=tuple((known[rule], count) for rule, count in counts.most_common() if count != ahead),
    )
