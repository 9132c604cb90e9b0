"""The officers' safety: at the door a sign of life and the call for help; at the desk who answers."""

from contextlib import suppress
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from common import clock
from common.clock import local
from notices.models import StaffMessage
from people.recent import even_unused
from people.rights import may
from visits import answering, forms
from visits.actions import arriving, safety
from visits.calling import mails_of
from visits.models import Alarm, AlarmCall, Incident, Visit, VisitOfficer
from visits.safety import asked_of, due_at, last_place, out_now, police_of, sign_of_life
from visits.views.planning import seen_visit
from workflow.paging import page_after
from workflow.steps import StateRefused, WrongInput
from workflow.web import demand, handle

PAGE = 50
MOST_OUT = 200
SEES = "see_safety"


# ---------------------------------------------------------------- at the door


def check_in(request: HttpRequest, reference: str) -> HttpResponse:
    """One tap: we are well. Context: ``due`` (until when it is owed), ``asked`` (the alarm that stands)."""
    visit = seen_visit(request, reference)
    at = clock.now()
    return handle(
        request, right=arriving.CONDUCT, case=visit.case, template="visits/door/check_in.html",
        context={"visit": visit, "back": _door(visit), "at": at, **sign_of_life(visit)},
        do=lambda _data: safety.answer_check_in(
            visit=visit, by=request.user, at=at, position=_position(request)
        ),
        done=lambda alarm: _thanks(visit, alarm, at), to=_door(visit),
    )  # fmt: skip


def _thanks(visit: Visit, alarm: Alarm | None, at: datetime) -> str:
    if alarm is not None and alarm.level:
        return _("It is on record. Your supervisor was told already and will call you.")
    fresh = Visit.objects.select_related("place", "case").get(pk=visit.pk)
    due = due_at(fresh)
    if due is None:
        return _("It is on record.")
    return _("Noted at %(now)s. Say so again by %(due)s.") % {
        "now": f"{local(at, visit.zone):%H:%M}", "due": f"{local(due, visit.zone):%H:%M}",
    }  # fmt: skip


def sos(request: HttpRequest, reference: str) -> HttpResponse:
    """One tap calls for help; then who was told, the colleague, the police and the last known place."""
    visit = seen_visit(request, reference)
    alarm = visit.alarms.filter(kind=Alarm.Kind.SOS).order_by("-pk").first()
    at = clock.now()
    return handle(
        request, right=arriving.CONDUCT, case=visit.case, template="visits/door/sos.html",
        context={
            "visit": visit, "back": _door(visit), "alarm": alarm, "police": police_of(visit),
            "told": _told(alarm), "crew": _crew(visit), "place": last_place([visit.pk]).get(visit.pk),
        },
        do=lambda _data: safety.call_sos(
            visit=visit, by=request.user, at=at, position=_position(request)
        ),
        done="", to=reverse("visits:sos", args=[visit.reference]),
    )  # fmt: skip


def _door(visit: Visit) -> str:
    return reverse("visits:door", args=[visit.reference])


def keep_place(request: HttpRequest, visit: Visit, question: str, at: datetime) -> None:
    """Keep where the phone was when that was answered, if it says so: the answer counts without it too."""
    with suppress(StateRefused, WrongInput):
        answering.keep_place(
            visit, question, _position(request), begins=bool(request.POST.get("begin")),
            by=request.user, at=at,
        )  # fmt: skip


def _position(request: HttpRequest) -> dict[str, Any] | None:
    """Where the phone says that it is, if it says so in a way that can be read; help never waits for that."""
    given = {name: request.POST.get(name, "")[:20] for name in ("lat", "lon", "accuracy_m")}
    try:
        return given if safety.sealed(given) else None
    except WrongInput:
        return None


# ---------------------------------------------------------------- at the desk


def overview(request: HttpRequest) -> TemplateResponse:
    """Alarms that nobody has taken up, who is out now, and incidents, fifty a page by key.

    Context: ``alarms``, ``out`` (visit, due, late), ``incidents``, ``older``.
    """
    demand(request, SEES)
    at = clock.now()
    seen = Case.objects.visible_to(request.user)
    out = out_now(
        Visit.objects.filter(case__in=seen)
        .select_related("case__debtor", "case__creditor", "case__team", "place")
        .prefetch_related(_officers())
    )
    rows = [(visit, due_at(visit)) for visit in out.order_by("started_at", "pk")[:MOST_OUT]]
    incidents, older = page_after(
        _incidents(seen), "opened_at", request.GET.get("after", ""), most=PAGE
    )
    return TemplateResponse(
        request,
        "visits/safety.html",
        {
            "alarms": _with_calls(Alarm.objects.filter(case__in=seen, ended_at=None)),
            "out": [(visit, due, due is not None and due <= at) for visit, due in rows],
            "incidents": incidents,
            "older": older,
            "at": at,
        },
    )


