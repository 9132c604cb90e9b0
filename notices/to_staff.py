"""To members of staff by e-mail: written with what causes it, sent at least once, tried until it goes.

For a debtor a second message is harassment, so a notice whose fate is unknown waits for a person. Of an
alarm a second message is better than none: what a sender has left unsettled is simply sent again, with
the same Message-ID, by which mail programs show it once.
"""

import logging
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from celery import current_app
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _
from django.utils.translation import override

from notices.channels import Message, Sender, Unclear, Undelivered, email
from notices.models import StaffMessage
from notices.outbox import OutsideTransaction
from notices.wording import one_line
from people.models import User
from workflow.reasons import because, kept

log = logging.getLogger(__name__)

SEND = "notices.tasks.send_to_staff"
BATCH = 50
BOTH = ("zh-hans", "en")
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 1, 2, 3, 5, 10, 15)]
GIVEN_UP_AFTER = timedelta(days=1)
LEASE = timedelta(minutes=3)
"""After which a claim is void. Whoever is slower than that sends beside its successor, which does no harm."""
BUDGET = 60.0  # seconds after which a task claims nothing new

States = StaffMessage.State
_asked_again: dict[str, Callable[[StaffMessage], str]] = {}


def ask_again(kind: str, why_not: Callable[[StaffMessage], str]) -> None:
    """Have it asked, before a message of this kind goes, whether it has lost its sense: why, or ""."""
    _asked_again[kind] = why_not


def write(
    *,
    person: User,
    kind: str,
    subject: str,
    text: str,
    dedupe_key: str,
    at: datetime,
    address: str = "",
) -> StaffMessage | None:
    """Put an e-mail to a member of staff into the outbox, inside a running change; none without an address.

    ``address`` is one that the operator has named, in place of the person's own.

    A second call with the same ``dedupe_key`` gives the row that is there.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(f"{kind} to {person}")
    address = one_line(address or person.email)
    if not address:
        return None
    message, new = StaffMessage.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "person": person, "kind": kind, "subject": one_line(subject)[:200], "text": text,
            "address": address, "queued_at": at, "next_at": at,
        },
    )  # fmt: skip
    if new:
        transaction.on_commit(wake, robust=True)
    return message


def write_to_each(
    people: Iterable[User],
    *,
    kind: str,
    say: Callable[[], tuple[str, str]],
    key: Callable[[User], str],
    at: datetime,
) -> None:
    """The same e-mail to each of these people, in Chinese and in English below it: staff keep no language.

    ``say`` gives the subject and the text, and is asked in either language; ``key`` is a person's dedupe key.
    """
    said = []
    for code in BOTH:
        with override(code):
            said.append(say())
    for person in people:
        write(
            person=person, kind=kind, subject=" / ".join(head for head, _text in said),
            text="\n\n".join(text for _head, text in said), dedupe_key=key(person), at=at,
        )  # fmt: skip


def call_off(dedupe_keys: Iterable[str], *, why: str) -> int:
    """What these were to tell is over: those that have not gone go no more. Says how many."""
    waiting = StaffMessage.objects.filter(
        dedupe_key__in=list(dedupe_keys), state__in=[States.QUEUED, States.SENDING]
    )
    return waiting.update(state=States.SUPPRESSED, **_kept(why))


def wake() -> None:
    """Wake a worker; the sweep of the minute finds what nobody was woken for."""
    current_app.send_task(SEND, expires=120)


def send_due(at: datetime) -> int:
    """Send all that is due by now, whatever an earlier sender has left included; says how many went."""
    StaffMessage.objects.filter(state=States.SENDING, claimed_at__lt=Now() - LEASE).update(
        state=States.QUEUED
    )
    sent, until = 0, time.monotonic() + BUDGET
    while time.monotonic() < until and (claimed := _claim(at)):
        sent += _send_all(claimed, at)
    return sent


def _claim(at: datetime) -> list[StaffMessage]:
    """Take due rows that nobody else holds; ``claimed_at`` is the proof of the claim."""
    with transaction.atomic():
        due = StaffMessage.objects.due_at(at).order_by("next_at", "pk")
        held = list(due.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        mine = StaffMessage.objects.filter(pk__in=held)
        mine.update(state=States.SENDING, claimed_at=Now(), attempts=F("attempts") + 1)
        return list(mine.order_by("next_at", "pk"))


def _send_all(rows: Sequence[StaffMessage], at: datetime) -> int:
    """Send these over one connection; a mail server that takes nothing now lets all the rest wait."""
    sent, left = 0, list(rows)
    try:
        with email.house_line() as line:
            while left:
                sent += _send(line, left[0], at)
                del left[0]
    except Undelivered as stopped:
        log.warning("No e-mail goes to staff: %s", stopped.why)
        for row in left:
            _try_later(row, stopped.why, at)
    return sent


def _send(line: Sender, row: StaffMessage, at: datetime) -> bool:
    """Send one and record what came of it; raises ``Undelivered`` where nothing at all can be sent."""
    lost_its_sense = _asked_again.get(row.kind)
    why_not = lost_its_sense(row) if lost_its_sense else ""
    if why_not:
        _settle(row, state=States.SUPPRESSED, **_kept(why_not))
        return False
    try:
        taken = line.send(_message_of(row))
    except Undelivered as fault:
        if fault.everyone:
            raise
        if fault.permanent:
            _settle(row, state=States.FAILED, **_kept(fault.why))
        else:
            _try_later(row, fault.why, at)
        return False
    except Unclear as fault:
        _try_later(row, fault.why, at)
        return False
    except Exception as fault:  # a fault of this one's is none of the others'
        log.exception("The message %s to staff broke.", row.pk)
        _try_later(row, str(fault) or type(fault).__name__, at)
        return False
    # It went, whoever has called it off meanwhile.
    StaffMessage.objects.filter(pk=row.pk, claimed_at=row.claimed_at).update(
        state=States.SENT, sent_at=at, provider_id=taken.provider_id, why="", says={}
    )
    return True


def _message_of(row: StaffMessage) -> Message:
    return Message(
        key=f"staff:{row.dedupe_key}", to=row.address, subject=row.subject, text=row.text,
        language="both", sender=parseaddr(settings.DEFAULT_FROM_EMAIL)[0],
    )  # fmt: skip


def _try_later(row: StaffMessage, why: str, at: datetime) -> None:
    """Another try after a while; after a day it has failed."""
    next_at = at + BACKOFF[min(row.attempts, len(BACKOFF)) - 1]
    why = why or because(lambda: _("It could not be sent."))
    if next_at > row.queued_at + GIVEN_UP_AFTER:
        _settle(row, state=States.FAILED, **_kept(why))
    else:
        _settle(row, state=States.QUEUED, next_at=next_at, **_kept(why))


def _kept(why: str) -> dict[str, Any]:
    text, says = kept(why, 300)
    return {"why": text, "says": says}


def _settle(row: StaffMessage, **what: object) -> None:
    """Record it, if the claim is still ours and nobody has called the message off."""
    StaffMessage.objects.filter(
        pk=row.pk, state=States.SENDING, claimed_at=row.claimed_at
    ).update(**what)  # fmt: skip
