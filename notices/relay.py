"""From the outbox to the carrier: claim, ask again, hand over, record; once, or in doubt aloud.

What is claimed and not handed over when its worker dies goes back into the queue by itself. What was
handed over and not recorded becomes ``doubtful``: for a debtor a second message is harassment, so a
person judges it. The claim is a lease in the row; a worker that wakes up late finds it gone.
"""

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import (
    InterfaceError,
    OperationalError,
    close_old_connections,
    connection,
    transaction,
)
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from notices import accounts, actions, channels, kinds, links
from notices.channels import Attachment, Message, Sender, Unclear, Undelivered
from notices.faults import fault
from notices.kinds import Later
from notices.models import ChannelAccount, Notice
from notices.texts.approved import wants_template
from notices.wording import writer_of
from workflow.steps import StateRefused

log = logging.getLogger(__name__)

BATCH = 100
LEASE = timedelta(minutes=10)  # longer than any task may run
BUDGET = 240.0  # seconds after which a task begins nothing new; the rest goes back at once
BACKOFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 480, 720)]
MOST_ATTEMPTS = len(BACKOFF) + 1
AGAIN_AFTER_FAULT = timedelta(minutes=15)
# A restart of the database takes as long as these seconds; with the budget they stay within the lease.
PAUSES = (0.5, 2.0, 5.0, 10.0, 20.0, 30.0)
DATABASE_GONE = (OperationalError, InterfaceError)


@dataclass
class Outcome:
    """What came of a batch; ``full`` says that there may be more."""

    claimed: int = 0
    sent: int = 0
    full: bool = False


def send_due(at: datetime, *, most: int = BATCH) -> Outcome:
    """Claim and send what is due by now, one channel after the other."""
    outcome = Outcome()
    until = time.monotonic() + BUDGET
    fault("before_claim")
    for name in channels.automatic():
        if time.monotonic() >= until:
            outcome.full = True  # another task goes on with the other channels
            break
        claimed, stamp = claim(name, at, most)
        if not claimed:
            continue
        fault("after_claim")
        outcome.claimed += len(claimed)
        outcome.full |= len(claimed) == most
        try:
            for account, rows in _by_account(name, claimed):
                outcome.sent += _send(name, account, rows, stamp, at, until)
        except DATABASE_GONE:
            _give_back(claimed, stamp, next_at=at)
            raise
        except Exception:  # a fault of this channel's is none of the others'
            log.exception("The batch of %s broke.", name)
            _give_back(claimed, stamp, next_at=at + AGAIN_AFTER_FAULT)
    return outcome


def _by_account(
    channel: str, claimed: Sequence[Notice]
) -> list[tuple[ChannelAccount | None, list[Notice]]]:
    """The rows by the account of whoever writes, each in the order of the claim."""
    writers = accounts.writers_of(claimed)
    found = accounts.in_use(channel, set(writers.values()))
    parted: dict[int | None, list[Notice]] = defaultdict(list)
    for row in claimed:
        account = found.get(writers[row.pk])
        parted[account.pk if account else None].append(row)
    known = {account.pk: account for account in found.values()}
    return [(known.get(pk) if pk else None, rows) for pk, rows in parted.items()]


def claim(channel: str, at: datetime, most: int = BATCH) -> tuple[list[Notice], datetime]:
    """Take due rows that nobody else holds; the stamp is the proof of the claim."""
    with transaction.atomic():
        stamp = _database_time()
        due = (
            Notice.objects.due_at(at)
            .filter(channel=channel)
            .order_by("next_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
        )
        rows = list(due[:most])
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Notice.State.SENDING, claimed_at=stamp, begun_at=None
        )
    return rows, stamp


def _send(
    channel: str,
    account: ChannelAccount | None,
    claimed: Sequence[Notice],
    stamp: datetime,
    at: datetime,
    until: float,
) -> int:
    """Send the claimed rows over one line; gives back what was not begun. Says how many went."""
    sent, left = 0, list(claimed)
    for row in claimed:
        if too_old(row, at):
            left.remove(row)
            _settle(
                row, actions.fail, at,
                why=row.why or _("It could not be sent in time."),
            )  # fmt: skip
    if account and (over := accounts.over_rate(account, len(left))):
        left, later = left[: -over.count], left[-over.count :]
        release(later, stamp, next_at=at + over.wait)
    try:
        with ExitStack() as stack:
            line: Sender | None = None
            while left and time.monotonic() < until:
                row = left[0]
                if line is None:  # opened only once there is something to send, before any begins
                    line = stack.enter_context(channels.line(channel, account))
                left.pop(0)
                sent += _send_one(line, account, row, stamp, at)
    except Undelivered as stopped:  # the carrier takes nothing: no attempt of the rest is used up
        log.warning("The batch of %s was stopped: %s", channel, stopped.why)
        release(left, stamp, next_at=at + BACKOFF[0], why=stopped.why)
    else:
        release(left, stamp, next_at=at)
    return sent


