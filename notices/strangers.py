"""Somebody holds a link who is not the person for whom it was meant: nothing more is sent to that address."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from notices.models import Notice, PortalLink
from notices.outbox import suppress
from people.models import ContactPoint, User
from workflow.duties import raise_duty
from workflow.reasons import because
from workflow.steps import note, tell

TO_BE_SEEN_TO = timedelta(days=1)
SAYS = {
    "en": "Somebody who got a message says that it is not meant for them. Nothing more goes to that number or address; find out how the debtor is reached.",
    "zh": "有人收到信息后表示不是本人。该号码或地址已停止使用，请核实债务人的联系方式。",
}


def not_me(*, link: PortalLink, at: datetime) -> bool:
    """Stop all that goes, or waits to go, to where this link was sent, and end the link.

    Says whether it was news. Who said it nobody knows, so nothing of them is kept.
    """
    if link.revoked_at is not None:
        return False
    case, system = link.case, User.objects.system()
    brought = Notice.objects.filter(case=case, about__portal_link=link.pk)
    where = {(one.channel, one.address) for one in brought}
    why = because(lambda: _("Whoever is reached there says that it is not meant for them."))

    def stop(locked: Any, by: User, at: datetime) -> None:
        PortalLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=at)
        people = [locked.debtor_id, *locked.parties.values_list("person_id", flat=True)]
        for channel, address in sorted(where):
            points = ContactPoint.objects.filter(  # a number that takes SMS is called as well
                value=address, person__in=people, do_not_contact=False
            )
            for point in points:
                point.do_not_contact = True
                point.save(update_fields=["do_not_contact"])
                tell(locked, "contact_point.unwanted", by, at, {"channel": point.channel})
            suppress(
                case=locked, why=why, by=by, at=at, where=Q(channel=channel), only=_to(address)
            )  # fmt: skip
        raise_duty(
            case=locked, kind="portal.not_me", says=SAYS, due_at=at + TO_BE_SEEN_TO,
            key=f"portal.not_me:{link.pk}", role=User.Role.CLERK, at=at,
        )  # fmt: skip

    note(case, event="portal.not_me", data={"link": link.pk}, by=system, at=at, then=stop)
    return True


def _to(address: str) -> Callable[[Notice], bool]:
    """Whether a message goes there; an address lies sealed without a mark, so the database cannot be asked."""
    return lambda notice: bool(notice.address == address)
