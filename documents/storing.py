"""Taking a file in: what it really is, how large, its digest; written once under our own name."""

import errno
import hashlib
import io
import uuid
from datetime import datetime
from typing import Any, NoReturn

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, UnidentifiedImageError

from documents import archives, scanning
from documents.models import SEALED, Document
from documents.sealing import has_stamp
from people.models import User

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = 60_000_000
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
# Signature at the start of the file -> type; names are not believed.
SIGNATURES: list[tuple[bytes, int, str]] = [
    (b"%PDF-", 0, "application/pdf"),
    (b"\xff\xd8\xff", 0, "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", 0, "image/png"),
    (b"WEBP", 8, "image/webp"),
    (b"ID3", 0, "audio/mpeg"),
    (b"\xff\xfb", 0, "audio/mpeg"),
    (b"OggS", 0, "audio/ogg"),
    (b"\x1aE\xdf\xa3", 0, "audio/webm"),
    (b"WAVE", 8, "audio/wav"),
    (b"ftyp", 4, "audio/mp4"),
    (b"PK\x03\x04", 0, "application/zip"),
]
OFFICE = {
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ENDINGS = {
    ".pdf": {"application/pdf"},
    ".jpg": {"image/jpeg"},
    ".jpeg": {"image/jpeg"},
    ".png": {"image/png"},
    ".webp": {"image/webp"},
    ".mp3": {"audio/mpeg"},
    ".ogg": {"audio/ogg"},
    ".webm": {"audio/webm"},
    ".wav": {"audio/wav"},
    ".m4a": {"audio/mp4"},
    ".mp4": {"audio/mp4"},
    ".docx": {OFFICE[".docx"]},
    ".xlsx": {OFFICE[".xlsx"]},
    ".csv": {"text/csv"},
    ".txt": {"text/plain"},
}


Unreadable = scanning.Refused
"""The file cannot be taken in; the message says why and what to do."""


class NoRoom(Unreadable):
    """The disk has no room now; the same file can be taken in once somebody has made some."""


def store(
    *,
    case: Any,
    kind: str,
    filename: str,
    content: bytes,
    title: str,
    by: User,
    at: datetime,
    made_here: bool = False,
    mime: str = "",
    restricted: bool = False,
    quarantined: bool = False,
) -> Document:
    """Write the file once, under a name of our own, and keep what it is.

    ``made_here`` is for files that the product itself has made (they need no looking at);
    ``mime`` is the type where the caller has looked into the file more closely than is done here.
    ``restricted`` files are for those alone who answer for the case, ``quarantined`` ones are kept and
    seen by nobody. Raises ``Unreadable``.
    """
    name = clean_name(filename)
    if not mime:
        mime = _mime_of_ours(name) if made_here else kind_of_file(name, content)
    if not made_here:
        scanning.scan(content)
    document = Document(
        case=case,
        number=f"D-{at:%Y}-{uuid.uuid4().hex[:12].upper()}",
        kind=kind,
        title=title[:160],
        filename=name,
        mime=mime,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        created_at=at,
        created_by=by,
        restricted=restricted,
        quarantined=quarantined,
    )
    if made_here and settings.TSA_URL and kind in SEALED:
        document.stamped = has_stamp(content)
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    _write(document, f"{at:%Y/%m}/{uuid.uuid4().hex}{ending}", content)
    document.save(force_insert=True)
    return document


def _write(document: Document, name: str, content: bytes) -> None:
    """Write the file, or leave nothing of it where the disk has no room."""
    try:
        document.file.save(name, ContentFile(content), save=False)
    except OSError as error:
        if error.errno not in FULL:
            raise
        document.file.storage.delete(document.file.field.generate_filename(document, name))
        raise NoRoom(
            _("There is no room for this file, so nothing was recorded. Whoever keeps the house "
              "running has to free space; then do it again.")
        ) from error  # fmt: skip


def clean_name(filename: str) -> str:
    """The name as people may see it again: no path, no control or direction marks, not too long."""
    base = filename.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in base if c.isprintable() and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return f"{stem[:120]}{dot}{ending[:10]}" if dot else (kept[:120] or "file")


def kind_of_file(name: str, content: bytes) -> str:
    """The file's real type; raises ``Unreadable`` when it is none of ours or not what it says."""
    if not content:
        raise Unreadable(_("The file is empty. Please choose the file again."))
    if len(content) > MOST_BYTES:
        too_large(len(content))
    ending = "." + name.rsplit(".", 1)[-1].lower() if "." in name else ""
    if ending not in ENDINGS:
        raise Unreadable(
            _("Files of the kind “%(ending)s” cannot be taken in. Use PDF, JPEG, PNG, Word, Excel or sound files.")
            % {"ending": ending or name[:20]}
        )  # fmt: skip
    found = _sniff(ending, content)
    if found not in ENDINGS[ending]:
        raise Unreadable(
            _("The file calls itself “%(ending)s” but is something else. Please save it again as what it is.")
            % {"ending": ending}
        )  # fmt: skip
    if found.startswith("image/"):
        _check_image(content)
    if ending in OFFICE:
        _check_archive(ending, content)
    return found


def too_large(size: int) -> NoReturn:
    """Say that a file of so many bytes is more than can be taken in."""
    raise Unreadable(
        _("The file has %(size)d MB; at most 20 MB can be taken in. Please make it smaller.")
        % {"size": -(-size // (1024 * 1024))}
    )


def _sniff(ending: str, content: bytes) -> str:
    for mark, offset, mime in SIGNATURES:
        if content[offset : offset + len(mark)] == mark:
            return OFFICE.get(ending, mime) if mime == "application/zip" else mime
    if ending in {".csv", ".txt"} and b"\x00" not in content[:4096]:
        return "text/csv" if ending == ".csv" else "text/plain"
    return "application/octet-stream"


def _check_image(content: bytes) -> None:
    try:
        with Image.open(io.BytesIO(content)) as image:
            wide, high = image.size
            if wide * high > MOST_PIXELS:
                raise Unreadable(
                    _("The picture has %(wide)d × %(high)d points, which is too many. Please make it smaller.")
                    % {"wide": wide, "high": high}
                )  # fmt: skip
            image.verify()
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError):
        raise Unreadable(
            _("The picture is damaged and cannot be opened. Please take or save it again.")
        ) from None


def _check_archive(ending: str, content: bytes) -> None:
    fault = archives.fault_of(ending, content)
    says = {
        "other": _("The file calls itself “%(ending)s” but is something else. Please save it again as what it is."),
        "swollen": _("Unpacked, this file is larger than anybody can safely open. Please save it again, or as PDF."),
        "macros": _("There are macros in this file, and they are not taken in. Please save it without them, or as PDF."),
        "locked": _("This file is locked with a password. Please save it without one, or as PDF."),
        "damaged": _("This file is damaged and cannot be opened. Please save it again, or as PDF."),
    }  # fmt: skip
    if fault:
        raise Unreadable(says[fault] % {"ending": ending} if fault == "other" else says[fault])


def _mime_of_ours(name: str) -> str:
    ending = name.rsplit(".", 1)[-1].lower()
    return {
        "pdf": "application/pdf",
        "json": "application/json",
        "png": "image/png",
        "csv": "text/csv",
    }[ending]
