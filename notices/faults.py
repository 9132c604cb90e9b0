"""Named places where a test may let the process die, as a power cut would; none in production."""

import os
import signal

from django.conf import settings

POINTS = frozenset({"after_claim", "after_begin", "after_send", "after_sent"})


def fault(point: str) -> None:
    """Die here, at once and unsaid, if DOORSTEP_FAULT_AT names this place."""
    if settings.ENV != "production" and os.environ.get("DOORSTEP_FAULT_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
