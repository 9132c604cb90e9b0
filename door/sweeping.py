"""What is done when no phone speaks: answers that waited are tried again, or given to a supervisor."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import transaction
from django.db.models import F, Q, QuerySet

from documents.scanning import NotScanned
from door.models import Item, Upload
from door.syncing import carry_on, give_up
from door.uploading import WrongDigest, arriving, finish_upload

WAIT = timedelta(hours=2)
"""How long an answer waits for what comes before it, until somebody is asked."""
AT_ONCE = 200
UNFINISHED = timedelta(days=7)
"""How long the pieces of a file are kept of which no more arrive; the phone still has all of it."""


def sweep_all(*, at: datetime) -> None:
    """Level-triggered: all that waits by now, whenever this ran last."""
    waiting = Item.objects.filter(state=Item.State.KEPT, settled="")
    for visit in waiting.order_by("visit").values_list("visit", flat=True).distinct()[:AT_ONCE]:
        carry_on(visit, at)
    for item in waiting.filter(received_at__lte=at - WAIT).select_related("visit__case")[:AT_ONCE]:
        give_up(item, at)
    whole = Upload.objects.filter(
        state=Upload.State.RECEIVING, offset=F("length"), begun_at__lte=at - timedelta(minutes=5)
    )
    for upload in whole[:AT_ONCE]:
        try:
            finish_upload(upload, at)
        except WrongDigest:  # the phone begins anew when it asks next
            continue
        except OSError as error:
            if isinstance(error.__cause__, NotScanned):  # nor would the others be looked at now
                return
            raise


def sweep_unfinished(*, at: datetime) -> int:
    """Throw away what arrived of files that were never finished; says of how many.

    The phone keeps a file until its digest was acknowledged, so one that comes back is asked for all of it
    again. The row says so first, the bytes go after: a crash between the two leaves a file that the next
    sweep finds, never a row that promises bytes which are gone. Rows in use are passed over.
    """
    before = at - UNFINISHED
    for upload in _stale(before).exclude(offset=0).values_list("pk", flat=True)[:AT_ONCE]:
        with transaction.atomic():
            row = _stale(before).select_for_update(skip_locked=True).filter(pk=upload).first()
            if row:
                row.offset = 0
                row.save(update_fields=["offset"])
    return sum(_removed(path, before) for path in _left_behind(before))


def _stale(before: datetime) -> QuerySet[Upload]:
    """Unfinished, and no piece since then."""
    return Upload.objects.filter(
        Q(last_piece_at__lt=before) | Q(last_piece_at=None, begun_at__lt=before),
        state=Upload.State.RECEIVING, offset__lt=F("length"),
    )  # fmt: skip


def _left_behind(before: datetime) -> Iterator[Path]:
    """The files in which nothing was written since then."""
    if arriving().is_dir():
        for path in arriving().glob("*.part"):
            try:
                written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            except FileNotFoundError:  # finished this moment
                continue
            if written < before:
                yield path


def _removed(path: Path, before: datetime) -> bool:
    """Remove the file unless something is still to be made of it."""
    with transaction.atomic():
        rows = Upload.objects.select_for_update(skip_locked=True)
        known = Upload.objects.filter(token=path.stem)
        upload = rows.filter(pk__in=known).first()
        if known.exists() and upload is None:  # a piece is being written
            return False
        if upload and upload.state == Upload.State.RECEIVING and upload.offset:
            return False
        path.unlink(missing_ok=True)
    return True
