"""The ways out at the door: each in one transaction, each honoured at once."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cases.actions.holding import place_hold
from cases.models import Case, Hold, Refusal
from cases.models.case import Step as CaseStep
from common.clock import local_day
from compliance.ask import value
from documents.models import Document
from notices import outbox
from people.models import User
from visits.actions.arriving import CONDUCT
from visits.actions.planning import cancelling_all, returning
from visits.actions.recording import _ending, finish_visit
from visits.models import Visit
from workflow.approvals import request_approval
from workflow.duties import raise_duty
from workflow.models import Approval
from workflow.steps import Step, WrongInput, carry_out

BACK = {
    CaseStep.NOTICE, CaseStep.CREDENTIAL_DISPLAY, CaseStep.ON_SITE_TALK,
}  # fmt: skip
DEFAULT_BAR = 30
INCIDENT_DAYS = 30


def refuse_at_door(
    *, visit: Visit, remark: str, by: User, at: datetime, asked_to_leave: bool = False
) -> Refusal:
    """The debtor said no: leave now. The visit ends, all that lay ahead is cancelled, visits are barred."""
    outcome = Visit.Outcome.ASKED_TO_LEAVE if asked_to_leave else Visit.Outcome.REFUSED
    how = Refusal.How.ASKED_TO_LEAVE if asked_to_leave else Refusal.How.AT_THE_DOOR
    refusal = _refusal(visit.case, how, remark, by, at)
    carry_out(
        _ending(visit, outcome, remark, at),
        *_honouring(visit.case, refusal, by, at, event="visit.refused"),
        by=by,
        at=at,
    )
    return refusal


def record_refusal(*, case: Case, how: str, remark: str, by: User, at: datetime) -> Refusal:
    """The debtor refused visits by telephone or in writing; honoured in the same way."""
    refusal = _refusal(case, how, remark, by, at)
    steps = _honouring(case, refusal, by, at, event="refusal.recorded")
    under_way = case.visits.filter(state=Visit.State.STARTED).first()
    if under_way:
        steps.insert(0, _ending(under_way, Visit.Outcome.REFUSED, remark, at))
    carry_out(*steps, by=by, at=at)
    return refusal


def nobody_in(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """Nobody opened; no card is left that a neighbour could read."""
    finish_visit(visit=visit, outcome=Visit.Outcome.NOBODY_IN, why=remark, by=by, at=at)


def someone_else(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """Somebody else opened: nothing of the debt is said, the visit ends as not met."""
    carry_out(
        Step(
            subject=visit,
            event="third_party.present",
            right=CONDUCT,
            data={"disclosed": "nothing", "remark": remark},
        ),
        _ending(visit, Visit.Outcome.SOMEONE_ELSE, remark, at),
        returning(visit.case, str(Visit.Outcome.SOMEONE_ELSE.label), at),
        by=by,
        at=at,
    )


def unsafe(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """Somebody is agitated or in danger: the visit is broken off and the case held for a person to look at."""

    def hold(case: Case, _by: User, _at: datetime) -> None:
        outbox.suppress(case=case, why=_("An incident is being looked into."), by=by, at=at)
        place_hold(
            case, reason=Hold.Reason.INCIDENT, days=INCIDENT_DAYS, remark=remark, by=by, at=at
        )
        raise_duty(
            case=case,
            kind="incident.review",
            says={
                "en": "Look into the incident at the visit and decide how to go on.",
                "zh": "了解上门时发生的事件,并决定如何继续。",
            },
            due_at=at + timedelta(days=1),
            key=f"incident:{visit.pk}",
            role=User.Role.SUPERVISOR,
            at=at,
        )

    back = returning(visit.case, str(Visit.Outcome.UNSAFE.label), at)
    carry_out(
        _ending(visit, Visit.Outcome.UNSAFE, remark, at, transition="abort"),
        *cancelling_all(visit.case, str(Visit.Outcome.UNSAFE.label), at),
        Step(
            subject=back.subject, event=back.event, transition=back.transition, args=back.args,
            data=back.data, then=hold,
        ),
        by=by,
        at=at,
    )  # fmt: skip


def ask_to_lift(
    *, refusal: Refusal, reason: str, by: User, at: datetime, evidence: Document | None = None
) -> Approval:
    """Ask for a refusal to be lifted, such as after the debtor's own invitation in writing."""
    if refusal.lifted_at:
        raise WrongInput(_("This refusal was lifted already."))
    return request_approval(
        case=refusal.case,
        kind=Approval.Kind.LIFT_REFUSAL,
        subject=str(refusal.pk),
        reason=reason,
        details={"refused_at": refusal.at.isoformat(), "until": refusal.until.isoformat()},
        evidence=evidence,
        by=by,
        at=at,
    )


def lifting(approval: Approval, _by: User, at: datetime) -> list[Step]:
    """What follows when a second person lifts a refusal."""
    refusal = Refusal.objects.get(pk=int(approval.subject), case=approval.case)

    def lift(fresh: Refusal, _who: User, _at: datetime) -> None:
        Refusal.objects.filter(pk=fresh.pk).update(lifted_at=at)
        last = Refusal.objects.filter(case=fresh.case, lifted_at=None).order_by("-until").first()
        fresh.case.refused_until = last.until if last else None

    return [
        Step(
            subject=refusal,
            event="refusal.lifted",
            data={"reason": approval.reason, "asked_by": str(approval.requested_by)},
            then=lift,
        )
    ]


def _refusal(case: Case, how: str, remark: str, by: User, at: datetime) -> Refusal:
    days = value(tuple(case.packs), "refusal.bar_days", local_day(at, case.zone)) or DEFAULT_BAR
    return Refusal(
        case=case, how=how, at=at, until=local_day(at, case.zone) + timedelta(days=int(days)),
        remark=remark[:400], recorded_by=by,
    )  # fmt: skip


def _honouring(case: Case, refusal: Refusal, by: User, at: datetime, *, event: str) -> list[Step]:
    """Everything that a refusal does at once: bar, cancel, suppress, back to preparation."""
    why = _("The debtor refused visits.")

    def after(fresh: Refusal, _by: User, _at: datetime) -> None:
        fresh.case.refused_until = refusal.until
        outbox.suppress(case=fresh.case, why=why, by=by, at=at)

    steps = [
        Step(
            subject=refusal,
            event=event,
            right="record_refusal",
            data={"how": refusal.how, "until": refusal.until, "remark": refusal.remark},
            then=after,
        ),
        *cancelling_all(case, why, at),
    ]
    if Case.objects.only("state").get(pk=case.pk).state in BACK:
        steps.append(returning(case, why, at))
    return steps
