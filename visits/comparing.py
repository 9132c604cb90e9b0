"""What was planned of a visit beside what became of it, for those who look at it afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from visits.models import Visit, VisitOfficer

PUNCTUAL = 15
"""Minutes by which a visit may begin or end beside its plan before it is told apart."""


@dataclass(frozen=True)
class Compared:
    """One thing of the plan. ``planned`` and ``happened`` are moments or texts ("" where there was nothing)."""

    label: Any
    planned: datetime | str
    happened: datetime | str
    minutes: int | None = None  # later than planned (earlier: below zero); of moments alone
    differs: bool = False

    @property
    def earlier(self) -> int:
        """The minutes by which it was earlier."""
        return -(self.minutes or 0)


def compared(visit: Visit, crew: Iterable[VisitOfficer]) -> list[Compared]:
    """Beginning, end, who came and what came of it; nothing of a visit at which nobody arrived."""
    if visit.started_at is None:
        return []
    parts = list(crew)
    planned, came = ([str(one.officer) for one in some] for some in (parts, [p for p in parts if p.checked_in_at]))  # fmt: skip
    rows = [_moment(_("Begins"), visit.starts_at, visit.started_at)]
    if visit.finished_at:
        rows.append(_moment(_("Ends"), visit.ends_at, visit.finished_at))
    rows.append(
        Compared(_("Officers"), _(", ").join(planned), _(", ").join(came), differs=planned != came)
    )
    if visit.outcome:
        rows.append(
            Compared(_("Outcome"), visit.intended_outcome, str(visit.get_outcome_display()))
        )
    return rows


def _moment(label: Any, planned: datetime, happened: datetime) -> Compared:
    minutes = round((happened - planned).total_seconds() / 60)
    return Compared(label, planned, happened, minutes, abs(minutes) > PUNCTUAL)
