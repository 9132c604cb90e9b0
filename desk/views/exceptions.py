"""The exceptions from rules: those in force, those asked for, those that have run out."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.exceptions import VIEWS, exceptions, in_view
from cases.models import Case
from common import clock
from desk.worklist import PAGE
from workflow.paging import page_by_key
from workflow.web import demand

LABELS = {
    "force": pgettext_lazy("exceptions", "In force"),
    "waiting": _("Waiting for compliance"),
    "over": _("Run out or not granted"),
}


def listed(request: HttpRequest) -> TemplateResponse:
    """The exceptions of the cases that this user may see, by key, one kind at a time.

    Context: ``views`` (name, label), ``view``, ``rows``, ``older``, ``at``.
    """
    demand(request, "see_cases")
    at = clock.now()
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "force"
    found = in_view(exceptions(Case.objects.visible_to(request.user)), view, at)
    rows, last = page_by_key(found, request.GET.get("after", ""), most=PAGE)
    return TemplateResponse(
        request,
        "desk/exceptions.html",
        {
            "views": LABELS.items(),
            "view": view,
            "rows": rows,
            "older": f"?view={view}&after={last}" if last else "",
            "at": at,
        },
    )
