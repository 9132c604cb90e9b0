"""Named places where a test may let the process die, as a power cut would; none in production."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from django.conf import settings

POINTS = frozenset(
    {"before_claim", "after_claim", "after_begin", "after_send", "after_sent", "after_commit"}
)


def fault(point: str) -> None:
    """Die here, at once and unsaid, if a test has ordered it.

    DOORSTEP_FAULT_AT names the place for every process; DOORSTEP_FAULT_FOLDER holds orders that
    one process alone carries out: a file named for the place with "3 child" (the third to come by
    dies) or "1 worker" (it and all processes of its group).
    """
    if settings.ENV == "production":
        return
    if os.environ.get("DOORSTEP_FAULT_AT") == point:
        os.kill(os.getpid(), signal.SIGKILL)
    folder = os.environ.get("DOORSTEP_FAULT_FOLDER")
    if folder:
        _obey(Path(folder) / point)


def _obey(order: Path) -> None:
    """Carry the order out if it is our turn; who takes the file away is the one who dies."""
    with suppress(FileNotFoundError, ValueError):
        turn, who = order.read_text().split()
        if int(turn) > 1:
            order.write_text(f"{int(turn) - 1} {who}")
            return
        order.unlink()
        if who == "worker":
            os.killpg(os.getpgrp(), signal.SIGKILL)
        os.kill(os.getpid(), signal.SIGKILL)
