"""Numbers that people read, such as R-2026-0007: counted through within a year, none given twice."""

from datetime import date
from typing import Any

from django.db import connection


def next_number(rows: Any, letter: str, *, on: date, lock: int) -> str:
    """The next number of that year among these rows, by their field ``number``.

    ``lock`` is the advisory lock that lets one giver of such numbers work at a time, to the end of the
    running transaction.
    """
    prefix = f"{letter}-{on:%Y}-"
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [lock])
    numbers = (
        rows.filter(number__startswith=prefix).order_by("-pk").values_list("number", flat=True)
    )
    last = numbers.first()
    return f"{prefix}{int(last.rsplit('-', 1)[1]) + 1 if last else 1:04d}"
