"""The slip after a visit, at the desk and on the phone; and whether the officers may still be at the door."""

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from common import clock
from notices.models import Notice
from visits import forms
from visits.actions import slipping
from visits.models import Visit
from visits.slip import is_due
from visits.views.planning import seen_visit
from workflow.web import handle


def slip(request: HttpRequest, reference: str) -> HttpResponse:
    """Make the slip, or look at the one that was made and at what became of it.

    Context: as ``cases/form.html``, ``visit``, ``slip_due``, ``way`` (by which it would go, or None), ``sent`` (Notice or None).
    """
    visit = seen_visit(request, reference)
    at, due = clock.now(), is_due(visit)
    form = forms.SlipForm(
        request.POST or None, initial={"language": visit.case.debtor.language}
    )  # fmt: skip
    return handle(
        request, right=slipping.GIVE, case=visit.case, form=form, template="visits/slip.html",
        context={
            "visit": visit, "title": _("Slip of the visit"), "button": _("Make the slip"),
            "slip_due": due,
            "way": slipping.way_of(visit, at) if due and not visit.slip_id else None,
            "sent": Notice.objects.filter(visit=visit, kind=Notice.Kind.VISIT_SLIP).first(),
        },
        do=lambda data: slipping.make_slip(
            visit=visit, language=data["language"], by=request.user, at=at
        ),
        done=_("The slip is made. Print it for whoever was visited."),
        to=request.path,
    )  # fmt: skip


def still(request: HttpRequest, reference: str) -> HttpResponse:
    """Nothing while the visit is under way; a card that says to leave once it was ended from elsewhere."""
    visit = seen_visit(request, reference)
    if visit.state == Visit.State.STARTED:
        return HttpResponse(status=204)
    return TemplateResponse(request, "visits/door/ended.html", {"visit": visit})
