"""The marks of hand-over: what a worker that died had handed over, and what it had been answered.

A handful of notices is begun in one transaction and handed over one by one. Before each a mark is made,
which keeps the answer to the one before as well: whoever comes after a dead worker finds that all but
the last are known. The mark is refused where the claim has ended, or where anything at all has happened
to the case since the rules were asked.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from django.db import connection

from notices.channels import Taken
from notices.models import Handover, Notice


@dataclass(frozen=True)
class Mark:
    """How far one notice had come: in whose claim, whether handed over, and what was answered."""

    stamp: datetime
    handed: bool
    taken: Taken | None


def prepare(notices: Sequence[Notice], stamp: datetime) -> None:
    """Say of these that they are begun and not handed over; in the transaction that begins them."""
    Handover.objects.bulk_create(
        [
            Handover(
                notice_id=notice.pk, case_id=notice.case_id, stamp=stamp,
                event_count=notice.case.event_count,
            )
            for notice in notices
        ],
        update_conflicts=True, unique_fields=["notice_id"],
        update_fields=["case_id", "stamp", "event_count", "handed", "taken"],
    )  # fmt: skip


def mark(notice: Notice, stamp: datetime, last: tuple[Notice, Taken] | None = None) -> bool:
    """Mark that this one is handed over now, and keep what was answered to the ``last`` one.

    False: it must not be, since the claim has ended or its case has changed since it was asked.
    """
    pk = before = notice.pk
    answer = None
    if last:
        before, answer = last[0].pk, json.dumps([last[1].provider_id, last[1].answer])
    with connection.cursor() as cursor:
        cursor.execute(_statement(), [pk, before, pk, answer, stamp, before, pk])
        return pk in {row[0] for row in cursor.fetchall()}


def marks_of(pks: Iterable[int]) -> dict[int, Mark]:
    """The marks of these notices; one without has none."""
    return {
        row.notice_id: Mark(row.stamp, row.handed, Taken(*row.taken) if row.taken else None)
        for row in Handover.objects.filter(pk__in=list(pks))
    }


def take_back(notice: Notice, stamp: datetime) -> bool:
    """Take from a worker's hands what it has begun and not handed over; says whether that was so."""
    gone, _ = Handover.objects.filter(pk=notice.pk, stamp=stamp, handed=False).delete()
    return bool(gone)


def forget(pks: Iterable[int], stamp: datetime) -> None:
    """What became of these is on record."""
    Handover.objects.filter(pk__in=list(pks), stamp=stamp).delete()


@cache
def _statement() -> str:
    cases = Notice._meta.get_field("case").related_model._meta.db_table
    return (
        "update notices_handover h set handed = handed or notice_id = %s,"  # noqa: S608 - our own name
        " taken = case when notice_id = %s and notice_id <> %s then %s::jsonb else taken end"
        " where stamp = %s and (notice_id = %s or notice_id = %s) and (handed or exists ("
        f" select from {cases} c where c.id = h.case_id and c.event_count = h.event_count))"
        " returning notice_id"
    )
