"""Writing many rows at once: COPY, on a thread of its own so that Python and the server work together."""

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from json.encoder import encode_basestring
from types import TracebackType
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models

NULL = "\\N"


def text(value: str | None) -> str:
    """A string without control characters as COPY's text format has it."""
    if value is None:
        return NULL
    return value.replace("\\", "\\\\") if "\\" in value else value


def any_json(value: object) -> str:
    """A JSON value as COPY's text format has it."""
    return text(json.dumps(value, ensure_ascii=False, cls=DjangoJSONEncoder))


def array(items: Iterable[str]) -> str:
    """An array of strings as COPY's text format has it."""
    quoted = [
        item.replace("\\", "\\\\").replace('"', '\\"') if "\\" in item or '"' in item else item
        for item in items
    ]
    return text('{"' + '","'.join(quoted) + '"}' if quoted else "{}")


def json_string(value: str) -> str:
    """A JSON string with its quotes, not escaped for COPY."""
    return encode_basestring(value)


class Target:
    """A table and the order of its columns; what nobody names takes the model's default.

    ``names`` are given row by row, ``fixed`` are the same in every row.
    """

    def __init__(
        self,
        model: type[models.Model],
        names: Sequence[str],
        fixed: Mapping[str, str] | None = None,
    ) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields}
        fixed = dict(fixed or {})
        for name, field in fields.items():
            if name not in names and name not in fixed and not field.primary_key:
                fixed[name] = _default(field)
        columns = [str(fields[name].column) for name in (*names, *fixed)]
        listed = ", ".join(f'"{column}"' for column in columns)
        self.statement = f'copy "{model._meta.db_table}" ({listed}) from stdin'
        self.tail = "".join(f"\t{value}" for value in fixed.values()) + "\n"

    def line(self, *cells: str) -> str:
        """One row, its cells in the order of ``names``, already in COPY's text format."""
        return "\t".join(cells) + self.tail


def _default(field: Any) -> str:
    value = field.get_default()
    if value is None:
        return NULL
    if isinstance(value, bool):
        return "t" if value else "f"
    if isinstance(value, list | dict) and not isinstance(field, models.JSONField):
        return array(value)
    return any_json(value) if isinstance(field, models.JSONField) else text(str(value))


class Copier:
    """Writes one chunk on a thread while the next is reckoned; both in the same transaction.

    A psycopg connection may be used from several threads, one after the other: ``finish`` waits,
    and nobody else touches the connection between ``begin`` and ``finish``.
    """

    def __init__(self) -> None:
        self.thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="copy")
        self.under_way: Future[None] | None = None

    def __enter__(self) -> "Copier":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.finish()
            elif self.under_way:
                self.under_way.exception()  # wait: the connection has to be free for the rollback
        finally:
            self.thread.shutdown()

    def begin(self, chunk: Sequence[tuple[Target, Sequence[str]]]) -> None:
        """Start writing; ``chunk`` is in the order in which the tables lean on each other."""
        self.finish()
        connection.ensure_connection()
        self.under_way = self.thread.submit(_write, connection.connection, chunk)

    def finish(self) -> None:
        """Wait until the chunk is written; raises what the database had against it."""
        if self.under_way:
            running, self.under_way = self.under_way, None
            running.result()


def _write(raw: Any, chunk: Sequence[tuple[Target, Sequence[str]]]) -> None:
    with raw.cursor() as cursor:
        for target, lines in chunk:
            if lines:
                with cursor.copy(target.statement) as copy:
                    copy.write("".join(lines))
