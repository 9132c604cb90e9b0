"""Originals in custody, and what is owed to others once a debt is gone, in the browser."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from agreements.actions import custody, leaving, voiding
from agreements.views.drawing import seen_case
from cases.models import BureauReport, Case, ClaimPaper, DataReturn, Party
from cases.models.case import Step
from common import clock
from common.clock import local_day
from workflow.forms import DeskForm, FilesField, day_field, said_field, words_field
from workflow.web import handle

KEPT_AT = gettext_lazy("Where the original is kept")


class TakeInForm(DeskForm):
    """From whom the original came, and where it is kept."""

    received_from = forms.CharField(
        label=gettext_lazy("From whom the original came"), max_length=80
    )
    kept_at = forms.CharField(label=KEPT_AT, max_length=120)


class MoveForm(DeskForm):
    """Where the original is kept from now on, and why."""

    kept_at = forms.CharField(label=KEPT_AT, max_length=120)
    why = words_field(label=gettext_lazy("Why"), most=200, rows=2)


class VoidForm(DeskForm):
    """Why the original cannot go back, in more words, with what shows it."""

    void_reason = said_field(
        label=gettext_lazy("Why it cannot go back"), choices=ClaimPaper.VoidReason.choices
    )
    reason = words_field(
        label=gettext_lazy("What happened, and what was done to find it or them"), most=1000
    )
    file = FilesField(
        label=gettext_lazy("What shows it"), required=False,
        help_text=gettext_lazy("Such as the registered letter that came back. PDF, JPEG or PNG, at most 20 MB."),
    )  # fmt: skip


class BureauUpdateForm(DeskForm):
    """What the bureau was told, and when."""

    what = said_field(label=gettext_lazy("What was reported"), choices=BureauReport.What.choices)
    bureau = forms.CharField(label=gettext_lazy("Credit bureau"), max_length=120)
    reported_on = day_field(label=gettext_lazy("Reported on"))
    reference = forms.CharField(
        label=gettext_lazy("The bureau's reference"), max_length=60, required=False
    )


class BureauAnswerForm(DeskForm):
    """What the bureau answered."""

    answer = said_field(
        label=gettext_lazy("Answer"),
        choices=[c for c in BureauReport.Answer.choices if c[0] != BureauReport.Answer.WAITING],
    )
    answered_on = day_field(label=gettext_lazy("Answered on"))
    remark = forms.CharField(
        label=gettext_lazy("Note"), max_length=200, required=False,
        help_text=gettext_lazy("Of what was sent back: why."),
    )  # fmt: skip


class DataReturnForm(DeskForm):
    """What the agency did with the debtor's data, and who certifies it."""

    how = said_field(
        label=gettext_lazy("What was done with the data"), choices=DataReturn.How.choices
    )
    done_on = day_field(label=gettext_lazy("Done on"))
    what = words_field(label=gettext_lazy("Which data"), most=300)
    kept = words_field(
        label=gettext_lazy("What is kept, and why"), most=300, required=False,
        help_text=gettext_lazy("Such as records that a law wants to be kept, with their term."),
    )  # fmt: skip
    signed_by = forms.CharField(label=gettext_lazy("Certified for the agency by"), max_length=80)


@require_safe
def originals(request: HttpRequest, reference: str) -> TemplateResponse:
    """Every paper of the claim with its original's way through our hands. Context: ``case``, ``papers``."""
    case = seen_case(request, reference)
    papers = case.papers.select_related("document", "declaration").prefetch_related(
        "custody__recorded_by", "custody__receipt"
    )
    return TemplateResponse(
        request, "agreements/originals.html",
        {
            "case": case, "papers": list(papers.order_by("pk")), "title": _("Originals in custody"),
            "due_back": case.balance == 0 or case.state == Step.CLOSURE,
        },
    )  # fmt: skip


