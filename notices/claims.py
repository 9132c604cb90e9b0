"""Who holds which row of the outbox: a claim is a lease in the row, and its stamp is the proof of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.db.models import F, Func, JSONField, Value

from notices import handing
from notices.models import Notice
from notices.models.notice import FLEETING
from notices.patience import patiently
from workflow.reasons import kept

BATCH = 100


def claim(channel: str, at: datetime, most: int = BATCH) -> tuple[list[Notice], datetime]:
    """Take due rows that nobody else holds, the fleeting ones first; the stamp is the proof of the claim."""
    with transaction.atomic():
        stamp = _database_time()
        due = (
            Notice.objects.due_at(at)
            .filter(channel=channel)
            .annotate(debtor=F("case__debtor_id"))
            .only("case_id", "kind", "due_at", "why")
            .order_by("next_at", "pk")
            .select_for_update(skip_locked=True, of=("self",))
        )
        rows = list(due.filter(kind__in=FLEETING)[:most])
        rows += due.exclude(kind__in=FLEETING)[: most - len(rows)]
        Notice.objects.filter(pk__in=[row.pk for row in rows]).update(
            state=Notice.State.SENDING, claimed_at=stamp, begun_at=None
        )
    return rows, stamp


def release(rows: Sequence[Notice], stamp: datetime, *, next_at: datetime, why: str = "") -> None:
    """Give claimed rows back to the queue; it is no fact of the case, so the timeline is silent."""
    mine = Notice.objects.filter(
        pk__in=[row.pk for row in rows], state=Notice.State.SENDING, claimed_at=stamp
    )
    text, says = kept(why, 300)
    more = Func(F("about"), Value({"says": says}, JSONField()), function="", arg_joiner="||")
    told = {"why": text, "about": more} if text else {}
    with transaction.atomic():  # locked in one order, so that two workers cannot cross
        held = [row.pk for row in mine.select_for_update(of=("self",)).order_by("pk").only("pk")]
        Notice.objects.filter(pk__in=held).update(
            state=Notice.State.QUEUED, claimed_at=None, begun_at=None, next_at=next_at, **told
        )


def put_down(notices: Sequence[Notice], stamp: datetime) -> None:
    """These were begun and surely not handed over: as if they had not been begun.

    No account either, unless an earlier attempt went by it: its carrier cannot speak of them.
    """
    pks = sorted(notice.pk for notice in notices)
    mine = Notice.objects.filter(pk__in=pks, state=Notice.State.SENDING, claimed_at=stamp)
    with transaction.atomic():
        held = [row.pk for row in mine.select_for_update(of=("self",)).order_by("pk").only("pk")]
        rows = Notice.objects.filter(pk__in=held)
        rows.filter(attempts=1).update(account=None)
        rows.update(begun_at=None, attempts=F("attempts") - 1)
        handing.forget(pks, stamp)


def give_back(rows: Sequence[Notice], stamp: datetime, *, next_at: datetime) -> None:
    """Give back what surely was not begun, though the database may be gone for a moment.

    What may have been begun stays in hand: the sweep will say what became of it.
    """
    mine = Notice.objects.filter(
        pk__in=[row.pk for row in rows], state=Notice.State.SENDING, claimed_at=stamp, begun_at=None
    )
    patiently(lambda: mine.update(state=Notice.State.QUEUED, claimed_at=None, next_at=next_at))


def _database_time() -> datetime:
    with connection.cursor() as cursor:
        cursor.execute("select clock_timestamp()")
        stamp: datetime = cursor.fetchone()[0]
    return stamp
