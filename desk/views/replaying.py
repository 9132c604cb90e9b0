"""One decision of a timeline, made again from what was stored of it."""

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse

from cases.models import Case
from compliance.verdict import Verdict
from desk.told import told
from people.rights import may
from timeline.models import Event
from timeline.replaying import replayed


def replay(request: HttpRequest, reference: str, number: int) -> TemplateResponse:
    """The stored answer beside the one that its own rules give now; for those who review timelines.

    Context: ``case``, ``event`` (told), ``found`` (Replayed), ``facts``, ``stored`` (Verdict or None).
    """
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("debtor"), reference=reference
    )
    if not may(request.user, "review_timelines"):
        raise PermissionDenied
    event = get_object_or_404(Event, case=case, number=number) if number < 2**31 else None
    if event is None or "decision" not in event.data:
        raise Http404
    found = replayed(event)
    return TemplateResponse(
        request,
        "desk/replay.html",
        {
            "case": case,
            "event": told(event),
            "found": found,
            "facts": event.data["decision"].get("facts", {}),
            "stored": _stored(event) if found.verdict else None,
        },
    )


def _stored(event: Event) -> Verdict:
    return Verdict.from_dict({**event.data["decision"], "findings": event.findings})
