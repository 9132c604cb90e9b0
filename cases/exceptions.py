"""The exceptions of cases: which are in force, which have run out, which were never granted."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import override

from documents.blocks import Section, Table, Words, words
from documents.letterhead import plain_moment
from workflow.models import Approval

VIEWS = ("force", "waiting", "over")
S = Approval.State


def exceptions(cases: Any) -> QuerySet[Approval]:
    """Those that were asked for in these cases, newest first, with all that a page shows of them."""
    return (
        Approval.objects.filter(kind=Approval.Kind.EXCEPTION, case__in=cases)
        .select_related("case__debtor", "requested_by", "decided_by", "evidence")
        .order_by("-pk")
    )


def in_view(found: QuerySet[Approval], view: str, at: datetime) -> QuerySet[Approval]:
    """Those in force at that moment, those that wait for a second person, or those that are over."""
    if view == "force":
        return found.filter(state=S.GRANTED, expires_at__gt=at)
    if view == "waiting":
        return found.filter(state=S.WAITING, expires_at__gt=at)
    return found.exclude(state__in=[S.GRANTED, S.WAITING], expires_at__gt=at)


def granted(case: Any) -> list[Approval]:
    """Those of one case that were granted, whether still in force or not, oldest first."""
    return list(exceptions([case]).filter(state=S.GRANTED).order_by("pk"))


def paper_section(case: Any, *, numbered: bool) -> list[Section | Table]:
    """What every paper that tells of the whole case says of its exceptions; nothing if there is none."""
    rows = granted(case)
    if not rows:
        return []
    zone = case.zone
    return [
        Section(words("例外审批", "Exceptions from rules"), numbered=numbered),
        Table(
            [words("规则", "Rule"), words("证据", "Evidence"), words("理由", "Why"),
             words("申请人", "Asked by"), words("复核人", "Second person"), words("有效期至", "Until")],
            [
                [
                    row.subject,
                    _evidence(row),
                    row.reason,
                    f"{row.requested_by} · {plain_moment(row.requested_at, zone)}",
                    f"{row.decided_by} · {plain_moment(row.decided_at, zone)}",
                    plain_moment(row.expires_at, zone),
                ]
                for row in rows
            ],
        ),
    ]  # fmt: skip


def _evidence(row: Approval) -> Words:
    number = row.evidence.number if row.evidence else "–"
    said = {}
    for code, tongue in (("zh-hans", "zh"), ("en", "en")):
        with override(code):
            said[tongue] = f"{row.get_evidence_kind_display()} · {number}"
    return said
