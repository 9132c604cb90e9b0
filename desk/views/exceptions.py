"""The exceptions from rules: those in force, those asked for, those that have run out."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.exceptions import VIEWS, exceptions, in_view
from cases.models import Case
from common import clock
from desk.worklist import PAGE
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
    after = request.GET.get("after", "")
    if after.isdecimal() and len(after) < 18:
        found = found.filter(pk__lt=int(after))
    rows = list(found[: PAGE + 1])
    return TemplateResponse(
        request,
        "desk/exceptions.html",
        {
            "views": LABELS.items(),
            "view": view,
            "rows": rows[:PAGE],
            "older": f"?view={view}&after={rows[PAGE - 1].pk}" if len(rows) > PAGE else "",
            "at": at,
        },
    )