def take_in(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take in the original of a paper."""
    case, paper = _paper(request, reference, pk)
    return handle(
        request, right=custody.KEEP, case=case, form=TakeInForm(request.POST or None),
        template="cases/form.html", to=_originals(case),
        do=lambda data: custody.take_in_original(
            paper=paper, **data, by=request.user, at=clock.now()
        ),
        done=_("The original is taken in. Print the receipt and have it signed."),
        context={
            "title": _("Take in the original: %(paper)s") % {"paper": paper.get_kind_display()},
            "button": _("Take in"),
            "hint": _("Whoever brings it gets a receipt; the case cannot be closed as settled before it went back."),
        },
    )  # fmt: skip


def move(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Keep an original at another place."""
    case, paper = _paper(request, reference, pk)
    return handle(
        request, right=custody.KEEP, case=case, form=MoveForm(request.POST or None),
        template="cases/form.html", to=_originals(case),
        do=lambda data: custody.move_original(paper=paper, **data, by=request.user, at=clock.now()),
        done=_("It is recorded where the original is kept now."),
        context={
            "title": _("Move the original: %(paper)s") % {"paper": paper.get_kind_display()},
            "button": _("Record"),
            "hint": _("Kept at: %(place)s") % {"place": paper.kept_at or "–"},
        },
    )  # fmt: skip


def void_original(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask a second person to declare an original void that cannot go back."""
    case, paper = _paper(request, reference, pk)
    form = VoidForm(request.POST or None, request.FILES or None)

    def do(data: dict[str, Any]) -> Any:
        file = data.pop("file")
        return voiding.request_void(
            paper=paper, **data, filename=file.name if file else "",
            content=file.read() if file else b"", by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right="request_approval", case=case, form=form, template="cases/form.html",
        to=_originals(case), do=do,
        done=_("It is asked for; a second person decides."),
        context={
            "title": _("Declare the original void: %(paper)s") % {"paper": paper.get_kind_display()},
            "button": _("Ask a second person"),
            "hint": _("Only where it cannot be given back. When it is granted a declaration is made, and the case can be closed without the receipt for this paper."),
        },
    )  # fmt: skip


def bureau_update(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what the credit bureau was told."""
    case = seen_case(request, reference)
    today = local_day(clock.now(), case.zone)
    form = BureauUpdateForm(request.POST or None, initial={"reported_on": today})
    return handle(
        request, right=leaving.CLOSE, case=case, form=form, template="cases/form.html",
        to=_closing(case),
        do=lambda data: leaving.report_to_bureau(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("It is recorded. Add the bureau's answer when it comes."),
        context={
            "title": _("Report to the credit bureau"), "button": _("Record"),
            "hint": _("The task is done once the bureau has confirmed."),
        },
    )  # fmt: skip


def bureau_answer(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Record what the credit bureau answered."""
    case = seen_case(request, reference)
    report = get_object_or_404(case.bureau_reports, pk=pk)
    return handle(
        request, right=leaving.CLOSE, case=case, form=BureauAnswerForm(request.POST or None),
        template="cases/form.html", to=_closing(case),
        do=lambda data: leaving.record_bureau_answer(
            report=report, **data, by=request.user, at=clock.now()
        ),
        done=_("The answer is recorded."),
        context={
            "title": _("The bureau's answer"), "button": _("Record"),
            "hint": f"{report.bureau} · {report.get_what_display()}",
        },
    )  # fmt: skip


def data_return(request: HttpRequest, reference: str) -> HttpResponse:
    """Certify what the agency did with the debtor's data."""
    case = seen_case(request, reference)
    today = local_day(clock.now(), case.zone)
    form = DataReturnForm(request.POST or None, initial={"done_on": today})
    return handle(
        request, right=leaving.CLOSE, case=case, form=form, template="cases/form.html",
        to=_closing(case),
        do=lambda data: leaving.certify_data(case=case, **data, by=request.user, at=clock.now()),
        done=_("The certificate is made. Have it signed and sealed by the agency."),
        context={
            "title": _("The agency's data"), "button": _("Make the certificate"),
            "hint": _("When the mandate ends for a case the agency gives the data back or deletes them (PIPL art. 21)."),
        },
    )  # fmt: skip


def leftovers(case: Case) -> dict[str, Any]:
    """What the closing page shows of guarantors, bureau, agency's data and contact."""
    bound = case.parties.filter(role=Party.Role.GUARANTOR).select_related("person", "release")
    guarantors, reports = list(bound), list(case.bureau_reports.select_related("recorded_by"))
    return {
        "guarantors": guarantors,
        "all_released": all(party.released_at for party in guarantors),
        "reports": reports,
        "bureau_done": bool(reports) and reports[-1].answer == BureauReport.Answer.CONFIRMED,
        "data_due": leaving.data_due_since(case, clock.now()),
        "data_return": DataReturn.objects.filter(case=case).select_related("document").first(),
        "still_queued": case.notices.filter(state="queued").count(),
        "still_free": case.balance == 0 or case.closed_as in leaving.FREE,
    }


def _paper(request: HttpRequest, reference: str, pk: int) -> tuple[Case, ClaimPaper]:
    case = seen_case(request, reference)
    return case, get_object_or_404(case.papers.select_related("document"), pk=pk)


def _originals(case: Case) -> str:
    return reverse("agreements:originals", args=[case.reference])


def _closing(case: Case) -> str:
    return reverse("agreements:close", args=[case.reference])
