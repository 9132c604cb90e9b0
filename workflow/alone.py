"""A worker's turn at one row: Celery wakes it, and a lock of the database keeps every other away."""

from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from celery.exceptions import OperationalError as Unreachable
from django.db import connection
from kombu.exceptions import OperationalError as NoBroker


class Busy(Exception):
    """Another worker is at this row."""


def wake(task: str, pk: int) -> None:
    """Wake a worker for this row; without a broker the sweep will."""
    try:
        current_app.send_task(task, [pk])
    except (Unreachable, NoBroker):
        return


@contextmanager
def alone_at(kind: int, pk: int) -> Iterator[None]:
    """Keep others off the row; raises ``Busy`` where somebody is at it.

    ``kind`` is the class of the advisory lock, one for each kind of row. The lock lives no longer than
    the connection, so a dead worker holds none.
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_lock(%s, %s)", [kind, pk])
        if not cursor.fetchone()[0]:
            raise Busy
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, %s)", [kind, pk])
