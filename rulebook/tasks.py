"""Celery only wakes the worker's part; which run waits is in the database alone."""

from time import monotonic

from celery import shared_task
from celery.exceptions import OperationalError
from kombu.exceptions import OperationalError as NoBroker

from common import clock
from rulebook import running

SLICE = 120.0
"""Seconds after which a long run makes room for other tasks; the next slice goes on behind them."""


@shared_task(name="rulebook.tasks.work_on")
def work_on(run_pk: int) -> None:
    """Work out what a draft would change; a long one goes on in a task of its own."""
    until = monotonic() + SLICE
    while running.advance(run_pk, at=clock.now()):
        if monotonic() > until:
            poke(run_pk)
            return


@shared_task(name="rulebook.tasks.sweep")
def sweep() -> None:
    """Each minute: mend the shared storage, and go on with every run on which nobody is at work."""
    running.tend(at=clock.now())
    for run_pk in running.open_runs():
        poke(run_pk)


def poke(run_pk: int) -> None:
    """Wake a worker; without a broker the sweep will."""
    try:
        work_on.delay(run_pk)
    except (OperationalError, NoBroker):
        return
