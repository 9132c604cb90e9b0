"""Originals in our hands: taken in against a receipt, moved with a reason; given back in ``closing``."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import papers
from cases.models import Case, ClaimPaper, Custody
from cases.models.case import Step as CaseStep
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.steps import StateRefused, WrongInput, note

KEEP = "edit_case"


def take_in_original(
    *, paper: ClaimPaper, received_from: str, kept_at: str, by: User, at: datetime
) -> Custody:
    """Take in the original of a paper that is known as a copy; whoever brought it gets a receipt."""
    received_from, kept_at = received_from.strip()[:80], kept_at.strip()[:120]
    _must_be_said(received_from, "received_from", _("Write from whom the original came."))
    _must_be_said(kept_at, "kept_at", _("Say where the original is kept, so that it can go back."))
    row = Custody(
        paper=paper, kind=Custody.Kind.TAKEN_IN, at=at, place=kept_at, person=received_from,
        recorded_by=by,
    )  # fmt: skip

    def take_in(locked: Case) -> dict[str, Any]:
        if locked.state == CaseStep.CLOSURE:
            raise StateRefused(locked, "take_in_original")
        fresh = _locked(paper, locked)
        if fresh.original_held and not fresh.returned_at:
            raise WrongInput(_("We hold the original of this paper already."))
        fresh.original_held, fresh.kept_at = True, kept_at
        fresh.returned_at, fresh.returned_to, fresh.receipt = None, "", None
        fresh.save(
            update_fields=["original_held", "kept_at", "returned_at", "returned_to", "receipt"]
        )
        row.paper = fresh
        row.receipt = store(
            case=locked, kind=Document.Kind.CUSTODY_RECEIPT,
            filename=f"{locked.reference}-custody-{fresh.pk}.pdf",
            content=papers.custody_receipt_pdf(row, at=at),
            title=f"{_('Receipt for an original taken in')}{_(': ')}{fresh.get_kind_display()}", by=by,
            at=at, made_here=True,
        )  # fmt: skip
        row.save(force_insert=True)
        return {
            **papers.told(row.receipt), "kind": fresh.kind, "from": received_from, "place": kept_at,
        }  # fmt: skip

    note(paper.case, event="original.taken_in", right=KEEP, by=by, at=at, data=take_in)
    return row


def move_original(*, paper: ClaimPaper, kept_at: str, why: str, by: User, at: datetime) -> Custody:
    """Keep the original at another place from now on, and say why."""
    kept_at, why = kept_at.strip()[:120], why.strip()[:200]
    _must_be_said(kept_at, "kept_at", _("Say where the original is kept, so that it can go back."))
    _must_be_said(why, "why", _("Say why it is moved."))
    row = Custody(
        paper=paper, kind=Custody.Kind.MOVED, at=at, place=kept_at, remark=why, recorded_by=by
    )

    def move(locked: Case) -> dict[str, Any]:
        fresh = _locked(paper, locked)
        if not fresh.original_held or fresh.returned_at:
            raise WrongInput(_("We hold no original of this paper."))
        if fresh.voided_at:
            raise WrongInput(_("This original was declared void already."))
        if fresh.kept_at == kept_at:
            raise WrongInput(_("It is kept there already."), "kept_at")
        was, fresh.kept_at = fresh.kept_at, kept_at
        fresh.save(update_fields=["kept_at"])
        row.paper = fresh
        row.save(force_insert=True)
        return {"kind": fresh.kind, "was": was, "place": kept_at, "why": why}

    note(paper.case, event="original.moved", right=KEEP, by=by, at=at, data=move)
    return row


def _locked(paper: ClaimPaper, case: Case) -> ClaimPaper:
    fresh = ClaimPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk, case=case)
    fresh.case = case
    return fresh


def _must_be_said(value: str, field: str, message: str) -> None:
    if not value:
        raise WrongInput(message, field)
