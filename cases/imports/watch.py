"""A second connection beside the one that works: it shows progress, hears "stop", keeps others off."""

import time
from types import TracebackType

from django.db import DEFAULT_DB_ALIAS, connections

from workflow.alone import Busy

LOCK = 7_300_002  # advisory lock class of "a worker is at this batch"
_EVERY = 0.25


class Stopped(Exception):
    """A person pressed stop."""


class Watch:
    """One worker's run on one batch.

    The lock lives as long as the connection: a worker that dies lets go of it, and the next
    sweep finds the batch free. Progress is committed here at once, while the work itself is
    still one open transaction.
    """

    def __init__(self, batch_pk: int) -> None:
        self.batch_pk = batch_pk
        self.side = connections.create_connection(DEFAULT_DB_ALIAS)
        self.told = 0.0

    def __enter__(self) -> "Watch":
        with self.side.cursor() as cursor:
            cursor.execute("select pg_try_advisory_lock(%s, %s)", [LOCK, self.batch_pk])
            if not cursor.fetchone()[0]:
                self.side.close()
                raise Busy
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.side.close()

    def count_try(self) -> int:
        """How many times a worker has begun on this batch, this time included."""
        with self.side.cursor() as cursor:
            cursor.execute(
                "update cases_importbatch set tries = tries + 1, rows_done = 0 where id = %s"
                " returning tries",
                [self.batch_pk],
            )
            row = cursor.fetchone()
        return row[0] if row else 1

    def progress(self, done: int, total: int | None = None, *, at_once: bool = False) -> None:
        """Show how far it is, a few times a second; raises ``Stopped`` when a person wants it so."""
        if not at_once and time.monotonic() - self.told < _EVERY:
            return
        self.told = time.monotonic()
        with self.side.cursor() as cursor:
            cursor.execute(
                "update cases_importbatch set rows_done = %s, rows_total = coalesce(%s, rows_total)"
                " where id = %s returning stop_asked",
                [done, total, self.batch_pk],
            )
            row = cursor.fetchone()
        if row and row[0]:
            raise Stopped
