"""Celery only wakes the worker's part; which bundle waits is in the database alone."""

from celery import shared_task

from common import clock
from court import running


@shared_task(name="court.tasks.build")
def build(bundle_pk: int) -> None:
    """Put one bundle together."""
    running.build_waiting(bundle_pk, at=clock.now())


@shared_task(name="court.tasks.sweep")
def sweep() -> None:
    """Each minute: bundles that wait, and those whose time is over."""
    running.sweep(at=clock.now())


@shared_task(name="court.tasks.anchor")
def anchor() -> None:
    """Sign the heads of the days that are over and have no anchor yet."""
    running.anchor(at=clock.now())