def _send_one(
    line: Sender, account: ChannelAccount | None, row: Notice, stamp: datetime, at: datetime
) -> int:
    """One notice from asking again to its record; raises only what stops the whole batch."""
    try:
        notice = begin(row, stamp, at, account)
    except DATABASE_GONE:
        raise
    except Exception:
        # Who cannot say that it may go has not said so.
        log.exception("Notice %s could not be asked again.", row.pk)
        release(
            [row], stamp, next_at=at + AGAIN_AFTER_FAULT,
            why=_("It could not be checked whether it may still go."),
        )  # fmt: skip
        return 0
    if notice is None:
        return 0
    fault("after_begin")
    try:
        message = message_of(notice)
        taken = line.send(message)
    except Undelivered as refused:
        _not_sent(notice, stamp, at, refused)
        if refused.everyone:
            raise
        return 0
    except Unclear as unclear:
        _unclear(notice, account, stamp, at, unclear.why)
        return 0
    except Exception:  # a fault of ours, at a place that nobody foresaw
        log.exception("Notice %s broke while it was handed over.", notice.pk)
        _unclear(notice, account, stamp, at, _("The program broke while handing it over."))
        return 0
    fault("after_send")
    _settle(notice, actions.record_sent, at, taken=taken)
    fault("after_sent")
    return 1


def _unclear(
    notice: Notice, account: ChannelAccount | None, stamp: datetime | None, at: datetime, why: str
) -> None:
    """Nobody knows whether it went; only a carrier that delivers a key once is handed it again."""
    carrier = channels.carriers().get(account.provider) if account else None
    if stamp and carrier and carrier.takes_key and notice.attempts < MOST_ATTEMPTS:
        release([notice], stamp, next_at=at + pause_after(notice), why=why)
    else:
        _settle(notice, actions.doubt, at, why=why)


def begin(
    row: Notice, stamp: datetime, at: datetime, account: ChannelAccount | None = None
) -> Notice | None:
    """Ask under the case's lock whether it may still go, and mark it as handed over.

    None when it must not go, not yet, or is no longer ours.
    """
    case_model: Any = Notice._meta.get_field("case").related_model
    with transaction.atomic():
        cases = case_model._base_manager.select_related("debtor", "creditor", "agency")
        case = cases.select_for_update(of=("self",)).get(pk=row.case_id)
        notice = (
            Notice.objects.select_for_update(of=("self",))
            .select_related(
                "contact_point", "recipient", "document", "visit", "instalment", "approved"
            )
            .filter(pk=row.pk, state=Notice.State.SENDING, claimed_at=stamp, begun_at=None)
            .first()
        )
        if notice is None:
            return None
        notice.case = case
        dead = actions.unreachable(notice)
        stop = "" if dead else kinds.of(notice.kind).may_go(notice, at)
        if not dead and not stop:
            notice.begun_at, notice.attempts = at, notice.attempts + 1
            notice.account = account
            notice.save(update_fields=["begun_at", "attempts", "account"])
            return notice
    if dead:
        _settle(notice, actions.fail, at, why=dead)
    elif isinstance(stop, Later):
        # At least a minute on: one that names no later moment must not be asked in a circle.
        until = max(stop.until, at + BACKOFF[0])
        _settle(notice, actions.postpone, at, until=until, why=stop.why, says=stop.says)
    else:
        _settle(notice, actions.suppress_at_send, at, why=stop)
    return None


def too_old(notice: Notice, at: datetime) -> bool:
    """Whether its time has passed so long ago that it goes no more by machine."""
    try:
        return at - notice.due_at > kinds.of(notice.kind).max_age
    except kinds.UnknownKind:
        return False  # it will be found out under the lock, and told


def message_of(notice: Notice) -> Message:
    """The notice as the adapter wants it, its file checked against the digest it was stored with."""
    attachments: tuple[Attachment, ...] = ()
    document = notice.document
    if document:
        try:
            with document.file.open("rb") as file:
                content = file.read()
        except OSError as error:
            raise Undelivered(
                _("The file %(name)s is not there.") % {"name": document.filename}, permanent=True
            ) from error
        if hashlib.sha256(content).hexdigest() != document.sha256:
            raise Undelivered(
                _("The file %(name)s is not what it was when it was made.")
                % {"name": document.filename},
                permanent=True,
            )
        attachments = (Attachment(document.filename, document.mime, content),)
    writer = writer_of(notice.case)
    _check_template(notice)
    return Message(
        key=notice.dedupe_key,
        reference=notice.reference,
        to=notice.address,
        subject=notice.subject,
        text=links.with_link(notice),
        language=notice.language,
        sender=writer.name_en if notice.language == "en" and writer.name_en else writer.name,
        reply_to=writer.email,
        template=notice.approved.number if notice.approved else "",
        params=dict(notice.params),
        attachments=attachments,
    )


