"""An original that cannot go back: asked for with the reason, granted by a second person, declared void."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import papers
from agreements.actions.closing import RETURN_DUTIES
from agreements.policy import may_void, still_held
from cases.models import Case, ClaimPaper, Custody
from cases.models.case import Step as CaseStep
from common.money import ZERO, show
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.approvals import request_approval
from workflow.duties import fulfil
from workflow.models import Approval
from workflow.steps import Step, WrongInput, case_of


def request_void(
    *,
    paper: ClaimPaper,
    void_reason: str,
    reason: str,
    by: User,
    at: datetime,
    filename: str = "",
    content: bytes = b"",
) -> Approval:
    """Ask a second person to declare an original void that cannot be given back.

    Raises ``PolicyRefused``, ``WrongInput``, ``documents.storing.Unreadable``, ``RightRefused``, ``Outsider``.
    """
    if void_reason not in ClaimPaper.VoidReason.values:
        raise WrongInput(_("Choose one of the reasons."), "void_reason")
    reason = reason.strip()[:1000]
    if not reason:
        raise WrongInput(_("Say what happened and what was done to find it or them."), "reason")
    case = paper.case
    _must_stay_out(paper, case)

    def keep() -> Document:
        return store(
            case=case, kind=Document.Kind.OTHER, filename=filename, content=content,
            title=_("Why an original cannot go back"), by=by, at=at,
        )  # fmt: skip

    def once(asked: Approval, _by: User, at: datetime) -> None:
        waiting = case.approvals.filter(
            kind=Approval.Kind.ORIGINAL_VOID, state=Approval.State.WAITING, expires_at__gt=at,
            details__paper=paper.pk,
        ).exclude(pk=asked.pk)  # fmt: skip
        if waiting.exists():
            raise WrongInput(_("Somebody has asked for this already; it waits for a decision."))

    label = ClaimPaper.VoidReason(void_reason).label
    return request_approval(
        case=case, kind=Approval.Kind.ORIGINAL_VOID,
        subject=f"{paper.get_kind_display()} · {label}"[:80],
        details={"paper": paper.pk, "void_reason": void_reason}, reason=reason,
        evidence=keep if content else None, policy=may_void(void_reason, proven=bool(content)),
        by=by, at=at, then=once,
    )  # fmt: skip


def void_steps(approval: Approval, by: User, at: datetime) -> Sequence[Step]:
    """What follows when it is granted: the original counts for nothing, and a declaration says so."""
    case: Case = case_of(approval)
    void_reason = approval.details["void_reason"]

    def declare(locked: Case) -> Mapping[str, Any]:
        paper = ClaimPaper.objects.select_for_update(of=("self",)).get(
            pk=approval.details["paper"], case=locked
        )
        paper.case = locked
        _must_stay_out(paper, locked)
        paper.voided_at, paper.void_reason, paper.void_why = at, void_reason, approval.reason[:1000]
        turn = Custody.objects.create(
            paper=paper,
            kind=Custody.Kind.VOIDED,
            at=at,
            recorded_by=by,
            remark=str(ClaimPaper.VoidReason(void_reason).label),
        )
        document = store(
            case=locked, kind=Document.Kind.VOID_DECLARATION,
            filename=f"{locked.reference}-void-{paper.pk}.pdf",
            content=papers.void_declaration_pdf(
                paper, asked_by=approval.requested_by, granted_by=by, at=at
            ),
            title=f"{_('Declaration that an original is void')}{_(': ')}{paper.get_kind_display()}",
            by=by, at=at, made_here=True,
        )  # fmt: skip
        paper.declaration = turn.receipt = document
        turn.save(update_fields=["receipt"])
        paper.save(update_fields=["voided_at", "void_reason", "void_why", "declaration"])
        if not still_held(locked).exists():
            for kind in RETURN_DUTIES:
                fulfil(case=locked, kind=kind, by=by, at=at)
        return {
            **papers.told(document), "kind": paper.kind, "void_reason": void_reason,
            "reason": approval.reason, "asked_by": str(approval.requested_by),
        }  # fmt: skip

    return [
        Step(
            subject=case, event="original.voided", data=declare,
            policy=may_void(void_reason, proven=approval.evidence_id is not None),
        )
    ]  # fmt: skip


def _must_stay_out(paper: ClaimPaper, case: Case) -> None:
    """Only what lies with us, goes back to nobody, and is due to go back, can be declared void."""
    if not paper.original_held or paper.returned_at:
        raise WrongInput(_("We hold no original of this paper."))
    if paper.voided_at:
        raise WrongInput(_("This original was declared void already."))
    if case.balance > ZERO and case.state != CaseStep.CLOSURE:
        raise WrongInput(
            _("%(balance)s is still owed. An original is declared void when it would have to go back.")
            % {"balance": show(case.balance)}
        )  # fmt: skip
