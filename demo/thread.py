"""Who and what one case of the demo is about, and how its events get into the diary."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from agreements.models import Agreement
from cases.models import Case
from demo.cast import Cast
from demo.diary import Diary
from people.models import Team, User
from visits.models import Visit


@dataclass
class Thread:
    """One case on its way, with the people who handle it."""

    number: int
    cast: Cast
    diary: Diary
    team: Team
    creditor: str
    agency: str
    clerk: User
    supervisor: User
    crew: list[User]
    plan: str = "equal"
    habit: tuple[int, int] | None = None
    """How many days after its due day an instalment comes, and how many of them do."""
    case: Case = field(init=False)
    visit: Visit = field(init=False)
    agreement: Agreement = field(init=False)
    at_the_door: list[tuple[int, Callable[[datetime], Any]]] = field(default_factory=list)
    """What is done so many minutes after the visit begins, whenever that is."""
    entered: list[tuple[tuple[int, int, int], datetime]] = field(default_factory=list)
    """What was meant for when, and when it is done: days, hour and minute, and the moment."""

    def on(self, days: int, hour: int, minute: int, do: Callable[[datetime], Any]) -> None:
        """Have it done so many days from today, and never before what was meant to come first.

        What falls on a Sunday is moved, and would otherwise come before what it answers to.
        """
        meant, at = (days, hour, minute), self.diary.moment(days, hour, minute)
        earlier = [moment for before, moment in self.entered if before < meant]
        at = max([at, *(moment + timedelta(minutes=10) for moment in earlier if moment >= at)])
        self.entered.append((meant, at))
        self.diary.enter(at, lambda at: do(at))

    def fresh(self) -> Case:
        """The case as it is now."""
        return Case.objects.get(pk=self.case.pk)
