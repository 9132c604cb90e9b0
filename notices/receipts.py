"""What carriers tell of messages that they took: kept once, then applied, in whatever order it came.

A call-back may come twice, late, before our own record of the sending, or after a newer one. So it is
kept first, as it is; what it means for its notice is decided afterwards, under the notice's lock, by
the moment that it speaks of and not by the moment at which it came.
"""

import hashlib
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from notices import actions, channels, from_carriers
from notices.channels import Said, Taken, Undelivered
from notices.envelopes import message_of
from notices.models import CarrierReceipt, ChannelAccount, Notice
from notices.outbox import told
from people.models import User
from workflow.reasons import Reason, because, kept, told_why
from workflow.steps import StateRefused, note

log = logging.getLogger(__name__)

BATCH = 200
GIVEN_UP_AFTER = timedelta(days=3)  # a statement of a message that is not ours, or was never kept
POLLED_EVERY = timedelta(minutes=2)
POLLED_FOR = timedelta(days=3)
LOOKED_UP_AFTER = timedelta(minutes=2)
LOOKED_UP_FOR = timedelta(hours=6)
APPLY = "notices.tasks.apply_receipts"
S = Notice.State


def keep(account: ChannelAccount, said: Iterable[Said], at: datetime) -> int:
    """Keep what a carrier told, each statement once; says how many were new."""
    rows = [_row(account, one, at) for one in said]
    if not rows:
        return 0
    with transaction.atomic():
        before = CarrierReceipt.objects.filter(
            account=account, digest__in=[row.digest for row in rows]
        ).values_list("digest", flat=True)
        known = set(before)
        CarrierReceipt.objects.bulk_create(rows, ignore_conflicts=True)
        transaction.on_commit(_wake, robust=True)
    return len({row.digest for row in rows} - known)


def _row(account: ChannelAccount, one: Said, at: datetime) -> CarrierReceipt:
    why, says = kept(one.why, 300)
    return CarrierReceipt(
        account=account, provider_id=one.provider_id[:120], reference=one.reference[:40],
        state=one.state, said_at=one.at, received_at=at, why=why, says=says, dead=one.dead,
        unwanted=one.unwanted, digest=_digest(one),
    )  # fmt: skip


def apply_open(at: datetime) -> int:
    """Let each statement have its effect; what fits no notice yet waits for it. Says how many had."""
    done = 0
    for receipt in CarrierReceipt.objects.filter(applied_at=None).select_related("account")[:BATCH]:
        try:
            settled = apply(receipt, at)
        except StateRefused:
            settled = False  # somebody else has just moved it: looked at again at the next turn
        except Exception:
            log.exception("What a carrier told (receipt %s) could not be applied.", receipt.pk)
            settled = False
        old = at - receipt.received_at > GIVEN_UP_AFTER
        if old and not settled:
            log.warning("Receipt %s of %s fits no notice.", receipt.pk, receipt.account)
        CarrierReceipt.objects.filter(pk=receipt.pk, applied_at=None).update(
            tries=F("tries") + 1, **({"applied_at": at} if settled or old else {})
        )
        done += settled
    return done


def apply(receipt: CarrierReceipt, at: datetime) -> bool:
    """Let one statement have its effect on its notice; False while it has to wait."""
    notice = _notice_of(receipt)
    if notice is None or notice.state == S.SENDING:
        return False
    if notice.state in {S.DOUBTFUL, S.QUEUED}:
        # Only what it has can it have delivered or given up, so it was sent after all.
        _was_sent(notice, Taken(receipt.provider_id, receipt.why), receipt.account, at)
        notice.refresh_from_db()
    if receipt.state == CarrierReceipt.State.DELIVERED and notice.state == S.SENT:
        _delivered(notice, receipt, at)
    elif receipt.state != CarrierReceipt.State.DELIVERED and _undoes(receipt, notice):
        _came_back(notice, receipt, at)
    elif not _agrees(receipt, notice):
        _keep_for_the_record(notice, receipt, at)
    if receipt.unwanted:
        from_carriers.respect_wish(notice=notice, at=at)
    return True


def poll_due(at: datetime) -> int:
    """Ask the carriers that do not call us what became of what they took; says how much was new."""
    new = 0
    for account in ChannelAccount.objects.select_related("organisation"):
        carrier = channels.carriers().get(account.provider)
        if carrier is None or not carrier.polls or not _turn_of(account, at):
            continue
        open_ = Notice.objects.filter(
            account=account, state=S.SENT, sent_at__gte=at - POLLED_FOR
        ).exclude(provider_id="")
        waiting = list(open_.order_by("-sent_at")[:BATCH])
        if not waiting:
            continue
        try:
            new += keep(account, carrier.poll(account, waiting), at)
        except Undelivered as refused:
            log.warning("%s could not be asked: %s", account, refused.why)
        except Exception:
            log.exception("%s could not be asked.", account)
    return new


