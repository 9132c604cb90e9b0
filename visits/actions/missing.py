"""Visits whose time went by without a beginning, or without an end: somebody has to know of both."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from documents.letterhead import moment
from people.models import User
from visits.actions.planning import AHEAD, MISSED
from visits.models import Visit
from workflow.duties import raise_duty
from workflow.models import Duty
from workflow.steps import AlreadyDone, Step, Then, carry_out

AT_ONCE = 200  # in one sweep; the next takes the rest
DECIDE_WITHIN = timedelta(days=1)
OVERRUN = "visit.overrun"
PATIENCE = timedelta(minutes=30)  # after the planned end, before somebody asks after the officers


def tell_missed(*, at: datetime, by: User) -> int:
    """Record each visit that nobody began, and have a clerk move or cancel it; says how many."""
    return _tell_each(
        _missed(at).order_by("starts_at", "pk"), "visit.missed", "starts_at", _have_it_settled,
        by=by, at=at,
    )  # fmt: skip


def _tell_each(
    visits: QuerySet[Visit], event: str, when: str, then: Then, *, by: User, at: datetime
) -> int:
    """Record the event of each visit, with that moment of it; one that was settled meanwhile is left alone."""
    told = 0
    for visit in visits[:AT_ONCE]:
        data = {"reference": visit.reference, when: getattr(visit, when)}
        try:
            carry_out(Step(subject=visit, event=event, data=data, then=then), by=by, at=at)
        except AlreadyDone:  # begun, ended, moved or cancelled while we looked
            continue
        told += 1
    return told


def _missed(at: datetime) -> QuerySet[Visit]:
    """Those that are over by now, still ahead on paper, and not told of since they ended."""
    return _untold(MISSED).filter(state__in=AHEAD, ends_at__lte=at)


def _untold(kind: str) -> QuerySet[Visit]:
    """The visits for which no duty of that kind was raised since they were to end."""
    told = Duty.objects.filter(case=OuterRef("case"), kind=kind, raised_at__gte=OuterRef("ends_at"))
    return Visit.objects.filter(~Exists(told)).select_related("case")


def _have_it_settled(visit: Visit, _by: User, at: datetime) -> None:
    if visit.state not in AHEAD or visit.ends_at > at:
        raise AlreadyDone
    when = moment(visit.starts_at, visit.zone, visit.case.zone)
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
    return _tell_each(
        _overrun(at).order_by("ends_at", "pk"), OVERRUN, "ends_at", _have_somebody_ask, by=by, at=at
    )


def _overrun(at: datetime) -> QuerySet[Visit]:
    """Those that were begun, ended long ago on paper, and were not told of since."""
    return _untold(OVERRUN).filter(state=Visit.State.STARTED, ends_at__lte=at - PATIENCE)


def _have_somebody_ask(visit: Visit, _by: User, at: datetime) -> None:
    if visit.state != Visit.State.STARTED:
        raise AlreadyDone
    crew = visit.crew.filter(active=True).select_related("officer").order_by("pk")
    names = [str(part.officer) for part in crew]
    when = moment(visit.ends_at, visit.zone, visit.case.zone)
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
