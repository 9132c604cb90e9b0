"""Complaints per hundred visits, for whoever answers for the work; the list behind it is the register."""

from dataclasses import dataclass
from datetime import datetime

from cases.models import Case
from people.models import User
from quality.models import Complaint
from quality.signs import closed_in
from visits.models import Visit


@dataclass(frozen=True)
class PerHundred:
    """So many complaints and visits of a span; ``rate`` to one place, None where there was no visit."""

    complaints: int
    visits: int

    @property
    def rate(self) -> float | None:
        """Complaints for each hundred visits."""
        return round(self.complaints * 100 / self.visits, 1) if self.visits else None


def complaints_per_hundred_visits(user: User, begins: datetime, ends: datetime) -> PerHundred:
    """What came in and what ended in that span, of the cases that this user sees, in two statements.

    Those complained of count none of their own: not even a figure tells them.
    """
    received = Complaint.objects.visible_to(user).filter(
        received_at__gte=begins, received_at__lt=ends
    )
    seen = Visit.objects.filter(case__in=Case.objects.visible_to(user))
    return PerHundred(received.order_by().count(), closed_in(seen, begins, ends).order_by().count())