def alarm(request: HttpRequest, pk: int) -> HttpResponse:
    """One alarm: who is out there, where they were last, who was told; a person takes it up."""
    found = get_object_or_404(
        Alarm.objects.filter(case__in=Case.objects.visible_to(request.user)).select_related(
            "case__debtor",
            "case__creditor",
            "visit__place",
            "visit__case",
            "officer",
            "taken_up_by",
        ),
        pk=pk,
    )
    demand(request, SEES)
    visit = found.visit
    visit.case = found.case
    return handle(
        request, right=SEES, case=found.case, form=forms.TakeUpForm(request.POST or None),
        template="visits/alarm.html",
        context={
            "alarm": found, "visit": visit, "told": _with_mails(_told(found)), "crew": _crew(visit),
            "place": last_place([visit.pk]).get(visit.pk), "police": police_of(visit),
            "incident": visit.incidents.first(), "may_answer": may(request.user, safety.ANSWER),
        },
        do=lambda data: safety.take_up_alarm(
            alarm=found, said=data["said"], by=request.user, at=clock.now()
        ),
        done=_("The alarm is yours: nobody else is told. Call the officers."),
        to=reverse("visits:alarm", args=[found.pk]),
    )  # fmt: skip


def incident_record(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """An incident: what happened, when, who took it up, what was done; closed by a supervisor."""
    found = get_object_or_404(
        Incident.objects.filter(
            visit__reference=reference, case__in=Case.objects.visible_to(request.user)
        ).select_related("case__debtor", "visit__place", "opened_by", "closed_by"),
        pk=pk,
    )
    demand(request, safety.CLOSE if request.method == "POST" else SEES)
    found.visit.case = found.case
    alarms = _with_calls(found.visit.alarms.all())
    return handle(
        request, case=found.case, form=forms.CloseIncidentForm(request.POST or None),
        template="visits/incident.html",
        context={
            "incident": found, "visit": found.visit, "crew": _crew(found.visit), "alarms": alarms,
            "positions": list(found.visit.positions.select_related("officer")[:50]),
            "hold": found.case.holds.filter(reason="incident").order_by("-pk").first(),
            "may_close": may(request.user, safety.CLOSE) and found.closed_at is None,
        },
        do=lambda data: safety.close_incident(
            incident=found, done=data["done"], by=request.user, at=clock.now()
        ),
        done=_("The incident is closed. Whether the case goes on is decided with the hold."),
        to=found.get_absolute_url(),
    )  # fmt: skip


@even_unused
def alarm_bar(request: HttpRequest) -> TemplateResponse:
    """The red bar of those who were asked; empty where nothing stands. Fetched by every page."""
    mine = list(asked_of(request.user)[:5])
    theirs = set(
        VisitOfficer.objects.filter(
            visit__in=[one.visit_id for one in mine], officer=request.user, active=True
        ).values_list("visit_id", flat=True)
    )
    context = {"alarms": [(one, one.visit_id in theirs) for one in mine]}
    return TemplateResponse(request, "visits/alarm_bar.html", context)


# ---------------------------------------------------------------- the parts


def _officers() -> Prefetch:
    parts = VisitOfficer.objects.filter(active=True).select_related("officer").order_by("pk")
    return Prefetch("crew", parts, to_attr="going")


def _crew(visit: Visit) -> list[VisitOfficer]:
    return list(visit.crew.filter(active=True).select_related("officer").order_by("pk"))


def _told(found: Alarm | None) -> list[AlarmCall]:
    """Those who were told, without the officers themselves."""
    if found is None:
        return []
    return list(found.calls.filter(level__gt=0).select_related("person").order_by("level", "pk"))


def _with_mails(calls: list[AlarmCall]) -> list[tuple[AlarmCall, StaffMessage | None]]:
    """Each who was told, with the e-mail that was written to them, if any was."""
    mails = mails_of(calls)
    return [(call, mails.get(call.pk)) for call in calls]


def _with_calls(alarms: QuerySet[Alarm]) -> list[Alarm]:
    calls = AlarmCall.objects.filter(level__gt=0).select_related("person").order_by("level", "pk")
    found: list[Alarm] = list(
        alarms.select_related(
            "case", "visit__place", "visit__case__debtor", "officer", "taken_up_by"
        )
        .prefetch_related(Prefetch("calls", calls, to_attr="told"))
        .order_by("since", "pk")[:PAGE]
    )
    return found


def _incidents(seen: QuerySet[Case]) -> QuerySet[Incident]:
    return Incident.objects.filter(case__in=seen).select_related(
        "case__team", "visit__place", "visit__case__debtor", "opened_by", "closed_by"
    )
