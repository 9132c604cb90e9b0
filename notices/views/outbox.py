"""The outbox for those who keep it running: how full, since when, and what nobody can decide but a person."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.template.response import TemplateResponse

from common import clock
from notices import channels, lists
from notices.actions import HANDLE
from notices.models import Notice
from people.rights import may


def outbox(request: HttpRequest) -> TemplateResponse:
    """What stands in the outbox, by state.

    Context: ``depths``, ``oldest`` (datetime or None), ``view``, ``label``, ``page``, ``at``.
    """
    if not may(request.user, HANDLE):
        raise PermissionDenied
    at = clock.now()
    found = lists.depths(request.user)
    urgent = next((depth.name for depth in found if depth.count), "waiting")
    view = request.GET.get("view", urgent)
    if view not in lists.OUTBOX:
        raise Http404
    label, states = lists.OUTBOX[view]
    rows = Notice.objects.visible_to(request.user).filter(state__in=states)
    context = {
        "depths": found,
        "oldest": lists.oldest_due(request.user, at, channels.automatic()),
        "view": view,
        "label": label,
        "page": lists.page_of(rows, view, request.GET),
        "at": at,
    }
    return TemplateResponse(request, "notices/outbox.html", context)
