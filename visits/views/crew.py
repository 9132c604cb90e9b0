"""Another officer goes: who may not, who could, and the one act that puts it right."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from common import clock
from visits import forms
from visits.actions import crewing
from visits.views.planning import seen_visit
from workflow.web import handle


def swap(request: HttpRequest, reference: str) -> HttpResponse:
    """Send another officer. Context: ``lapsing`` (officer, why), ``proposals`` (officer, near, says)."""
    visit = seen_visit(request, reference)
    at = clock.now()
    against, proposals = crewing.lapsing(visit, at), crewing.proposals(visit, at)
    first: dict[str, Any] = {
        "out": against[0][0].pk if against else None,
        "into": request.GET.get("into", "")[:12] or None,
    }
    form = forms.SwapForm(request.POST or None, visit=visit, initial=first)
    return handle(
        request, case=visit.case, form=form, right="swap_officer", template="visits/swap.html",
        do=lambda data: crewing.swap_officer(visit=visit, **data, by=request.user, at=clock.now()),
        done=_("The other officer is named. The debtor is told as the rules say."),
        to=visit.get_absolute_url(),
        context={
            "visit": visit, "title": _("Send another officer"), "button": _("Send another officer"),
            "lapsing": against, "proposals": proposals,
            "proposed": [one.officer for one in proposals],
        },
    )  # fmt: skip
