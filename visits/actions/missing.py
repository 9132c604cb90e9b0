"""Visits whose time went by without a beginning, or without an end: somebody has to know of both."""

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
OVERRUN = "visit.overrun"
PATIENCE = timedelta(minutes=30)  # after the planned end, before somebody asks after the officers


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


def tell_overrun(*, at: datetime, by: User) -> int:
    """Record each visit that was begun and long ought to be over, and have a supervisor ask after the officers."""
    told = Duty.objects.filter(
        case=OuterRef("case"), kind=OVERRUN, raised_at__gte=OuterRef("ends_at")
    )
    late = Visit.objects.filter(
        ~Exists(told), state=Visit.State.STARTED, ends_at__lte=at - PATIENCE
    ).select_related("case")
    count = 0
    for visit in late.order_by("ends_at", "pk")[:AT_ONCE]:
        try:
            carry_out(
                Step(
                    subject=visit,
                    event=OVERRUN,
                    data={"reference": visit.reference, "ends_at": visit.ends_at},
                    then=_have_somebody_ask,
                ),
                by=by,
                at=at,
            )
        except AlreadyDone:  # ended while we looked
            continue
        count += 1
    return count


def _have_somebody_ask(visit: Visit, _by: User, at: datetime) -> None:
    if visit.state != Visit.State.STARTED:
        raise AlreadyDone
    crew = visit.crew.filter(active=True).select_related("officer").order_by("pk")
    names = [str(part.officer) for part in crew]
    when = moment(visit.ends_at, visit.case.zone)
    raise_duty(
        case=visit.case,
        kind=OVERRUN,
        says={
            "en": f"The visit should have ended by {when['en']}. Call {' and '.join(names)}: are they well?",
            "zh": f"上门本应于 {when['zh']} 前结束。请致电{'、'.join(names)}，确认人员是否安全。",
        },
        due_at=at,
        key=f"{OVERRUN}:{visit.pk}",
        role=User.Role.SUPERVISOR,
        at=at,
    )
