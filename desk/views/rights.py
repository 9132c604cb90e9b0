"""Who may do what: the one table, for everybody to read."""

from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from people.rights_told import roles, table
from workflow.web import demand


@require_safe
def rights(request: HttpRequest) -> TemplateResponse:
    """The table. Context: ``roles`` (name, label), ``groups`` (title, rows of ``rights_told.Row``)."""
    demand(request, "see_rights")
    return TemplateResponse(request, "desk/rights.html", {"roles": roles(), "groups": table()})
