"""The slots to which a visit could lawfully be moved, and what refuses the others."""

from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from common import clock
from common.clock import local_day
from compliance.fortnight import DAYS, Fortnight
from compliance.verdict import Finding
from visits.actions.planning import AHEAD
from visits.moving import fortnight_of
from visits.views.calendar import day_asked
from visits.views.planning import seen_visit
from workflow.reasons import tongue_now
from workflow.web import demand

WALL = "%Y-%m-%dT%H:%M"


@require_safe
def slots(request: HttpRequest, reference: str) -> HttpResponse:
    """A fortnight from ``?week`` on: as a page, or for the calendar's script with ``?as=json``.

    A lawful slot leads to the form that moves the visit, which asks the rules once more. Context:
    ``visit``, ``days`` [(day, [(from, until, "" or "past" or the rule, its words, address)])], ``always``,
    ``later``, ``earlier``, ``zone``.
    """
    visit = seen_visit(request, reference)
    demand(request, "plan_visit")
    now = clock.now()
    today = local_day(now, visit.zone)
    first = max(day_asked(request) or today, today)
    move = reverse("visits:move", args=[visit.reference])
    found = fortnight_of(visit, first=first, now=now) if visit.state in AHEAD else None
    if request.GET.get("as") == "json":
        return JsonResponse(_for_script(found, move))
    return TemplateResponse(
        request,
        "visits/slots.html",
        {
            "visit": visit, "case": visit.case, "zone": visit.zone, "move": move,
            "days": _in_words(found, move) if found else [],
            "always": [_sourced(one) for one in found.always] if found else [],
            "earlier": "" if first <= today else f"?week={first - timedelta(days=DAYS)}",
            "later": f"?week={first + timedelta(days=DAYS)}",
            "is_ahead": found is not None,
        },
    )  # fmt: skip


def _words(found: Fortnight) -> dict[str, str]:
    """Each rule that refuses something, with its source: what it says would name the first slot alone."""
    told = [*found.always, *(finding for finding, _count in found.rules)]
    return {one.rule: _sourced(one) for one in told}


def _sourced(finding: Finding) -> str:
    return f"{finding.rule} · {finding.citation.text[tongue_now()]}"


def _for_script(found: Fortnight | None, move: str) -> dict[str, object]:
    """Each half-hour by the clocks of the place: the rule that refuses it, "past", or "" where it is lawful."""
    if found is None:
        return {"move": move, "rules": {}, "slots": {}}
    slots = {
        f"{slot.wall:{WALL}}": found.shown(slot) for _day, todays in found.days for slot in todays
    }
    return {"move": move, "rules": _words(found), "slots": slots}


def _in_words(found: Fortnight, move: str) -> list[tuple[object, list[tuple[str, ...]]]]:
    words = _words(found)
    return [
        (
            day,
            [
                (
                    f"{span.first.wall:%H:%M}", f"{span.until:%H:%M}", span.shown,
                    words.get(span.shown, ""), f"{move}?from={span.first.wall:{WALL}}",
                )
                for span in found.spans(todays)
            ],
        )
        for day, todays in found.days
    ]  # fmt: skip
