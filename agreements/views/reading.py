"""Which recording holds the reading aloud of the terms."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from agreements import forms
from agreements.actions import drawing
from agreements.actions.reading import record_reading, recordings_of
from agreements.views.drawing import seen_agreement
from common import clock
from workflow.web import handle


def read_aloud(request: HttpRequest, number: str) -> HttpResponse:
    """Name the recording in which the terms are read aloud."""
    found = seen_agreement(request, number)
    recordings = recordings_of(found.case)
    form = forms.ReadingForm(request.POST or None, recordings=recordings)
    hint = _(
        "Only recordings are listed to which the debtor agreed. The certificate of signing names the file."
    )
    if not recordings:
        hint = _("There is no recording of this case to which the debtor agreed.")
    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="cases/form.html",
        do=lambda data: record_reading(
            agreement=found, recording=data["recording"], by=request.user, at=clock.now()
        ),
        done=_("Recorded in which file the terms are read aloud."), to=found.get_absolute_url(),
        context={
            "title": _("Read aloud on the recording"), "button": _("Record it"),
            "hint": hint,
        },
    )  # fmt: skip
