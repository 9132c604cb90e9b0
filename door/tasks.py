"""What the clock does for phones: carry on with what waited, and give up waiting for what never came."""

from celery import shared_task

from common import clock
from door.sweeping import sweep_all, sweep_unfinished


@shared_task
def sweep() -> None:
    """Carry on with kept answers and whole files; harmless when run twice or late."""
    sweep_all(at=clock.now())


@shared_task
def sweep_arriving() -> None:
    """Throw away pieces of files that never became whole; harmless when run twice, late or cut short."""
    sweep_unfinished(at=clock.now())
