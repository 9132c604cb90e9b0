"""Take over where an address lies from what was measured at its door."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from cases.actions.preparing import EDIT
from cases.views.preparing import page
from common import clock
from visits.actions.locating import measured_at, take_position
from visits.locating_forms import LocateForm
from visits.views.planning import seen_visit


def locate(request: HttpRequest, reference: str) -> HttpResponse:
    """Choose one of the positions that telephones measured at the address of the visit."""
    visit = seen_visit(request, reference)
    form = LocateForm(
        request.POST or None,
        measured=measured_at([visit]).get(visit.place_id, []),
        zone=visit.zone,
    )
    return page(
        request, visit.case, form, right=EDIT, title=_("Where the address lies"), button=_("Take it over"),
        do=lambda data: take_position(
            visit=visit, measured=data["measured"], by=request.user, at=clock.now()
        ),
        done=_("The position is kept with the address."), tab="people",
        hint=_(
            "Telephones measured this on arriving and on leaving. It is kept sealed with the address; the map of the day shows it."
        ),
    )  # fmt: skip
