"""Celery only wakes the worker's part; which export waits is in the database alone."""

from celery import shared_task

from common import clock
from exports import running


@shared_task(name="exports.tasks.make")
def make(export_pk: int) -> None:
    """Make one file."""
    running.make_waiting(export_pk, at=clock.now())


@shared_task(name="exports.tasks.sweep")
def sweep() -> None:
    """Each minute: files that wait to be made, those whose time is over, and requests that lapse."""
    running.sweep(at=clock.now())
