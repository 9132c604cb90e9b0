"""What the comparison with hand-rolled sending does inside the house."""

import smtplib
import time
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

from celery import shared_task
from django.conf import settings
from django.db import transaction

from cases.models import Case
from common import clock
from people.models import User
from tests.notices.cast import queued
from timeline.chain import record_for_house

PAUSE = 0.02


def _promise(run: str, count: int, ledger: str, one: Callable[[Case, int], None]) -> None:
    """Do it so often, and write down what was committed: that much a person was told."""
    cases = list(Case.objects.filter(reference__startswith=f"{run}-").order_by("pk"))
    with Path(ledger).open("a") as book:
        for number in range(count):
            one(cases[number % len(cases)], number)
            book.write(f"{run}:{number}\n")
            book.flush()
            time.sleep(PAUSE)


def queue_all(run: str, count: int, ledger: str) -> None:
    """By the outbox."""

    def one(case: Case, number: int) -> None:
        queued(
            case, key=f"{run}:{number}", at=clock.now(), with_point=False,
            address=f"{run}.{number}@debtor.example",
        )  # fmt: skip

    _promise(run, count, ledger, one)


def delay_all(run: str, count: int, ledger: str) -> None:
    """As it is done by hand: a change, and a task that is put into the broker once it is committed."""

    def one(_case: Case, number: int) -> None:
        with transaction.atomic():
            record_for_house(
                kind="by_hand.promised", by=User.objects.system(), at=clock.now(),
                data={"run": run, "number": number},
            )  # fmt: skip
            transaction.on_commit(lambda: _delay(run, number))

    _promise(run, count, ledger, one)


def _delay(run: str, number: int) -> None:
    try:
        send_by_hand.delay(run, number)
    except Exception as broken:
        # The page breaks, and the change stands.
        print(f"{run}:{number} was committed and not queued: {broken}", flush=True)


@shared_task(name="benchmarks.by_hand_parts.send_by_hand")
def send_by_hand(run: str, number: int) -> None:
    """A connection, a message, no books."""
    message = EmailMessage()
    message["From"], message["To"] = "a@house.example", f"{run}.{number}@debtor.example"
    message["Subject"], message["Message-ID"] = "A message for you", f"<{run}.{number}@by-hand>"
    message.set_content("Please call us.")
    with smtplib.SMTP(settings.EMAIL_HOST, settings.EMAIL_PORT, timeout=10) as line:
        line.send_message(message)
    time.sleep(0.05)  # what else such a task does: marks a row, draws a page


def worker_by_default(called: str) -> None:
    """A worker with what Celery does unless told otherwise: acknowledged before it is done."""
    from config.celery import app
    from tests.faults.crew import worker

    app.conf.task_acks_late = False
    app.conf.task_reject_on_worker_lost = None
    app.conf.worker_prefetch_multiplier = 4
    worker(called, 1)
