"""The timeline: filtered, searched and proven."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cases.models import Case
from common import clock
from desk.told import GROUPS, told
from desk.told_of_looking import NOT_LOOKS, looks, seen_by
from looking.models import look
from looking.session import shown
from people.rights import may
from timeline.chain import verify
from timeline.models import Event
from workflow.discretion import shown_to
from workflow.web import plain

SHOWN = 50


def timeline(request: HttpRequest, reference: str) -> TemplateResponse:
    """One case's timeline: newest fifty by group and actor, older on demand.

    Context: ``case``, ``events`` (told), ``groups``, ``group``, ``actors``, ``actor``, ``older``,
    ``chain`` (Verified or Broken; only when asked for with ``?prove=1``).
    """
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("debtor"), reference=reference
    )
    group, actor = request.GET.get("group", ""), plain(request.GET.get("actor", ""))[:80]
    before = request.GET.get("before", "")
    at = clock.now()
    look(case.pk, request.user, "timeline", at)
    own = seen_by(Event.objects.filter(shown_to(request.user, case), case=case), request.user)
    groups = [(name, one.label) for name, one in GROUPS.items()]
    if may(request.user, "see_looks"):
        groups.append((NOT_LOOKS, _("Without looks")))
    else:
        groups = [one for one in groups if one[0] != "looks"]
    events = own.order_by("-number")
    if group == NOT_LOOKS:
        events = events.exclude(looks())
    elif group in GROUPS:
        events = events.filter(GROUPS[group].query)
    if actor:
        events = events.filter(actor_name=actor)
    if before.isdecimal() and len(before) < 10:
        events = events.filter(number__lt=int(before))
    rows = list(events[: SHOWN + 1])
    seen = shown(request, case.reference)
    context = {
        "case": case,
        "events": [told(event, seen) for event in rows[:SHOWN]],
        "older": rows[SHOWN - 1].number if len(rows) > SHOWN else None,
        "groups": groups,
        "group": group,
        "actor": actor,
        "actors": list(own.order_by().values_list("actor_name", flat=True).distinct()[:50]),
        "chain": verify(case) if request.GET.get("prove") else None,
        "may_export": may(request.user, "export_timeline") and not case.keeps_from(request.user),
    }
    template = "desk/timeline_more.html" if before and request.htmx else "desk/timeline.html"
    return TemplateResponse(request, template, context)
