"""Word of a message that lies in the portal: a few words by another way, with the link to it."""

from datetime import datetime
from typing import Any

from notices import links
from notices.models import Notice
from notices.ways import Way, by_channel, free_channels

WORDING = "portal_bell"
BY = (Notice.Channel.SMS.value, Notice.Channel.EMAIL.value, Notice.Channel.WECOM.value)


def way_of(case: Any) -> Way | None:
    """By which way the debtor hears that a message lies there; none: it would lie there unread."""
    open_ = free_channels(case)
    found = (by_channel(case, name) for name in BY if name in open_)
    return next((way for way in found if way), None)


def ring(notice: Notice, at: datetime, by: Any) -> None:
    """Say that it lies there, in the change that puts it there; the same message rings once."""
    from notices.outbox import write

    way = way_of(notice.case)
    if way is None:
        return
    write(
        wording=WORDING, case=notice.case, channel=way.channel, recipient=notice.recipient,
        address=way.address, contact_point=way.point, language=notice.language,
        values={"portal_link": links.PLACE}, due_at=notice.due_at, at=at, by=by,
        dedupe_key=f"bell:{notice.pk}", about={"of": notice.pk},
    )  # fmt: skip


def is_needed(bell: Notice) -> bool:
    """Whether the message that it tells of still lies there unread."""
    waits = [Notice.State.QUEUED, Notice.State.SENDING, Notice.State.SENT]
    return Notice.objects.filter(pk=bell.about.get("of"), state__in=waits).exists()
