"""Visits that are over, judged once more: were they announced in time, and inside the lawful hours?

Level-triggered: each run takes what is over and not judged yet. The rules are asked by the decision with which
the visit was begun, but without its exceptions and by the hours at which the officers really came and left. So the
figures of lawfulness rest on a second look, not on the gate that let the visit through. Nothing is written on the
timeline: what is found there can always be found again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from compliance.hindsight import HOURS, NOTICE, stood_against
from timeline.models import Event
from visits.models import Visit

BATCH = 200


def judge_made(at: datetime) -> int:
    """Judge every visit that is over and was not judged; says how many."""
    count = 0
    while batch := list(to_judge()[:BATCH]):
        decisions = _decisions(batch)
        for visit in batch:
            lead, hours = _kept(visit, decisions.get((visit.case_id, visit.reference)))
            Visit.objects.filter(pk=visit.pk, judged_at=None).update(
                judged_at=at, lead_kept=lead, hours_kept=hours
            )
        count += len(batch)
    return count


def to_judge() -> QuerySet[Visit]:
    """The visits that were made, are over and were not judged yet, oldest first."""
    return Visit.objects.filter(
        started_at__isnull=False, finished_at__isnull=False, judged_at=None
    ).order_by("finished_at", "pk")


def _decisions(visits: Sequence[Visit]) -> dict[tuple[int, str], Any]:
    """By case and reference, the decision with which each visit was begun."""
    begun = Event.objects.filter(
        case__in={visit.case_id for visit in visits}, kind="visit.started"
    ).order_by("pk")
    return {
        (case, data.get("reference", "")): data.get("decision")
        for case, data in begun.values_list("case_id", "data")
    }


def _kept(visit: Visit, decision: Any) -> tuple[bool | None, bool | None]:
    """Whether the lead time and the hours were kept; none where nothing was stored from which to tell."""
    if not decision or visit.started_at is None or visit.finished_at is None:
        return None, None
    try:
        against = stood_against(decision, begun=visit.started_at, ended=visit.finished_at)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return None, None
    return not against & NOTICE, not against & HOURS
