"""Pages of a list by the key of the last row shown: by a moment or a day, and the row's own key."""

from datetime import UTC, date, datetime
from typing import Any

from django.db.models import DateTimeField, Model, Q, QuerySet

MOMENT = "%Y%m%dT%H%M%S.%f"


def page_after(
    rows: QuerySet[Any], by: str, key: str, *, most: int, rising: bool = False
) -> tuple[list[Any], str]:
    """The rows after that key, newest first (or oldest first) by ``by``, and the address of the next page."""
    order = (by, "pk") if rising else (f"-{by}", "-pk")
    found = list(_after(rows, by, key, rising=rising).order_by(*order)[: most + 1])
    return found[:most], key_of(found[most - 1], by) if len(found) > most else ""


def page_by_key(
    rows: QuerySet[Any], key: str, *, most: int, rising: bool = False
) -> tuple[list[Any], str]:
    """The rows beyond that one by their own keys, newest first (or oldest first), and the last one's key if more follow."""
    last = number_in(key)
    if last:
        rows = rows.filter(**{f"pk__{'gt' if rising else 'lt'}": last})
    found = list(rows.order_by("pk" if rising else "-pk")[: most + 1])
    return found[:most], str(found[most - 1].pk) if len(found) > most else ""


def page_between(
    rows: QuerySet[Any], by: str, *, most: int, after: int = 0, before: int = 0
) -> tuple[list[Any], bool, bool]:
    """The rows after or before a number, rising; and whether there are some before them and after them."""
    if before:
        found = list(rows.filter(**{f"{by}__lt": before}).order_by(f"-{by}")[: most + 1])
        return found[:most][::-1], len(found) > most, True
    found = list(rows.filter(**{f"{by}__gt": after}).order_by(by)[: most + 1])
    return found[:most], bool(after), len(found) > most


def key_of(row: Model, by: str) -> str:
    """The address of what comes after this row."""
    value = getattr(row, by)
    return f"?after={value:{MOMENT if isinstance(value, datetime) else '%Y-%m-%d'}}~{row.pk}"


def number_in(text: str) -> int | None:
    """The number of a row as an address gives it; none where it is no such number."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


def _after(rows: QuerySet[Any], by: str, key: str, *, rising: bool) -> QuerySet[Any]:
    text, _tilde, number = key.partition("~")
    of_moments = isinstance(rows.model._meta.get_field(by), DateTimeField)
    last: date
    try:
        if of_moments:
            last = datetime.strptime(text, MOMENT).replace(tzinfo=UTC)
        else:
            last = date.fromisoformat(text)
    except ValueError:
        return rows
    pk = number_in(number)
    if pk is None:
        return rows
    beyond = "gt" if rising else "lt"
    # The first of the two says the same once more, in the way in which an index can be entered.
    return rows.filter(**{f"{by}__{beyond}e": last}).filter(
        Q(**{f"{by}__{beyond}": last}) | Q(**{by: last, f"pk__{beyond}": pk})
    )
