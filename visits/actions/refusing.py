"""The ways out at the door: each in one transaction, each honoured at once."""

from dataclasses import replace
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from cases.actions.holding import place_hold
from cases.models import Case, Hold, Refusal
from common.clock import local_day
from compliance.ask import value
from compliance.circumstances import VULNERABLE
from documents.models import Document
from documents.storing import store
from notices import outbox
from people.models import User
from visits.actions.arriving import CONDUCT, lapse_recording, only_the_crew
from visits.actions.befalling import seen_at_door
from visits.actions.planning import back_from_door, back_from_notice, cancelling_all
from visits.actions.recording import ending, finish_visit
from visits.models import Incident, Visit
from workflow.approvals import is_asked, request_approval
from workflow.duties import raise_duty
from workflow.models import Approval
from workflow.reasons import because
from workflow.steps import StateRefused, Step, WrongInput, carry_out

DEFAULT_BAR = 30
INCIDENT_DAYS = 30
ASKED, LEAVE_WITHIN = "visit.asked_to_leave", timedelta(minutes=2)


def refuse_at_door(
    *, visit: Visit, remark: str, by: User, at: datetime, asked_to_leave: bool = False
) -> Refusal:
    """The debtor said no: leave now. The visit ends, all that lay ahead is cancelled, visits are barred."""
    only_the_crew(visit, by)
    outcome = Visit.Outcome.ASKED_TO_LEAVE if asked_to_leave else Visit.Outcome.REFUSED
    how = Refusal.How.ASKED_TO_LEAVE if asked_to_leave else Refusal.How.AT_THE_DOOR
    refusal = _refusal(visit.case, how, remark, by, at)
    carry_out(
        ending(visit, outcome, remark, at),
        *_honouring(visit.case, refusal, by, at, event="visit.refused"),
        by=by,
        at=at,
    )
    return refusal


