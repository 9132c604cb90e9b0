"""Celery only wakes the relay; what is due, claimed or done is in the database alone.

Each task may run twice, at once and late: a second run finds nothing to do.
"""

from celery import shared_task
from celery.exceptions import OperationalError
from kombu.exceptions import OperationalError as NoBroker

from common import clock
from notices import receipts, relay, to_staff

MOST_POKES = 8


@shared_task(name="notices.tasks.poke")
def poke() -> None:
    """Send a batch of what is due; a full batch wakes one more."""
    if relay.send_due(clock.now()).full:
        _poke_more(1)


@shared_task(name="notices.tasks.sweep")
def sweep() -> None:
    """Each minute: end dead claims, do what was left undone, send what is due."""
    at = clock.now()
    relay.sweep_leases(at)
    relay.deem_due(at)
    relay.follow_up(at)
    if relay.send_due(at).full:
        _poke_more(MOST_POKES)


@shared_task(name="notices.tasks.send_to_staff")
def send_to_staff() -> None:
    """When woken and each minute, apart from what goes to debtors: send members of staff what is due."""
    to_staff.send_due(clock.now())


@shared_task(name="notices.tasks.apply_receipts")
def apply_receipts() -> None:
    """Let what carriers told have its effect."""
    receipts.apply_open(clock.now())


@shared_task(name="notices.tasks.follow_carriers")
def follow_carriers() -> None:
    """Each minute: apply what waits, ask the carriers that do not call, look up what is in doubt."""
    at = clock.now()
    receipts.look_up_doubtful(at)
    receipts.poll_due(at)
    receipts.apply_open(at)


def _poke_more(count: int) -> None:
    try:
        for _number in range(count):
            poke.apply_async(expires=120)
    except (OperationalError, NoBroker):
        return  # the next sweep comes in a minute
