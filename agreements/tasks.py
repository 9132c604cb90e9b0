"""The clock's work on plans: reminders, missed instalments, who is to be told."""

from celery import shared_task

from agreements.actions.following import sweep
from common import clock


@shared_task
def sweep_instalments() -> None:
    """See to what is due by now; harmless when run twice, late, or at once."""
    sweep(clock.now())
