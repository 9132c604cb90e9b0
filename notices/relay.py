"""From the outbox to the carrier: claim, ask again, hand over, record; once, or in doubt aloud.

A batch is claimed at once and done by the handful, each notice of a debtor of its own: asked and begun
in one transaction, handed over one after another on one line, recorded in another transaction. What was
not handed over when its worker dies goes back into the queue by itself, and what the carrier had
answered is recorded (see ``handing``). What was handed over and not answered becomes ``doubtful``: for a
debtor a second message is harassment, so a person judges it. The claim is a lease in the row; a worker
that wakes up late finds it gone.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from notices import accounts, actions, channels, handing, kinds
from notices.channels import Sender, Taken, Unclear, Undelivered
from notices.claims import BATCH, claim, give_back, put_down, release
from notices.envelopes import message_of
from notices.faults import fault
from notices.kinds import Later
from notices.models import ChannelAccount, Handover, Notice
from notices.models.notice import FLEETING
from notices.patience import BACKOFF, DATABASE_GONE, MOST_ATTEMPTS, patiently, pause_after
from people.models import Organisation, User
from workflow.reasons import because
from workflow.steps import StateRefused

log = logging.getLogger(__name__)

HANDFUL = 50  # asked, begun and recorded together
ASKED_FOR = (
    2.0  # seconds for which an answer of the rules counts; then what has not gone is asked anew
)
LEASE = timedelta(minutes=10)  # longer than any task may run
BUDGET = 240.0  # seconds after which a task begins nothing new; the rest goes back at once
AGAIN_AFTER_FAULT = timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(days=1)  # marks of what was settled long ago


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
    for name in _waiting(at):
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
            give_back(claimed, stamp, next_at=at)
            raise
        except Exception:  # a fault of this channel's is none of the others'
            log.exception("The batch of %s broke.", name)
            give_back(claimed, stamp, next_at=at + AGAIN_AFTER_FAULT)
    return outcome


def _waiting(at: datetime) -> list[str]:
    """The channels by which something is due, each found by the first entry of the index."""
    names = channels.automatic()
    with connection.cursor() as cursor:
        cursor.execute(
            "select name from unnest(%s::varchar[]) name where exists (select from notices_notice"
            " where channel = name and state = 'queued' and next_at <= %s)",
            [names, at],
        )
        found = {row[0] for row in cursor.fetchall()}
    return [name for name in names if name in found]


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
        if kinds.too_old(row, at):
            left.remove(row)
            _settle(
                row, actions.fail, at,
                why=row.why or because(lambda: _("It could not be sent in time.")),
            )  # fmt: skip
    # Where not all can go, what cannot wait goes first, then whoever has waited longest.
    left.sort(key=lambda row: (row.kind not in FLEETING, row.due_at, row.pk))
    again_at = at
    try:
        with ExitStack() as stack:
            line: Sender | None = None
            while left and time.monotonic() < until:
                handful, rest = _handful(left)
                places = accounts.take_places(account, len(handful)) if account else None
                if places and places.granted < len(handful):
                    handful = handful[: places.granted]
                    rest = [row for row in left if row not in handful]
                    if not handful:
                        again_at = at + places.wait
                        break
                if line is None:  # opened only once there is something to send, before any begins
                    line = stack.enter_context(channels.line(channel, account))
                left = rest
                done = _send_handful(line, account, handful, stamp, at)
                if account and places:
                    accounts.give_places_back(account, places, len(handful) - done.offered)
                sent, left = sent + len(done.sent), left + done.again
                if done.stopped:
                    raise done.stopped
    except Undelivered as stopped:  # the carrier takes nothing: no attempt of the rest is used up
        log.warning("The batch of %s was stopped: %s", channel, stopped.why)
        release(left, stamp, next_at=at + BACKOFF[0], why=stopped.why)
    else:
        release(left, stamp, next_at=again_at)
    return sent


def _handful(rows: Sequence[Notice]) -> tuple[list[Notice], list[Notice]]:
    """The next handful and the rest, in their order; of one debtor's only the first is in it.

    So each is asked once what was sent to its debtor before is on record, whichever case it is of.
    """
    taken: dict[int, Notice] = {}
    rest = []
    for row in rows:
        debtor = getattr(row, "debtor", None) or row.case.debtor_id
        if len(taken) < HANDFUL and debtor not in taken:
            taken[debtor] = row
        else:
            rest.append(row)
    return list(taken.values()), rest


@dataclass
class Done:
    """What came of a handful: how many were offered to the carrier, what it took, what is to be asked again, and what stopped it."""

    offered: int = 0
    sent: list[tuple[Notice, Taken]] = field(default_factory=list)
    again: list[Notice] = field(default_factory=list)
    stopped: Exception | None = None


def _send_handful(
    line: Sender, account: ChannelAccount | None, rows: Sequence[Notice], stamp: datetime,
    at: datetime,
) -> Done:  # fmt: skip
    """A handful from asking again to its record; what stops the whole batch is in the answer."""
    begun = _begin(rows, stamp, at, account)
    if not begun:
        return Done()
    done = _hand_over(line, account, begun, stamp, at)
    _record(done.sent, stamp, at)
    if done.again:
        patiently(lambda: put_down(done.again, stamp))
    fault("after_sent")
    return done


def _begin(
    rows: Sequence[Notice], stamp: datetime, at: datetime, account: ChannelAccount | None
) -> list[Notice]:
    """Ask and begin a handful; if that breaks each by itself, so that one stops no other."""
    try:
        return begin(rows, stamp, at, account)
    except DATABASE_GONE:
        raise
    except Exception:
        if len(rows) > 1:
            return [one for row in rows for one in _begin([row], stamp, at, account)]
        # Who cannot say that it may go has not said so.
        log.exception("Notice %s could not be asked again.", rows[0].pk)
        release(
            rows, stamp, next_at=at + AGAIN_AFTER_FAULT,
            why=because(lambda: _("It could not be checked whether it may still go.")),
        )  # fmt: skip
        return []


def _hand_over(
    line: Sender, account: ChannelAccount | None, begun: Sequence[Notice], stamp: datetime,
    at: datetime,
) -> Done:  # fmt: skip
    """Hand over one after another for as long as the rules' answer counts."""
    done, left, last = Done(), list(begun), None
    until = time.monotonic() + ASKED_FOR
    try:
        while left and (len(left) == len(begun) or time.monotonic() < until):
            notice = left[0]
            marked = handing.mark(notice, stamp, last)
            left.pop(0)
            if not marked:  # no longer ours, or something has happened to its case: asked anew
                done.again.append(notice)
                continue
            last = None
            done.offered += 1
            fault("after_begin")
            taken = _offer(line, account, notice, stamp, at)
            if taken:
                last = notice, taken
                done.sent.append(last)
                fault("after_send")
    except (Undelivered, *DATABASE_GONE) as stopped:
        done.stopped = stopped
    done.again += left
    return done


