"""Celery only wakes the worker's part; which batch waits is in the database alone."""

from celery import shared_task

from cases.imports import running
from cases.models import ImportBatch
from common import clock
from workflow.alone import wake


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
    """Wake a worker for this batch."""
    wake("cases.imports.tasks.work_on", batch_pk)
