"""Word of a message that lies in the portal: a few words by another way, with the link to it."""

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from compliance.aims import Aim
from notices import links
from notices.kinds import Later
from notices.models import Notice
from notices.ways import BELL, ringing
from workflow.reasons import because

A_MINUTE = timedelta(minutes=1)
WAITS = (Notice.State.QUEUED, Notice.State.SENDING)


def ring(notice: Notice, at: datetime, by: Any) -> None:
    """Say that it lies there, in the change that puts it there; the same message rings once.

    The message keeps by which channel: to the rules it is one of that channel.

    A carrier that has approved no text in two languages rings in the debtor's own.
    """
    from notices.outbox import write

    case = notice.case
    for language in dict.fromkeys([notice.language, case.debtor.language]):
        way = ringing(case, at, language)
        if way is None:
            continue
        write(
            wording=BELL, case=case, channel=way.channel, recipient=notice.recipient,
            address=way.address, contact_point=way.point, language=language,
            values={"portal_link": links.PLACE}, due_at=notice.due_at, at=at, by=by,
            dedupe_key=f"bell:{notice.pk}", about={"of": notice.pk, **_aim_of(notice)},
        )  # fmt: skip
        notice.about = {**notice.about, "rings": way.channel}
        notice.save(update_fields=["about"])
        return


def _aim_of(notice: Notice) -> dict[str, Any]:
    """Word of a letter about a complaint is kept from the same eyes as the letter itself."""
    aim = Aim.COMPLAINT.value
    return {"aim": aim} if notice.about.get("aim") == aim else {}


def is_ahead(bell: Notice) -> bool:
    """Whether the message of which it tells has not gone yet: perhaps it never may."""
    return Notice.objects.filter(pk=bell.about.get("of"), state__in=WAITS).exists()


def after_it(bell: Notice, at: datetime) -> Later:
    """Not before the message itself: a minute later, or when that has its turn."""
    told = Notice.objects.get(pk=bell.about["of"])
    why = because(lambda: _("The message of which it tells has not gone yet."))
    return Later(max(told.next_at, at + A_MINUTE), why, why.says)


def is_needed(bell: Notice) -> bool:
    """Whether the message that it tells of still lies there unread."""
    there = [*WAITS, Notice.State.SENT]
    return Notice.objects.filter(pk=bell.about.get("of"), state__in=there).exists()
