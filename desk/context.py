"""What every desk page shows: the rail by role, and in the demo its clock."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import get_script_prefix, reverse
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common import clock
from people.models import User
from people.rights import may, opens
from workflow.approvals import decided_by
from workflow.kept import kept
from workflow.models import Approval

COUNTED = 99


@dataclass(frozen=True)
class RailItem:
    """One entry of the rail; ``count`` is what waits there (None: nothing is counted)."""

    label: str
    url: str
    icon: str
    active: bool
    count: str = ""
    key: str = ""  # pressed after "g" it goes there


# name, label, icon, right, key
PLACES: list[tuple[str, Any, str, str, str]] = [
    ("desk:work", _("Work"), "list-check", "see_cases", "w"),
    ("visits:today", _("Today at the door"), "door-open", "conduct_visit", "t"),
    ("visits:calendar", pgettext_lazy("calendar", "Visits"), "calendar3", "plan_visit", "v"),
    ("visits:safety", _("Safety"), "shield-check", "see_safety", "f"),
    ("visits:officers", _("Officers"), "person-badge", "see_officers", "o"),
    ("allocation:workload", _("Workload"), "people", "assign_case", "6"),
    ("allocation:absences", _("Absences"), "calendar-x", "note_absence", "7"),
    ("door:to_settle", _("Door differences"), "layout-split", "settle_door", "p"),
    ("visits:quarantine", _("Quarantine"), "shield-lock", "decide_quarantine", "u"),
    ("visits:outlook", _("Next 30 days"), "calendar2-x", "see_outlook", "n"),
    ("desk:approvals", _("Approvals"), "check2-square", "see_cases", "a"),
    ("notices:letters", _("Letters and notices"), "envelope", "handle_letters", "l"),
    ("notices:outbox", pgettext_lazy("rail", "Is it running?"), "activity", "watch_machine", "8"),
    ("outreach:runs", _("Runs"), "send-check", "see_runs", "m"),
    ("cases:lawyers_letters", _("Lawyers' letters"), "envelope-paper", "see_lawyers_letters", "y"),
    ("banking:money_in", _("Money in"), "bank", "record_payment", "b"),
    ("agreements:cash", _("Cash to hand in"), "cash-stack", "see_cash", "g"),
    ("agreements:running_out", _("Limitation"), "hourglass-split", "see_limitation", "e"),
    ("agreements:winding_up", _("Ended mandates"), "door-closed", "close_case", "5"),
    ("cases:imports", _("Import"), "upload", "import_cases", "i"),
    ("court:bundles", _("For a court"), "briefcase", "build_bundle", "j"),
    ("exports:exports", _("Exports"), "box-arrow-up", "see_exports", "."),
    ("court:anchors", _("Daily heads"), "link-45deg", "see_anchors", "z"),
    ("quality:complaints", _("Complaints"), "chat-square-dots", "see_complaints", "2"),
    ("quality:samples", _("Samples"), "dice-5", "review_visits", "3"),
    ("desk:dashboard", _("Dashboard"), "bar-chart", "see_dashboard", "d"),
    ("desk:ask", _("Ask first"), "question-circle", "read_rules", "q"),
    ("desk:rules", _("Rules"), "book", "read_rules", "r"),
    ("wording:wordings", _("Message texts"), "chat-left-text", "release_wording", "x"),
    ("cases:house_papers", _("House papers"), "folder-check", "keep_house_papers", "h"),
    ("retention:due", _("Keeping and deleting"), "archive", "see_retention", "1"),
    ("privacy:requests", _("Requests about data"), "person-vcard", "see_data_requests", "0"),
    ("cases:seals", _("Seals"), "shield-lock", "keep_seals", "k"),
    ("notices:accounts", _("Channels"), "broadcast", "see_channels", "c"),
    ("people:looks", _("Refused looks"), "eye-slash", "see_refused_looks", "4"),
    ("desk:rights", _("Who may do what"), "person-lock", "see_rights", "9"),
    ("admin:index", _("Administration"), "gear", "administer", "s"),
]


def desk(request: HttpRequest) -> dict[str, Any]:
    """The rail, and the demo's clock; nothing for those who are not signed in."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"demo_clock": demo_clock()}
    here = request.path
    places = [
        place
        for place in _places(get_language(), get_script_prefix())
        if may(user, place[4]) and opens(user, place[0])
    ]
    # One place may lie below another, such as the channels below the letters: the nearest is marked.
    nearest = max(
        (url for _name, _label, url, *_rest in places if url != "/" and here.startswith(url)),
        key=len, default="",
    )  # fmt: skip
    rail = []
    for name, label, url, icon, _right, key in places:
        active = here == url or url == nearest
        if name == "desk:work" and here.startswith("/cases/"):
            active = True
        count = _waiting(user) if name == "desk:approvals" else ""
        rail.append(RailItem(label, url, icon, active, count, key))
    asked = may(user, "answer_alarms") or may(user, "conduct_visit")
    return {
        "rail": rail, "demo_clock": demo_clock(), "may_be_asked": asked,
        "may_grant_waivers": may(user, "approve_waiver"),
    }  # fmt: skip


@cache
def _places(_language: str | None, _prefix: str) -> list[tuple[str, str, str, str, str, str]]:
    """The places with their names in the reader's language and their addresses."""
    return [
        (name, str(label), reverse(name), icon, right, key)
        for name, label, icon, right, key in PLACES
    ]


def demo_clock() -> datetime | None:
    """The demo's moment, where there is a demo clock."""
    return clock.now() if settings.ENV == "demo" and settings.CLOCK_FILE else None


def _waiting(user: User) -> str:
    """How many approvals this person could decide, up to ninety-nine; nothing when none."""
    kinds = decided_by(user)
    if not kinds:
        return ""
    count = len(_to_decide(user.role, tuple(kinds), at=clock.now(), reader=user.pk, **user.sight))
    return "" if not count else str(count) if count <= COUNTED else f"{COUNTED}+"


@kept
def _to_decide(
    role: str, kinds: tuple[str, ...], *, at: datetime, reader: int, **sight: Any
) -> QuerySet[Approval]:
    """The approvals of these kinds that wait for somebody of this role, but for the reader's own."""
    waiting: Any = (
        Approval.objects.filter(
            kind__in=kinds,
            state=Approval.State.WAITING,
            expires_at__gt=at,
        )
        .visible_to(User(role=role, **sight))
        .exclude(requested_by=reader)
    )
    found: QuerySet[Approval] = waiting.order_by().values_list("pk")[: COUNTED + 1]
    return found
