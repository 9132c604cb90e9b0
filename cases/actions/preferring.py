"""By which way alone the debtor wants to be written to: honoured at once, for all that waits and all that comes."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.actions.still_open import while_open
from cases.models import Case
from notices import ways
from notices.models import Notice
from notices.outbox import suppress
from notices.wishes import is_unwished
from people.models import ContactPoint, User
from workflow.reasons import because
from workflow.steps import WrongInput, note


def choices_of(case: Case, at: datetime) -> list[str]:
    """The channels of which one alone may be asked for: those by which the debtor is reached now."""
    free = Case.objects.select_related("debtor", "creditor", "agency").get(pk=case.pk)
    free.only_by = ""
    found = (way.channel for way in ways.all_ways_of(free, at))
    return [name for name in dict.fromkeys(found) if name != Notice.Channel.PORTAL]


def choose_channel(*, case: Case, channel: str, by: User, at: datetime) -> list[Notice]:
    """Write to the debtor by this channel alone; "" for any again. What waits elsewhere is suppressed; gives it.

    Nobody dials the debtor's numbers either, unless the one channel is a number's.
    """
    if channel and channel not in choices_of(case, at):
        raise WrongInput(_("Choose one of the ways that are offered."), "channel")
    stopped: list[Notice] = []

    def keep(locked: Case, by: User, at: datetime) -> None:
        locked.only_by = channel
        locked.save(update_fields=["only_by"])
        why = because(lambda: _("The debtor asked to be written to in another way alone."))
        stopped.extend(suppress(case=locked, why=why, by=by, at=at, only=is_unwished))

    note(
        case, event="channel.chosen", right="log_contact", by=by, at=at,
        data={"channel": channel}, then=while_open("channel.chosen", keep),
    )  # fmt: skip
    case.only_by = channel
    return stopped


def may_be_dialled(case: Case, point: ContactPoint) -> bool:
    """Whether the debtor's number may be dialled, where one channel alone was asked for."""
    theirs: Any = point.person_id == case.debtor_id
    return not theirs or case.only_by in ("", ContactPoint.Channel.SMS.value)
