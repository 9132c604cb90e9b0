"""The clock's work on records that were kept long enough."""

from celery import shared_task

from common import clock
from people.models import User
from retention.actions.erasing import sweep as sweep_records
from retention.actions.holding import raise_reviews


@shared_task(name="retention.tasks.sweep")
def sweep() -> None:
    """Have holds looked at again, delete what is due by now with certificates; harmless when run twice, late, or at once."""
    at, by = clock.now(), User.objects.system()
    raise_reviews(at, by=by)
    sweep_records(at, by=by)
