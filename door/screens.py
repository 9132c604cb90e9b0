"""The screens of a visit for a phone's own store: the same templates as the pages, one piece each.

The screens of later questions are drawn before anything happened: from a visit that stands there in memory
alone and is never saved. What only the door will tell carries a mark that the phone fills in:
``data-when`` (a moment), ``data-if`` (shown only then), ``data-tick`` (done or not).
"""

from copy import copy
from datetime import datetime, timedelta
from typing import Any

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from cases.models.case import Step
from common.clock import local_day
from compliance.ask import value
from notices.models import Notice
from people.cards import token_of
from people.models import OfficerCredential
from visits import forms
from visits.actions.refusing import DEFAULT_BAR
from visits.answering import QUESTIONS, form_of, form_of_way, ways
from visits.models import Visit
from visits.safety import police_of
from visits.screens import context_of, minutes_to_leave

GROUND = "door/fragment.html"
REFUSALS = {Visit.Outcome.REFUSED, Visit.Outcome.ASKED_TO_LEAVE}
PAGES = {
    "minimum": "door/pack/minimum.html",
    "notice": "door/pack/notice.html",
    "guide": "door/pack/guide.html",
    "credentials": "door/pack/credentials.html",
}
BEFORE_IDENTIFIED = ("depart", "arrive", "recording", "who", "third-party")
"""Shown while nobody knows who opens; not a word of the debt stands there."""


def every_screen(visit: Visit, at: datetime) -> dict[str, str]:
    """Each screen by its name, in the reader's language."""
    there = _as_if_there(visit)
    drawn: dict[str, str] = {}
    for name in QUESTIONS:
        if name == "credentials":
            for part in _crew(visit):
                drawn[f"credentials:{part.officer.badge}"] = _draw(
                    name, there, at, next=part, crew=[part], next_token=token_of(part.officer)
                )
        elif name == "papers":
            for paper in visit.case.papers.select_related("document").order_by("pk"):
                drawn[f"papers:{paper.pk}"] = _draw(name, there, at, next=paper, papers=[])
        else:
            drawn[name] = _draw(name, there, at, **_of_question(name, there))
    for name, way in ways().items():
        drawn[f"way_out:{name}"] = _page(
            "visits/door/way_out.html", f"way_out:{name}", there, form=form_of_way(way.kinds),
            way=name, title=way.title,
        )  # fmt: skip
        drawn[f"left:{name}"] = _page(
            "visits/door/left.html", f"left:{name}", _as_if_left(there, way.outcome),
            form=form_of_way(way.kinds), **_of_leaving(there, way.outcome),
        )  # fmt: skip
    drawn["evidence"] = _page(
        "visits/door/evidence.html", "evidence", there, form=forms.EvidenceForm(None, zone=visit.zone)
    )  # fmt: skip
    drawn["third-party"] = _page("door/third_party.html", "third-party", there)
    return drawn


def pages_to_read(visit: Visit, at: datetime) -> dict[str, str]:
    """What is read before the door: the case's minimum, the notice as sent, how to talk, credentials."""
    case = visit.case
    sent = visit.notices.filter(kind=Notice.Kind.VISIT_NOTICE).select_related("document")
    crew = _crew(visit)
    context = {
        "visit": visit, "case": case, "at": at, "crew": crew, "points": forms.CONDUCT_POINTS,
        "debts": list(case.debts.all()), "papers": list(case.papers.select_related("document")),
        "contacts": list(case.debtor.contact_points.order_by("pk")),
        "notices": list(sent.exclude(state=Notice.State.SUPPRESSED).order_by("pk")),
        "permits": OfficerCredential.objects.filter(
            officer__in=[part.officer for part in crew], revoked_at=None
        ).select_related("officer"),
    }  # fmt: skip
    return {name: render_to_string(template, context) for name, template in PAGES.items()}


def _draw(name: str, visit: Visit, at: datetime, **more: Any) -> str:
    """The screen of one question."""
    context = context_of(name, visit, at) | {"form": form_of(name, visit), "screen": name} | more
    key = f"{name}:{_key(more)}" if "next" in more else name
    return render_to_string(f"visits/door/{name}.html", context | _common(visit, key))


def _page(template: str, key: str, visit: Visit, **more: Any) -> str:
    """A screen that is no question."""
    return render_to_string(template, more | _common(visit, key))


def _common(visit: Visit, key: str) -> dict[str, Any]:
    return {
        "ground": GROUND, "fragment": True, "screen": key, "visit": visit, "case": visit.case,
        "foot": [], "back": "", "outcomes": Visit.Outcome.choices, "stay_until": None,
    }  # fmt: skip


def _key(more: dict[str, Any]) -> str:
    following = more["next"]
    return str(following.officer.badge if hasattr(following, "officer") else following.pk)


def _crew(visit: Visit) -> list[Any]:
    return list(visit.crew.filter(active=True).select_related("officer").order_by("pk"))


def _as_if_there(visit: Visit) -> Visit:
    """The visit as it stands once it has begun; in memory alone."""
    there, case = copy(visit), copy(visit.case)
    # Straight into the instance: no transition, and nothing that could be saved by it.
    there.__dict__["state"] = Visit.State.NOTICED.value
    case.__dict__["state"] = Step.ON_SITE_TALK.value
    there.case = case
    return there


def _as_if_left(visit: Visit, outcome: str) -> Visit:
    left = copy(visit)
    left.__dict__["state"] = Visit.State.FINISHED.value
    left.outcome = outcome
    return left


def _of_question(name: str, visit: Visit) -> dict[str, Any]:
    """What the screen shows whatever the hour is at which it is drawn."""
    crew = _crew(visit)
    if name == "arrive":
        return {
            "ticks": [_tick(part, "arrive", "checked_in") for part in crew],
            "all_here": True, "too_soon": False, "too_late": False,
        }  # fmt: skip
    if name == "attest":
        return {"ticks": [_tick(part, "attest", "attested") for part in crew]}
    if name in {"done", "outcome", "talk"}:
        return {"evidence": 0}
    return {}


def _tick(part: Any, question: str, fact: str) -> dict[str, Any]:
    badge = part.officer.badge
    return {
        "label": str(part.officer), "note": _("Badge %(badge)s") % {"badge": badge}, "done_at": None,
        "url": "", "name": "badge", "value": badge, "question": question,
        "key": badge, "when": f"{fact}.{badge}",
    }  # fmt: skip


def _of_leaving(visit: Visit, outcome: str) -> dict[str, Any]:
    """What the screen after a way out says before the office has heard of it."""
    day = local_day(visit.starts_at, visit.zone)
    days = value(tuple(visit.case.packs), "refusal.bar_days", day) or DEFAULT_BAR
    until = day + timedelta(days=int(days))
    return {
        "barred": {"until": until} if outcome in REFUSALS else None,
        "stopped": {}, "gone_by": None, "emergency": police_of(visit),
        "seconds": minutes_to_leave(visit, visit.starts_at) * 60, "unattested": True,
    }  # fmt: skip
