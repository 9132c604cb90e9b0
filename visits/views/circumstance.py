"""What happened to a debtor or a debt, in the browser: record, review, end."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from cases.actions import circumstances
from cases.actions.circumstances import effect_on
from cases.forms import WhyForm
from cases.models import Circumstance, Hold
from cases.models.circumstances import FOUND_OUT, kind_words
from cases.views.preparing import page, seen_case
from common import clock
from common.clock import local_day
from compliance.circumstances import KINDS
from visits import forms
from visits.actions.befalling import record_circumstance
from workflow.web import handle


def record(request: HttpRequest, reference: str) -> HttpResponse:
    """Record what happened; beside the form stands what each kind does at once."""
    case = seen_case(request, reference)
    today = local_day(clock.now(), case.zone)
    form = forms.CircumstanceForm(
        request.POST or None, request.FILES or None, case=case,
        initial={"since": today, "kind": request.GET.get("kind", "")[:24]},
    )  # fmt: skip

    def do(data: dict[str, Any]) -> Circumstance:
        file = data.pop("file")
        return record_circumstance(
            case=case, **data, filename=file.name if file else "",
            content=file.read() if file else b"", by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, case=case, form=form, right="record_circumstance",
        template="visits/circumstance.html", do=do,
        done=_("It is recorded, and what the rules say is done."),
        context={
            "title": _("Record what happened"), "button": _("Record"),
            "hint": _("In danger, leave and call the police first: 110. What is recorded takes effect at once."),
            "effects": [
                (kind_words(kind), _scope(effect.stops), effect)
                for kind in KINDS
                if kind not in FOUND_OUT
                and ((effect := effect_on(case, kind, today)).stops != "none" or effect.duty)
            ],
        },
    )  # fmt: skip


def _scope(stops: str) -> str:
    return _("nothing") if stops == "none" else str(Hold.Scope(stops).label)


def review(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Look at it again."""
    case = seen_case(request, reference)
    found = get_object_or_404(case.circumstances, pk=pk, ended_at=None)
    form = forms.ReviewCircumstanceForm(request.POST or None)
    return page(
        request, case, form, right="record_circumstance", title=_("Review: %(what)s") % {"what": found},
        button=_("Reviewed, it goes on"),
        do=lambda data: circumstances.review_circumstance(
            circumstance=found, **data, by=request.user, at=clock.now()
        ),
        done=_("The review is recorded."),
    )  # fmt: skip


def end(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """It holds no longer."""
    case = seen_case(request, reference)
    found = get_object_or_404(case.circumstances, pk=pk, ended_at=None)
    form = WhyForm(request.POST or None)
    return page(
        request, case, form, right="end_circumstance", title=_("End: %(what)s") % {"what": found},
        button=_("End it"),
        hint=_("The hold that it placed ends too. Nothing is sent or planned by that: every gate runs again."),
        do=lambda data: circumstances.end_circumstance(
            circumstance=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("It is ended."),
    )  # fmt: skip
