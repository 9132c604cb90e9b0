"""Visits whose time went by without a beginning: somebody has to know, and decide what comes next."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from documents.letterhead import moment
from people.models import User
from visits.actions.planning import AHEAD, MISSED
from visits.models import Visit
from workflow.duties import raise_duty
from workflow.models import Duty
from workflow.steps import AlreadyDone, Step, carry_out

AT_ONCE = 200  # in one sweep; the next takes the rest
DECIDE_WITHIN = timedelta(days=1)


def tell_missed(*, at: datetime, by: User) -> int:
    """Record each visit that nobody began, and have a clerk move or cancel it; says how many."""
    told = 0
    for visit in _missed(at).order_by("starts_at", "pk")[:AT_ONCE]:
        try:
            carry_out(
                Step(
                    subject=visit,
                    event="visit.missed",
                    data={"reference": visit.reference, "starts_at": visit.starts_at},
                    then=_have_it_settled,
                ),
                by=by,
                at=at,
            )
        except AlreadyDone:  # begun, moved or cancelled while we looked
            continue
        told += 1
    return told


def _missed(at: datetime) -> QuerySet[Visit]:
    """Those that are over by now, still ahead on paper, and not told of since they ended."""
    told = Duty.objects.filter(
        case=OuterRef("case"), kind=MISSED, raised_at__gte=OuterRef("ends_at")
    )
    return Visit.objects.filter(~Exists(told), state__in=AHEAD, ends_at__lte=at).select_related(
        "case"
    )


def _have_it_settled(visit: Visit, _by: User, at: datetime) -> None:
    if visit.state not in AHEAD or visit.ends_at > at:
        raise AlreadyDone
    when = moment(visit.starts_at, visit.case.zone)
    raise_duty(
        case=visit.case,
        kind=MISSED,
        says={
            "en": f"The visit of {when['en']} did not take place: move it or cancel it.",
            "zh": f"原定于 {when['zh']} 的上门没有进行：请改期或取消。",
        },
        due_at=at + DECIDE_WITHIN,
        key=f"{MISSED}:{visit.pk}:{visit.starts_at.isoformat()}",
        role=User.Role.CLERK,
        at=at,
    )
