"""Walk a case through the steps by the real actions, at the stories' times (Asia/Shanghai)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cases.models import Case
from notices.actions import mark_sent, record_delivery
from notices.models import Notice
from people.models import User
from tests import make
from visits.actions import arriving, departing, recording
from visits.actions.announcing import announce_visit
from visits.actions.planning import plan_visit
from visits.models import Visit

NOTICED_AT = make.moment("2026-03-02 10:00")
VISIT_AT = make.moment("2026-03-05 14:30")


def planned(
    *,
    case: Case | None = None,
    starts_at: datetime = VISIT_AT,
    at: datetime = make.moment("2026-03-02 09:30"),
    officers: Sequence[User] | None = None,
    minutes: int = 60,
    by: User | None = None,
    **given: Any,
) -> Visit:
    """A visit planned for Thursday 14:30 (or another slot)."""
    case = case or make.prepared_case(**given)
    return plan_visit(
        case=case, place=case.debtor.addresses.order_by("pk")[0], starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=minutes),
        officers=make.crew() if officers is None else officers, purpose="商谈逾期贷款的还款安排",
        intended_outcome="达成双方都能接受的还款方案", by=by or make.clerk(), at=at,
    )  # fmt: skip


def announced(*, at: datetime = NOTICED_AT, language: str = "zh", **given: Any) -> Visit:
    """A visit announced by letter on Monday morning."""
    visit = planned(**given)
    announce_visit(visit=visit, language=language, channels=["letter"], by=make.clerk(), at=at)
    return visit


def noticed(*, at: datetime = NOTICED_AT, **given: Any) -> Visit:
    """The letter was handed over and receipted at once: the case stands at the second step."""
    visit = announced(at=at, **given)
    letter = Notice.objects.get(visit=visit, channel="letter")
    mark_sent(notice=letter, by=make.clerk(), at=at)
    record_delivery(
        notice=letter, by=make.clerk(), at=at, delivered_at=at, filename="回执.pdf",
        content=make.PDF,
    )  # fmt: skip
    return Visit.objects.get(pk=visit.pk)


def departed(*, at: datetime = make.moment("2026-03-05 14:01"), **given: Any) -> Visit:
    """Both officers have set out, with nothing but their papers."""
    visit = noticed(**given)
    departing.depart(visit=visit, people=2, props=False, by=make.crew()[0], at=at)
    return Visit.objects.get(pk=visit.pk)


def at_the_door(*, at: datetime = make.moment("2026-03-05 14:31"), **given: Any) -> Visit:
    """Both officers are here and the visit has begun."""
    visit = departed(at=at - timedelta(minutes=30), **given)
    by = make.crew()[0]
    for officer in make.crew():
        arriving.check_in(visit=visit, officer=officer, by=by, at=at)
    arriving.begin_visit(visit=visit, by=by, at=at)
    return Visit.objects.get(pk=visit.pk)


def asked(*, given: bool = True, **more: Any) -> Visit:
    """Whoever opened, and nobody knows yet who it is, was asked whether the conversation may be recorded."""
    visit = at_the_door(**more)
    arriving.ask_consent(
        visit=visit, kind="recording", given=given, by_whom="", by=make.crew()[0],
        at=visit.started_at or VISIT_AT,
    )  # fmt: skip
    return Visit.objects.get(pk=visit.pk)


def talking(*, at: datetime = make.moment("2026-03-05 14:35"), **given: Any) -> Visit:
    """Everything was shown and asked; the talk has begun."""
    visit = asked(**given)
    by = make.crew()[0]
    arriving.identify_debtor(visit=visit, name_said="王海燕", second_fact="2427", by=by, at=at)
    for officer in make.crew():
        arriving.show_credential(visit=visit, officer=officer, by=by, at=at)
    arriving.ask_consent(visit=visit, kind="talk", given=True, by_whom="王海燕", by=by, at=at)
    for paper in visit.case.papers.all():
        arriving.show_paper(visit=visit, paper=paper, by=by, at=at)
    arriving.open_talk(visit=visit, by=by, at=at)
    return Visit.objects.get(pk=visit.pk)


def talked(*, at: datetime = make.moment("2026-03-05 14:50"), **given: Any) -> Visit:
    """What was said is on record; the officers are still there."""
    visit = talking(**given)
    recording.record_talk(
        visit=visit, by=make.crew()[0], at=at,
        record={
            "met": "王海燕", "reason": "lost_work", "reason_words": "去年十月停工",
            "willingness": "ready", "offer_words": "每月六千五百元", "statement": "我想还，但要分期。",
        },
    )  # fmt: skip
    return Visit.objects.get(pk=visit.pk)
