"""When an instalment is to be seen to: reminders, the find that it was missed, who is told. Pure.

The days and hours are those of the case's packs (``reminder.schedule``, ``agreement.grace_days``) and of
the debtor's clock. Nothing here says "exactly three days before": each answer is what is due *by now*.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from cases.models import Case
from common.clock import day_begins, from_local, local_day
from compliance.ask import value
from notices.models import Notice

BEFORE, ON_THE_DAY, MISSED, ESCALATE = "before_due", "due_day", "missed", "escalate"
KINDS = {
    BEFORE: Notice.Kind.REMINDER_BEFORE.value,
    ON_THE_DAY: Notice.Kind.REMINDER_DUE.value,
    MISSED: Notice.Kind.REMINDER_AFTER.value,
}
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Rung:
    """One entry of the schedule: so many days from the due day, at that hour of the debtor's clock."""

    kind: str
    days: int
    at: time

    @property
    def is_reminder(self) -> bool:
        """Whether the debtor is written to (else somebody of the house is told)."""
        return self.kind in KINDS


@dataclass(frozen=True)
class Calendar:
    """The schedule of one case: its rungs in time, its grace, the debtor's zone."""

    rungs: Sequence[Rung]
    grace_days: int | None
    zone: str

    def day_of(self, rung: Rung, due_on: date, base: date) -> date:
        """The day of that rung; what follows a missed day is reckoned from ``base``."""
        return (due_on if rung.days <= 0 else base) + rung.days * DAY

    def moment_of(self, rung: Rung, due_on: date, base: date) -> datetime:
        """Its very moment."""
        day = self.day_of(rung, due_on, base)
        return from_local(datetime.combine(day, rung.at), self.zone)

    def reminder_by(self, at: datetime, due_on: date, base: date) -> Rung | None:
        """The reminder that fits now: the last whose day has come, if its time is not over."""
        today = local_day(at, self.zone)
        come = [
            rung
            for rung in self.rungs
            if rung.is_reminder and self.day_of(rung, due_on, base) <= today
        ]
        if not come:
            return None
        last = come[-1]
        if last.kind == BEFORE and today >= due_on:
            return None
        return None if last.kind == ON_THE_DAY and today > due_on else last

    def escalation_by(self, at: datetime, due_on: date, base: date) -> Rung | None:
        """The rung at which somebody of the house is told, if its moment has come."""
        return next(
            (
                rung
                for rung in self.rungs
                if not rung.is_reminder and self.moment_of(rung, due_on, base) <= at
            ),
            None,
        )

    def is_broken_by(self, at: datetime, base: date) -> bool:
        """Whether the days of grace are over."""
        return (
            self.grace_days is not None and local_day(at, self.zone) > base + self.grace_days * DAY
        )

    def next_look(self, at: datetime, due_on: date, base: date) -> datetime | None:
        """The next moment at which something may be to be done; none once all is behind."""
        moments = [day_begins(due_on + DAY, self.zone)]
        for rung in self.rungs:
            if rung.is_reminder:  # prepared when its day begins, sent at its hour
                moments.append(day_begins(self.day_of(rung, due_on, base), self.zone))
            else:
                moments.append(self.moment_of(rung, due_on, base))
        if self.grace_days is not None:
            moments.append(day_begins(base + (self.grace_days + 1) * DAY, self.zone))
        return min((moment for moment in moments if moment > at), default=None)


def calendar_of(case: Case, on: date) -> Calendar:
    """The schedule that the case's packs give on that day; without one nobody is reminded."""
    rungs = value(tuple(case.packs), "reminder.schedule", on) or ()
    return Calendar(
        sorted((_rung(entry) for entry in rungs), key=lambda rung: (rung.days, rung.at)),
        value(tuple(case.packs), "agreement.grace_days", on),
        case.zone,
    )


def first_look(due_on: date, case: Case) -> datetime:
    """When an instalment is to be looked at first."""
    rungs = calendar_of(case, due_on).rungs
    ahead = min([rung.days for rung in rungs] or [0])
    return day_begins(due_on + min(ahead, 0) * DAY, case.zone)


def next_midnight(at: datetime, zone: str) -> datetime:
    """When the next day begins there."""
    return day_begins(local_day(at, zone) + DAY, zone)


def base_of(due_on: date, pauses: Iterable[tuple[date, date]]) -> date:
    """The day from which a delay is reckoned: days on hold (from, to) do not count against anybody."""
    return max([due_on, *(last for first, last in pauses if last >= due_on)])


def _rung(entry: Mapping[str, Any]) -> Rung:
    return Rung(str(entry["kind"]), int(entry["days"]), entry["time"])
