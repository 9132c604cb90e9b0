"""Whether a file is one that was issued here, and whether it still holds; says nothing of anybody."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from agreements.models import Agreement, Payment
from common.money import ZERO
from documents.models import Document
from notices.models import Notice
from visits.models import Visit

ISSUED = [
    Document.Kind.AGREEMENT, Document.Kind.NOTICE, Document.Kind.RECEIPT, Document.Kind.SETTLEMENT,
    Document.Kind.RETURN_RECEIPT, Document.Kind.CLOSURE_REPORT,
    Document.Kind.VISIT_SLIP,
]  # fmt: skip
"""What this house makes itself; a paper that was only taken in is nothing that it could vouch for."""


@dataclass(frozen=True)
class Found:
    """What is known of a file. ``standing``: ``unknown``, ``holds``, ``superseded`` or ``void``."""

    standing: str
    digest: str
    kind: Any = ""
    issued_at: datetime | None = None
    zone: str = ""


def look_up(file: Any) -> Found:
    """Compare an uploaded file, piece by piece, with the digests of all papers issued."""
    found = hashlib.sha256()
    for piece in file.chunks():
        found.update(piece)
    digest = found.hexdigest()
    paper = (
        Document.objects.filter(sha256=digest, kind__in=ISSUED)
        .select_related("case")
        .order_by("-created_at", "-pk")
        .first()
    )
    if paper is None:
        return Found("unknown", digest)
    return Found(
        _standing(paper), digest, paper.get_kind_display(), paper.created_at,
        paper.case.zone if paper.case else "",
    )  # fmt: skip


def _standing(paper: Document) -> str:
    """Whether a newer paper or an event has taken its force."""
    if paper.kind == Document.Kind.AGREEMENT:
        agreement = Agreement.objects.filter(document=paper).first()
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
