"""Holds: a pause with a reason, a review and an end; when it ends the gates run again."""

from datetime import date, datetime, time, timedelta

from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.models import Case, Hold
from common.clock import from_local, local_day
from compliance.ask import value
from compliance.packs import entries_under
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.duties import fulfil, raise_duty
from workflow.reasons import tongue_now
from workflow.steps import Step, WrongInput, begin, carry_out, tell

REVIEW = "hold.review"


def hold_case(
    *,
    case: Case,
    reason: str,
    scope: str,
    starts_on: date,
    review_on: date,
    until: date,
    remark: str,
    by: User,
    at: datetime,
    filename: str = "",
    content: bytes = b"",
) -> Hold:
    """Pause the case; whether interest goes on is what the case's packs say for the reason."""
    if not starts_on <= review_on <= until:
        raise WrongInput(
            _("The review must lie between the first and the last day of the hold."), "review_on"
        )
    if until < local_day(at, case.zone):
        raise WrongInput(_("The last day of the hold is already past."), "until")
    if reason == Hold.Reason.INQUIRY:
        raise WrongInput(_("Take down the complaint; the hold comes with it."), "reason")
    _must_not_last_too_long(case, reason, starts_on, until)
    hold = Hold(
        case=case,
        reason=reason,
        scope=scope,
        remark=remark,
        starts_on=starts_on,
        review_on=review_on,
        until=until,
        placed_at=at,
        placed_by=by,
        interest_runs=interest_runs(case, reason, starts_on),
    )

    def keep_evidence() -> None:
        if content:
            hold.evidence = store(
                case=case,
                kind=Document.Kind.CERTIFICATE,
                filename=filename,
                content=content,
                title=str(Hold.Reason(reason).label),
                by=by,
                at=at,
            )

    begin(
        hold,
        event="case.held",
        right="hold_case",
        by=by,
        at=at,
        first=keep_evidence,
        data={
            "reason": reason,
            "scope": scope,
            "starts_on": starts_on,
            "review_on": review_on,
            "until": until,
            "interest_runs": hold.interest_runs,
            "remark": remark,
        },
        then=while_open("case.held", lambda new, *_: mark_held(new.case)),
    )
    return hold


def _must_not_last_too_long(case: Case, reason: str, starts_on: date, until: date) -> None:
    """A hold ends within what the packs say; for more it is placed again, with reasons.

    Not bound are those whose end is set by somebody else, such as a court: the packs name the others.
    """
    key = "hold.most_days"
    most = value(tuple(case.packs), key, starts_on)
    limited = value(tuple(case.packs), "hold.limited", starts_on) or ()
    if most is None or reason not in limited or until <= starts_on + timedelta(days=most):
        return
    ruled = [e for e in entries_under(case.packs, key, starts_on) if e.keys[key] == most]
    raise WrongInput(
        _("A hold lasts at most %(days)s days, until %(day)s at the latest (%(rule)s, %(source)s).")
        % {
            "days": most, "day": starts_on + timedelta(days=most), "rule": ruled[0].id,
            "source": ruled[0].citation.text[tongue_now()],
        },
        "until",
    )  # fmt: skip


def interest_runs(case: Case, reason: str, on: date) -> bool:
    """Whether interest goes on during such a hold, as the strictest of the case's packs says."""
    stops = value(tuple(case.packs), "hold.interest_stops", on) or ()
    return reason not in stops


def review_hold(*, hold: Hold, remark: str, by: User, at: datetime) -> None:
    """A person has looked at the hold again; it goes on until its last day."""
    _ends_with_its_matter(hold)

    def reviewed(fresh: Hold, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=f"{REVIEW}:{fresh.pk}", by=by, at=at)

    carry_out(
        Step(
            subject=hold,
            event="hold.reviewed",
            right="hold_case",
            transition="mark_reviewed",
            args={"at": at},
            data={"reason": hold.reason, "remark": remark},
            then=reviewed,
        ),
        by=by,
        at=at,
    )


def waits_for_decision(hold: Hold, on: date) -> bool:
    """Whether only a decision ends such a hold, as any of the case's packs says; its days do not."""
    return hold.reason in (value(tuple(hold.case.packs), "hold.until_decided", on) or ())


def right_to_end(hold: Hold, at: datetime) -> str:
    """Who may end it before its last day; what waits for a decision is for compliance alone."""
    decided = waits_for_decision(hold, local_day(at, hold.case.zone))
    return "decide_hold" if decided else "release_hold"


