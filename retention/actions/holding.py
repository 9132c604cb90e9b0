"""Legal holds: nothing of the case is deleted while one stands; a person sets and renews it, two lift it."""

import logging
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, TextField, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import override

from cases.models import Case
from common.clock import day_ends, local_day
from people.models import User
from people.rights import may
from retention.models import LegalHold
from retention.reckoning import shelve
from workflow.approvals import must_not_wait, request_approval
from workflow.duties import fulfil, raise_duty
from workflow.models import Approval, Duty
from workflow.steps import RightRefused, Step, WrongInput, case_of, note

log = logging.getLogger(__name__)

RIGHT = "hold_records"
REVIEW = "records.review"
BATCH = 200
LONGEST = timedelta(days=366)
"""So far ahead may the day lie on which a hold is looked at again; no law names it, the house does."""


def set_legal_hold(
    *, case: Case, kind: str, reason: str, review_on: date, by: User, at: datetime
) -> LegalHold:
    """Let nothing of the case be deleted until somebody lifts it; by that day somebody looks at it again."""
    reason = reason.strip()[:300]
    if kind not in LegalHold.Kind.values:
        raise WrongInput(_("Say what the records are kept for."), "kind")
    if not reason:
        raise WrongInput(_("Write why the records are to be kept."), "reason")
    _must_be_soon(case, review_on, at)
    hold = LegalHold(case=case, kind=kind, reason=reason, review_on=review_on, set_by=by, set_at=at)

    def write(locked: Case) -> dict[str, Any]:
        if locked.legal_holds.filter(kind=kind, lifted_at=None).exists():
            raise WrongInput(_("The records are held for this already."), "kind")
        hold.case = locked
        hold.save(force_insert=True)
        shelve(locked, day=local_day(at, locked.zone))
        return {"kind": kind, "why": reason, "review_on": review_on.isoformat()}

    note(case, event="records.held", right=RIGHT, by=by, at=at, data=write)
    return hold


def renew_legal_hold(
    *, hold: LegalHold, why: str, review_on: date, by: User, at: datetime
) -> LegalHold:
    """Somebody looked at it: it stands on, and is looked at again by that day."""
    why = why.strip()[:300]
    if not why:
        raise WrongInput(_("Write why the records are to be kept on."), "why")
    _must_be_soon(hold.case, review_on, at)

    def write(locked: Case) -> dict[str, Any]:
        fresh = _standing(hold, locked)
        fulfil(case=locked, kind=REVIEW, key=_review_key(fresh), by=by, at=at)
        fresh.review_on, fresh.reason = review_on, why
        fresh.save(update_fields=["review_on", "reason"])
        return {"kind": fresh.kind, "why": why, "review_on": review_on.isoformat()}

    note(hold.case, event="records.hold_renewed", right=RIGHT, by=by, at=at, data=write)
    return hold


def ask_to_lift(*, hold: LegalHold, why: str, by: User, at: datetime) -> Approval:
    """Ask a second person to lift it, for what goes then cannot be brought back."""
    why = why.strip()[:300]
    if not may(by, RIGHT):
        raise RightRefused(by, RIGHT)
    if not why:
        raise WrongInput(_("Write why the records need not be kept any more."), "why")
    if hold.lifted_at:
        raise WrongInput(_("This hold was lifted already."))
    must_not_wait(hold.case, Approval.Kind.RELEASE_RECORDS, at)
    return request_approval(
        case=hold.case, kind=Approval.Kind.RELEASE_RECORDS, subject=hold.get_kind_display(),
        details={"hold": hold.pk}, reason=why, by=by, at=at,
    )  # fmt: skip


def lifting(approval: Approval, by: User, at: datetime) -> Sequence[Step]:
    """What follows when the second person grants it: the terms of the case's records take their course again."""
    case: Case = case_of(approval)
    hold = LegalHold.objects.get(pk=approval.details["hold"], case=case)

    def release(locked: Case) -> Mapping[str, Any]:
        fresh = _standing(hold, locked)
        fulfil(case=locked, kind=REVIEW, key=_review_key(fresh), by=by, at=at)
        fresh.lifted_by, fresh.lifted_at, fresh.lifted_why = by, at, approval.reason[:300]
        fresh.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
        shelve(locked, day=local_day(at, locked.zone))
        return {
            "kind": fresh.kind, "why": approval.reason, "asked_by": str(approval.requested_by),
        }  # fmt: skip

    return [Step(subject=case, event="records.released", data=release)]


def raise_reviews(at: datetime, *, by: User) -> int:
    """Raise the duty to look again at each hold whose day has come; says how many. A hold never ends by itself."""
    rough = local_day(at, "Pacific/Kiritimati")  # where the day comes first
    due = LegalHold.objects.filter(lifted_at=None, review_on__lte=rough).annotate(
        told_as=Concat(
            Value(f"{REVIEW}:"), Cast("pk", TextField()), Value(":"), Cast("review_on", TextField()),
            output_field=TextField(),
        )
    )  # fmt: skip
    untold = due.exclude(Exists(Duty.objects.filter(key=OuterRef("told_as"))))
    found = list(untold.select_related("case__debtor").order_by("review_on", "pk")[:BATCH])
    raised = 0
    for hold in found:
        if hold.review_on <= local_day(at, hold.case.zone):
            try:
                _raise_review(hold, at, by)
                raised += 1
            except WrongInput:  # lifted or renewed meanwhile
                continue
            except Exception:
                log.exception("The review of hold %s could not be raised.", hold.pk)
    return raised


def _raise_review(hold: LegalHold, at: datetime, by: User) -> None:
    def write(locked: Case, _by: User, at: datetime) -> None:
        fresh = _standing(hold, locked)
        if fresh.review_on != hold.review_on:
            raise WrongInput(_("Somebody has looked at this hold meanwhile."))
        with override("en"):
            english = fresh.get_kind_display()
        with override("zh-hans"):
            chinese = fresh.get_kind_display()
        raise_duty(
            case=locked, kind=REVIEW, key=_review_key(fresh), at=at, role=User.Role.COMPLIANCE,
            due_at=max(day_ends(fresh.review_on, locked.zone), at),
            says={
                "en": f"Look again at the hold on the records ({english}): renew it with a reason, or ask that it be lifted.",
                "zh": f"请复核档案保全（{chinese}）：说明理由继续保全，或申请解除。",
            },
        )  # fmt: skip

    note(
        hold.case, event="records.review_due", by=by, at=at, then=write,
        data={"kind": hold.kind, "review_on": hold.review_on.isoformat()},
    )  # fmt: skip


def _review_key(hold: LegalHold) -> str:
    return f"{REVIEW}:{hold.pk}:{hold.review_on:%Y-%m-%d}"


def _standing(hold: LegalHold, locked: Case) -> LegalHold:
    """The hold as it is now, locked; one that was lifted is none."""
    fresh = LegalHold.objects.select_for_update(of=("self",)).get(pk=hold.pk, case=locked)
    if fresh.lifted_at:
        raise WrongInput(_("This hold was lifted already."))
    return fresh


def _must_be_soon(case: Case, review_on: date, at: datetime) -> None:
    today = local_day(at, case.zone)
    if review_on <= today:
        raise WrongInput(_("Name a day that is still to come."), "review_on")
    if review_on > today + LONGEST:
        raise WrongInput(_("Look at it again within a year; it can be renewed then."), "review_on")
