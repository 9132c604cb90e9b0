"""The clock's work on statements."""

from celery import shared_task

from banking.actions.booking import book_certain
from banking.actions.taking_back import settle_disputes, take_back_certain
from common import clock


@shared_task
def sweep() -> None:
    """Take back and book what is certain by now; harmless when run twice, late, or at once.

    First what went back: money that came and went is not booked in between.
    """
    now = clock.now()
    take_back_certain(now)
    settle_disputes(now)
    book_certain(now)
