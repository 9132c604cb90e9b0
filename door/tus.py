"""The addresses of uploads: tus 1.0.0 with creation and checksum."""

import errno
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from common import clock
from documents.scanning import NotScanned
from documents.storing import FULL, MOST_BYTES
from door.models import Upload
from door.speaking import clock_of, said, spoken
from door.syncing import visit_seen
from door.uploading import (
    MOST_CHUNK,
    TooLarge,
    WrongDigest,
    WrongOffset,
    announced,
    begin_upload,
    take_piece,
)

VERSION = "1.0.0"
WRONG_CHECKSUM = 460  # tus: "Checksum Mismatch"
PIECE = "application/offset+octet-stream"


@spoken("POST", "OPTIONS")
def uploads(request: HttpRequest) -> HttpResponse:
    """Make a place for a file that a phone is about to send; what the house can, for OPTIONS."""
    if request.method == "OPTIONS":
        answer = HttpResponse(status=204)
        answer["Tus-Version"], answer["Tus-Extension"] = VERSION, "creation,checksum"
        answer["Tus-Checksum-Algorithm"], answer["Tus-Max-Size"] = "sha256", str(MOST_BYTES)
        return _tus(answer)
    at = clock.now()
    who: Any = request.user
    try:
        told = announced(
            request.headers.get("Upload-Metadata", ""), request.headers.get("Upload-Length", "")
        )
        upload = begin_upload(
            told, visit=visit_seen(told.visit, who), device_clock=clock_of(request),
            by=who, at=at,
        )  # fmt: skip
    except TooLarge:
        return _tus(said(413, _("At most 20 MB can be taken in.")))
    except WrongDigest:
        return _tus(said(409, _("The phone sent something else under the same number before.")))
    answer = _state(upload, HttpResponse(status=201))
    answer["Location"] = reverse("door:upload", args=[upload.token])
    return answer


@spoken("HEAD", "PATCH")
def upload(request: HttpRequest, token: Any) -> HttpResponse:
    """How much has arrived; a PATCH brings the next piece."""
    found = get_object_or_404(Upload, token=token, by=request.user)
    if request.method == "HEAD":
        return _state(found, HttpResponse())
    if request.headers.get("Content-Type") != PIECE:
        return _tus(said(415, _("Send the bytes as they are.")))
    offset = request.headers.get("Upload-Offset", "")
    length = request.headers.get("Content-Length") or "0"
    if not (offset.isascii() and offset.isdecimal() and len(offset) < 12):
        return _tus(said(400, _("Say where the piece begins.")))
    if not (length.isascii() and length.isdecimal()) or int(length[:12]) > MOST_CHUNK:
        return _tus(said(413, _("Send smaller pieces.")))
    try:
        found = take_piece(
            upload=found, offset=int(offset), content=request.body,
            checksum=request.headers.get("Upload-Checksum", ""), at=clock.now(),
        )  # fmt: skip
    except WrongOffset:
        found.refresh_from_db()
        return _state(found, said(409, _("The piece does not begin where the last one ended.")))
    except TooLarge:
        return _tus(said(413, _("This is more than was announced.")))
    except WrongDigest:
        found.refresh_from_db()
        return _state(found, said(WRONG_CHECKSUM, _("What arrived is not what was sent.")))
    except OSError as error:
        if error.errno not in FULL | {errno.EROFS}:
            raise
        if isinstance(error.__cause__, NotScanned):
            return _tus(said(507, str(error.__cause__)))
        return _tus(
            said(507, _("There is no room for this file now. Keep it and send it again later."))
        )
    return _state(found, HttpResponse(status=204))


def _state(upload: Upload, answer: HttpResponse) -> HttpResponse:
    """Where the upload stands; once it is done also what became of the file."""
    answer["Upload-Offset"], answer["Upload-Length"] = str(upload.offset), str(upload.length)
    if upload.state != Upload.State.RECEIVING:
        answer["Upload-State"], answer["Upload-Sha256"] = str(upload.state), upload.sha256
        if upload.why:  # heads carry no Chinese
            answer["Upload-Why"] = quote(upload.because)
    return _tus(answer)


def _tus(answer: HttpResponse) -> HttpResponse:
    answer["Tus-Resumable"] = VERSION
    return answer
