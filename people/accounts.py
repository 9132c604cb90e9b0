"""Who set up or changed whose account: what a second person's word is worth hangs on it."""

from datetime import datetime, timedelta

from people.account_changes import AccountChange
from people.models import User

TENDED_FOR = timedelta(days=30)
"""So long after somebody has had a hand in an account, its holder is no second person beside them."""


def note_change(*, account: User, by: User, at: datetime, what: str) -> None:
    """Keep that ``by`` has made or changed this account, or reset what it signs in with."""
    if account.pk != by.pk:
        AccountChange.objects.create(account=account, by=by, at=at, what=what)


def tended_by(account: User, at: datetime) -> set[int]:
    """The keys of those who have had a hand in this account within the last thirty days."""
    rows = AccountChange.objects.filter(account=account, at__gt=at - TENDED_FOR, at__lte=at)
    return set(rows.values_list("by", flat=True))