def asked_from_outside(*, visit: Visit, remark: str, at: datetime) -> Refusal:
    """Whoever opened the door wants the officers to leave and said so on the page of the visit's code.

    The same as said to their faces; officers and supervisor are told, for they may not have heard it.
    """
    by = User.objects.system()
    how = Refusal.How.ASKED_TO_LEAVE
    refusal = _refusal(visit.case, how, remark, by, at)
    says = {
        "en": "You were asked to leave, on the page of the visit's code. Leave now; the visit has ended.",
        "zh": "对方已通过上门核验页面要求离开。请立即离开，本次上门已结束。",
    }

    def tell_both(case: Case, _by: User, _at: datetime) -> None:
        for role in (User.Role.OFFICER, User.Role.SUPERVISOR):
            raise_duty(
                case=case, kind=f"{ASKED}.{role}", says=says, due_at=at + LEAVE_WITHIN,
                key=f"{ASKED}:{visit.pk}:{role}", role=role, at=at,
            )  # fmt: skip

    carry_out(
        ending(visit, Visit.Outcome.ASKED_TO_LEAVE, remark, at),
        *_honouring(visit.case, refusal, by, at, event="visit.refused"),
        Step(
            subject=visit.case,
            event=ASKED,
            data={"reference": visit.reference},
            then=tell_both,
        ),
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
        # the officers are told by telephone; the right to record a refusal is right enough here
        steps.insert(0, ending(under_way, Visit.Outcome.REFUSED, remark, at, right=""))
    carry_out(*steps, by=by, at=at)
    return refusal


def honoured_later(*, case: Case, said_at: datetime, at: datetime) -> None:
    """Note of a refusal that was said at the door when it reached the office and called off all that lay ahead."""
    if at > said_at:
        Refusal.objects.filter(case=case, at=said_at, honoured_at=None).update(honoured_at=at)


def nobody_in(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """Nobody opened; no card is left that a neighbour could read."""
    finish_visit(visit=visit, outcome=Visit.Outcome.NOBODY_IN, why=remark, by=by, at=at)


def postponed(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """The debtor wants another time; a visit then has to be planned and announced anew."""
    finish_visit(visit=visit, outcome=Visit.Outcome.POSTPONED, why=remark, by=by, at=at)


def someone_else(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """Somebody else opened: nothing of the debt is said, the visit ends as not met."""
    if visit.identified_at:
        raise WrongInput(_("The debtor was identified already. Use another way out."))
    leave_before_others(visit=visit, remark=remark, by=by, at=at)


def leave_before_others(
    *, visit: Visit, remark: str, by: User, at: datetime, left: str = "nothing"
) -> None:
    """Somebody else is there, so the officers go: not met, or if the debtor was, for another time.

    ``left`` is ``nothing``, or ``sealed_note`` for an envelope that tells only a name and a number.
    """
    only_the_crew(visit, by)
    met = visit.identified_at is not None
    outcome = Visit.Outcome.POSTPONED if met else Visit.Outcome.SOMEONE_ELSE
    carry_out(
        _third_party(visit, remark, left),
        ending(visit, outcome, remark, at),
        *back_from_door(visit.case, str(outcome.label), at),
        by=by,
        at=at,
    )


def note_third_party(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """Somebody else was there for a while; nothing was said of the matter, and the visit goes on."""
    only_the_crew(visit, by)
    if visit.state != Visit.State.STARTED:
        raise StateRefused(visit, "third_party.present")

    def goes_on(fresh: Visit, _by: User, _at: datetime) -> None:
        if fresh.identified_at is None:  # whoever is met next is asked anew
            lapse_recording(fresh, at)

    carry_out(replace(_third_party(visit, remark, "nothing"), then=goes_on), by=by, at=at)


def _third_party(visit: Visit, remark: str, left: str) -> Step:
    return Step(
        subject=visit, event="third_party.present", right=CONDUCT,
        data={"disclosed": "nothing", "left": left, "remark": remark},
    )  # fmt: skip


def crew_short(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """An officer had to leave, and nobody stays at a door alone: the visit ends."""
    only_the_crew(visit, by)
    label = str(Visit.Outcome.CREW_SHORT.label)
    carry_out(
        ending(visit, Visit.Outcome.CREW_SHORT, remark, at),
        *back_from_door(visit.case, label, at),
        by=by,
        at=at,
    )


def report_incident(*, visit: Visit, remark: str, by: User, at: datetime) -> None:
    """An officer cannot stand for how the visit went: everything stops until it was looked into."""
    only_the_crew(visit, by)
    if not remark.strip():
        raise WrongInput(_("Write what happened, in a line or two."), "remark")
    if visit.state not in {Visit.State.FINISHED, Visit.State.ABORTED}:
        raise StateRefused(visit, "incident.opened")
    carry_out(
        *cancelling_all(visit.case, _("An incident is being looked into."), at),
        opening_incident(visit, remark, by, at, kind=Incident.Kind.REPORTED),
        *back_from_notice(visit.case, _("An incident is being looked into."), at),
        by=by,
        at=at,
    )


def unsafe(*, visit: Visit, remark: str, by: User, at: datetime, kind: str = "") -> None:
    """Somebody is agitated or in danger: the visit is broken off and the case held for a person to look at.

    ``kind`` is what the officers saw, such as a threat; the packs say what follows from it.
    """
    only_the_crew(visit, by)
    carry_out(
        *breaking_off(visit, remark, by, at, kind=Incident.Kind.UNSAFE, seen=kind), by=by, at=at
    )


def breaking_off(
    visit: Visit, remark: str, by: User, at: datetime, *, kind: str, seen: str = ""
) -> list[Step]:
    """The steps that end a visit as unsafe: all that lay ahead is cancelled, the case held, an incident opened.

    ``kind`` is that of the incident; ``seen`` what the officers saw, if they said so.
    """
    widely, label = "" if seen in VULNERABLE else remark, str(Visit.Outcome.UNSAFE.label)
    return [
        ending(visit, Visit.Outcome.UNSAFE, widely, at, transition="abort"),
        *cancelling_all(visit.case, label, at),
        opening_incident(visit, widely, by, at, kind=kind),
        *seen_at_door(visit, seen, remark, by, at),
        *back_from_door(visit.case, label, at),
    ]


def opening_incident(visit: Visit, remark: str, by: User, at: datetime, *, kind: str) -> Step:
    """The step that stops all contact, keeps what was to go out, and calls for a supervisor."""

    def hold(case: Case, _by: User, _at: datetime) -> None:
        Incident(
            case=case, visit=visit, kind=kind, what=remark[:400], opened_at=at, opened_by=by
        ).save(force_insert=True)
        outbox.suppress(
            case=case, why=because(lambda: _("An incident is being looked into.")), by=by, at=at
        )
        place_hold(
            case, reason=Hold.Reason.INCIDENT, days=INCIDENT_DAYS, remark=remark, by=by, at=at
        )
        raise_duty(
            case=case,
            kind="incident.review",
            says={
                "en": "Look into the incident at the visit and decide how to go on.",
                "zh": "了解上门时发生的事件，并决定如何继续。",
            },
            due_at=at + timedelta(days=1),
            key=f"incident:{visit.pk}",
            role=User.Role.SUPERVISOR,
            at=at,
        )

    return Step(
        subject=visit.case,  # not the visit: each step reads its own subject
        event="incident.opened",
        right=CONDUCT,
        data={"reference": visit.reference, "remark": remark},
        then=hold,
    )


def spare_vulnerable(*, visit: Visit, remark: str, by: User, at: datetime, kind: str = "") -> None:
    """Somebody here needs special care: leave kindly; nobody comes again before it was looked into.

    ``kind`` is what the officers saw, if they can tell; the packs say what follows from it, and what was
    written of it is for those alone who answer for the case.
    """
    only_the_crew(visit, by)
    widely = "" if kind in VULNERABLE else remark

    def hold(case: Case, _by: User, _at: datetime) -> None:
        outbox.suppress(
            case=case, why=because(lambda: _("Somebody needs special care.")), by=by, at=at
        )
        place_hold(
            case,
            reason=Hold.Reason.VULNERABLE,
            days=INCIDENT_DAYS,
            remark=widely,
            by=by,
            at=at,
        )
        raise_duty(
            case=case,
            kind="care.review",
            says={
                "en": "Somebody at the visit needs special care: decide how to go on.",
                "zh": "上门时发现有人需要特殊照顾：请决定后续处理方式。",
            },
            due_at=at + timedelta(days=1),
            key=f"care:{visit.pk}",
            role=User.Role.SUPERVISOR,
            at=at,
        )

    label = str(Hold.Reason.VULNERABLE.label)
    carry_out(
        ending(visit, Visit.Outcome.POSTPONED, widely or label, at),
        *cancelling_all(visit.case, label, at),
        Step(
            subject=visit.case,
            event="care.needed",
            data={"reference": visit.reference, "remark": widely},
            then=hold,
        ),
        *seen_at_door(visit, kind, remark, by, at),
        *back_from_door(visit.case, label, at),
        by=by,
        at=at,
    )


def ask_to_lift(
    *,
    refusal: Refusal,
    reason: str,
    by: User,
    at: datetime,
    filename: str = "",
    content: bytes = b"",
) -> Approval:
    """Ask for a refusal to be lifted, such as after the debtor's own invitation in writing.

    The invitation may be given as a file. Raises ``documents.storing.Unreadable``.
    """
    if refusal.lifted_at:
        raise WrongInput(_("This refusal was lifted already."))
    if is_asked(refusal.case, Approval.Kind.LIFT_REFUSAL, at):
        raise WrongInput(_("This was asked already; compliance has to decide."))

    def keep() -> Document:
        return store(
            case=refusal.case, kind=Document.Kind.CERTIFICATE, filename=filename,
            content=content, title=_("Evidence for lifting a refusal"), by=by, at=at,
        )  # fmt: skip

    return request_approval(
        case=refusal.case,
        kind=Approval.Kind.LIFT_REFUSAL,
        subject=str(refusal.pk),
        reason=reason,
        details={"refused_at": refusal.at.isoformat(), "until": refusal.until.isoformat()},
        evidence=keep if content else None,
        by=by,
        at=at,
    )


def lifting(approval: Approval, _by: User, at: datetime) -> list[Step]:
    """What follows when a second person lifts a refusal."""
    refusal = Refusal.objects.get(pk=int(approval.subject), case=approval.case)
    if refusal.lifted_at:
        return []

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
    why = because(lambda: _("The debtor refused visits."))

    def after(fresh: Refusal, _by: User, _at: datetime) -> None:
        fresh.case.refused_until = refusal.until
        outbox.suppress(case=fresh.case, why=why, by=by, at=at)

    return [
        Step(
            subject=refusal,
            event=event,
            right="record_refusal",
            data={"how": refusal.how, "until": refusal.until, "remark": refusal.remark},
            then=after,
        ),
        *cancelling_all(case, why, at),
        *back_from_door(case, why, at),
    ]
