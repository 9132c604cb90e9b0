"""The demo's diary: what happens when, in the order of time, with the clock's own work in between."""

import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

from agreements.actions import depositing
from agreements.actions.following import sweep
from agreements.actions.warning import warn_of_limitation
from cases.actions.circumstances import end_due_circumstances, raise_circumstance_reviews
from cases.actions.holding import end_due_holds, raise_reviews
from common.clock import from_local, local_day
from notices import receipts, relay, to_staff
from people.models import User
from visits.actions.crewing import flag_lapses

ZONE = "Asia/Shanghai"
TICKS = (time(10, 5),)


class Diary:
    """Things to be done, each at its moment; doing one may enter further ones."""

    def __init__(self, today: date) -> None:
        self.today = today
        self._entries: list[tuple[datetime, int, Callable[[datetime], object]]] = []
        self._numbers = itertools.count()

    def moment(self, days: int, hour: int, minute: int = 0) -> datetime:
        """That hour so many days from today (before today: negative); never on a Sunday."""
        day = self.today + timedelta(days=days)
        if day.isoweekday() == 7:
            day += timedelta(days=1 if days >= 0 else -1)
        return from_local(datetime.combine(day, time(hour, minute)), ZONE).astimezone(UTC)

    def enter(self, at: datetime, do: Callable[[datetime], object]) -> None:
        """Have it done at that moment."""
        heapq.heappush(self._entries, (at, next(self._numbers), do))

    def live_until(self, now: datetime) -> None:
        """Do everything that is entered up to now, with reminders, holds and sending in between."""
        if not self._entries:
            return
        tick = self._next_tick(self._entries[0][0])
        while (self._entries and self._entries[0][0] <= now) or tick <= now:
            if self._entries and self._entries[0][0] <= min(tick, now):
                at, _number, do = heapq.heappop(self._entries)
                do(at)
            else:
                self.tick(tick)
                tick = self._next_tick(tick)
        self.tick(now)

    def tick(self, at: datetime) -> None:
        """What beat and worker would have done at that moment."""
        system = User.objects.system()
        end_due_holds(at=at, by=system)
        raise_reviews(at=at, by=system)
        end_due_circumstances(at=at, by=system)
        raise_circumstance_reviews(at=at, by=system)
        flag_lapses(at=at, by=system)
        sweep(at)
        depositing.sweep(at)
        warn_of_limitation(at, by=system)
        relay.deem_due(at)
        relay.follow_up(at)
        while relay.send_due(at).full:
            pass
        to_staff.send_due(at)
        receipts.poll_due(at)
        receipts.apply_open(at)

    def _next_tick(self, after: datetime) -> datetime:
        day = local_day(after, ZONE)
        for offset in (0, 1):
            for hour in TICKS:
                at = from_local(
                    datetime.combine(day + timedelta(days=offset), hour), ZONE
                ).astimezone(UTC)
                if at > after:
                    return at
        raise AssertionError("a day has a next tick")
