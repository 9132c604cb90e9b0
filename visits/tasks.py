"""The clock's work on visits: what the rules would say of those ahead."""

from celery import shared_task

from common import clock
from visits.looking import look_ahead


@shared_task
def look_at_visits_ahead() -> None:
    """Look at what was not looked at today; harmless when run twice, late, or at once."""
    look_ahead(clock.now())
