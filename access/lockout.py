"""How often somebody may guess: slower and slower, and never so that a stranger shuts out whoever is known.

Tries are counted before the password is looked at, so that many at the same moment are no way around.
A browser in which somebody has signed in before is known by a cookie and counted by itself alone; all
others are counted by name and address, by name, and by address.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.crypto import salted_hmac

from access.models import Tries

FREE = 5  # wrong guesses that cost nothing but the time of typing them
FREE_OF_STRANGERS = 50  # at one name, from all addresses together
FREE_FROM_ADDRESS = 100  # at all names; many people may sit behind one address
FIRST_WAIT = timedelta(seconds=30)
LONGEST_WAIT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=24)
SWEPT_AT_ONCE = 50


@dataclass(frozen=True)
class Counted:
    """One thing that is counted, how much of it is free, and whether a success wipes it out."""

    key: str
    free: int
    own: bool = True


class LockedOut(Exception):
    """Too many tries; ``until`` is when the next one is looked at."""

    def __init__(self, until: datetime) -> None:
        super().__init__()
        self.until = until


def same_name(name: str) -> str:
    """A name as it is counted: not told apart by capitals, width or blanks."""
    return unicodedata.normalize("NFKC", name).casefold().strip()


def of_password(name: str, address: str, device: str) -> list[Counted]:
    """What counts a guess at that name's password; ``device`` is "" where this browser is not known."""
    name = same_name(name)
    if device:
        return [Counted(_hidden("device", name, device), FREE)]
    return [
        Counted(_hidden("here", name, address), FREE),
        Counted(_hidden("strangers", name), FREE_OF_STRANGERS, own=False),
        Counted(_hidden("address", address), FREE_FROM_ADDRESS, own=False),
    ]


def of_provider(address: str) -> list[Counted]:
    """What counts an attempt at single sign-on: the guessing is the provider's, the flood would be ours."""
    return [Counted(_hidden("provider", address), FREE_FROM_ADDRESS, own=False)]


def of_session(key: str) -> list[Counted]:
    """What counts a guess by somebody who is signed in already."""
    return [Counted(_hidden("session", key), FREE)]


def count_try(counted: Sequence[Counted], at: datetime) -> None:
    """Count one more try; raises ``LockedOut`` where one of them has to wait, and then counts nothing."""
    with transaction.atomic():
        rows = {one.key: _row(one.key, at) for one in sorted(counted, key=lambda one: one.key)}
        waits = [row.until for row, _made in rows.values() if row.until and row.until > at]
        if waits:
            raise LockedOut(max(waits))
        for one in counted:
            row, _made = rows[one.key]
            if row.last_at < at - FORGOTTEN_AFTER:
                row.count = 0
            row.count, row.last_at = row.count + 1, at
            row.until = at + wait_after(row.count - one.free) if row.count >= one.free else None
            row.save(update_fields=["count", "last_at", "until"])
        if any(made for _row, made in rows.values()):
            _sweep(at)


def forgive(counted: Sequence[Counted]) -> None:
    """It was right: what is this person's own begins anew, what others share loses this one try."""
    with transaction.atomic():
        for one in sorted(counted, key=lambda one: one.key):
            if one.own:
                Tries.objects.filter(key=one.key).delete()
                continue
            row = Tries.objects.select_for_update(of=("self",)).filter(key=one.key).first()
            if row and row.count:
                row.count -= 1
                row.until = row.until if row.count >= one.free else None
                row.save(update_fields=["count", "until"])


def wait_after(beyond: int) -> timedelta:
    """How long the next try waits when so many were made beyond the free ones: twice as long each time."""
    doubled: int = 2 ** min(max(beyond, 0), 10)
    return min(FIRST_WAIT * doubled, LONGEST_WAIT)


def _row(key: str, at: datetime) -> tuple[Tries, bool]:
    return Tries.objects.select_for_update(of=("self",)).get_or_create(
        key=key, defaults={"last_at": at}
    )


def _sweep(at: datetime) -> None:
    """Whoever adds a row takes old ones away, so that guesses at made-up names fill no table."""
    old = Tries.objects.filter(last_at__lt=at - FORGOTTEN_AFTER).order_by("pk")
    found = old.select_for_update(of=("self",), skip_locked=True).values_list("pk", flat=True)
    Tries.objects.filter(pk__in=list(found[:SWEPT_AT_ONCE])).delete()


def _hidden(*parts: str) -> str:
    """A name or address as it is kept: nobody reads it back out of the table."""
    return salted_hmac("access.lockout", "\0".join(parts), algorithm="sha256").hexdigest()