def _offer(
    line: Sender, account: ChannelAccount | None, notice: Notice, stamp: datetime, at: datetime
) -> Taken | None:
    """Hand one over; what else than taken became of it is settled. Raises what stops the batch."""
    try:
        return line.send(message_of(notice))
    except Undelivered as refused:
        _not_sent(notice, stamp, at, refused)
        if refused.everyone:
            raise
    except Unclear as unclear:
        _unclear(notice, account, stamp, at, unclear.why)
    except Exception:  # a fault of ours, at a place that nobody foresaw
        log.exception("Notice %s broke while it was handed over.", notice.pk)
        broke = because(lambda: _("The program broke while handing it over."))
        _unclear(notice, account, stamp, at, broke)
    return None


def _record(sent: Sequence[tuple[Notice, Taken]], stamp: datetime, at: datetime) -> None:
    """Record what was taken, all at once; where that breaks each by itself."""
    if not sent:
        return
    try:
        patiently(lambda: actions.record_all_sent(sent=sent, at=at))
    except Exception:
        log.warning("%s notices are recorded one by one.", len(sent), exc_info=True)
        for notice, taken in sent:
            _settle(notice, actions.record_sent, at, taken=taken)
    patiently(lambda: handing.forget([notice.pk for notice, _taken in sent], stamp))


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
    rows: Sequence[Notice], stamp: datetime, at: datetime, account: ChannelAccount | None = None
) -> list[Notice]:
    """Ask under the cases' locks which may still go, and mark these as begun; gives them.

    Left out is what must not go, not yet, or is no longer ours.
    """
    going: list[Notice] = []
    others: list[tuple[Notice, Callable[..., None], dict[str, Any]]] = []
    with transaction.atomic():
        notices = _locked(rows, stamp)
        for kind in sorted({notice.kind for notice in notices}):
            learn = kinds.of(kind).learn
            if learn:
                learn([notice for notice in notices if notice.kind == kind], at)
        for notice in notices:
            stop = _what_stops(notice, at)
            if stop:
                others.append((notice, *stop))
            else:
                going.append(notice)
        for notice in going:
            notice.begun_at, notice.attempts, notice.account = at, notice.attempts + 1, account
        Notice.objects.filter(pk__in=[notice.pk for notice in going]).update(
            begun_at=at, attempts=F("attempts") + 1, account=account
        )
        handing.prepare(going, stamp)
    for notice, action, given in others:
        _settle(notice, action, at, **given)
    return going


