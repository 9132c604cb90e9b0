"""Complaints per hundred visits, for whoever answers for the work; the list behind it is the register."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from desk.lawfulness import Period, Rate
from people.models import User
from quality.models import Complaint
from quality.signs import closed_in
from visits.models import Visit

LATELY = "lately"
"""How the register's address names the days of which the dashboard tells where no month is chosen."""


@dataclass(frozen=True)
class PerHundred:
    """So many complaints and visits of a span; ``rate`` to one place, None where there was no visit."""

    complaints: int
    visits: int

    @property
    def rate(self) -> float | None:
        """Complaints for each hundred visits."""
        return round(self.complaints * 100 / self.visits, 1) if self.visits else None


def received_in(user: User, begins: datetime, ends: datetime) -> QuerySet[Complaint]:
    """The complaints of that span that this user may know of: what the figure counts and its list shows."""
    received: QuerySet[Complaint] = Complaint.objects.visible_to(user).filter(
        received_at__gte=begins, received_at__lt=ends
    )
    return received


def complaints_per_hundred_visits(
    user: User, begins: datetime, ends: datetime, seen: QuerySet[Case] | None = None
) -> PerHundred:
    """What came in and what ended in that span, of the cases that this user sees, in two statements.

    ``seen`` narrows it to these cases. Those complained of count none of their own: not even a figure tells them.
    """
    cases = Case.objects.visible_to(user) if seen is None else seen
    received = received_in(user, begins, ends).filter(case__in=cases)
    visits = closed_in(Visit.objects.filter(case__in=cases), begins, ends)
    return PerHundred(received.order_by().count(), visits.order_by().count())


def rate_of_complaints() -> Rate:
    """The same as a figure of the dashboard, which opens the register of that span."""

    def count(user: User, seen: QuerySet[Case], period: Period) -> tuple[int, int]:
        found = complaints_per_hundred_visits(user, *period.moments, seen)
        return found.complaints, found.visits

    def url(period: Period, team: str) -> str:
        asked = {
            "view": "all",
            "received": period.month or LATELY,
            **({"team": team} if team else {}),
        }
        return f"{reverse('quality:complaints')}?{urlencode(asked)}"

    return Rate(
        name="complaints", label=_("Complaints per 100 visits"), right="see_complaints", count=count,
        url=url, of=_("%(part)s complaints, %(whole)s visits"),
    )  # fmt: skip
