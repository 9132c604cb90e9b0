"""The beat: of several that run, the one that holds the database's lock ticks, the others stand by."""

import logging
import os
import socket
import time
from typing import Any

from celery.beat import Scheduler
from django.db import Error, connection

from notices import pulses

log = logging.getLogger(__name__)

LOCK = 20_260_302
"""Which advisory lock of the database is the beat's."""
STANDS_BY = 5.0
"""Seconds after which a beat that stands by looks again, where no setting says so."""
SIGNED_EVERY = 20.0
"""Seconds between two signs of life."""


class Ticker(Scheduler):
    """Celery's scheduler, which ticks only while no other beat does.

    The lock is the session's: it is free again as soon as whoever held it is gone, or its line is
    cut. While the database is away nobody ticks, since no worker could do anything either.
    """

    line: Any = None
    signed = float("-inf")

    def tick(self, *given: Any, **named: Any) -> float:
        """Send what is due, if this is the beat that ticks; says when to come again, in seconds."""
        if not self._is_the_one():
            return float(self.max_interval or STANDS_BY)
        return float(super().tick(*given, **named))

    def close(self) -> None:
        """Leave the lock to the next."""
        super().close()
        connection.close()

    def _is_the_one(self) -> bool:
        had = self.line is not None
        try:
            if had and self.line is connection.connection:
                self._sign()
                return True
            with connection.cursor() as cursor:
                cursor.execute("select pg_try_advisory_lock(%s)", [LOCK])
                (taken,) = cursor.fetchone()
        except Error as gone:
            if had:
                log.warning("This beat lost the database and ticks no more for now: %s", gone)
            self._lose()
            return False
        if taken:
            self.line, self.signed = connection.connection, float("-inf")
            log.info("This beat ticks.")
            return True
        if had:
            log.warning("Another beat ticks now; this one stands by.")
        self.line = None
        return False

    def _sign(self) -> None:
        """Leave a sign of life now and then; it also shows whether the line still holds."""
        if time.monotonic() - self.signed < SIGNED_EVERY:
            with connection.cursor() as cursor:
                cursor.execute("select 1")
            return
        pulses.sign(pulses.BEAT, f"{socket.gethostname()}:{os.getpid()}")
        self.signed = time.monotonic()

    def _lose(self) -> None:
        self.line = None
        connection.close()