def _locked(rows: Sequence[Notice], stamp: datetime) -> list[Notice]:
    """Those that are still ours, with their cases, all locked, each table in the order of its keys."""
    case_model: Any = Notice._meta.get_field("case").related_model
    found = case_model._base_manager.select_related("debtor").order_by("pk")
    held = found.filter(pk__in={row.case_id for row in rows}).select_for_update(of=("self",))
    cases = {case.pk: case for case in held}
    parties = {pk for case in cases.values() for pk in (case.creditor_id, case.agency_id) if pk}
    known = Organisation.objects.in_bulk(parties)  # a few for all of them, so not joined to each
    for case in cases.values():
        case.creditor, case.agency = known[case.creditor_id], known.get(case.agency_id)
    mine = {
        notice.pk: notice
        for notice in Notice.objects.select_for_update(of=("self",))
        .select_related("contact_point", "document", "visit", "instalment", "approved")
        .filter(pk__in=[row.pk for row in rows], state=Notice.State.SENDING)
        .filter(claimed_at=stamp, begun_at=None)
        .order_by("pk")
    }  # fmt: skip
    for notice in mine.values():
        notice.case = cases[notice.case_id]
        if notice.recipient_id == notice.case.debtor_id:
            notice.recipient = notice.case.debtor
    return [mine[row.pk] for row in rows if row.pk in mine]


def _what_stops(notice: Notice, at: datetime) -> tuple[Callable[..., None], dict[str, Any]] | None:
    """What is to be recorded instead of sending it; nothing while it may go."""
    dead = actions.unreachable(notice)
    if dead:
        return actions.fail, {"why": dead}
    stop = kinds.of(notice.kind).may_go(notice, at)
    if isinstance(stop, Later):
        # At least a minute on: one that names no later moment must not be asked in a circle.
        until = max(stop.until, at + BACKOFF[0])
        return actions.postpone, {"until": until, "why": stop.why, "says": stop.says}
    return (actions.suppress_at_send, {"why": stop}) if stop else None


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


def _settle(notice: Notice, action: Callable[..., None], at: datetime, **given: Any) -> None:
    """Record what came of it; a database that is gone for a moment is asked again.

    Never raises: one notice that breaks stops no other, and the sweep finds what was not recorded.
    """
    try:
        patiently(lambda: action(notice=notice, at=at, **given))
    except StateRefused:
        log.warning("Notice %s had been settled by somebody else.", notice.pk)
    except Exception:
        log.exception("What came of notice %s could not be recorded.", notice.pk)


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
    marks = handing.marks_of(notice.pk for notice in lost)
    for notice in lost:
        _take_over(notice, marks.get(notice.pk), at)
    Handover.objects.filter(stamp__lt=Now() - FORGOTTEN_AFTER).delete()
    return len(lost)


def _take_over(notice: Notice, mark: handing.Mark | None, at: datetime) -> None:
    """Go on from where a worker that is gone had come with one; without a mark nobody knows."""
    stamp = notice.claimed_at
    if stamp and mark and mark.stamp == stamp:
        if mark.taken:
            _settle(
                notice, actions.prove_sent, at, by=User.objects.system(),
                provider_id=mark.taken.provider_id,
                how=because(
                    lambda: _("The carrier had taken it before the worker stopped: %(answer)s")
                    % {"answer": mark.taken.answer}
                ),
            )  # fmt: skip
            return
        with transaction.atomic():
            back = not mark.handed and handing.take_back(notice, stamp)
            if back:
                put_down([notice], stamp)
                release([notice], stamp, next_at=at)
        if back:
            return
    _unclear(
        notice, notice.account, stamp, at,
        because(lambda: _("The worker stopped after handing it over and before the answer was kept.")),
    )  # fmt: skip


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
