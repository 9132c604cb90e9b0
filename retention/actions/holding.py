"""Legal holds: nothing of the case is deleted while one stands; a person sets and renews it, two lift it."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from cases.models import Case
from common.clock import local_day
from people.models import User
from people.rights import may
from retention.models import LegalHold
from retention.reckoning import shelve
from workflow.approvals import must_not_wait, request_approval
from workflow.models import Approval
from workflow.steps import RightRefused, Step, WrongInput, case_of, note

RIGHT = "hold_records"
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
        fresh.lifted_by, fresh.lifted_at, fresh.lifted_why = by, at, approval.reason[:300]
        fresh.save(update_fields=["lifted_by", "lifted_at", "lifted_why"])
        shelve(locked, day=local_day(at, locked.zone))
        return {
            "kind": fresh.kind, "why": approval.reason, "asked_by": str(approval.requested_by),
        }  # fmt: skip

    return [Step(subject=case, event="records.released", data=release)]


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
