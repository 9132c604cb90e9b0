"""Step 7 in the browser: what is missing, one thing after the other, and then the end."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import forms
from agreements.actions import closing, leaving
from agreements.policy import closing_facts, may_close
from agreements.views.drawing import seen_case
from agreements.views.leaving import leftovers
from cases.models import Case
from cases.models.case import Step
from common import clock
from common.money import ZERO, show
from documents.models import Document
from people.models import User
from people.rights import may
from visits.models import Visit
from workflow.web import handle


def close(request: HttpRequest, reference: str) -> HttpResponse:
    """The checklist of the closing; a press on the button closes what is complete."""
    case = seen_case(request, reference)
    return handle(
        request, case=case, template="agreements/close.html",
        do=lambda _data: closing.close_case(case=case, by=request.user, at=clock.now()),
        done=_("The case is closed. Nobody contacts the debtor any more."),
        context=checklist(request, case),
    )  # fmt: skip


def checklist(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the closing needs, what of it is done, and what the rules say."""
    facts = closing_facts(case)
    made = {
        kind: case.documents.filter(kind=kind).order_by("-created_at").first()
        for kind in (Document.Kind.SETTLEMENT, Document.Kind.CLOSURE_REPORT)
    }
    paid = case.balance == ZERO
    held = list(
        case.papers.filter(original_held=True)
        .select_related("document", "receipt", "declaration")
        .order_by("pk")
    )
    at = clock.now()
    return {
        "title": _("Close the case"),
        "at": at,
        "paid": paid,
        "facts": facts,
        "under_way": case.visits.filter(state=Visit.State.STARTED).first(),
        "certificate": made[Document.Kind.SETTLEMENT] if facts["certificate_issued"] else None,
        "report": made[Document.Kind.CLOSURE_REPORT] if facts["report_written"] else None,
        "held": held,
        "verdict": may_close(case, by=request.user, at=at),
        "in_follow_up": case.state == Step.FOLLOW_UP,
        "is_closed": case.state == Step.CLOSURE,
        "may_close": may(request.user, closing.CLOSE),
        "ready_for_report": facts["certificate_issued"] and facts["papers_returned"],
        **leftovers(case),
        "early": case.approvals.filter(kind="early_closure", state="waiting", expires_at__gt=at)
        .select_related("requested_by").first(),
    }  # fmt: skip


def certificate(request: HttpRequest, reference: str) -> HttpResponse:
    """Issue the settlement certificate."""
    return _tick(
        request,
        reference,
        closing.issue_certificate,
        _("The certificate is issued and on its way."),
    )


def report(request: HttpRequest, reference: str) -> HttpResponse:
    """Write the closure report."""
    return _tick(request, reference, closing.write_report, _("The closure report is written."))


def release(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Write the letter that sets a guarantor free; the desk sends it."""
    case = seen_case(request, reference)
    party = get_object_or_404(case.parties.filter(role="guarantor").select_related("person"), pk=pk)

    def write(*, case: Case, by: User, at: datetime) -> Document:
        return leaving.release_guarantor(party=party, by=by, at=at)

    return _tick(
        request, reference, write, _("The letter of release is written. Send it to the guarantor.")
    )


def _tick(request: HttpRequest, reference: str, action: Any, done: str) -> HttpResponse:
    case = seen_case(request, reference)
    return handle(
        request, case=case, template="agreements/close.html",
        do=lambda _data: action(case=case, by=request.user, at=clock.now()),
        done=done, to=reverse("agreements:close", args=[case.reference]),
        context=checklist(request, case),
    )  # fmt: skip


def return_paper(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Give an original back, against a receipt."""
    case = seen_case(request, reference)
    paper = get_object_or_404(case.papers.select_related("document"), pk=pk)
    unpaid = case.state == Step.CLOSURE and case.closed_as not in leaving.FREE
    owner = (
        case.creditor.name if unpaid else case.debtor.name
    )  # a claim that lives on keeps its papers
    form = forms.ReturnForm(request.POST or None, initial={"returned_to": owner})
    return handle(
        request, right=closing.CLOSE, case=case, form=form, template="cases/form.html",
        do=lambda data: closing.return_paper(
            paper=paper, returned_to=data["returned_to"], by=request.user, at=clock.now()
        ),
        done=_("The return is recorded. Print the receipt and have it signed."),
        to=reverse("agreements:close", args=[case.reference]),
        context={
            "title": _("Give back: %(paper)s") % {"paper": paper.get_kind_display()},
            "button": _("It was given back"),
            "hint": _("Kept at: %(place)s") % {"place": paper.kept_at or "–"},
        },
    )  # fmt: skip


def early(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a second person to close the case for a coded reason."""
    case = seen_case(request, reference)
    form = forms.EarlyClosureForm(request.POST or None, request.FILES or None, case=case)

    def do(data: dict[str, Any]) -> None:
        file = data.pop("file")
        closing.request_early_closure(
            case=case, **data, filename=file.name if file else "",
            content=file.read() if file else b"", by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right="request_approval", case=case, form=form, do=do, template="cases/form.html",
        done=_("The early closure is asked for; a second person decides."),
        context={
            "title": _("Close early"), "button": _("Ask a second person"),
            "hint": _("When it is granted, visits are cancelled and everything that is queued stops at once. Balance: %(balance)s.")
            % {"balance": show(case.balance)},
        },
    )  # fmt: skip


def reopen(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask a second person to open a closed case again."""
    case = seen_case(request, reference)
    form = forms.ReopeningForm(request.POST or None)
    return handle(
        request, right="request_approval", case=case, form=form, template="cases/form.html",
        do=lambda data: closing.request_reopening(
            case=case, reason=data["reason"], by=request.user, at=clock.now()
        ),
        done=_("The reopening is asked for; a second person decides."),
        context={
            "title": _("Open the case again"), "button": _("Ask a second person"),
            "hint": _("A reopened case stands in follow-up; nothing is sent by itself."),
        },
    )  # fmt: skip