def _check_template(notice: Notice) -> None:
    """What was composed for the texts that one carrier has approved is not sent by another."""
    if not wants_template(notice.account):
        return
    if notice.approved is None or notice.approved.account_id != notice.account_id:
        raise Undelivered(
            _("The carrier sends only what it has approved, and this was not composed for it. Write it anew."),
            permanent=True,
        )  # fmt: skip


def _not_sent(notice: Notice, stamp: datetime, at: datetime, refused: Undelivered) -> None:
    """Try later what may pass; give up what will not, and the address if it is the address."""
    if refused.permanent:
        _settle(
            notice, actions.fail, at,
            why=refused.why, dead=refused.dead, unwanted=refused.unwanted,
        )  # fmt: skip
    elif notice.attempts >= MOST_ATTEMPTS:
        _settle(notice, actions.fail, at, why=refused.why)
    else:
        release([notice], stamp, next_at=at + pause_after(notice), why=refused.why)


def pause_after(notice: Notice) -> timedelta:
    """How long to wait after this attempt; spread, so that those who failed together part."""
    base = BACKOFF[min(notice.attempts, len(BACKOFF)) - 1]
    seed = hashlib.sha256(f"{notice.pk}:{notice.attempts}".encode()).digest()
    return base * (1 + int.from_bytes(seed[:2]) / 65536 / 4)


def release(rows: Sequence[Notice], stamp: datetime, *, next_at: datetime, why: str = "") -> None:
    """Give claimed rows back to the queue; it is no fact of the case, so the timeline is silent."""
    mine = Notice.objects.filter(
        pk__in=[row.pk for row in rows], state=Notice.State.SENDING, claimed_at=stamp
    )
    with transaction.atomic():  # locked in one order, so that two workers cannot cross
        held = [row.pk for row in mine.select_for_update(of=("self",)).order_by("pk").only("pk")]
        Notice.objects.filter(pk__in=held).update(
            state=Notice.State.QUEUED,
            claimed_at=None,
            begun_at=None,
            next_at=next_at,
            **({"why": why[:300]} if why else {}),
        )


def _give_back(rows: Sequence[Notice], stamp: datetime, *, next_at: datetime) -> None:
    """Give back what surely was not begun, though the database may be gone for a moment.

    What may have been begun stays in hand: the sweep will say that it is in doubt.
    """
    mine = Notice.objects.filter(
        pk__in=[row.pk for row in rows], state=Notice.State.SENDING, claimed_at=stamp, begun_at=None
    )
    for pause in (*PAUSES, None):
        try:
            mine.update(state=Notice.State.QUEUED, claimed_at=None, next_at=next_at)
        except DATABASE_GONE:
            if pause is None:
                return  # the sweep ends the claims
            time.sleep(pause)
            close_old_connections()
        else:
            return


def _settle(notice: Notice, action: Any, at: datetime, **given: Any) -> None:
    """Record what came of it; a database that is gone for a moment is asked again.

    Never raises: one notice that breaks stops no other, and the sweep finds what was not recorded.
    """
    for pause in (*PAUSES, None):
        try:
            action(notice=notice, at=at, **given)
        except DATABASE_GONE:
            if pause is None:
                log.exception("What came of notice %s could not be recorded.", notice.pk)
                return  # handed over or not is in the row: the sweep will say
            time.sleep(pause)
            close_old_connections()
        except StateRefused:
            log.warning("Notice %s had been settled by somebody else.", notice.pk)
            return
        except Exception:
            log.exception("What came of notice %s could not be recorded.", notice.pk)
            return
        else:
            return


def sweep_leases(at: datetime) -> int:
    """End the claims of workers that are gone: not begun goes back, handed over is in doubt."""
    expired = Notice.objects.filter(state=Notice.State.SENDING, claimed_at__lt=Now() - LEASE)
    with transaction.atomic():
        idle = expired.filter(begun_at=None).select_for_update(skip_locked=True, of=("self",))
        Notice.objects.filter(pk__in=[row.pk for row in idle.only("pk")]).update(
            state=Notice.State.QUEUED, claimed_at=None
        )
    lost = list(
        expired.filter(begun_at__isnull=False).select_related("account").order_by("pk")[:BATCH]
    )
    for notice in lost:
        _unclear(
            notice, notice.account, notice.claimed_at, at,
            _("The worker stopped after handing it over and before the answer was kept."),
        )  # fmt: skip
    return len(lost)


def deem_due(at: datetime) -> None:
    """Let take effect what the packs hold for served by now, though nobody has confirmed it."""
    sent = Notice.objects.filter(state=Notice.State.SENT, deemed_at__lte=at)
    for notice in sent.select_related("case").order_by("deemed_at", "pk")[: 10 * BATCH]:
        _settle(notice, actions.deem, at)


def follow_up(at: datetime) -> None:
    """Do what follows from a delivery or a failure and was not done, since its worker died."""
    waiting = Notice.objects.filter(followed_at=None, state__in=actions.FOLLOWED)
    for notice in waiting.order_by("pk")[:BATCH]:
        actions.follow(notice, at)


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        stamp: datetime = cursor.fetchone()[0]
    return stamp
