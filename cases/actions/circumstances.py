"""Circumstances: what a recorded one does at once, when it is looked at again, and how it ends."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.holding import ending, interest_runs, mark_held
from cases.models import Case, Circumstance, Hold
from common.clock import from_local, local_day
from compliance.ask import value
from compliance.circumstances import KINDS, VULNERABLE
from compliance.effects import Effect, effect_of
from people.models import User
from workflow.duties import fulfil, raise_duty
from workflow.steps import Step, WrongInput, carry_out, tell

REVIEW = "circumstance.review"
REASONS = {
    "dispute": Hold.Reason.DISPUTE,
    "illegal_debt": Hold.Reason.DISPUTE,
    "hospitalised": Hold.Reason.HOSPITAL,
    "bereaved": Hold.Reason.BEREAVEMENT,
    "insolvency": Hold.Reason.INSOLVENCY,
    "discharged": Hold.Reason.INSOLVENCY,
    "moratorium": Hold.Reason.INSOLVENCY,
    "attorney": Hold.Reason.COUNSEL,
    "adviser": Hold.Reason.COUNSEL,
    "threat": Hold.Reason.INCIDENT,
    **dict.fromkeys(VULNERABLE - {"hospitalised", "bereaved"}, Hold.Reason.VULNERABLE),
}


def effect_on(case: Case, kind: str, day: date) -> Effect:
    """What the strictest of the case's packs says follows from such a circumstance."""
    return effect_of(value(tuple(case.packs), "circumstance.effects", day), kind)


def take_effect(found: Circumstance, effect: Effect, *, by: User, at: datetime) -> None:
    """Place the hold and raise the duty, inside the change that records it."""
    case = found.case
    if effect.stops != "none":
        found.hold = _hold(found, effect, by, at)
        found.save(update_fields=["hold"])
    if effect.duty:
        raise_duty(
            case=case,
            kind=f"circumstance.{found.kind}",
            says=effect.duty,
            due_at=at + timedelta(hours=effect.duty_hours),
            key=f"circumstance:{found.pk}",
            role=effect.duty_for,
            at=at,
        )
    mark_case(case)


def _hold(found: Circumstance, effect: Effect, by: User, at: datetime) -> Hold:
    case = found.case
    today = local_day(at, case.zone)
    until = max(found.until or today + timedelta(days=effect.days), today)
    reason = REASONS.get(found.kind, Hold.Reason.OTHER)
    hold = Hold(
        case=case, reason=reason, scope=effect.stops, starts_on=today, until=until,
        review_on=min(found.review_on or until, until), placed_at=at, placed_by=by,
        interest_runs=interest_runs(case, reason, today),
        remark="" if found.is_sensitive else found.remark,
    )  # fmt: skip
    hold.save(force_insert=True)
    mark_held(case)
    tell(
        case, "case.held", by, at,
        {
            "reason": reason, "scope": effect.stops, "starts_on": today, "review_on": hold.review_on,
            "until": until, "interest_runs": hold.interest_runs, "circumstance": found.kind,
        },
    )  # fmt: skip
    return hold


def mark_case(case: Case) -> None:
    """Keep the marks that lists and heads show in step with what holds."""
    open_kinds = Circumstance.objects.filter(case=case, ended_at=None).values_list(
        "kind", flat=True
    )
    case.marks = sorted(set(open_kinds)) or None


def review_circumstance(
    *, circumstance: Circumstance, review_on: date | None, remark: str, by: User, at: datetime
) -> None:
    """A person has looked at it again: it goes on, to be looked at next on that day."""
    if review_on and review_on <= local_day(at, circumstance.case.zone):
        raise WrongInput(_("The next review must lie ahead."), "review_on")

    def reviewed(fresh: Circumstance, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=f"{REVIEW}:{fresh.pk}", by=by, at=at)
        Hold.objects.filter(pk=fresh.hold_id, ended_at=None).update(reviewed_at=at)

    carry_out(
        Step(
            subject=circumstance,
            event="circumstance.reviewed",
            right="record_circumstance",
            transition="mark_reviewed",
            args={"at": at, "review_on": review_on},
            data={
                "circumstance": circumstance.kind,
                "review_on": review_on,
                **({} if circumstance.is_sensitive else {"remark": remark}),
            },
            then=reviewed,
        ),
        by=by,
        at=at,
    )


def end_circumstance(*, circumstance: Circumstance, why: str, by: User, at: datetime) -> None:
    """It holds no longer; the hold that it placed ends with it, and the gates run again."""
    carry_out(*_ending(circumstance, why, "end_circumstance", by, at), by=by, at=at)


def _ending(found: Circumstance, why: str, right: str, by: User, at: datetime) -> list[Step]:
    def after(fresh: Circumstance, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=f"{REVIEW}:{fresh.pk}", by=by, at=at)
        mark_case(fresh.case)

    steps = [
        Step(
            subject=found,
            event="circumstance.ended",
            right=right,
            transition="end",
            args={"at": at, "by": by, "why": why[:200]},
            data={"circumstance": found.kind, **({} if found.is_sensitive else {"why": why})},
            then=after,
        )
    ]
    hold = Hold.objects.filter(pk=found.hold_id, ended_at=None).first()
    if hold:  # in English and Chinese alike it is the coded fact that ended it
        steps.append(ending(hold, "", "", by, at))
    return steps


def end_due_circumstances(*, at: datetime, by: User) -> int:
    """End each whose last day has passed where the debtor lives; says how many.

    Nothing is sent or planned from here: what is due afterwards goes through its own gates.
    """
    ended = 0
    rough = local_day(at, "Pacific/Kiritimati")  # the first place on earth where a day ends
    due = Circumstance.objects.filter(ended_at=None, until__lt=rough)
    for found in due.select_related("case__debtor").order_by("until", "pk"):
        if found.until and found.until < local_day(at, found.case.zone):
            carry_out(*_ending(found, "", "", by, at), by=by, at=at)
            ended += 1
    return ended


def raise_circumstance_reviews(*, at: datetime, by: User) -> int:
    """Raise the duty to look again at each whose review day has come; says how many."""
    raised = 0
    rough = local_day(at, "Pacific/Kiritimati")
    due = Circumstance.objects.filter(ended_at=None, review_on__lte=rough)
    for found in due.select_related("case__debtor").order_by("review_on", "pk"):
        key = f"{REVIEW}:{found.pk}:{found.review_on}"
        zone = found.case.zone
        if found.review_on is None or found.review_on > local_day(at, zone):
            continue
        if found.case.duties.filter(key=key).exists():
            continue
        carry_out(_asking_for_review(found, found.review_on, key, at), by=by, at=at)
        raised += 1
    return raised


def _asking_for_review(found: Circumstance, day: date, key: str, at: datetime) -> Step:
    english, chinese = KINDS[found.kind]

    def write(case: Any, _by: User, _at: datetime) -> None:
        raise_duty(
            case=case,
            kind=f"{REVIEW}:{found.pk}",
            says={
                "en": f"Look again: {english}, since {found.since}.",
                "zh": f"请复核：{chinese}（自 {found.since} 起）。",
            },
            due_at=from_local(
                datetime.combine(day + timedelta(days=1), time()), found.case.zone
            ),
            key=key,
            role=User.Role.SUPERVISOR,
            at=at,
        )  # fmt: skip

    return Step(
        subject=found.case,
        event="circumstance.review_due",
        data={"circumstance": found.kind, "review_on": day},
        then=write,
    )
