"""Files from phones, piece by piece: what was received stays, whatever cuts the line, and counts once.

tus 1.0.0, the core with creation and checksum: https://tus.io/protocols/resumable-upload.
"""

import base64
import binascii
import errno
import hashlib
import os
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from documents.scanning import Infected, NotScanned, scan
from documents.storing import MOST_BYTES, NoRoom, Unreadable, clean_name, kind_of_file
from door.models import Upload
from door.packs import phone_of
from door.reading import drift_of, moment, reason_of
from people.models import User
from visits.actions import quarantining, recording
from visits.models import Evidence, Visit
from workflow.guard import Guard, guarded
from workflow.infected import note
from workflow.models import Submission
from workflow.reasons import Reason, because, kept
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput
from workflow.web import plain

MOST_CHUNK = 2 * 1024 * 1024
SLACK = timedelta(minutes=2)


class TooLarge(Exception):
    """More bytes than can be taken in, or than were announced."""


class WrongOffset(Exception):
    """The piece does not begin where the last one ended."""


class WrongDigest(Exception):
    """What arrived is not what was sent."""


@dataclass(frozen=True)
class Announced:
    """A file that a phone is about to send, as it describes it."""

    item: uuid.UUID
    device: uuid.UUID
    visit: str
    filename: str
    sha256: str
    kind: str
    length: int
    caption: str
    inside: bool
    taken_at: datetime
    begins_at: datetime | None
    ends_at: datetime | None


def announced(metadata: str, length: str) -> Announced:
    """What ``Upload-Metadata`` and ``Upload-Length`` say; raises ``WrongInput`` or ``TooLarge``."""
    said = _read(metadata)
    if not (length.isascii() and length.isdecimal() and int(length[:12]) > 0 and len(length) < 12):
        raise WrongInput(_("Say how large the file is."))
    if int(length) > MOST_BYTES:
        raise TooLarge
    digest = said.get("sha256", "").lower()
    taken, begins, ends = (moment(said.get(n)) for n in ("taken_at", "begins_at", "ends_at"))
    try:
        item, device = uuid.UUID(said.get("item", "")), uuid.UUID(said.get("device", ""))
    except ValueError:
        raise WrongInput(_("This is no answer of a phone.")) from None
    known = said.get("kind") in Upload.Kind.values
    if taken is None or not known or len(digest) != 64 or set(digest) - set("0123456789abcdef"):
        raise WrongInput(_("This is no answer of a phone."))
    if not (begins and ends and begins < ends):
        begins = ends = None
    return Announced(
        item, device, said.get("visit", ""), clean_name(plain(said.get("filename", "")))[:160], digest,
        said["kind"], int(length), plain(said.get("caption", ""))[:200],
        said.get("inside") in {"1", "true", "yes"}, taken, begins, ends,
    )  # fmt: skip


def _read(metadata: str) -> dict[str, str]:
    """Names with their values out of base64, as tus writes them."""
    found: dict[str, str] = {}
    for pair in metadata[:8000].split(","):
        name, _blank, value = pair.strip().partition(" ")
        try:
            found[name] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError):
            raise WrongInput(_("This is no answer of a phone.")) from None
    return found


def begin_upload(
    said: Announced, *, visit: Visit, device_clock: datetime, by: User, at: datetime
) -> Upload:
    """A place for the file; the same one for the same item, however often it is asked for.

    Raises ``WrongDigest`` where the item stands for another file already.
    """
    drift = drift_of(device_clock, at)
    shift = timedelta(seconds=drift)
    phone = phone_of(said.device, by=by, at=at, drift_seconds=drift)
    upload, _new = Upload.objects.get_or_create(
        device=phone, item=said.item,
        defaults={
            "token": uuid.uuid4(), "by": by, "visit": visit, "kind": said.kind,
            "filename": said.filename, "caption": said.caption, "inside": said.inside,
            "length": said.length, "sha256": said.sha256, "taken_at": said.taken_at - shift,
            "begins_at": said.begins_at and said.begins_at - shift,
            "ends_at": said.ends_at and said.ends_at - shift, "drift_seconds": drift, "begun_at": at,
        },
    )  # fmt: skip
    if upload.sha256 != said.sha256 or upload.visit_id != visit.pk or upload.by_id != by.pk:
        raise WrongDigest
    return upload


def take_piece(
    *, upload: Upload, offset: int, content: bytes, checksum: str, at: datetime
) -> Upload:
    """Write one piece where the last one ended; after the last one the file is judged and kept.

    Raises ``WrongOffset``, ``WrongDigest``, ``TooLarge`` or ``OSError`` where the disk has no room.
    """
    if checksum:
        algorithm, _blank, digest = checksum.partition(" ")
        sent = base64.b64encode(hashlib.sha256(content).digest()).decode()
        if algorithm != "sha256" or digest.strip() != sent:
            raise WrongDigest
    with transaction.atomic():
        fresh = Upload.objects.select_for_update().get(pk=upload.pk)
        if fresh.offset != offset:
            raise WrongOffset
        if fresh.offset + len(content) > fresh.length:
            raise TooLarge
        if content:
            _write(path_of(fresh), offset, content)
            fresh.offset, fresh.last_piece_at = fresh.offset + len(content), at
            fresh.save(update_fields=["offset", "last_piece_at"])
    return finish_upload(fresh, at) if fresh.offset == fresh.length else fresh


