"""What the house does for itself: the sign of life that /readyz reads, and the tidying."""

import socket

from celery import shared_task
from django.conf import settings
from django.core.management import call_command
from redis import Redis

from notices import pulses

HEARTBEAT = "doorstep:heartbeat"
FRESH_FOR = 150
"""Seconds that a sign of life counts: two missed ticks and some slack."""


@shared_task(name="config.tasks.heartbeat")
def heartbeat() -> None:
    """Say that beat has sent and a worker has run a task within the last minutes."""
    pulses.sign(pulses.WORKER, heartbeat.request.hostname or socket.gethostname())
    with Redis.from_url(settings.REDIS_URL, socket_timeout=5) as broker:
        broker.set(HEARTBEAT, "1", ex=FRESH_FOR)


@shared_task(name="config.tasks.clear_sessions")
def clear_sessions() -> None:
    """Forget the sessions that have run out."""
    call_command("clearsessions")
