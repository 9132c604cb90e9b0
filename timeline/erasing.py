"""Taking values out of events: the one way that the database leaves open, told on the chain itself."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection

from timeline.chain import ERASED, OutsideTransaction
from timeline.models import Event


def take_out(case: Any, fields: Mapping[str, Sequence[str]]) -> None:
    """Take these fields, by the event's number, out of the case's events; commitments and digests stay.

    The event of the kind ``records.erased`` that names them has been recorded just before, in the same
    transaction: without it the database refuses. Findings of an event go all together.
    """
    if not connection.in_atomic_block:
        raise OutsideTransaction(ERASED)
    numbers = [int(number) for number in fields]
    events = Event.objects.filter(case=case, number__in=numbers).order_by("number")
    with connection.cursor() as cursor:
        for event in events.iterator(chunk_size=500):
            gone = set(fields[str(event.number)])
            keys = sorted(name[5:] for name in gone if name.startswith("data."))
            all_findings = any(name.startswith("findings.") for name in gone)
            cursor.execute(
                "update timeline_event set data = data - %s::text[], salts = salts - %s::text[],"
                " findings = case when %s then '[]'::jsonb else findings end where id = %s",
                [keys, sorted(gone), all_findings, event.pk],
            )
