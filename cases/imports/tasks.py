"""Celery only wakes the worker's part; which batch waits is in the database alone."""

from celery import shared_task
from celery.exceptions import OperationalError
from kombu.exceptions import OperationalError as NoBroker

from cases.imports import running
from cases.models import ImportBatch
from common import clock


@shared_task(name="cases.imports.tasks.work_on")
def work_on(batch_pk: int) -> None:
    """Check the batch or take it over; a long one goes on in a task of its own."""
    if running.run(batch_pk, at=clock.now()):
        poke(batch_pk)


@shared_task(name="cases.imports.tasks.sweep")
def sweep() -> None:
    """Each minute: go on with every batch on which nobody is at work, after a kill or a lost poke."""
    for batch_pk in (
        ImportBatch.objects.under_way().order_by("pk").values_list("pk", flat=True)[:50]
    ):
        poke(batch_pk)


def poke(batch_pk: int) -> None:
    """Wake a worker; without a broker the sweep will."""
    try:
        work_on.delay(batch_pk)
    except (OperationalError, NoBroker):
        return
