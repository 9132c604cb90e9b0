"""What each screen at a door shows, for a page and for a phone alike."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from cases.limits import barred_on
from cases.models import Case
from common.clock import HOUSE_ZONE, day_begins, local_day
from compliance.ask import value
from people.cards import token_of
from people.models import User
from visits import forms
from visits.actions import arriving
from visits.actions.letting_in import may_be_shown
from visits.answering import QUESTIONS, ways
from visits.models import Visit, answers_of
from visits.policy import packs_at
from visits.safety import police_of, sign_of_life
from visits.slip import is_due
from visits.tokens import check_of

DAYS_SHOWN, MOST_SHOWN = 7, 100
LEAVE_MINUTES = 2  # where no pack says in how many minutes officers who are asked to leave are gone


def visits_at_doors(user: User, at: datetime) -> QuerySet[Visit]:
    """What is under way, whenever it began, then today and the next days; an officer's own, else the team's."""
    start = day_begins(local_day(at, HOUSE_ZONE), HOUSE_ZONE)
    visits = Visit.objects.filter(
        Q(state="started")
        | Q(
            state__in=["announced", "noticed", "finished", "aborted"],
            starts_at__gte=start,
            starts_at__lt=start + timedelta(days=DAYS_SHOWN),
        ),
        case__in=Case.objects.visible_to(user),
    )
    if user.role == User.Role.OFFICER:
        visits = visits.filter(crew__officer=user, crew__active=True)
    return (
        visits.select_related("case__debtor", "place")
        .prefetch_related("crew__officer")
        .order_by("starts_at", "pk")[:MOST_SHOWN]
    )


def context_of(name: str, visit: Visit, at: datetime) -> dict[str, Any]:
    """What the screen shows; nothing of the debt before the debtor is identified."""
    crew = list(visit.crew.filter(active=True).select_related("officer"))
    context: dict[str, Any] = {
        "visit": visit,
        "question": name,
        "dots": {"at": QUESTIONS.index(name) + 1, "of": len(QUESTIONS)},
        "back": reverse("visits:today"),
        "foot": ways_out(visit),
        "crew": crew,
        "at": at,
        "stay_until": stay_until(visit),
        **sign_of_life(visit),
    }
    if name == "arrive":
        context |= {
            "ticks": [
                _tick(part.officer, part.checked_in_at, "arrive")
                for part in crew
                if visit.state == Visit.State.NOTICED
            ],
            "all_here": all(part.checked_in_at for part in crew),
            "from_when": visit.starts_at - arriving.HERE_BEFORE,
            "too_soon": at < visit.starts_at - arriving.HERE_BEFORE,
            "too_late": at >= visit.ends_at,
        }
    elif name == "who":  # whoever opens may ask first who stands there
        context |= {"check": check_of(visit)}
    elif name == "credentials":
        following = next((part for part in crew if not part.shown_at), None)
        token = token_of(following.officer) if following else ""
        context |= {"next": following, "next_token": token, "check": check_of(visit)}
    elif name == "papers":
        shown = {row.paper_id: row for row in visit.shown.exclude(paper=None)}
        papers = list(visit.case.papers.select_related("document"))
        context |= {
            "papers": [(paper, shown.get(paper.pk)) for paper in papers],
            "next": next((paper for paper in papers if paper.pk not in shown), None),
        }
    elif name in {"willing", "talk_open", "talk", "outcome", "done"}:
        context |= {"consents": answers_of(visit)}
        if name == "talk_open":
            context |= {"barred_on": barred_on(visit.case, local_day(at, visit.zone))}
    elif name == "attest":
        context |= {
            "ticks": [_tick(part.officer, part.attested_at, "attest") for part in crew],
            "points": forms.CONDUCT_POINTS,
        }
    if name == "done":
        context |= {"slip_due": is_due(visit), "may_let_in": may_be_shown(visit, at)}
    if name in {"done", "outcome", "talk"}:
        context |= {"evidence": visit.evidence.kept().count()}
    return context


def stay_minutes(visit: Visit, at: datetime) -> int | None:
    """How long any visit may last there, in minutes; None where no pack says so."""
    minutes = value(packs_at(visit), "visit.max_minutes", local_day(at, visit.zone))
    return int(minutes) if minutes else None


def stay_until(visit: Visit) -> datetime | None:
    """When the officers have been here as long as any visit may last; none before they rang."""
    if visit.state != Visit.State.STARTED or visit.started_at is None:
        return None
    minutes = stay_minutes(visit, visit.started_at)
    return visit.started_at + timedelta(minutes=minutes) if minutes else None


def _tick(officer: User, done_at: datetime | None, question: str) -> dict[str, Any]:
    return {
        "label": str(officer),
        "note": _("Badge %(badge)s") % {"badge": officer.badge},
        "done_at": done_at,
        "url": f"?question={question}",
        "name": "badge",
        "value": officer.badge,
        "placed": question == "arrive",
    }


def ways_out(visit: Visit) -> list[dict[str, Any]]:
    """The foot of every screen while the visit is under way: each is one tap."""
    if visit.state != Visit.State.STARTED:
        # On the way there help is one tap away too, though there is nothing yet to get out of.
        on_the_way = visit.state == Visit.State.NOTICED and visit.departed_at is not None
        return [*_call_for_help(visit)] if on_the_way else []
    met = visit.identified_at is not None
    foot = [
        {
            "url": reverse("visits:way_out", args=[visit.reference, name]),
            "label": way.label,
            "icon": way.icon,
            "tone": way.tone,
            "post": True,
            "placed": True,
            "confirm": _("%(what)s: leave now?") % {"what": way.title} if way.sure else "",
        }
        for name, way in ways().items()
        if way.met in (None, met)
    ]
    return [*foot, *_call_for_help(visit)]


def _call_for_help(visit: Visit) -> list[dict[str, Any]]:
    """SOS, and the number of the police there, each one tap away; no number where no pack names it."""
    sos = {
        "url": reverse("visits:sos", args=[visit.reference]), "label": _("SOS"),
        "icon": "broadcast", "tone": "red", "post": True, "position": True,
    }  # fmt: skip
    number = police_of(visit)
    if not number:
        return [sos]
    label = _("Call %(number)s") % {"number": number}
    return [sos, {"url": f"tel:{number}", "label": label, "icon": "telephone-fill", "tone": "red"}]


def minutes_to_leave(visit: Visit, at: datetime) -> int:
    """In how many minutes officers who are asked to leave are gone."""
    given = value(packs_at(visit), "leave.minutes", local_day(at, visit.zone))
    return LEAVE_MINUTES if given is None else int(given)


def left_context(visit: Visit, at: datetime) -> dict[str, Any]:
    """What the screen after a way out shows: what was done in that moment, and how long there is to go."""
    left_at = visit.finished_at or at
    gone_by = left_at + timedelta(minutes=minutes_to_leave(visit, left_at))
    return {
        "visit": visit,
        "back": reverse("visits:today"),
        "barred": visit.case.refusals.filter(at=visit.finished_at, lifted_at=None).first(),
        "stopped": _stopped(visit),
        "gone_by": gone_by,
        "emergency": police_of(visit),
        "foot": _call_for_help(visit),
        "seconds": max(int((gone_by - at).total_seconds()), 0),
        "unattested": visit.crew.filter(active=True, attested_at=None).exists(),
    }


def _stopped(visit: Visit) -> dict[str, int]:
    """What was cancelled in the same moment in which the visit ended."""
    at = visit.finished_at
    return {
        "visits": visit.case.visits.filter(state=Visit.State.CANCELLED, finished_at=at).count(),
        "notices": visit.case.events.filter(kind="notice.suppressed", occurred_at=at).count(),
    }
