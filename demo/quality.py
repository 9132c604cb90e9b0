"""The demo's complaints (one being looked into, one answered) and a sample of a month's visits."""

from datetime import date, datetime, timedelta

from django.db.models import Max

from cases.models import Case
from cases.models.case import Step
from common.clock import HOUSE_ZONE, day_begins, local_day
from demo.cast import Cast
from demo.diary import ZONE, Diary
from people.models import User
from quality.actions import complaining, reviewing, sampling
from quality.models import Complaint, SampleLine
from quality.questions import QUESTIONS
from quality.signs import closed_in
from visits.models import Visit

SPAN = timedelta(days=9)
SHOUTED = "上门时一位外访员说话声音很大，邻居都听到了。希望换人，也希望有人给个说法。"
CALLED = "外访员离开后又在楼下等了很久，我出门时很不自在。"


def complain(cast: Cast, diary: Diary, now: datetime) -> None:
    """Two debtors complain of the officers who came: one is answered, the other's holding letter is out."""
    answered, opened = _quiet_cases(cast, now)
    complaint = _received(answered, CALLED, "manner", cast, now)
    by, at = cast.users["compliance"], complaint.received_at
    complaining.send_holding_letter(complaint=_again(complaint), by=by, at=at + timedelta(hours=2))
    reviewing.review_complaint(
        complaint=_again(complaint), answers=_answers(leaving="1"), by=by, at=at + timedelta(hours=5),
        remark="录音在离开时结束；两位外访员均承认在楼下停留约二十分钟。",
    )  # fmt: skip
    complaining.decide_complaint(
        complaint=_again(complaint), outcome="partly", by=by, at=at + timedelta(hours=30),
        reason="录音显示交谈时言语平和；但离开后在楼下停留确有不妥。",
        remedy="我们向您致歉，已要求外访员离开后立即离场，并安排了培训。",
    )  # fmt: skip
    complaint = _received(opened, SHOUTED, "manner", cast, now)
    complaining.send_holding_letter(
        complaint=_again(complaint), by=by, at=complaint.received_at + timedelta(hours=1)
    )
    diary.tick(now)


def look_into(cast: Cast, now: datetime) -> None:
    """A team's supervisor draws a sample, compliance one of all teams: of some visits the second look is open."""
    for name in ("supervisor", "compliance"):
        _draw_and_begin(cast.users[name], now)


def _draw_and_begin(by: User, now: datetime) -> None:
    month = _last_month_with_a_visit(by, now)
    sample = sampling.draw(month=month, size=6, seed=20260401, by=by, at=now)
    for twice in (False, True):
        line = sample.lines.filter(twice=twice).exclude(visit__planned_by=by).first()
        if line is None:
            continue
        reviewing.review_line(
            line=_line(line), answers=_answers(hardship="1" if twice else "2", own_words="1"),
            remark="债务人的原话记录较简略。", by=by, at=now,
        )  # fmt: skip
        if not twice:
            reviewing.raise_finding(
                line=_line(line), what="补充记录债务人的原话，并向主管说明", by=by, at=now,
                owner=line.visit.crew.order_by("pk")[0].officer,
                due_on=local_day(now, ZONE) + timedelta(days=7),
            )  # fmt: skip


def _last_month_with_a_visit(by: User, now: datetime) -> date:
    """The last month that is over in which a visit ended that this person sees."""
    this_month = day_begins(local_day(now, HOUSE_ZONE).replace(day=1), HOUSE_ZONE)
    seen = Visit.objects.filter(case__in=Case.objects.visible_to(by))
    ended = closed_in(seen, now - timedelta(days=366), this_month)
    return local_day(ended.aggregate(last=Max("finished_at"))["last"], HOUSE_ZONE)


def _quiet_cases(cast: Cast, now: datetime) -> list[Case]:
    """Two cases of the first team with a visit behind them of which nothing was heard for longest."""
    visited = Visit.objects.filter(
        state=Visit.State.FINISHED, outcome__in=["talked", "agreement"]
    ).values("case")
    found = Case.objects.filter(team=cast.teams["杭州一组"], pk__in=visited, held_until=None)
    quiet = found.exclude(state=Step.CLOSURE).annotate(last=Max("events__occurred_at"))
    return list(quiet.filter(last__lt=now).order_by("last", "pk")[:2])


def _received(case: Case, words: str, what: str, cast: Cast, now: datetime) -> Complaint:
    """By the link on the slip, an hour after the last thing that happened, or some days ago."""
    last = case.events.aggregate(last=Max("occurred_at"))["last"]
    at = max(last + timedelta(minutes=5), now - SPAN)
    visit = complaining.last_visit(case, at)
    crew = [part.officer for part in visit.crew.filter(active=True)[:1]] if visit else []
    return complaining.receive_complaint(
        case=Case.objects.get(pk=case.pk), visit=visit, how="link", what=what, words=words,
        against=crew, by=User.objects.system(), at=at,
    )  # fmt: skip


def _answers(**other: str) -> dict[str, dict[str, str]]:
    return {one.code: {"score": other.get(one.code, "2"), "comment": ""} for one in QUESTIONS}


def _again(complaint: Complaint) -> Complaint:
    return Complaint.objects.get(pk=complaint.pk)


def _line(line: SampleLine) -> SampleLine:
    return SampleLine.objects.get(pk=line.pk)
