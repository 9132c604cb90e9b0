"""Leaving the debtor in peace: what is queued is stopped in the change that ends its reason."""

from datetime import datetime

from cases.models import Case
from notices.kinds import OWED, REMINDERS
from notices.models import Notice
from notices.outbox import suppress
from people.models import User


def stop_contact(case: Case, *, why: str, by: User, at: datetime) -> None:
    """Stop everything that is queued but the papers that are owed, inside a running change."""
    kinds = [kind for kind in Notice.Kind.values if kind not in OWED]
    suppress(case=case, why=why, by=by, at=at, kinds=kinds)


def stop_reminders(case: Case, *, why: str, by: User, at: datetime) -> None:
    """Stop every reminder that is queued, inside a running change."""
    suppress(case=case, why=why, by=by, at=at, kinds=REMINDERS)
