"""Whether a file is one that was issued here, and whether it still holds; says nothing of anybody."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q

from agreements.models import Agreement, Payment
from cases.models import ClaimPaper
from common.money import ZERO
from documents.looking import look
from documents.merging import title_of
from documents.models import Document, Seal
from notices.models import Notice
from visits.models import Visit

ISSUED = [
    Document.Kind.AGREEMENT, Document.Kind.NOTICE, Document.Kind.RECEIPT, Document.Kind.SETTLEMENT,
    Document.Kind.RETURN_RECEIPT, Document.Kind.CLOSURE_REPORT, Document.Kind.CUSTODY_RECEIPT,
    Document.Kind.RELEASE, Document.Kind.DATA_CERTIFICATE, Document.Kind.VOID_DECLARATION,
    Document.Kind.VISIT_SLIP, Document.Kind.DELETION_CERTIFICATE,
]  # fmt: skip
"""What this house makes itself; a paper that was only taken in is nothing that it could vouch for."""


@dataclass(frozen=True)
class Found:
    """What is known of a file. ``standing``: ``unknown``, ``holds``, ``superseded``, ``void``,
    ``original_void`` (the copy of a paper whose original was declared void, at ``voided_at``) or
    ``erased`` (our own copy is deleted, on ``erased_at`` under the certificate ``erased_by``).

    ``seal`` is what ``documents.looking`` saw, and ``foreign`` where it holds but is none of ours;
    ``sealed_by`` is the ``documents.models.Seal`` where it is.
    """

    standing: str
    digest: str
    kind: Any = ""
    issued_at: datetime | None = None
    zone: str = ""
    seal: str = "none"
    sealed_by: Any = None
    stamped_by: str = ""
    stamped_at: datetime | None = None
    erased_at: datetime | None = None
    erased_by: str = ""
    erased_under: str = ""
    voided_at: datetime | None = None
    number: str = ""
    """What is printed on the paper, so that one is not taken for another; it is told to nobody."""


def look_up(file: Any) -> Found:
    """Compare an uploaded file, piece by piece, with the digests of all papers issued."""
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    digest = found.hexdigest()
    seen = _seal_in(file)
    paper = (
        Document.objects.filter(sha256=digest, kind__in=ISSUED)
        .select_related("case")
        .order_by("-created_at", "-pk")
        .first()
    )
    void = _declared_void(digest) if paper is None else None
    if void:
        return Found("original_void", digest, zone=void.case.zone, voided_at=void.voided_at, **seen)
    if paper is None:
        return Found("unknown", digest, **seen)
    return Found(
        _standing(paper), digest, paper.get_kind_display(), paper.created_at,
        paper.case.zone if paper.case else "", erased_at=paper.erased_at, erased_by=paper.erased_by,
        erased_under=paper.erased_under, number=_number_on(file), **seen,
    )  # fmt: skip


def _declared_void(digest: str) -> ClaimPaper | None:
    """The paper of a claim whose copy this is, where its original was declared void and did not go back."""
    found = ClaimPaper.objects.filter(
        document__sha256=digest, voided_at__isnull=False, returned_at=None
    )
    return found.select_related("case").order_by("-voided_at").first()


def _number_on(file: Any) -> str:
    """The number with which the title of a paper of ours ends; "" of a file that has none."""
    file.seek(0)
    return (title_of(file.read()).split() or [""])[-1]


def _seal_in(file: Any) -> dict[str, Any]:
    """What the seal in the file says, which of ours it is, and its stamp; the form has bounded the file's size."""
    file.seek(0)
    looked = look(file.read())
    if looked.said != "intact":
        return {"seal": looked.said}
    ours = Seal.objects.select_related("organisation").filter(fingerprint=looked.fingerprint)
    seal = ours.first()
    return {
        "seal": "intact" if seal else "foreign", "sealed_by": seal,
        "stamped_by": looked.stamped_by, "stamped_at": looked.stamped_at,
    }  # fmt: skip


def _standing(paper: Document) -> str:
    """Whether a newer paper or an event has taken its force."""
    if paper.erased_at:
        return "erased"
    if paper.kind == Document.Kind.AGREEMENT:
        held = Q(document=paper) | Q(
            signatories__copy=paper
        )  # what somebody who signed, too, holds
        agreement = Agreement.objects.filter(held).first()
        state = agreement.state if agreement else ""
        return {"superseded": "superseded", "void": "void"}.get(state, "holds")
    if paper.kind == Document.Kind.RECEIPT:
        undone = Payment.objects.filter(receipt=paper, reversed_at__isnull=False).exists()
        return "void" if undone else "holds"
    if paper.kind == Document.Kind.NOTICE:
        notice = Notice.objects.filter(document=paper).select_related("visit").first()
        visit = notice.visit if notice else None
        return "void" if visit and visit.state == Visit.State.CANCELLED else "holds"
    if paper.kind in {Document.Kind.SETTLEMENT, Document.Kind.CLOSURE_REPORT} and paper.case:
        newer = paper.case.documents.filter(kind=paper.kind, pk__gt=paper.pk).exists()
        if newer:
            return "superseded"
        owed = paper.kind == Document.Kind.SETTLEMENT and paper.case.balance > ZERO
        return "void" if owed else "holds"
    return "holds"
