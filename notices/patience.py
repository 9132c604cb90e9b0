"""How long to wait: for a carrier that takes nothing now, and for a database that is gone for a moment."""

import hashlib
import logging
import time
from collections.abc import Callable
from datetime import timedelta

from django.db import InterfaceError, OperationalError, close_old_connections

from notices.models import Notice

log = logging.getLogger(__name__)

BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 720)]
MOST_ATTEMPTS = len(BACKOFF) + 1
# A restart of the database takes as long as these seconds; with a batch's budget they stay within the lease.
PAUSES = (0.5, 2.0, 5.0, 10.0, 20.0, 30.0)
DATABASE_GONE = (OperationalError, InterfaceError)


def patiently(job: Callable[[], object]) -> bool:
    """Do it, though the database may be gone for a moment; says whether it was there in the end."""
    for pause in (*PAUSES, None):
        try:
            job()
        except DATABASE_GONE:
            if pause is None:
                log.exception("The database stays away.")
                return False  # handed over or not is in the rows: the sweep will say
            time.sleep(pause)
            close_old_connections()
        else:
            return True
    return False


def pause_after(notice: Notice) -> timedelta:
    """How long to wait after this attempt; spread, so that those who failed together part."""
    base = BACKOFF[min(notice.attempts, len(BACKOFF)) - 1]
    seed = hashlib.sha256(f"{notice.pk}:{notice.attempts}".encode()).digest()
    return base * (1 + int.from_bytes(seed[:2]) / 65536 / 4)
