"""The messages that lie for somebody in the portal, and what it means that one was opened."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from notices import from_carriers
from notices.models import Notice, PortalLink
from workflow.steps import StateRefused

SHOWN = [Notice.State.SENT, Notice.State.DELIVERED]
WAITS = [Notice.State.QUEUED, Notice.State.SENDING]
MOST = 50


def all_of(link: PortalLink) -> QuerySet[Notice]:
    """What lies there for the person of the link; what was stopped is not among it."""
    return Notice.objects.filter(
        case=link.case_id,
        recipient=link.person_id,
        channel=Notice.Channel.PORTAL,
        state__in=SHOWN,
    ).select_related("document", "case")


def for_visit(link: PortalLink, visit: Any) -> QuerySet[Notice]:
    """What was put there, or is about to be, of this visit."""
    return Notice.objects.filter(
        case=link.case_id, recipient=link.person_id, channel=Notice.Channel.PORTAL, visit=visit,
        state__in=[*WAITS, *SHOWN],
    ).select_related("document", "case")  # fmt: skip


def messages_of(link: PortalLink) -> QuerySet[Notice]:
    """The newest of it, newest first."""
    return all_of(link).order_by("-sent_at", "-pk")[:MOST]


def opened(notice: Notice, at: datetime) -> None:
    """The person has the message before them: it is delivered, once."""
    if notice.state != Notice.State.SENT:
        return
    try:
        from_carriers.deliver(notice=notice, delivered_at=at, carrier="portal", at=at)
    except StateRefused:
        return  # opened in two windows at once
