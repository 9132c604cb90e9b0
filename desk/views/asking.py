"""Ask before you act: any slot, place and crew can be tried; nothing is stored."""

from typing import Any

from django.http import HttpRequest, QueryDict
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.models import Case
from cases.views.preparing import seen_case
from common import clock
from compliance.fortnight import Fortnight
from desk.asking import VISITS, answered
from desk.asking_forms import AskForm, AskOfCaseForm
from desk.showing import tongue_now
from people.rights import may
from visits.acts import EARLY
from visits.models import Visit
from workflow.web import demand

HUES = 8
"""So many rules have a colour and a hatching of their own; those after them share the last."""


def ask(request: HttpRequest) -> TemplateResponse:
    """Try the rules on a made-up set of facts."""
    demand(request, "read_rules")
    now = clock.now()
    form = AskForm(_data(request, AskForm.guess(now)))
    return _page(request, form, None, now)


def ask_case(request: HttpRequest, reference: str) -> TemplateResponse:
    """Try the rules on a case: its facts are known, slot, place and crew are tried."""
    case = seen_case(request, reference)
    demand(request, "read_rules")
    now = clock.now()
    form = AskOfCaseForm(_data(request, AskOfCaseForm.guess(case, now)), case=case)
    return _page(request, form, case, now)


def _data(request: HttpRequest, guess: dict[str, Any]) -> QueryDict:
    """What was chosen; as long as nothing was, a first guess, so that the page answers at once."""
    if request.method == "POST":
        return request.POST
    if "action" in request.GET:
        return request.GET
    data = QueryDict(mutable=True)
    for name, value in guess.items():
        data.setlist(name, [str(one) for one in value] if isinstance(value, list) else [str(value)])
    return data


def _page(
    request: HttpRequest, form: AskForm | AskOfCaseForm, case: Case | None, now: Any
) -> TemplateResponse:
    context: dict[str, Any] = {"form": form, "case": case, "at": now}
    status = 200
    if form.is_valid():
        answer = answered(form.question(now))
        letters = "一二三四五六日" if tongue_now() == "zh" else "MTWTFSS"
        take = _taking(request, answer.question.action, form, case)
        context |= {
            "answer": answer,
            "zone": answer.question.zone,
            "legend": _legend(answer.ahead),
            "rows": _rows(answer.ahead, take),
            "told": [
                (day, [(span, take(span.first.wall) if not span.shown else "") for span in spans])
                for day, slots in answer.ahead.days
                for spans in [answer.ahead.spans(slots)]
            ],
            "days": [(day, letters[day.weekday()]) for day, _slots in answer.ahead.days],
            "lawful": answer.ahead.lawful,
        }
    else:
        status = 422
    return TemplateResponse(request, "desk/ask.html", context, status=status)


def _legend(ahead: Fortnight) -> list[dict[str, Any]]:
    """Each rule that refuses some of the slots, or all of them, with its colour."""
    found = [
        {"finding": finding, "count": count, "always": False} for finding, count in ahead.rules
    ]
    found += [{"finding": finding, "count": None, "always": True} for finding in ahead.always]
    return [{**row, "hue": min(number, HUES)} for number, row in enumerate(found, 1)]


def _rows(ahead: Fortnight, take: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """The picture: half-hours down, days across; each cell with what it is drawn as."""
    hues = {row["finding"].rule: row["hue"] for row in _legend(ahead)}
    rows: list[tuple[str, list[dict[str, Any]]]] = []
    for number in range(len(ahead.days[0][1])):
        cells = []
        for _day, slots in ahead.days:
            slot = slots[number]
            shown = ahead.shown(slot)
            cells.append(
                {
                    "kind": "past" if slot.past else "lawful" if slot.lawful else f"r{hues[shown]}",
                    "said": f"{slot.wall:%m-%d %H:%M} "
                    + (_("gone by") if slot.past else ", ".join(slot.against) or _("lawful")),
                    "take": take(slot.wall) if slot.lawful else "",
                }
            )
        rows.append((f"{ahead.days[0][1][number].wall:%H:%M}", cells))
    return rows


def _taking(request: HttpRequest, action: str, form: Any, case: Case | None) -> Any:
    """Where a lawful slot of a visit leads to: the planning form of the case, filled in."""
    user: Any = request.user
    if case is None or action not in VISITS or not may(user, "plan_visit"):
        return lambda _wall: ""
    ahead = case.visits.filter(
        state__in=[Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED]
    ).first()
    if ahead is None and case.state not in EARLY:
        return lambda _wall: ""
    where = (
        reverse("visits:move", args=[ahead.reference])
        if ahead
        else reverse("visits:plan", args=[case.reference])
    )
    more = QueryDict(mutable=True)
    more["minutes"] = str(form.cleaned_data["minutes"])
    if form.cleaned_data["place"]:
        more["place"] = str(form.cleaned_data["place"].pk)
    more.setlist("officers", [str(one.pk) for one in form.cleaned_data["officers"]])
    tail = more.urlencode()
    return lambda wall: f"{where}?from={wall:%Y-%m-%dT%H:%M}&{tail}"
