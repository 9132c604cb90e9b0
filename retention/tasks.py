"""The clock's work on records that were kept long enough."""

from celery import shared_task

from common import clock
from people.models import User
from retention.actions.erasing import sweep as sweep_records


@shared_task(name="retention.tasks.sweep")
def sweep() -> None:
    """Delete what is due by now, with certificates; harmless when run twice, late, or at once."""
    sweep_records(clock.now(), by=User.objects.system())
