"""At the desk: planning, moving, announcing, the calendar, and refusals that come by telephone."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from cases.models import Case, Refusal
from cases.views.preparing import page, seen_case
from common import clock
from common.clock import from_local, local, local_day
from compliance.ask import value
from visits import forms
from visits.actions import announcing, planning, refusing
from visits.models import Visit
from visits.notice import compose
from visits.policy import may_plan
from workflow.web import handle

HOUSE_ZONE = "Asia/Shanghai"


def seen_visit(request: HttpRequest, reference: str) -> Visit:
    """The visit, if this user may see its case."""
    visits = Visit.objects.filter(case__in=Case.objects.visible_to(request.user))
    return get_object_or_404(
        visits.select_related(
            "case__debtor", "case__creditor", "case__agency", "place", "case__team"
        ),
        reference=reference,
    )


def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """Plan a visit; the rules answer while the slot is chosen (``hx-post`` with ``try``)."""
    case = seen_case(request, reference)
    form = forms.PlanForm(_taken(request) or None, case=case, initial=_first_guess(request, case))
    if request.POST.get("try"):
        return _answer(request, case, form)
    return handle(
        request, case=case, form=form, template="visits/plan.html",
        context={"title": _("Plan a visit"), "button": _("Plan the visit")},
        do=lambda _data: planning.plan_visit(
            case=case, **form.slot(), by=request.user, at=clock.now()
        ),
        done=_("The visit is planned. Next, announce it to the debtor."),
        to=lambda visit: visit.get_absolute_url(),
    )  # fmt: skip


def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Another slot, place or crew."""
    visit = seen_visit(request, reference)
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    held = {
        "starts_at": visit.starts_at, "minutes": minutes, "place": visit.place_id,
        "officers": [p.officer_id for p in visit.crew.filter(active=True)],
        "purpose": visit.purpose, "intended_outcome": visit.intended_outcome,
    }  # fmt: skip
    form = forms.PlanForm(_taken(request) or None, case=visit.case, initial=held)
    if request.POST.get("try"):
        return _answer(request, visit.case, form)
    return handle(
        request, case=visit.case, form=form, template="visits/plan.html",
        context={"title": _("Move the visit"), "button": _("Move the visit"), "visit": visit},
        do=lambda _data: planning.move_visit(
            visit=visit, **form.slot(), by=request.user, at=clock.now()
        ),
        done=_("The visit is moved. The debtor has to be told anew."),
        to=visit.get_absolute_url(),
    )  # fmt: skip


