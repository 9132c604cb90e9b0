"""While a complaint is open nothing leaves but the letters about it: asked of every message as it goes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from cases.models import Hold
from notices import kinds
from notices.kinds import Kind, Later
from notices.models import Notice
from notices.outbox import is_of_complaint
from workflow.reasons import because


def only_complaints(kind: Kind) -> Kind:
    """The same kind, which waits for the decision too: also papers of which the rules would say nothing."""
    return replace(kind, recheck=_asked_first(kind.may_go))


def _asked_first(
    then: Callable[[Notice, datetime], str | Later],
) -> Callable[[Notice, datetime], str | Later]:
    def recheck(notice: Notice, at: datetime) -> str | Later:
        if is_looked_into(notice) and not is_of_complaint(notice):
            return because(lambda: _("The case rests, since compliance looks into something."))
        return then(notice, at)

    return recheck


def is_looked_into(notice: Notice) -> bool:
    """Whether a complaint of the case is open; the database is asked only of cases that rest at all."""
    if notice.case.held_until is None:
        return False
    return notice.case.holds.filter(reason=Hold.Reason.INQUIRY, ended_at=None).exists()


def register_all() -> None:
    """Have every kind of message asked so; called once, when all kinds are known."""
    for kind in kinds.registered():
        kinds.register(only_complaints(kind))
