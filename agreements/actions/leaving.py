"""What is owed to others once a debt is gone: guarantors released, the bureau told, the agency's data accounted for."""

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from agreements import papers
from cases.actions.days import must_not_lie_ahead
from cases.models import BureauReport, Case, DataReturn, Party
from cases.models.case import Step as CaseStep
from common.clock import local_day
from common.money import ZERO, show
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.duties import fulfil, raise_duty
from workflow.steps import StateRefused, WrongInput, note

CLOSE = "close_case"
FREE = frozenset(
    {
        Case.ClosedAs.SETTLED.value,
        Case.ClosedAs.PAID_ELSEWHERE.value,
        Case.ClosedAs.UNLAWFUL_CLAIM.value,
    }
)
"""Closed so, nobody answers for the debt any more."""
RELEASE_DUTY, DATA_DUTY = "CN-RELEASE", "CN-56"
BUREAU_DUTIES = ("CN-68", "CN-UNREPORT")
"""The duties that the packs raise at a closing, by their rule; the record of what was done ticks them off."""


def release_guarantor(*, party: Party, by: User, at: datetime) -> Document:
    """Write to somebody who answered for the debt that they are free; the desk hands the letter over."""
    made: list[Document] = []

    def write(locked: Case) -> dict[str, Any]:
        fresh = Party.objects.select_for_update(of=("self",)).get(pk=party.pk, case=locked)
        fresh.case = locked
        if fresh.role != Party.Role.GUARANTOR:
            raise WrongInput(_("Only a guarantor has given a guarantee."))
        if fresh.released_at:
            raise WrongInput(_("This guarantor was released already."))
        _must_be_gone(locked)
        document = store(
            case=locked, kind=Document.Kind.RELEASE,
            filename=f"{locked.reference}-release-{fresh.pk}.pdf",
            content=papers.release_pdf(fresh, by=by, at=at),
            title=f"{_('Letter of release')}{_(': ')}{fresh.person}", by=by, at=at, made_here=True,
        )  # fmt: skip
        fresh.released_at, fresh.release = at, document
        fresh.save(update_fields=["released_at", "release"])
        made.append(document)
        return {**papers.told(document), "name": str(fresh.person)}

    def hand_over(locked: Case, _by: User, _at: datetime) -> None:
        raise_duty(
            case=locked, kind="paper.hand_over", due_at=at, at=at, role=User.Role.CLERK,
            key=f"hand_over:release:{party.pk}:{at.isoformat()}",
            says={
                "en": f"Send the letter of release {made[0].number} to the guarantor {party.person}.",
                "zh": f"请将保证责任解除函 {made[0].number} 送达保证人{party.person}。",
            },
        )  # fmt: skip
        if not locked.parties.filter(role=Party.Role.GUARANTOR, released_at=None).exists():
            fulfil(case=locked, kind=RELEASE_DUTY, by=by, at=at)

    note(
        party.case,
        event="guarantor.released",
        right=CLOSE,
        by=by,
        at=at,
        data=write,
        then=hand_over,
    )
    return made[0]


def report_to_bureau(
    *,
    case: Case,
    what: str,
    bureau: str,
    reported_on: date,
    by: User,
    at: datetime,
    reference: str = "",
) -> BureauReport:
    """Record that the credit bureau was told that the debt is settled, or that the record is wrong."""
    bureau = bureau.strip()[:120]
    if what not in BureauReport.What.values:
        raise WrongInput(_("Say what was reported."), "what")
    if not bureau:
        raise WrongInput(_("Name the credit bureau."), "bureau")
    must_not_lie_ahead(case, reported_on, "reported_on", at)
    row = BureauReport(
        case=case, what=what, bureau=bureau, reference=reference.strip()[:60],
        reported_on=reported_on, recorded_by=by, recorded_at=at,
    )  # fmt: skip

    def write(locked: Case) -> dict[str, Any]:
        if locked.bureau_reported_on is None:
            raise WrongInput(_("This debt was never reported to a credit bureau."))
        if what == BureauReport.What.SETTLED:
            _must_be_gone(locked)
        row.case = locked
        row.save(force_insert=True)
        return {"what": what, "bureau": bureau, "day": reported_on, "reference": row.reference}

    note(case, event="bureau.updated", right=CLOSE, by=by, at=at, data=write)
    return row


