"""The clock's work on cases: holds and circumstances that end, reviews that fall due."""

from celery import shared_task

from cases.actions import circumstances, holding, settling
from common import clock
from people.models import User


@shared_task
def sweep_holds() -> None:
    """End what has run out and raise the reviews that are due; harmless when run twice."""
    at, by = clock.now(), User.objects.system()
    holding.end_due_holds(at=at, by=by)
    holding.raise_reviews(at=at, by=by)
    circumstances.end_due_circumstances(at=at, by=by)
    circumstances.raise_circumstance_reviews(at=at, by=by)


@shared_task
def settle_packs() -> None:
    """Have every open case judged by the packs that apply to it now; harmless when run twice."""
    settling.settle_all(at=clock.now(), by=User.objects.system())
