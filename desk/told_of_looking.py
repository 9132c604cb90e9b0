"""How looks at personal data are told: who saw what in full, and who opened the case on a day."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from cases.models import DataRequest, Hold
from compliance.circumstances import VULNERABLE
from looking.models import Unmasking
from people.masking import Group, mask, mask_details
from people.models import User
from people.rights import may
from timeline.models import Event

SENTENCES: dict[str, Any] = {
    "data.unmasked": _("Seen in full: %(group)s. %(unmasked_why)s: %(words)s"),
    "data.unmasking_refused": _(
        "Not shown in full: %(group)s. The same person had seen such data %(times)s times within an hour."
    ),
    "privacy.requested": _(
        "A request about personal data: %(privacy)s. It is answered by %(due_at)s."
    ),
    "privacy.breached": _("Personal data leaked or were lost; compliance was called at once."),
    "privacy.identified": _("It is known who asks in request %(request)s: %(identity)s."),
    "privacy.answered": _("Request %(request)s was answered: %(answer)s."),
    "privacy.corrected": _("What request %(request)s asked for was corrected."),
    "data.copy_taken": _(
        "The copy of personal data of request %(request)s was taken out (%(form)s)."
    ),
    "timeline.exported": _("The timeline was exported (%(form)s)."),
    "bundle.asked": _("A bundle for a court was asked for: %(bundle)s."),
    "bundle.started": _("A worker began to put the bundle %(bundle)s together."),
    "bundle.stopped": _("The bundle %(bundle)s was not agreed to, and nothing was made."),
    "bundle.made": _("The bundle %(bundle)s was put together."),
    "bundle.failed": _("The bundle %(bundle)s could not be made."),
    "bundle.expired": _("The bundle %(bundle)s is no longer kept."),
    "bundle.downloaded": _("The bundle %(bundle)s was taken out."),
    "export.asked": _("Export %(export)s was asked for: %(for)s"),
    "export.granted": _("A second person agreed to export %(export)s: %(answer)s"),
    "export.denied": _("A second person refused export %(export)s: %(answer)s"),
    "export.withdrawn": _("Export %(export)s was taken back before anybody decided."),
    "export.lapsed": _("Nobody decided on export %(export)s in time."),
    "export.made": _("The file of export %(export)s was made."),
    "export.failed": _("The file of export %(export)s could not be made."),
    "export.fetched": _("The file of export %(export)s was fetched (%(form)s)."),
    "export.expired": _("The file of export %(export)s was deleted: its time was over."),
    "data.seen_as_debtor": _(
        "Somebody of the house looked at the debtor's own pages, as the debtor sees them: %(page)s."
    ),
    "data.looked_at": _("Looked at on %(day)s by: %(people)s."),
}
RESTRICTED = ("remark", "about")
"""What was said of somebody's need: only its code and its days are told widely."""


def masked(event: Event, shown: Mapping[str, Any]) -> dict[str, Any]:
    """The event's details with personal data masked, but for the groups that are shown in full now."""
    data = event.data
    need = data.get("circumstance") in VULNERABLE or (
        event.kind.startswith(("hold.", "case.held")) and data.get("reason") in Hold.TELLS_OF_NEED
    )
    if need and Group.HEALTH not in shown:
        data = {
            name: mask(value, "health") if name in RESTRICTED and value else value
            for name, value in data.items()
        }
    return mask_details(data, shown)


CODED: dict[str, Any] = {"group": Group, "unmasked_why": Unmasking.Why}
NAMED: dict[str, Any] = {
    "identity": (DataRequest.Identity, "identity"),
    "answer": (DataRequest.State, "answer"),
    "unmasked_why": (Unmasking.Why, "why"),
    "group": (Group, "group"),
}
LOOKS = ("timeline.", "data.", "bundle.", "export.")
"""Beginnings of the kinds of events that tell who looked, and who took something out."""
NOT_LOOKS = "work"
"""What a reader chooses who wants to see what was done, without who looked."""


def looks() -> Q:
    """The events that tell of looks."""
    found = Q()
    for kind in LOOKS:
        found |= Q(kind__startswith=kind)
    return found


def seen_by(events: QuerySet[Event], reader: User) -> QuerySet[Event]:
    """The events that this reader is told: who looked is told to those alone who answer for it."""
    return events if may(reader, "see_looks") else events.exclude(looks())
