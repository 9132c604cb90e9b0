"""The quarantine: files that were taken without the consent that they need; compliance decides unseen."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from common import clock
from visits import forms
from visits.actions import quarantining
from visits.models import Evidence
from workflow.paging import page_after
from workflow.web import demand, handle

PAGE = 50


def quarantine(request: HttpRequest) -> TemplateResponse:
    """What is kept apart and undecided, or all of it; the newest first, fifty a page by key.

    Context: ``rows`` (Evidence), ``older``.
    """
    demand(request, quarantining.DECIDE)
    rows = _apart(request)
    if not request.GET.get("all"):
        rows = rows.filter(decided_at=None)
    found, older = page_after(rows, "taken_at", request.GET.get("after", ""), most=PAGE)
    context = {"rows": found, "older": older, "all": bool(request.GET.get("all"))}
    return TemplateResponse(request, "visits/quarantine.html", context)


def decide(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a file out, or have it stay, with the reason; the file itself is not shown here either."""
    found = get_object_or_404(_apart(request), pk=pk)
    visit = found.visit
    return handle(
        request, right=quarantining.DECIDE, case=visit.case,
        form=forms.QuarantineForm(request.POST or None), template="visits/decide_quarantine.html",
        context={
            "row": found, "visit": visit,
            "consents": visit.consents.order_by("at", "pk"),
        },
        do=lambda data: (
            quarantining.release if data["how"] == "release" else quarantining.leave_apart
        )(evidence=found, reason=data["reason"], by=request.user, at=clock.now()),
        done=_("It is decided and on the timeline."), to=reverse("visits:quarantine"),
    )  # fmt: skip


def _apart(request: HttpRequest) -> QuerySet[Evidence]:
    return (
        Evidence.objects.apart()
        .filter(visit__case__in=Case.objects.visible_to(request.user))
        .select_related(
            "document", "added_by", "decided_by", "visit__place", "visit__case__debtor",
            "visit__case__creditor", "visit__case__team",
        )
    )  # fmt: skip
