"""Leaving the debtor in peace: what is queued is stopped in the change that ends its reason."""

from datetime import datetime

from agreements.kinds import REMINDERS
from cases.models import Case
from notices.models import Notice
from notices.outbox import suppress
from people.models import User

OWED = {  # papers that the debtor is to have, whatever else stops
    Notice.Kind.AGREEMENT_COPY.value,
    Notice.Kind.PAYMENT_RECEIPT.value,
    Notice.Kind.SETTLEMENT.value,
    Notice.Kind.VISIT_CANCELLED.value,
}


def stop_contact(case: Case, *, why: str, by: User, at: datetime) -> None:
    """Stop everything that is queued but the papers that are owed, inside a running change."""
    kinds = [kind for kind in Notice.Kind.values if kind not in OWED]
    suppress(case=case, why=why, by=by, at=at, kinds=kinds)


def stop_reminders(case: Case, *, why: str, by: User, at: datetime) -> None:
    """Stop every reminder that is queued, inside a running change."""
    suppress(case=case, why=why, by=by, at=at, kinds=REMINDERS)
