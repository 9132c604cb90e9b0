"""The clock's part: what was looked at on a day that is over goes onto the timelines."""

from celery import shared_task

from common import clock
from looking.actions import tell_looks as tell
from people.models import User


@shared_task(name="looking.tasks.tell_looks")
def tell_looks() -> None:
    """Once a day by what it finds to do; harmless when run twice, late, or at once."""
    tell(clock.now(), by=User.objects.system())
