"""Whether beat and workers are alive: each leaves a sign, and who looks sees how old it is.

The database's clock counts, since the clock of the product may jump.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F
from django.db.models.functions import Cast, Now

from notices.models import Pulse

BEAT, WORKER = "beat", "worker"
LATE_AFTER = timedelta(seconds=150)
"""Two missed ticks and some slack."""


@dataclass(frozen=True)
class Seen:
    """Who left the last sign, and how long ago."""

    who: str
    lag: timedelta

    @property
    def is_late(self) -> bool:
        """Whether something must be wrong by now."""
        return self.lag > LATE_AFTER


def sign(part: str, who: str) -> None:
    """Leave a sign of life."""
    Pulse.objects.bulk_create(
        [Pulse(part=part, who=who[:120], seen_at=Now())],
        update_conflicts=True, unique_fields=["part"], update_fields=["who", "seen_at"],
    )  # fmt: skip


def seen() -> dict[str, Seen]:
    """The last sign of each part; a part that never left one is missing."""
    lag = ExpressionWrapper(
        Cast(Now(), DateTimeField()) - F("seen_at"), output_field=DurationField()
    )
    return {row.part: Seen(row.who, row.lag) for row in Pulse.objects.annotate(lag=lag)}
