"""A visit is looked into by one or by two, each alone; where they differ compliance says what holds."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError
from django.utils.translation import gettext as _

from common.clock import day_ends, local_day
from people.models import User
from quality.actions.complaining import HANDLE, may_look_into
from quality.models import Complaint, Finding, Review, SampleLine
from quality.questions import QUESTIONS, differ, score_of
from workflow.duties import fulfil, raise_duty
from workflow.steps import Outsider, Step, Then, WrongInput, begin, carry_out

REVIEW, SETTLE, DO = "review_visits", "settle_review", "do_duty"
SETTLE_DUTY, FINDING_DUTY = "quality.settle", "quality.finding"
TO_SETTLE = timedelta(days=7)
Answers = Mapping[str, Mapping[str, Any]]


def looks_of(line: SampleLine) -> int:
    """By how many people it is looked into."""
    return 2 if line.twice else 1


def review_line(
    *, line: SampleLine, answers: Answers, remark: str, by: User, at: datetime
) -> Review:
    """Answer the questions about a visit of a sample; whoever went there may not.

    The second person answers without having seen the first. Where the two differ, compliance has to say what
    holds. Raises ``WrongInput``.
    """
    _check(answers)
    if line.visit.crew.filter(officer=by).exists() or line.visit.planned_by_id == by.pk:
        raise WrongInput(_("Whoever had a part in the visit does not look into it."))
    before = list(line.reviews.order_by("turn"))
    if any(one.by_id == by.pk for one in before):
        raise WrongInput(_("You have looked into it; somebody else takes the second look."))
    if len(before) >= looks_of(line):
        raise WrongInput(_("It has been looked into."))
    review = Review(
        case=line.case, line=line, turn=len(before) + 1, answers=_kept(answers), remark=remark,
        score=score_of(answers), by=by, at=at,
    )  # fmt: skip

    def compare(fresh: Review, _by: User, _at: datetime) -> None:
        parts = list(line.reviews.order_by("turn"))
        if len(parts) == 2 and differ(parts[0].answers, parts[1].answers):
            _ask_to_settle(line, fresh.case, at)

    try:
        begin(
            review, event="quality.reviewed", right=REVIEW, by=by, at=at, then=compare,
            data={
                "sample": line.sample.number, "visit": line.visit.reference, "look": review.turn,
            },
        )  # fmt: skip
    except IntegrityError as clash:
        if "review_once" not in str(clash):
            raise
        raise WrongInput(_("Somebody else answered in the same moment.")) from clash
    return review


def review_complaint(
    *, complaint: Complaint, answers: Answers, remark: str, by: User, at: datetime
) -> Review:
    """Answer the questions about what is complained of; whoever had a part in it may not."""
    _check(answers)
    complaint.case.refresh_from_db(fields=["kept_from"])
    if complaint.case.keeps_from(by):
        raise Outsider
    if not may_look_into(complaint, by):
        raise WrongInput(_("Somebody who had no part in this case's visits has to look into it."))
    if complaint.reviews.filter(by=by).exists():
        raise WrongInput(_("You have answered these questions."))
    review = Review(
        case=complaint.case, complaint=complaint, answers=_kept(answers), remark=remark,
        score=score_of(answers), by=by, at=at,
    )  # fmt: skip
    begin(
        review, event="complaint.reviewed", right=HANDLE, by=by, at=at,
        data={"complaint": complaint.number},
    )  # fmt: skip
    return review


def settle_line(*, line: SampleLine, words: str, by: User, at: datetime) -> None:
    """Say what holds where two have answered differently; neither of them may."""
    parts = list(line.reviews.order_by("turn"))
    if len(parts) < 2 or not differ(parts[0].answers, parts[1].answers):
        raise WrongInput(_("There are no two answers that differ."))
    if any(one.by_id == by.pk for one in parts):
        raise WrongInput(_("Somebody else than the two has to say what holds."))
    carry_out(
        Step(
            subject=line, event="quality.settled", right=SETTLE, transition="settle",
            args={"at": at, "by": by, "words": words.strip()},
            data={"sample": line.sample.number, "visit": line.visit.reference},
            then=_ticking(SETTLE_DUTY),
        ),
        by=by, at=at,
    )  # fmt: skip


def raise_finding(
    *, line: SampleLine, what: str, owner: User, due_on: date, by: User, at: datetime
) -> Finding:
    """Give somebody something to do because of what was found, until a day."""
    if not line.reviews.filter(by=by).exists() and not line.settled_at:
        raise WrongInput(_("Look into the visit first."))
    if not owner.is_active or owner.team_id != line.case.team_id:
        raise WrongInput(_("Choose somebody of the case's team."), "owner")
    if due_on < local_day(at, line.case.zone):
        raise WrongInput(_("This day is already past."), "due_on")
    finding = Finding(
        case=line.case, line=line, what=what.strip(), owner=owner, due_on=due_on, raised_at=at,
        raised_by=by,
    )  # fmt: skip

    def duty(fresh: Finding, _by: User, _at: datetime) -> None:
        raise_duty(
            case=fresh.case, kind=FINDING_DUTY, key=f"{FINDING_DUTY}:{fresh.pk}", at=at,
            says={  # what was found lies sealed, and stands on the page to which this leads
                "en": f"{owner}: see to what was found about visit {line.visit.reference} ({line.sample.number}).",
                "zh": f"{owner}：请处理抽查 {line.visit.reference} 时发现的问题（{line.sample.number}）。",
            },
            due_at=day_ends(due_on, fresh.case.zone), role=owner.role,
        )  # fmt: skip

    begin(
        finding, event="quality.found", right=REVIEW, by=by, at=at, then=duty,
        data={"visit": line.visit.reference, "what": finding.what, "owner": str(owner), "until": due_on},
    )  # fmt: skip
    return finding


def finish_finding(*, finding: Finding, how: str, by: User, at: datetime) -> None:
    """Say that it was done and how; whoever does so stands there by name."""
    carry_out(
        Step(
            subject=finding, event="quality.mended",
            right=DO, transition="done",
            args={"at": at, "by": by, "how": how.strip()}, data={"what": finding.what, "how": how.strip()},
            then=_ticking(FINDING_DUTY),
        ),
        by=by, at=at,
    )  # fmt: skip


def _ticking(kind: str) -> Then:
    """What ticks off the one duty of that kind which speaks of the subject."""

    def tick(fresh: Any, by: User, at: datetime) -> None:
        fulfil(case=fresh.case, kind=kind, key=f"{kind}:{fresh.pk}", by=by, at=at)

    return tick


def _check(answers: Answers) -> None:
    if any(
        str((answers.get(one.code) or {}).get("score")) not in {"0", "1", "2", "na"}
        for one in QUESTIONS
    ):
        raise WrongInput(_("Answer every question."))


def _kept(answers: Answers) -> dict[str, dict[str, str]]:
    return {
        one.code: {
            "score": str(answers[one.code]["score"]),
            "comment": str(answers[one.code].get("comment", ""))[:300],
        }
        for one in QUESTIONS
    }


def _ask_to_settle(line: SampleLine, case: Any, at: datetime) -> None:
    raise_duty(
        case=case, kind=SETTLE_DUTY, key=f"{SETTLE_DUTY}:{line.pk}", at=at,
        says={
            "en": f"Two who looked into visit {line.visit.reference} differ: say what holds ({line.sample.number}).",
            "zh": f"对 {line.visit.reference} 的两次抽查结论不一致（{line.sample.number}），请作出认定。",
        },
        due_at=day_ends(local_day(at, case.zone), case.zone) + TO_SETTLE, role=User.Role.COMPLIANCE,
    )  # fmt: skip