def arriving() -> Path:
    """Where files on their way from phones are."""
    return Path(settings.MEDIA_ROOT) / "arriving"


def path_of(upload: Upload) -> Path:
    """Where the pieces are until the file is whole."""
    return arriving() / f"{upload.token}.part"


def _write(path: Path, offset: int, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        file.seek(offset)  # what a crash had written beyond it is written anew
        file.write(content)
        file.truncate()
        file.flush()
        os.fsync(file.fileno())


def finish_upload(upload: Upload, at: datetime) -> Upload:
    """Keep the whole file as evidence, in quarantine, or say why it cannot be taken in; once.

    Raises ``WrongDigest`` where the whole is not what was announced: the phone begins anew.
    """
    if upload.state != Upload.State.RECEIVING:
        return upload
    if not Submission.objects.filter(key=_key(upload)).exists():
        content = path_of(upload).read_bytes()
        if hashlib.sha256(content).hexdigest() != upload.sha256:
            Upload.objects.filter(pk=upload.pk).update(offset=0)
            raise WrongDigest
        try:
            scan(content)  # before anything is written, so that a no can be put on the record
            with guarded(Guard(key=_key(upload))):
                _keep(upload, content, at)
        except NoRoom as full:  # this passes: the phone keeps it and sends the last piece again
            raise OSError(errno.ENOSPC, str(full)) from full
        except NotScanned as nobody:  # so does this
            raise OSError(errno.EROFS, str(nobody)) from nobody
        except Infected as infected:
            note(infected, content, by=upload.by, at=at)
            found = infected.name
            why = because(lambda: str(Infected(found)))
            return _done(upload, Upload.State.REFUSED, why, at)
        except Unreadable as unreadable:
            return _done(
                upload, Upload.State.REFUSED, _why_unreadable(upload, content, unreadable), at
            )
    # Also where the house died after it had kept the file and before it noted so.
    evidence = (
        Evidence.objects.filter(visit=upload.visit_id, document__sha256=upload.sha256)
        .exclude(upload__isnull=False)
        .select_related("document")
        .order_by("pk")
        .first()
    )
    upload.evidence = evidence
    apart = evidence is not None and evidence.document.quarantined
    state = Upload.State.QUARANTINED if apart else Upload.State.KEPT
    return _done(
        upload, state, Reason(evidence.apart_because, evidence.apart_says) if evidence else "", at
    )


def _key(upload: Upload) -> str:
    return f"door:upload:{upload.pk}"


def _keep(upload: Upload, content: bytes, at: datetime) -> None:
    visit = Visit.objects.select_related("case", "place").get(pk=upload.visit_id)
    given: dict[str, Any] = {
        "visit": visit, "filename": upload.filename, "inside": upload.inside,
        "taken_at": upload.taken_at, "begins_at": upload.begins_at, "ends_at": upload.ends_at,
        "by": upload.by, "at": at,
    }  # fmt: skip
    caption = upload.caption or str(upload.get_kind_display())

    def doubt() -> str:
        return _why_doubtful(upload, at) or quarantining.why_apart(**given)

    why: str = because(doubt) if doubt() else ""
    if not why:
        try:
            recording.add_evidence(**given, content=content, caption=caption)
        except PolicyRefused as refused:
            why = reason_of(refused) or str(refused)
        except (StateRefused, WrongInput) as refused:
            why = str(refused)
        except (RightRefused, Outsider):
            why = because(
                lambda: _(
                    "Whoever sent it is not one of the officers who were named for this visit."
                )
            )
    if why:
        quarantining.keep_apart(**given, content=content, caption=caption, why=why)


def _why_unreadable(upload: Upload, content: bytes, unreadable: Unreadable) -> str:
    """What is wrong with the file, in every language: it is looked at again in each."""

    def words() -> str:
        try:
            kind_of_file(upload.filename, content)
        except Unreadable as again:
            return str(again)
        return str(unreadable)

    return because(words)


def _why_doubtful(upload: Upload, at: datetime) -> str:
    """Why nobody can say which consents were in force: the phone's clock cannot be right."""
    if upload.taken_at > upload.begun_at + SLACK or upload.taken_at > at + SLACK:
        return _("By the phone's clock this lies in the future.")
    return ""


def _done(upload: Upload, state: str, why: str, at: datetime) -> Upload:
    upload.state, upload.done_at = state, at
    upload.why, upload.says = kept(why, 300)
    upload.save(update_fields=["state", "why", "says", "done_at", "evidence"])
    path_of(upload).unlink(missing_ok=True)
    return upload