def release_hold(*, hold: Hold, why: str, by: User, at: datetime) -> None:
    """End a hold before its last day; only those who answer for the case may."""
    _ends_with_its_matter(hold)
    carry_out(ending(hold, why, right_to_end(hold, at), by, at), by=by, at=at)


def _ends_with_its_matter(hold: Hold) -> None:
    """What compliance looks into is decided on its own page, and nothing else ends its hold."""
    if hold.reason == Hold.Reason.INQUIRY:
        raise WrongInput(_("This hold ends with the decision of compliance, and in no other way."))


def end_due_holds(*, at: datetime, by: User) -> int:
    """End every hold whose last day has passed where the debtor lives; says how many.

    Nothing is sent from here: what is due afterwards goes through its own gates again.
    """
    ended = 0
    rough = local_day(at, "Pacific/Kiritimati")  # the first place on earth where a day ends
    due = Hold.objects.filter(ended_at=None, until__lt=rough).select_related("case__debtor")
    for hold in due.order_by("until", "pk"):
        today = local_day(at, hold.case.zone)
        if hold.until < today and not waits_for_decision(hold, today):
            carry_out(ending(hold, "", "", by, at), by=by, at=at)
            ended += 1
    return ended


def raise_reviews(*, at: datetime, by: User) -> int:
    """Raise the duty to look again at each hold whose review day has come; says how many."""
    raised = 0
    rough = local_day(at, "Pacific/Kiritimati")
    due = Hold.objects.filter(  # one that a circumstance placed is reviewed with it
        ended_at=None, reviewed_at=None, review_on__lte=rough, circumstances=None
    ).exclude(reason=Hold.Reason.INQUIRY)  # of which the duties of its matter speak
    for hold in due.select_related("case__debtor").order_by("review_on", "pk"):
        key = f"{REVIEW}:{hold.pk}"
        if hold.review_on > local_day(at, hold.case.zone):
            continue
        if hold.case.duties.filter(key=key).exists():
            continue

        def write(case: Case, _by: User, _at: datetime, hold: Hold = hold, key: str = key) -> None:
            raise_duty(
                case=case,
                kind=key,
                says={
                    "en": f"Review the hold ({hold.reason}); it ends on {hold.until}.",
                    "zh": f"复核暂停催收（{Hold.Reason(hold.reason).label}），最后一日为 {hold.until}。",
                },
                due_at=from_local(
                    datetime.combine(hold.review_on + timedelta(days=1), time()), hold.case.zone
                ),
                key=key,
                at=at,
                role=User.Role.SUPERVISOR,
            )

        carry_out(
            Step(
                subject=hold.case,
                event="hold.review_due",
                data={"reason": hold.reason, "review_on": hold.review_on},
                then=write,
            ),
            by=by,
            at=at,
        )
        raised += 1
    return raised


def mark_held(case: Case) -> None:
    """Keep the work list's mark in step with the open holds."""
    last = Hold.objects.filter(case=case, ended_at=None).order_by("-until").first()
    case.held_until = last.until if last else None


def place_hold(
    case: Case, *, reason: str, days: int, remark: str, by: User, at: datetime,
    review_in: int = 0,
) -> Hold:  # fmt: skip
    """Pause a case inside a change that runs already (such as an incident at the door).

    ``review_in`` is after how many days somebody looks at it again.
    """
    today = local_day(at, case.zone)
    hold = Hold(
        case=case,
        reason=reason,
        scope=Hold.Scope.ALL,
        remark=remark,
        starts_on=today,
        review_on=today + timedelta(days=review_in),
        until=today + timedelta(days=days),
        placed_at=at,
        placed_by=by,
        interest_runs=interest_runs(case, reason, today),
    )
    hold.save(force_insert=True)
    mark_held(case)
    tell(case, "case.held", by, at, {"reason": reason, "scope": "all", "until": hold.until})
    return hold


def ending(hold: Hold, why: str, right: str, by: User, at: datetime) -> Step:
    """The step that ends a hold, for actions that end it among other things."""

    def after(fresh: Hold, _by: User, _at: datetime) -> None:
        fulfil(case=fresh.case, kind=f"{REVIEW}:{fresh.pk}", by=by, at=at)
        mark_held(fresh.case)

    return Step(
        subject=hold,
        event="hold.released" if why else "hold.ended",
        right=right,
        transition="end",
        args={"at": at, "by": by, "why": why},
        data={"reason": hold.reason, "why": why},
        then=after,
    )
