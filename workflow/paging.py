"""Pages of a list by the key of the last row shown: newest first, by a moment and the row's own key."""

from datetime import datetime
from typing import Any

from django.db.models import Model, Q, QuerySet


def page_after(rows: QuerySet[Any], by: str, key: str, *, most: int) -> tuple[list[Any], str]:
    """The rows after that key, newest first by the moment ``by``, and the address of the next page."""
    ordered = _after(rows, by, key).order_by(f"-{by}", "-pk")
    found = list(ordered[: most + 1])
    return found[:most], key_of(found[most - 1], by) if len(found) > most else ""


def key_of(row: Model, by: str) -> str:
    """The address of what comes after this row."""
    return f"?after={getattr(row, by):%Y%m%dT%H%M%S.%f}~{row.pk}"


def _after(rows: QuerySet[Any], by: str, key: str) -> QuerySet[Any]:
    text, _tilde, pk = key.partition("~")
    try:
        moment = datetime.strptime(f"{text}+0000", "%Y%m%dT%H%M%S.%f%z")
    except ValueError:
        return rows
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 18):
        return rows
    return rows.filter(Q(**{f"{by}__lt": moment}) | Q(**{by: moment, "pk__lt": int(pk)}))