def record_bureau_answer(
    *, report: BureauReport, answer: str, answered_on: date, remark: str, by: User, at: datetime
) -> None:
    """Record what the bureau answered; a confirmation ticks the duty off, what was sent back is to be done anew."""
    if answer not in {BureauReport.Answer.CONFIRMED, BureauReport.Answer.REJECTED}:
        raise WrongInput(_("Say what the bureau answered."), "answer")
    remark = remark.strip()[:200]
    if answer == BureauReport.Answer.REJECTED and not remark:
        raise WrongInput(_("Write why the bureau sent it back."), "remark")
    if answered_on < report.reported_on:
        raise WrongInput(_("The answer cannot come before the report."), "answered_on")
    must_not_lie_ahead(report.case, answered_on, "answered_on", at)

    def write(locked: Case, _by: User, _at: datetime) -> None:
        fresh = BureauReport.objects.select_for_update(of=("self",)).get(pk=report.pk, case=locked)
        if fresh.answer != BureauReport.Answer.WAITING:
            raise WrongInput(_("The answer is recorded already."))
        fresh.answer, fresh.answered_on, fresh.remark = answer, answered_on, remark
        fresh.save(update_fields=["answer", "answered_on", "remark"])
        if answer == BureauReport.Answer.CONFIRMED:
            for kind in BUREAU_DUTIES:
                fulfil(case=locked, kind=kind, by=by, at=at)

    note(
        report.case, event="bureau.answered", right=CLOSE, by=by, at=at, then=write,
        data={"bureau": report.bureau, "answer": answer, "day": answered_on, "why": remark},
    )  # fmt: skip


def data_due_since(case: Case, at: datetime) -> date | None:
    """Since when the agency has to part with the data: the closing, or the day after its mandate has ended; none: not yet."""
    if case.state == CaseStep.CLOSURE and case.closed_at:
        return local_day(case.closed_at, case.zone)
    if case.mandate and case.mandate.valid_until < local_day(at, case.zone):
        return case.mandate.valid_until + timedelta(days=1)
    return None


def certify_data(
    *,
    case: Case,
    how: str,
    done_on: date,
    what: str,
    signed_by: str,
    by: User,
    at: datetime,
    kept: str = "",
) -> DataReturn:
    """Certify that the agency gave the debtor's data back or deleted them (PIPL art. 21): once the case is closed, or its mandate has ended."""
    what, signed_by, kept = what.strip()[:300], signed_by.strip()[:80], kept.strip()[:300]
    if how not in DataReturn.How.values:
        raise WrongInput(_("Say what was done with the data."), "how")
    if not what:
        raise WrongInput(_("Say which data."), "what")
    if not signed_by:
        raise WrongInput(_("Write who certifies it for the agency."), "signed_by")
    must_not_lie_ahead(case, done_on, "done_on", at)
    row = DataReturn(
        case=case, how=how, done_on=done_on, what=what, kept=kept, signed_by=signed_by,
        recorded_by=by, recorded_at=at,
    )  # fmt: skip

    def write(locked: Case) -> dict[str, Any]:
        since = data_due_since(locked, at)
        if since is None:
            raise StateRefused(locked, "certify_data")
        if locked.agency_id is None:
            raise WrongInput(_("No agency works on this case."))
        if DataReturn.objects.filter(case=locked).exists():
            raise WrongInput(_("The certificate is there already."))
        if done_on < since:
            raise WrongInput(
                _("It was done after the closing, not before.")
                if locked.closed_at
                else _("It was done after the mandate had ended, not before."),
                "done_on",
            )
        row.case = locked
        row.document = store(
            case=locked, kind=Document.Kind.DATA_CERTIFICATE,
            filename=f"{locked.reference}-data.pdf", content=papers.data_certificate_pdf(row, at=at),
            title=_("Certificate on the agency's data"), by=by, at=at, made_here=True,
        )  # fmt: skip
        row.save(force_insert=True)
        return {**papers.told(row.document), "how": how, "day": done_on}

    def tick_off(locked: Case, _by: User, _at: datetime) -> None:
        fulfil(case=locked, kind=DATA_DUTY, by=by, at=at)

    note(
        case, event="agency_data.certified", right=CLOSE, by=by, at=at, data=write, then=tick_off,
        winds_up=True,
    )  # fmt: skip
    return row


def _must_be_gone(case: Case) -> None:
    """Nobody answers for the debt any more: it is paid, or the case was closed for such a reason."""
    if case.balance > ZERO and case.closed_as not in FREE:
        raise WrongInput(_("%(balance)s is still owed.") % {"balance": show(case.balance)})
