"""Celery only wakes the worker's part; which run waits is in the database alone."""

from celery import shared_task

from common import clock
from outreach import running
from outreach.models import NoticeRun


@shared_task(name="outreach.tasks.work_on")
def work_on(run_pk: int) -> None:
    """Look at the run's lines, or put them into the outbox; a long run goes on in a task of its own."""
    if running.run(run_pk, at=clock.now()):
        running.wake(run_pk)


@shared_task(name="outreach.tasks.sweep")
def sweep() -> None:
    """Each minute: go on with every run on which nobody is at work, after a kill or a lost poke."""
    for run_pk in NoticeRun.objects.under_way().order_by("pk").values_list("pk", flat=True)[:50]:
        running.wake(run_pk)
