"""Step 7: the certificate, the papers given back, the report; closed, closed early, opened again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements import papers
from agreements.actions.accruing import accrue
from agreements.actions.drawing import in_force, in_the_making, voiding
from agreements.actions.leaving import data_due_since
from agreements.actions.stopping import stop_contact
from agreements.disputes import must_have_no_dispute
from agreements.messages import hand_over
from agreements.policy import may_close, may_close_early, still_held
from cases.models import Case, ClaimPaper, Custody, Hold
from cases.models.case import Step as CaseStep
from common.money import ZERO, show
from documents.models import Document
from documents.storing import store
from people.models import User
from visits.actions.planning import cancelling_all
from visits.models import Visit
from workflow.approvals import must_not_wait, request_approval
from workflow.duties import fulfil, fulfil_all
from workflow.models import Approval
from workflow.reasons import because
from workflow.steps import StateRefused, Step, WrongInput, carry_out, case_of, note, tell

CLOSE = "close_case"
RETURN_DUTIES = ("CN-RETURN", "CN-HANDBACK")
"""The duties of originals that the packs raise at a closing, by their rule."""


def issue_certificate(*, case: Case, by: User, at: datetime) -> Document:
    """Issue the settlement certificate (结清证明) and send it to the debtor."""
    made: list[Document] = []
    accrue(case=case, at=at)

    def issue(locked: Case) -> dict[str, Any]:
        _must_be_open(locked, "issue_certificate")
        must_have_no_dispute(locked)
        if locked.balance > ZERO:
            raise WrongInput(
                _("%(balance)s is still owed. The certificate says that nothing is.")
                % {"balance": show(locked.balance)}
            )
        document = store(
            case=locked, kind=Document.Kind.SETTLEMENT, filename=f"{locked.reference}-settled.pdf",
            content=papers.certificate_pdf(locked, by=by, at=at), title=_("Settlement certificate"),
            by=by, at=at, made_here=True,
        )  # fmt: skip
        made.append(document)
        return papers.told(document)

    def send(locked: Case, _by: User, _at: datetime) -> None:
        hand_over(
            case=locked, wording="settlement", document=made[0],
            language=locked.debtor.language, key=f"settlement:{made[0].pk}", by=by, at=at,
        )  # fmt: skip

    note(case, event="certificate.issued", right=CLOSE, by=by, at=at, data=issue, then=send)
    return made[0]


def return_paper(*, paper: ClaimPaper, returned_to: str, by: User, at: datetime) -> Document:
    """Give an original back to the debtor, against a receipt."""
    returned_to = returned_to.strip()[:80]
    if not returned_to:
        raise WrongInput(_("Write who took the paper."), "returned_to")
    made: list[Document] = []

    def give_back(locked: Case) -> dict[str, Any]:
        fresh = ClaimPaper.objects.select_for_update(of=("self",)).get(pk=paper.pk)
        fresh.case = locked
        if not fresh.original_held:
            raise WrongInput(_("We hold no original of this paper."))
        if fresh.returned_at:
            raise WrongInput(_("This paper was given back already."))
        must_have_no_dispute(locked)
        # What an agency holds goes back to the creditor when its mandate has ended, whatever is owed.
        if locked.balance > ZERO and data_due_since(locked, at) is None:
            raise WrongInput(
                _("%(balance)s is still owed. The originals go back when nothing is.")
                % {"balance": show(locked.balance)}
            )
        fresh.returned_at, fresh.returned_to = at, returned_to
        turn = Custody.objects.create(
            paper=fresh, kind=Custody.Kind.RETURNED, at=at, person=returned_to, recorded_by=by
        )
        document = store(
            case=locked, kind=Document.Kind.RETURN_RECEIPT,
            filename=f"{locked.reference}-return-{fresh.pk}.pdf",
            content=papers.return_receipt_pdf(fresh, by=by, at=at),
            title=f"{_('Receipt for returned papers')}{_(': ')}{fresh.get_kind_display()}", by=by, at=at,
            made_here=True,
        )  # fmt: skip
        fresh.receipt = turn.receipt = document
        turn.save(update_fields=["receipt"])
        fresh.save(update_fields=["returned_at", "returned_to", "receipt"])
        paper.__dict__.update(fresh.__dict__)
        made.append(document)
        if not still_held(locked).exists():
            for kind in RETURN_DUTIES:
                fulfil(case=locked, kind=kind, by=by, at=at)
        return {**papers.told(document), "kind": fresh.kind, "to": returned_to}

    note(paper.case, event="paper.returned", right=CLOSE, by=by, at=at, data=give_back)
    return made[0]


def write_report(*, case: Case, by: User, at: datetime) -> Document:
    """Write the closure report: the whole story, up to the head of the timeline at this moment."""
    made: list[Document] = []

    def write(locked: Case) -> dict[str, Any]:
        document = store(
            case=locked, kind=Document.Kind.CLOSURE_REPORT,
            filename=f"{locked.reference}-closure.pdf",
            content=papers.closure_report_pdf(locked, by=by, at=at), title=_("Closure report"),
            by=by, at=at, made_here=True,
        )  # fmt: skip
        made.append(document)
        return {
            **papers.told(document), "events": locked.event_count, "head": locked.head,
        }  # fmt: skip

    note(case, event="case.reported", right=CLOSE, by=by, at=at, data=write)
    return made[0]


def close_case(*, case: Case, by: User, at: datetime) -> None:
    """Close the case as settled; refused while anything is missing. All contact stops at once."""

    accrue(case=case, at=at)

    def last_words(locked: Case, _by: User, _at: datetime) -> None:
        _nobody_at_the_door(locked)
        _must_be_settled(locked)  # whatever the packs say or leave out
        _wind_up(locked, because(lambda: _("The case is closed.")), by, at)

    carry_out(
        *cancelling_all(case, _("The case is closed."), at),
        Step(
            subject=case,
            event="case.closed",
            right=CLOSE,
            policy=may_close,
            transition="close",
            args={"at": at},
            data={"closed_as": Case.ClosedAs.SETTLED.value},
            then=last_words,
        ),
        by=by,
        at=at,
    )


def request_early_closure(
    *,
    case: Case,
    closed_as: str,
    reason: str,
    by: User,
    at: datetime,
    filename: str = "",
    content: bytes = b"",
) -> Approval:
    """Ask a second person to close the case for a coded reason.

    Raises ``documents.storing.Unreadable`` when the evidence is not what it should be.
    """
    if case.state == CaseStep.CLOSURE:
        raise StateRefused(case, "close_early")
    if closed_as not in reasons_for(case):
        raise WrongInput(_("Choose one of the reasons."), "closed_as")
    if not reason.strip():
        raise WrongInput(_("Say why, for the second person."), "reason")
    must_not_wait(case, Approval.Kind.EARLY_CLOSURE, at)

    def keep() -> Document:
        return store(
            case=case, kind=Document.Kind.OTHER, filename=filename, content=content,
            title=_("Evidence for the early closure"), by=by, at=at,
        )  # fmt: skip

    return request_approval(
        case=case,
        kind=Approval.Kind.EARLY_CLOSURE,
        subject=str(Case.ClosedAs(closed_as).label),
        details={"closed_as": closed_as},
        reason=reason.strip(),
        evidence=keep if content else None,
        by=by,
        at=at,
    )


def reasons_for(case: Case) -> list[str]:
    """The codes for which the case may be closed early; "paid in full" only if it is."""
    return [
        code for code in Case.ClosedAs.values
        if code != Case.ClosedAs.SETTLED or case.balance == ZERO
    ]  # fmt: skip


def early_closure_steps(approval: Approval, by: User, at: datetime) -> Sequence[Step]:
    """What follows when the early closure is granted: everything stops in the same change."""
    case, closed_as = case_of(approval), approval.details["closed_as"]
    why = because(
        lambda: _("The case is closed: %(reason)s.") % {"reason": Case.ClosedAs(closed_as).label}
    )

    def wind_up(locked: Case, _by: User, _at: datetime) -> None:
        _nobody_at_the_door(locked)
        if closed_as == Case.ClosedAs.SETTLED:
            _must_be_settled(locked)
        _wind_up(locked, why, by, at)

    return [
        *cancelling_all(case, why, at),
        *voiding(case, in_the_making(case), why, at),
        *voiding(case, in_force(case), why, at),
        Step(
            subject=case,
            event="case.closed_early",
            policy=may_close_early(closed_as),
            transition="close_early",
            args={"at": at, "closed_as": closed_as},
            data={"closed_as": closed_as, "reason": approval.reason},
            then=wind_up,
        ),
    ]


def request_reopening(*, case: Case, reason: str, by: User, at: datetime) -> Approval:
    """Ask a second person to open a closed case again."""
    if case.state != CaseStep.CLOSURE:
        raise StateRefused(case, "reopen")
    if not reason.strip():
        raise WrongInput(_("Say why, for the second person."), "reason")
    must_not_wait(case, Approval.Kind.REOPENING, at)
    return request_approval(
        case=case,
        kind=Approval.Kind.REOPENING,
        subject=case.get_closed_as_display(),
        details={"closed_as": case.closed_as},
        reason=reason.strip(),
        by=by,
        at=at,
    )


def reopening_steps(approval: Approval, _by: User, at: datetime) -> Sequence[Step]:
    """What follows when the reopening is granted: follow-up, with nothing sent by itself."""
    return [
        Step(
            subject=approval.case,
            event="case.reopened",
            transition="reopen",
            args={"at": at},
            data={"reason": approval.reason, "was": approval.details.get("closed_as", "")},
        )
    ]


# ---------------------------------------------------------------- under the lock


def _wind_up(case: Case, why: str, by: User, at: datetime) -> None:
    """The same day all contact stops, and what was still to be done has lost its sense."""
    if case.holds.filter(reason=Hold.Reason.INQUIRY, ended_at=None).exists():
        raise WrongInput(
            _(
                "Compliance looks into something of this case; it can be closed once that is decided."
            )
        )
    stop_contact(case, why=why, by=by, at=at)
    for agreement in case.agreements.all():
        agreement.instalments.filter(live=True).update(attend_at=None)
    waiting = case.approvals.filter(state=Approval.State.WAITING).exclude(
        kind=Approval.Kind.EARLY_CLOSURE
    )
    for approval in waiting:
        approval.withdraw()
        approval.save()
        tell(case, "approval.withdrawn", by, at, {"kind": approval.kind, "why": why})
    fulfil_all(case=case, by=by, at=at)


def _nobody_at_the_door(case: Case) -> None:
    # A record that is still being written would go on after the last word, and prove nothing any more.
    under_way = case.visits.filter(state=Visit.State.STARTED).first()
    if under_way:
        raise WrongInput(
            _(
                "Visit %(visit)s has begun and not ended. The officers end it on their phone; then the case can be closed."
            )
            % {"visit": under_way.reference}
        )


def _must_be_settled(case: Case) -> None:
    must_have_no_dispute(case)
    if case.balance > ZERO:
        raise WrongInput(_("%(balance)s is still owed.") % {"balance": show(case.balance)})


def _must_be_open(case: Case, asked: str) -> None:
    if case.state == CaseStep.CLOSURE:
        raise StateRefused(case, asked)
