"""The ways out at a door, what has to be done on leaving, and what to do when something went wrong."""

from datetime import datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from visits import forms
from visits.actions import arriving, befalling, recording, refusing
from visits.answering import form_of_way, kinds_left_to_say, leave, ways
from visits.models import Visit
from visits.screens import left_context
from visits.views.planning import seen_visit
from visits.views.safety import keep_place
from workflow.web import demand, handle


def way_out(request: HttpRequest, reference: str, way: str) -> HttpResponse:
    """Refused, asked to leave, someone else, nobody in, not safe: one tap, then leave."""
    visit = seen_visit(request, reference)
    known = ways()
    if way not in known:
        raise Http404
    chosen = known[way]
    form = form_of_way(chosen.kinds, request.POST or None)
    return handle(
        request, right=arriving.CONDUCT,
        case=visit.case,
        form=form,
        template="visits/door/way_out.html",
        context={
            "visit": visit, "way": way, "title": chosen.title,
            "back": reverse("visits:door", args=[visit.reference]),
        },
        do=lambda _data: _leave(request, visit, way, form, clock.now()),
        done="",
        to=reverse("visits:left", args=[visit.reference]),
    )  # fmt: skip


def _leave(request: HttpRequest, visit: Visit, way: str, form: Any, at: datetime) -> None:
    leave(visit, way, request.POST, by=request.user, at=at, form=form)
    keep_place(request, visit, f"way:{way}", at)


def left(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave now: what was done in that moment, how long there is to go, and room for two lines."""
    visit = seen_visit(request, reference)
    if request.method == "POST":
        demand(request, arriving.CONDUCT)
    if visit.state not in {Visit.State.FINISHED, Visit.State.ABORTED}:
        return HttpResponseRedirect(reverse("visits:door", args=[visit.reference]))
    at = clock.now()
    return handle(
        request,
        case=visit.case,
        form=form_of_way(kinds_left_to_say(visit), request.POST or None),
        template="visits/door/left.html",
        context=left_context(visit, at),
        do=lambda data: (
            befalling.name_what_was_seen(visit=visit, by=request.user, at=at, **data)
            if data.get("kind")
            else recording.add_remark(visit=visit, remark=data["remark"], by=request.user, at=at)
        ),
        done=_("The remark is on record."),
        to=reverse("visits:door", args=[visit.reference]),
    )


def incident(request: HttpRequest, reference: str) -> HttpResponse:
    """Something was not as it should have been: say what, and everything stops until it was looked into."""
    visit = seen_visit(request, reference)
    return handle(
        request, right=arriving.CONDUCT,
        case=visit.case,
        form=forms.IncidentForm(request.POST or None),
        template="visits/door/incident.html",
        context={"visit": visit, "back": reverse("visits:door", args=[visit.reference])},
        do=lambda data: refusing.report_incident(
            visit=visit, remark=data["remark"], by=request.user, at=clock.now()
        ),
        done=_("It is on record, the case is on hold and a supervisor was told."),
        to=reverse("visits:door", args=[visit.reference]),
    )  # fmt: skip
