"""What is sent: each kind of notice is registered by the app that knows when it is still right."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from notices.models import Notice


@dataclass(frozen=True)
class Later:
    """Not now: the rules let it go from ``until`` on (such as after the quiet hours)."""

    until: datetime
    why: str
    says: Mapping[str, str] = field(default_factory=dict)
    """The same in each language ("zh", "en"), for whoever reads it."""


REMINDERS = (
    Notice.Kind.REMINDER_BEFORE.value,
    Notice.Kind.REMINDER_DUE.value,
    Notice.Kind.REMINDER_AFTER.value,
)
OWED = {  # papers that the debtor is to have, whatever else stops
    Notice.Kind.AGREEMENT_COPY.value,
    Notice.Kind.PAYMENT_RECEIPT.value,
    Notice.Kind.SETTLEMENT.value,
    Notice.Kind.VISIT_CANCELLED.value,
}

Recheck = Callable[[Notice, datetime], str | Later]
Learn = Callable[[Sequence[Notice], datetime], None]
Follows = Callable[[Notice, datetime], Any]


@dataclass(frozen=True)
class Kind:
    """One kind of notice.

    ``recheck(notice, at)`` is asked under the case's lock just before it goes (``notice.case`` is
    the locked case): why it must not go ("" = it may), or ``Later``. It reads and changes nothing.

    ``learn(notices, at)`` reads beforehand, in a fixed number of statements, what ``recheck`` would
    else read for each of them; each notice has its locked case. It only spares statements.

    ``on_delivered`` and ``on_failed`` (failed or came back) are called once the fact is on record
    and outside any transaction; they carry out changes of their own, or return steps to be carried
    out for them. They may be called again after a crash, so they first look whether it is still to
    be done. When it took effect stands in ``notice.delivered_at``; ``at`` is when it was recorded.

    ``max_age`` is how long after its time it may still be sent by machine; then it has failed.
    """

    name: str
    recheck: Recheck | None = None
    learn: Learn | None = None
    on_delivered: Follows | None = None
    on_failed: Follows | None = None
    max_age: timedelta = timedelta(days=3)

    def may_go(self, notice: Notice, at: datetime) -> str | Later:
        """Why the notice must not go now; "" when nothing stands against it."""
        return self.recheck(notice, at) if self.recheck else ""

    def follows(self, state: str) -> Follows | None:
        """What is to be done once a notice of this kind is in that state."""
        if state == Notice.State.DELIVERED:
            return self.on_delivered
        return self.on_failed if state in {Notice.State.FAILED, Notice.State.BOUNCED} else None


class UnknownKind(LookupError):
    """Nobody has registered this kind, so nobody could say whether it may still go."""


_kinds: dict[str, Kind] = {}


def register(kind: Kind) -> None:
    """Make a kind of notice known; called once, in ``ready`` of the app that owns it."""
    if kind.name not in Notice.Kind.values:
        raise UnknownKind(kind.name)
    _kinds[kind.name] = kind


def of(name: str) -> Kind:
    """The registered kind; raises ``UnknownKind``."""
    try:
        return _kinds[name]
    except KeyError:
        raise UnknownKind(name) from None


def registered() -> list[Kind]:
    """All kinds, in the order of the choices."""
    return [_kinds[name] for name in Notice.Kind.values if name in _kinds]


def too_old(notice: Notice, at: datetime) -> bool:
    """Whether its time has passed so long ago that it goes no more by machine."""
    try:
        return at - notice.due_at > of(notice.kind).max_age
    except UnknownKind:
        return False  # it will be found out when it is asked again, and told
