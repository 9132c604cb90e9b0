"""The timeline: filtered, searched and proven."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from cases.models import Case
from common import clock
from desk.told import GROUPS, Told, told
from desk.told_of_looking import NOT_LOOKS, looks, seen_by
from desk.worklist import LONGEST, sealed, words_of
from looking.models import look
from looking.session import shown
from people.rights import may
from timeline.chain import verify
from timeline.models import Event
from workflow.discretion import shown_to
from workflow.web import plain

SHOWN = 50
SEARCHED = 5000  # events that one search reads at most, the newest first


def timeline(request: HttpRequest, reference: str) -> TemplateResponse:
    """One case's timeline: newest fifty by group and actor, older on demand.

    Context: ``case``, ``events`` (told), ``groups``, ``group``, ``actors``, ``actor``, ``older``,
    ``words`` (searched for) and ``sealed_words``, ``chain`` (Verified or Broken; only when asked for with ``?prove=1``).
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
    words = words_of(plain(request.GET.get("words", ""))[:LONGEST])[:80].strip()
    rows = _newest(events, words.casefold(), shown(request, case.reference))
    context = {
        "case": case,
        "events": rows[:SHOWN],
        "older": rows[SHOWN - 1].number if len(rows) > SHOWN else None,
        "words": words,
        "sealed_words": sealed(words),
        "groups": groups,
        "group": group,
        "actor": actor,
        "actors": list(own.order_by().values_list("actor_name", flat=True).distinct()[:50]),
        "chain": verify(case) if request.GET.get("prove") else None,
        "may_export": may(request.user, "export_timeline") and not case.keeps_from(request.user),
    }
    more = before and request.htmx
    template = "components/timeline_events.html" if more else "desk/timeline.html"
    return TemplateResponse(request, template, context)


def _newest(events: QuerySet[Event], words: str, seen: Mapping[str, Any]) -> list[Told]:
    """The newest of these, as they are told, and one more than a page shows.

    With ``words`` those that say them to this reader: what lies sealed is found, and what is masked is not.
    """
    if not words:
        return [told(event, seen) for event in events[: SHOWN + 1]]
    found: list[Told] = []
    for event in events[:SEARCHED].iterator(chunk_size=200):
        one = told(event, seen)
        if words in _text_of(one):
            found.append(one)
            if len(found) > SHOWN:
                break
    return found


def _text_of(one: Told) -> str:
    said = [str(value) for _name, value in one.details]
    rules = [f"{found.get('rule', '')} {found['told']}" for found in one.findings]
    return "\n".join([one.sentence, one.actor, *said, *rules]).casefold()
