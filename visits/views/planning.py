"""At the desk: choosing a slot while the rules answer, moving a visit, giving it up."""

from copy import copy
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cases.facts import learn_facts
from cases.ladder import Ladder, ladder_of
from cases.models import Case
from cases.settling import added_by
from cases.views.preparing import page, seen_case
from common import clock
from common.clock import local
from visits import forms, slots
from visits.actions import planning
from visits.models import Visit
from visits.notice import OUTCOME, PURPOSE
from visits.policy import counts_crew
from workflow.web import demand, handle


def seen_visit(request: HttpRequest, reference: str) -> Visit:
    """The visit, if this user may see its case."""
    visits = Visit.objects.filter(case__in=Case.objects.visible_to(request.user))
    return get_object_or_404(
        visits.select_related(
            "case__debtor", "case__creditor", "case__agency", "case__mandate", "place",
            "case__team", "case__officer",
        ),
        reference=reference,
    )  # fmt: skip


def plan(request: HttpRequest, reference: str) -> HttpResponse:
    """Plan a visit; the rules answer while the slot is chosen (a POST with ``try``)."""
    case = seen_case(request, reference)
    demand(request, "plan_visit")
    form = forms.PlanForm(_taken(request, case), case=case, initial=_first_guess(request, case))
    if request.POST.get("try"):
        return _answer(request, case, form)
    return handle(
        request, case=case, form=form, template="visits/plan.html",
        context={
            "title": _("Plan a visit"), "button": _("Plan the visit"), "asked": _("plan a visit"),
            "back": case.get_absolute_url(), "at": clock.now(), "ladder": _ladder(case),
        },
        do=lambda _data: planning.plan_visit(
            case=case, **form.slot(), by=request.user, at=clock.now()
        ),
        done=_("The visit is planned. Next, announce it to the debtor."),
        to=lambda visit: visit.get_absolute_url(),
    )  # fmt: skip


def move(request: HttpRequest, reference: str) -> HttpResponse:
    """Another slot, place or crew."""
    visit = seen_visit(request, reference)
    demand(request, "plan_visit")
    minutes = int((visit.ends_at - visit.starts_at).total_seconds() // 60)
    held = {
        "starts_at": _asked_for(request) or visit.starts_at,
        "minutes": minutes, "place": visit.place_id,
        "officers": [p.officer_id for p in visit.crew.filter(active=True)],
        "purpose": visit.purpose, "intended_outcome": visit.intended_outcome, **_tried(request),
    }  # fmt: skip
    form = forms.PlanForm(_taken(request, visit.case), case=visit.case, initial=held)
    if request.POST.get("try"):
        return _answer(request, visit.case, form, but=visit)
    was_told = visit.state != Visit.State.PLANNED
    return handle(
        request, case=visit.case, form=form, template="visits/plan.html",
        context={
            "title": _("Move the visit"), "button": _("Move the visit"), "visit": visit,
            "asked": _("move the visit"), "back": visit.get_absolute_url(), "at": clock.now(),
            "ladder": _ladder(visit.case),
        },
        do=lambda _data: planning.move_visit(
            visit=visit, **form.slot(), by=request.user, at=clock.now()
        ),
        done=_("The visit is moved. The debtor has to be told anew.")
        if was_told
        else _("The visit is moved. Next, announce it to the debtor."),
        to=visit.get_absolute_url(),
    )  # fmt: skip


def cancel(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a planned visit up."""
    found = seen_visit(request, reference)
    form = forms.CancelForm(request.POST or None)
    return page(
        request, found.case, form, right="plan_visit", title=_("Cancel the visit"), button=_("Cancel the visit"),
        hint=_("What is queued for it is not sent. If the debtor was told of it, the debtor is told that nobody comes."),
        do=lambda data: planning.cancel_visit(
            visit=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The visit is cancelled; what was queued for it stays here."), tab="visits",
    )  # fmt: skip


def _ladder(case: Case) -> Ladder:
    """What was tried before, as the planner has to know."""
    seen, at = (
        copy(case),
        clock.now(),
    )  # what holds at this moment is not for the rules to find later
    learn_facts(seen, at)
    return ladder_of(seen, at)


def _taken(request: HttpRequest, case: Case) -> Any:
    """The form's data; "take the earliest" puts that moment in place of the start, by the place's clocks."""
    if request.method != "POST":
        return None
    data = request.POST.copy()
    moment = _moment(data.get("take", ""))
    if moment:
        zone = forms.PlanForm(data, case=case).zone
        data["starts_at"] = f"{local(moment, zone):%Y-%m-%dT%H:%M}"
    return data


def _moment(text: str) -> datetime | None:
    """The moment that a button names; nothing for what is none."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _asked_for(request: HttpRequest) -> datetime | str:
    """The start that the link to this page names: a moment, or a time by the clocks of the place."""
    given = request.GET.get("from", "")
    moment = _moment(given)
    if moment:
        return moment
    try:
        return f"{datetime.fromisoformat(given):%Y-%m-%dT%H:%M}"
    except ValueError:
        return ""


def _first_guess(request: HttpRequest, case: Case) -> dict[str, Any]:
    # In the debtor's language, who will read it; the notice knows these words in both.
    tongue = case.debtor.language
    return {
        "starts_at": _asked_for(request) or None,
        "place": case.debtor.homes.values_list("pk", flat=True).first(),
        "purpose": PURPOSE[tongue],
        "intended_outcome": OUTCOME[tongue],
        **_tried(request),
    }


def _tried(request: HttpRequest) -> dict[str, Any]:
    """What was tried on the page where one asks before one acts, and is taken over from there."""
    wanted = {
        "minutes": request.GET.get("minutes", ""),
        "place": request.GET.get("place", ""),
        "officers": [pk for pk in request.GET.getlist("officers") if _is_key(pk)],
    }
    return {
        name: value
        for name, value in wanted.items()
        if value and (name == "officers" or _is_key(str(value)))
    }


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _answer(
    request: HttpRequest, case: Case, form: forms.PlanForm, but: Visit | None = None
) -> TemplateResponse:
    """What the rules say of the slot as it stands in the form, and who is free; nothing is written."""
    context: dict[str, Any] = {
        "case": case, "slot": None, "form": form, "zone": form.zone, "at": clock.now(),
    }  # fmt: skip
    slot = form.draft()
    if slot:
        at = clock.now()
        verdict = slots.answer(case, slot, by=request.user, at=at)
        crew = bool(slot["officers"])
        blocks = [found for found in verdict.blocks if crew or not counts_crew(found)]
        past = slot["starts_at"] <= at
        context |= {
            "slot": slot,
            "past": past,
            "verdict": verdict,
            "blocks": blocks,
            "crew_missing": not crew,
            "lawful": not blocks and not past,
            "by_the_place": [one.pack for one in added_by(case, slot["place"])],
            "candidates": slots.candidates(
                case, slot["starts_at"], slot["ends_at"], zone=form.zone, but=but
            ),
            "chosen": {officer.pk for officer in slot["officers"]},
        }
    return TemplateResponse(request, "visits/answer.html", context)
