"""The timeline: filtered, searched, proven and exported."""

import json
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cases.exceptions import granted
from cases.models import Case
from common import clock
from common.clock import local
from desk.papers import timeline_pdf
from desk.told import GROUPS, Group, told
from desk.told_of_looking import NOT_LOOKS, looks, seen_by
from looking.models import look
from looking.session import shown
from people.recent import recent_sign_in_to_read
from people.rights import may
from timeline.chain import verify
from timeline.models import Event
from workflow.discretion import shown_to
from workflow.steps import note
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


@recent_sign_in_to_read
def export(request: HttpRequest, reference: str, form: str) -> HttpResponse:
    """The timeline as PDF or JSON; that it was taken out is itself recorded.

    A PDF may hold one group of events alone (``?group=``) and says so; JSON is always the whole, which it proves.
    """
    case = get_object_or_404(
        Case.objects.visible_to(request.user).select_related("debtor", "creditor", "agency"),
        reference=reference,
    )
    if form not in {"json", "pdf"}:
        raise Http404
    if not may(request.user, "export_timeline") or case.keeps_from(request.user):
        raise PermissionDenied  # a part of it alone would prove nothing
    at = clock.now()
    note(
        case, event="timeline.exported", right="export_timeline", by=request.user, at=at,
        data={"form": form, **({"group": request.GET["group"]} if group_of(request, form) else {})},
    )  # fmt: skip
    case.refresh_from_db(fields=["event_count", "head"])
    group = group_of(request, form)
    rows = Event.objects.filter(case=case).order_by("number")
    events = list(rows.filter(group.query) if group else rows)
    name = f"{case.reference}-timeline-{local(at, case.zone):%Y%m%d-%H%M}"
    if form == "json":
        content, mime = _as_json(case, events, at), "application/json"
    else:
        content = timeline_pdf(
            case, events, request.user, at, only=str(group.label) if group else ""
        )
        mime = "application/pdf"
    answer = HttpResponse(content, content_type=mime)
    answer["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    answer["Cache-Control"] = "no-store"
    return answer


def group_of(request: HttpRequest, form: str) -> Group | None:
    """The one group of events that a PDF is to hold; none: all of them."""
    return GROUPS.get(request.GET.get("group", "")) if form == "pdf" else None


def _as_json(case: Case, events: list[Event], at: datetime) -> bytes:
    """All that is needed to verify the chain elsewhere."""
    return json.dumps(
        {
            "case": case.reference,
            "exported_at": at.isoformat(),
            "size": case.event_count,
            "head": case.head,
            "exceptions": [
                {
                    "rule": row.subject,
                    "evidence_kind": row.evidence_kind,
                    "evidence": row.evidence.number if row.evidence else None,
                    "evidence_sha256": row.evidence.sha256 if row.evidence else None,
                    "reason": row.reason,
                    "requested_by": str(row.requested_by),
                    "requested_at": row.requested_at.isoformat(),
                    "decided_by": str(row.decided_by),
                    "decided_at": row.decided_at.isoformat() if row.decided_at else None,
                    "until": row.expires_at.isoformat(),
                }
                for row in granted(case)
            ],
            "events": [
                {
                    "number": event.number,
                    "kind": event.kind,
                    "occurred_at": event.occurred_at.isoformat(),
                    "recorded_at": event.recorded_at.isoformat(),
                    "actor_id": event.actor_id,
                    "actor": event.actor_name,
                    "data": event.data,
                    "findings": event.findings,
                    "salts": event.salts,
                    "commitments": event.commitments,
                    "previous": event.previous,
                    "digest": event.digest,
                }
                for event in events
            ],
        },
        ensure_ascii=False,
        indent=1,
    ).encode()
