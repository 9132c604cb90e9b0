"""The ways to pay side by side, before any of them is asked for."""

from typing import Any

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from agreements import forms, options
from agreements.actions import drawing
from agreements.policy import granted_waiver
from agreements.taking_up import where_taken
from agreements.views.drawing import seen_case
from agreements.waivers import last_asked
from common import clock
from common.clock import local_day
from common.money import total
from people.rights import may
from workflow.web import demand


@require_safe
def side_by_side(request: HttpRequest, reference: str) -> TemplateResponse:
    """What the debtor can bear, and every way to pay with what it comes to and what the rules say.

    Context: ``case``, ``form`` (what the debtor wishes), ``ability``, ``options``, ``common`` (findings of
    all), ``take`` (where an option is taken to, empty where none can be), ``limitation``, ``granted``,
    ``limit``.
    """
    case, at = seen_case(request, reference), clock.now()
    demand(request, drawing.DRAW_UP)
    asked = any(name in request.GET for name in forms.WishesForm.base_fields)
    form = forms.WishesForm(request.GET if asked else None)
    wishes = form.wishes if asked and form.is_valid() else options.Wishes()
    today = local_day(at, case.zone)
    ability = options.ability_of(case, today)
    found, common = options.options_for(case, ability, wishes, by=request.user, at=at)
    granted = granted_waiver(case, at)
    context: dict[str, Any] = {
        "case": case, "form": form, "ability": ability, "options": found, "common": common,
        "take": where_taken(case), "today": today,
        "limitation": min(
            (debt.limitation_ends_on for debt in case.debts.all() if debt.limitation_ends_on),
            default=None,
        ),
        "granted": total(granted.values()) if granted else None,
        "limit": case.mandate.waiver_limit if case.mandate else None,
        "waiver": last_asked(case),
        "may_assess": may(request.user, "log_contact"),
        "wants_season": not wishes.season,
    }  # fmt: skip
    return TemplateResponse(request, "agreements/options.html", context)
