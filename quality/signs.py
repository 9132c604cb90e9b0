"""What makes a closed visit the likelier to be looked into: each sign with its weight and where it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from door.models import Item
from quality.models import Complaint
from timeline.models import Event
from visits.models import Consent, Evidence, Visit, VisitOfficer

BASE = 1
"""The weight of a visit without any sign."""
SHORT = timedelta(hours=72)
"""Notice of less than this is short, whatever a pack allows."""


@dataclass(frozen=True)
class Sign:
    """One sign of risk; ``source`` is the row of the source book behind it, ``weight`` is house policy."""

    code: str
    words: Promise | str
    source: Promise | str
    weight: int


SIGNS = (
    Sign(
        "override", _("exception from a rule"), _("House policy"), 0
    ),  # these are all in, by no chance
    Sign("complaint", _("complaint"), "CN-69", 6),
    Sign("no_recording", _("recording missing"), "CN-10, CN-33", 4),
    Sign("short_notice", _("short notice"), "CN-LEAD", 3),
    Sign("sent_away", _("refused, asked to leave or not safe"), "CN-13, CN-36", 3),
    Sign("doubtful", _("doubtful record of the door"), "CN-64, CN-65", 3),
    Sign("swapped", _("officer swapped"), "CN-08, CN-19", 2),
)
BY_CODE: Mapping[str, Sign] = {one.code: one for one in SIGNS}
WEIGHTS = {one.code: one.weight for one in SIGNS}


def with_signs(visits: QuerySet[Visit]) -> QuerySet[Visit]:
    """The visits with a mark for each sign, in one statement."""
    met = Q(outcome__in=["agreement", "talked"])
    recorded = Evidence.objects.filter(
        Q(document__mime__startswith="audio/") | Q(document__mime__startswith="video/"),
        visit=OuterRef("pk"),
    )
    said_no = Consent.objects.filter(visit=OuterRef("pk"), kind=Consent.Kind.RECORDING, given=False)
    crew = VisitOfficer.objects.filter(visit=OuterRef("pk"))
    overridden = Event.objects.filter(
        case=OuterRef("case"),
        kind="policy.overridden",
        occurred_at__gte=OuterRef("planned_at"),
        occurred_at__lte=OuterRef("finished_at"),
    )
    return visits.annotate(
        sign_override=Exists(overridden),
        sign_complaint=Exists(Complaint.objects.filter(visit=OuterRef("pk"))),
        sign_no_recording=Q(met & ~Exists(recorded) & ~Exists(said_no)),
        sign_short_notice=Q(served_at=None) | Q(served_at__gt=F("starts_at") - SHORT),
        sign_sent_away=Q(outcome__in=["refused", "asked_to_leave", "unsafe"]),
        sign_doubtful=Exists(Item.objects.filter(visit=OuterRef("pk"), state="conflict"))
        | Exists(crew.filter(active=True, attested_at=None)),
        sign_swapped=Exists(crew.filter(active=False)),
    )


def signs_of(visit: Visit) -> list[str]:
    """The codes of the signs that a visit from ``with_signs`` shows."""
    return [one.code for one in SIGNS if getattr(visit, f"sign_{one.code}")]


def weight_of(signs: list[str]) -> int:
    """How much likelier such a visit is drawn than one without any sign."""
    return BASE + sum(WEIGHTS[code] for code in signs)


def closed_in(visits: QuerySet[Visit], begins: datetime, ends: datetime) -> QuerySet[Visit]:
    """The visits at which officers stood at the door and that ended in that span."""
    return visits.filter(
        started_at__isnull=False, finished_at__gte=begins, finished_at__lt=ends,
        state__in=[Visit.State.FINISHED, Visit.State.ABORTED],
    )  # fmt: skip
