"""By which way alone the debtor of a case wants to be written to, and what would go against that wish."""

from typing import Any

from notices.models import Notice


def suits(case: Any, channel: str, rings: str = "") -> bool:
    """Whether the debtor wants to be written to by this channel: any, unless one alone was asked for.

    What lies in the portal counts as what brings word of it.
    """
    wanted = getattr(case, "only_by", "")
    return wanted in ("", channel) or (channel == Notice.Channel.PORTAL and rings == wanted)


def is_unwished(notice: Notice) -> bool:
    """Whether it would go to the debtor by another way than the one asked for; a code was asked for itself."""
    mine = notice.recipient_id == notice.case.debtor_id
    if notice.kind == Notice.Kind.ONE_TIME_CODE or not mine:
        return False
    return not suits(notice.case, notice.channel, notice.about.get("rings", ""))
