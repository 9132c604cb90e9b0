"""The ways out at a door, what has to be done on leaving, and what to do when something went wrong."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Hold
from common import clock
from common.clock import local_day
from compliance.ask import value
from visits import forms
from visits.actions import arriving, befalling, recording, refusing
from visits.actions.befalling import AT_THE_DOOR, CARE, DANGER
from visits.models import Visit
from visits.policy import packs_at
from visits.safety import police_of
from visits.views.planning import seen_visit
from workflow.forms import DeskForm
from workflow.web import demand, handle

LEAVE_MINUTES = 2  # where no pack says in how many minutes officers who are asked to leave are gone


@dataclass(frozen=True)
class Way:
    """One way out: what it is called, what is asked before, and what it does."""

    label: str
    title: str
    icon: str
    tone: str
    do: Callable[..., Any]
    more: dict[str, Any] = field(default_factory=dict)
    met: bool | None = None  # only before (False) or after (True) the debtor was identified
    sure: bool = False  # asked once more; what is asked of officers at once is not
    kinds: tuple[
        str, ...
    ] = ()  # what the officers may have seen, each with what the packs say of it


def _ways() -> dict[str, Way]:
    return {
        "refused": Way(
            _("Refused"), _("The debtor does not want the visit"), "slash-circle-fill", "red",
            refusing.refuse_at_door,
        ),
        "leave": Way(
            _("Asked to leave"), _("You were asked to leave"), "box-arrow-right", "red",
            refusing.refuse_at_door, {"asked_to_leave": True},
        ),
        "someone-else": Way(
            _("Someone else"), _("Somebody else opened"), "people-fill", "amber",
            refusing.someone_else, met=False,
        ),
        "nobody": Way(
            _("Nobody in"), _("Nobody opened"), "house-slash-fill", "plain", refusing.nobody_in,
            met=False,
        ),
        "later": Way(
            _("Another time"), _("The debtor wants another time"), "calendar-x", "plain",
            refusing.postponed, met=True, sure=True,
        ),
        "care": Way(
            _("Special care"), _("Somebody here needs special care"), "heart-pulse-fill", "amber",
            refusing.spare_vulnerable, met=True, sure=True, kinds=CARE,
        ),
        "crew-short": Way(
            _("One of us must go"), _("An officer has to leave"), "person-dash-fill", "plain",
            refusing.crew_short, sure=True,
        ),
        "unsafe": Way(
            _("Stop: not safe"), _("It is not safe here"), "exclamation-octagon-fill", "red",
            refusing.unsafe, kinds=DANGER,
        ),
    }  # fmt: skip


def ways_out(visit: Visit) -> list[dict[str, Any]]:
    """The foot of every screen while the visit is under way: each is one tap."""
    if visit.state != Visit.State.STARTED:
        # On the way there help is one tap away too, though there is nothing yet to get out of.
        on_the_way = visit.state == Visit.State.NOTICED and visit.departed_at is not None
        return [*_call_for_help(visit)] if on_the_way else []
    met = visit.identified_at is not None
    ways = [
        {
            "url": reverse("visits:way_out", args=[visit.reference, name]),
            "label": way.label,
            "icon": way.icon,
            "tone": way.tone,
            "post": True,
            "confirm": _("%(what)s: leave now?") % {"what": way.title} if way.sure else "",
        }
        for name, way in _ways().items()
        if way.met in (None, met)
    ]
    return [*ways, *_call_for_help(visit)]


def _call_for_help(visit: Visit) -> list[dict[str, Any]]:
    """SOS, and the number of the police there, each one tap away; no number where no pack names it."""
    sos = {
        "url": reverse("visits:sos", args=[visit.reference]), "label": _("SOS"),
        "icon": "broadcast", "tone": "red", "post": True, "position": True,
    }  # fmt: skip
    number = _emergency(visit)
    if not number:
        return [sos]
    label = _("Call %(number)s") % {"number": number}
    return [sos, {"url": f"tel:{number}", "label": label, "icon": "telephone-fill", "tone": "red"}]


def _emergency(visit: Visit) -> str:
    """The number of the police there; empty where no pack of the place names it."""
    return police_of(visit)


def way_out(request: HttpRequest, reference: str, way: str) -> HttpResponse:
    """Refused, asked to leave, someone else, nobody in, not safe: one tap, then leave."""
    visit = seen_visit(request, reference)
    ways = _ways()
    if way not in ways:
        raise Http404
    chosen = ways[way]
    form = _form(request, chosen.kinds)
    return handle(
        request, right=arriving.CONDUCT,
        case=visit.case,
        form=form,
        template="visits/door/way_out.html",
        context={
            "visit": visit, "way": way, "title": chosen.title,
            "back": reverse("visits:door", args=[visit.reference]),
        },
        do=lambda data: chosen.do(
            visit=visit, by=request.user, at=clock.now(), **data, **chosen.more
        ),
        done="",
        to=reverse("visits:left", args=[visit.reference]),
    )  # fmt: skip


def _form(request: HttpRequest, kinds: tuple[str, ...]) -> DeskForm:
    """Two lines; where somebody was in need or in danger, also what it was."""
    if not kinds:
        return forms.RemarkForm(request.POST or None)
    return forms.SeenForm(request.POST or None, kinds=kinds)


def _seen(visit: Visit) -> tuple[str, ...]:
    """What may still be said of what sent the officers away; nothing once it was."""
    case, at = visit.case, visit.finished_at
    if visit.outcome == Visit.Outcome.UNSAFE:
        kinds: tuple[str, ...] = DANGER
    elif case.holds.filter(reason=Hold.Reason.VULNERABLE, placed_at=at).exists():
        kinds = CARE
    else:
        return ()
    said = case.circumstances.filter(kind__in=AT_THE_DOOR, recorded_at__gte=at, source="officer")
    return () if said.exists() else kinds


def left(request: HttpRequest, reference: str) -> HttpResponse:
    """Leave now: what was done in that moment, how long there is to go, and room for two lines."""
    visit = seen_visit(request, reference)
    if request.method == "POST":
        demand(request, arriving.CONDUCT)
    if visit.state not in {Visit.State.FINISHED, Visit.State.ABORTED}:
        return HttpResponseRedirect(reverse("visits:door", args=[visit.reference]))
    at = clock.now()
    left_at = visit.finished_at or at
    gone_by = left_at + timedelta(minutes=_minutes_to_leave(visit, left_at))
    return handle(
        request,
        case=visit.case,
        form=_form(request, _seen(visit)),
        template="visits/door/left.html",
        context={
            "visit": visit,
            "back": reverse("visits:today"),
            "barred": visit.case.refusals.filter(at=visit.finished_at, lifted_at=None).first(),
            "stopped": _stopped(visit),
            "gone_by": gone_by,
            "emergency": _emergency(visit),
            "foot": _call_for_help(visit),
            "seconds": max(int((gone_by - at).total_seconds()), 0),
            "unattested": visit.crew.filter(active=True, attested_at=None).exists(),
        },
        do=lambda data: (
            befalling.name_what_was_seen(visit=visit, by=request.user, at=at, **data)
            if data.get("kind")
            else recording.add_remark(visit=visit, remark=data["remark"], by=request.user, at=at)
        ),
        done=_("The remark is on record."),
        to=reverse("visits:door", args=[visit.reference]),
    )


def _minutes_to_leave(visit: Visit, at: datetime) -> int:
    given = value(packs_at(visit), "leave.minutes", local_day(at, visit.zone))
    return LEAVE_MINUTES if given is None else int(given)


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


def _stopped(visit: Visit) -> dict[str, int]:
    """What was cancelled in the same moment in which the visit ended."""
    at = visit.finished_at
    return {
        "visits": visit.case.visits.filter(state=Visit.State.CANCELLED, finished_at=at).count(),
        "notices": visit.case.events.filter(kind="notice.suppressed", occurred_at=at).count(),
    }