def look_up_doubtful(at: datetime) -> int:
    """Ask the carrier whether it took what is in doubt; what it does not know stays in doubt."""
    found = 0
    doubtful = Notice.objects.filter(
        state=S.DOUBTFUL,
        account__isnull=False,
        begun_at__range=(at - LOOKED_UP_FOR, at - LOOKED_UP_AFTER),
    ).select_related("account", "case__agency", "case__creditor", "document")
    for notice in doubtful.order_by("pk")[:BATCH]:
        account, begun_at = notice.account, notice.begun_at
        carrier = channels.carriers().get(account.provider) if account else None
        if carrier is None or account is None or begun_at is None:
            continue
        try:
            taken = carrier.look_up(account, message_of(notice), begun_at)
            if taken:
                _was_sent(notice, taken, account, at)
                found += 1
        except StateRefused:
            continue  # a person was quicker
        except Undelivered as refused:
            log.warning("%s could not be asked: %s", account, refused.why)
        except Exception:
            log.exception("Notice %s could not be looked up.", notice.pk)
    return found


# ---------------------------------------------------------------- what one statement means


def _notice_of(receipt: CarrierReceipt) -> Notice | None:
    """The notice that it speaks of: by the carrier's number, or by our own that it gives back."""
    mine = Notice.objects.filter(account=receipt.account_id).select_related("case", "account")
    if receipt.provider_id:
        found = mine.filter(provider_id=receipt.provider_id).order_by("-pk").first()
        if found:
            return found
    number = receipt.reference.removeprefix("n")
    if receipt.reference.startswith("n") and number.isascii() and number.isdecimal():
        return mine.filter(pk=int(number)).first()
    return None


def _undoes(receipt: CarrierReceipt, notice: Notice) -> bool:
    """Whether it came back, and not before a delivery that is known already.

    Where it only counts as served since it was sent nobody saw it arrive: then the moment of its return
    proves nothing, since a carrier's clock may be behind ours, or give no part of a second.
    """
    if notice.state == S.SENT:
        return True
    if notice.state != S.DELIVERED:
        return False
    if notice.delivered_at is None or notice.delivered_at == notice.deemed_at:
        return not _arrived_after(receipt)
    return receipt.said_at >= notice.delivered_at


def _arrived_after(receipt: CarrierReceipt) -> bool:
    """Whether the carrier has told of an arrival that came later."""
    told = CarrierReceipt.objects.filter(account=receipt.account_id, said_at__gt=receipt.said_at)
    return (
        bool(receipt.provider_id)
        and told.filter(
            provider_id=receipt.provider_id, state=CarrierReceipt.State.DELIVERED
        ).exists()
    )


def _agrees(receipt: CarrierReceipt, notice: Notice) -> bool:
    """Whether it says what is on record anyway, or speaks of an earlier moment."""
    if receipt.state == CarrierReceipt.State.DELIVERED:
        return notice.state == S.DELIVERED
    return notice.state in {S.DELIVERED, S.BOUNCED, S.FAILED}


def _was_sent(notice: Notice, taken: Taken, account: ChannelAccount, at: datetime) -> None:
    actions.prove_sent(
        notice=notice,
        by=User.objects.system(),
        provider_id=taken.provider_id,
        how=because(lambda: _("%(carrier)s says so.") % {"carrier": _label(account)}),
        at=at,
    )


def _delivered(notice: Notice, receipt: CarrierReceipt, at: datetime) -> None:
    # A carrier's clock may be ahead of ours or behind its own taking.
    moment = min(max(receipt.said_at, notice.sent_at or receipt.said_at), at)
    from_carriers.deliver(
        notice=notice, delivered_at=moment, carrier=_label(receipt.account), at=at
    )


def _came_back(notice: Notice, receipt: CarrierReceipt, at: datetime) -> None:
    why = _reason(receipt) or because(
        lambda: _("%(carrier)s could not deliver it.") % {"carrier": _label(receipt.account)}
    )
    from_carriers.bounce(notice=notice, why=why, dead=receipt.dead, at=at)


def _reason(receipt: CarrierReceipt) -> str:
    """What the carrier gave, in each language if the words are ours."""
    return Reason(receipt.why, receipt.says) if receipt.says else receipt.why


def _keep_for_the_record(notice: Notice, receipt: CarrierReceipt, at: datetime) -> None:
    """It says other than what is on record and changes nothing: the timeline has both."""
    note(
        notice.case,
        event="notice.carrier_said",
        data={
            **told(notice),
            "state": receipt.state,
            "said_at": receipt.said_at,
            **told_why(_reason(receipt)),
        },
        by=User.objects.system(),
        at=at,
    )


def _label(account: ChannelAccount) -> str:
    carrier = channels.carriers().get(account.provider)
    return str(carrier.label) if carrier else account.provider


def _digest(one: Said) -> str:
    parts: tuple[Any, ...] = (
        one.provider_id,
        one.reference,
        one.state,
        one.at.isoformat() if one.timed else "",
        _in_one_language(one.why),
        *(["unwanted"] if one.unwanted else []),
    )
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def _in_one_language(why: str) -> str:
    """The same for whoever hears it: a statement comes again on another way, or to another reader."""
    return why.says["en"] if isinstance(why, Reason) else why


def _turn_of(account: ChannelAccount, at: datetime) -> bool:
    """Whether it is this worker that asks now; another finds the turn taken."""
    with transaction.atomic():
        held = (
            ChannelAccount.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(pk=account.pk)
            .first()
        )
        if held is None or (held.polled_at and timedelta(0) <= at - held.polled_at < POLLED_EVERY):
            return False
        held.polled_at = at
        held.save(update_fields=["polled_at"])
    return True


def _wake() -> None:
    current_app.send_task(APPLY, expires=120)
