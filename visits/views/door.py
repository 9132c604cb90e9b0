"""At the door, on a phone: one question a screen, in the order of the sourcebook's 6(b)."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from common.clock import HOUSE_ZONE, local_day
from visits import forms
from visits.actions import arriving, recording
from visits.answering import answer, form_of, question_of
from visits.models import Visit, answers_of
from visits.screens import context_of, visits_at_doors
from visits.seeing import tell_places
from visits.views.planning import seen_visit
from visits.views.safety import keep_place
from workflow.web import demand, handle

# ---------------------------------------------------------------- the list


@dataclass
class Day:
    """One day of the list."""

    day: date
    visits: list[Visit] = field(default_factory=list)


def today(request: HttpRequest) -> TemplateResponse:
    """What is under way, whenever it began, then today and the next days; an officer's own, a supervisor's team's."""
    at = clock.now()
    day = local_day(at, HOUSE_ZONE)
    days: list[Day] = []
    for visit in tell_places(request, list(visits_at_doors(request.user, at)), at):
        there = local_day(visit.starts_at, visit.zone)
        if not days or days[-1].day != there:
            days.append(Day(there))
        days[-1].visits.append(visit)
    context = {"days": days, "today": day, "at": at}
    return TemplateResponse(request, "visits/door/today.html", context)


# ---------------------------------------------------------------- one question after the other


def door(request: HttpRequest, reference: str) -> HttpResponse:
    """The question that is next at this door; a POST answers it."""
    visit = seen_visit(request, reference)
    name = question_of(visit)
    if request.method == "POST":  # to look is everybody's who sees the case
        demand(request, arriving.CONDUCT)
    here = reverse("visits:door", args=[visit.reference])
    if request.method == "POST" and _question_asked(request) != name:
        # An old screen, such as after "back": its answer must not be taken for another question's.
        messages.info(request, _("That was answered already. This is the question now."))
        return HttpResponseRedirect(here)
    form = form_of(name, visit, request.POST or None)
    at = clock.now()
    return handle(
        request,
        case=visit.case,
        form=form,
        template=f"visits/door/{name}.html",
        context=context_of(name, visit, at),
        do=lambda _data: _answer(request, visit, name, form, at),
        done="",
        to=here,
    )


def _answer(request: HttpRequest, visit: Visit, name: str, form: Any, at: datetime) -> None:
    answer(visit, name, request.POST, by=request.user, at=at, form=form)
    keep_place(request, visit, name, at)


def _question_asked(request: HttpRequest) -> str:
    return str(request.POST.get("question") or request.GET.get("question") or "")


# ---------------------------------------------------------------- evidence


def evidence(request: HttpRequest, reference: str) -> HttpResponse:
    """Add a photo, recording or file to the visit."""
    visit = seen_visit(request, reference)
    form = forms.EvidenceForm(request.POST or None, request.FILES or None, zone=visit.zone)

    def do(data: dict[str, Any]) -> None:
        recording.add_evidence(
            visit=visit, filename=data["file"].name, content=data["file"].read(),
            caption=data["caption"], inside=data["inside"], begins_at=data["begins_at"],
            ends_at=data["ends_at"], by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right=arriving.CONDUCT, case=visit.case, form=form, template="visits/door/evidence.html",
        context={
            "visit": visit, "back": reverse("visits:door", args=[visit.reference]),
            "kept": list(visit.evidence.kept().select_related("document")[:50]),
            "consents": answers_of(visit),
        },
        do=do, done=_("The file is kept with its digest."),
        to=reverse("visits:door", args=[visit.reference]),
    )  # fmt: skip
