"""What is due of a case on a day, and how far its plan has come: as the debtor asks, and a clerk by telephone. Reads only."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from agreements.accounts import Standing, standing
from agreements.actions.accelerating import open_acceleration
from agreements.actions.drawing import in_force
from agreements.models import Acceleration, Agreement, Instalment
from cases.models import Case
from common.money import ZERO, total

FARTHEST = timedelta(days=366)
"""So far ahead it is said what would be owed; beyond that too much may change."""


@dataclass(frozen=True)
class Due:
    """What is owed on ``today`` in all, and of the plan in force, if there is one, what is asked for when.

    ``whole`` is the demand for the whole sum, where it stands; then no instalment is asked for by itself.
    """

    today: date
    standing: Standing
    agreement: Agreement | None
    rows: list[Instalment]
    whole: Acceleration | None

    @property
    def balance(self) -> Decimal:
        """What is owed in all, never less than nothing."""
        return max(self.standing.balance, ZERO)

    @property
    def late(self) -> list[Instalment]:
        """The instalments whose day has passed with something missing."""
        return [row for row in self.rows if row.missing and row.due_on < self.today]

    @property
    def late_sum(self) -> Decimal:
        """What of them is missing."""
        return total(row.missing for row in self.late)

    @property
    def next(self) -> Instalment | None:
        """The first instalment that lies ahead and is not paid in full."""
        ahead = (row for row in self.rows if row.missing and row.due_on >= self.today)
        return next(ahead, None)

    @property
    def paid(self) -> Decimal:
        """What has come of the plan so far."""
        return total(row.paid for row in self.rows)

    @property
    def planned(self) -> Decimal:
        """What the plan comes to."""
        return total(row.amount for row in self.rows)

    @property
    def paid_count(self) -> int:
        """How many instalments are paid in full."""
        return sum(1 for row in self.rows if not row.missing)


def due_on(case: Case, today: date) -> Due:
    """What is due of the case on that day."""
    agreement = in_force(case)
    rows = list(agreement.instalments.order_by("number")) if agreement else []
    whole = open_acceleration(agreement) if agreement else None
    return Due(today, standing(case, today), agreement, rows, whole)


def owed_on(case: Case, day: date, today: date) -> tuple[date, Decimal]:
    """What pays all of it off on that day, and the day: between today and a year ahead, whatever was asked."""
    day = min(max(day, today), today + FARTHEST)
    return day, max(standing(case, day).balance, ZERO)