def _taken(request: HttpRequest) -> Any:
    """The form's data; "take the earliest" replaces the start."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    if data.get("take"):
        data["starts_at"] = data["take"]
    return data


def _first_guess(request: HttpRequest, case: Case) -> dict[str, Any]:
    given = request.GET.get("from", "")
    return {
        "starts_at": given or None,
        "place": case.debtor.addresses.filter(kind="home").values_list("pk", flat=True).first(),
        "purpose": _("To talk about the overdue loan and find a plan that suits both sides"),
        "intended_outcome": _("A repayment plan that the debtor can bear"),
    }


def _answer(request: HttpRequest, case: Case, form: forms.PlanForm) -> TemplateResponse:
    """What the rules say of the slot as it stands in the form; nothing is written."""
    context: dict[str, Any] = {"case": case, "ready": form.is_valid()}
    if form.is_valid():
        slot = form.slot()
        draft = Visit(case=case, starts_at=slot["starts_at"], ends_at=slot["ends_at"])
        verdict = may_plan(
            place=slot["place"], starts_at=slot["starts_at"], ends_at=slot["ends_at"],
            officers=slot["officers"], purpose=slot["purpose"],
            intended_outcome=slot["intended_outcome"],
        )(draft, by=request.user, at=clock.now())  # fmt: skip
        context |= {"verdict": verdict, "starts_at": slot["starts_at"]}
    return TemplateResponse(request, "visits/answer.html", context)


def visit(request: HttpRequest, reference: str) -> TemplateResponse:
    """One visit: crew, notices, what was shown and said, evidence."""
    found = seen_visit(request, reference)
    context = {
        "visit": found,
        "case": found.case,
        "crew": list(found.crew.filter(active=True).select_related("officer"))
        or list(found.crew.select_related("officer")),
        "notices": list(found.notices.select_related("document")),
        "shown": list(found.shown.all()),
        "consents": list(found.consents.all()),
        "evidence": list(found.evidence.select_related("document", "added_by")),
        "talk": getattr(found, "talk", None),
        "minutes": int((found.ends_at - found.starts_at).total_seconds() // 60),
    }
    return TemplateResponse(request, "visits/visit.html", context)


def announce(request: HttpRequest, reference: str) -> HttpResponse:
    """See the notice as it would go, and send it."""
    found = seen_visit(request, reference)
    form = forms.AnnounceForm(
        request.POST or None,
        initial={
            "language": found.case.debtor.language,
            "email": found.case.debtor.contact_points.filter(channel="email").exists(),
            "letter": True,
        },
    )
    at = clock.now()
    return handle(
        request, case=found.case, form=form, template="visits/announce.html",
        context={"visit": found, "notice": compose(found, at), "title": _("Announce the visit")},
        do=lambda data: announcing.announce_visit(
            visit=found, language=data["language"],
            channels=[name for name in ("email", "letter") if data[name]],
            by=request.user, at=at,
        ),
        done=_("The notice is on its way. The lead time runs from its effective service."),
        to=found.get_absolute_url(),
    )  # fmt: skip


def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a planned visit up."""
    found = seen_visit(request, reference)
    form = forms.CancelForm(request.POST or None)
    return page(
        request, found.case, form, title=_("Cancel the visit"), button=_("Cancel the visit"),
        do=lambda data: planning.cancel_visit(
            visit=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The visit is cancelled; what was queued for it stays here."),
    )  # fmt: skip


def refuse(request: HttpRequest, reference: str) -> HttpResponse:
    """A refusal by telephone or in writing."""
    case = seen_case(request, reference)
    form = forms.RefusalForm(request.POST or None)
    return page(
        request, case, form, title=_("Record a refusal of visits"), button=_("Record the refusal"),
        hint=_("Visits that lie ahead are cancelled, and what is queued is not sent, at once."),
        do=lambda data: refusing.record_refusal(
            case=case, **data, by=request.user, at=clock.now()
        ),
        done=_("The refusal is honoured: visits are barred and nothing queued will go."),
    )  # fmt: skip


def lift(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for a refusal to be lifted."""
    case = seen_case(request, reference)
    refusal = get_object_or_404(Refusal.objects.order_by("-at"), case=case, lifted_at=None)
    form = forms.LiftForm(request.POST or None)
    return page(
        request, case, form, title=_("Ask to lift the refusal"), button=_("Ask"),
        hint=_("Compliance decides, and never whoever asked."),
        do=lambda data: refusing.ask_to_lift(
            refusal=refusal, reason=data["reason"], by=request.user, at=clock.now()
        ),
        done=_("Compliance was asked."),
    )  # fmt: skip


def calendar(request: HttpRequest) -> TemplateResponse:
    """A week of visits, by day; hours outside the strictest window are said with the day."""
    at = clock.now()
    today = local_day(at, HOUSE_ZONE)
    asked = parse_date(request.GET.get("week", "")[:10]) if _is_day(request) else None
    day = asked or today
    monday = day - timedelta(days=day.weekday())
    first = from_local(datetime.combine(monday, time()), HOUSE_ZONE)
    visits = (
        Visit.objects.filter(
            case__in=Case.objects.visible_to(request.user),
            starts_at__gte=first,
            starts_at__lt=first + timedelta(days=7),
        )
        .exclude(state__in=["cancelled"])
        .select_related("case__debtor", "place")
        .prefetch_related("crew__officer")
        .order_by("starts_at", "pk")[:500]
    )
    days = []
    for offset in range(7):
        date = monday + timedelta(days=offset)
        allowed = value(("cn", "story"), "visit.days", date) or []
        days.append(
            {
                "date": date,
                "today": date == today,
                "lawful": not allowed or date.isoweekday() in allowed,
                "visits": [v for v in visits if local(v.starts_at, v.case.zone).date() == date],
            }
        )
    context = {
        "days": days,
        "earlier": (monday - timedelta(days=7)).isoformat(),
        "later": (monday + timedelta(days=7)).isoformat(),
        "monday": monday,
    }
    return TemplateResponse(request, "visits/calendar.html", context)


def _is_day(request: HttpRequest) -> bool:
    try:
        return parse_date(request.GET.get("week", "")[:10]) is not None
    except ValueError:
        return False
