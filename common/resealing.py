"""Sealing a column's rows, batch by batch: for the first time, with a newer key, or back to plain."""

from collections.abc import Callable, Iterator
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.migrations.operations.base import Operation

from common import vault
from common.sealed import PLAIN_JSON, Sealed

BATCH = 2000

Change = Callable[["Column", str], str]


class Column:
    """A sealed column by its names, as a migration knows it."""

    def __init__(self, table: str, column: str, find_by: str = "", key: str = "id") -> None:
        self.table, self.column, self.find_by, self.key = table, column, find_by, key
        self.place = f"{table}.{column}"

    @classmethod
    def of(cls, field: Sealed) -> "Column":
        """The column of that field."""
        meta = field.model._meta
        return cls(meta.db_table, str(field.column), field.find_by, str(meta.pk.column))

    def shut(self, text: str) -> str:
        """As it is stored."""
        return vault.seal(text, self.place, self.find_by)


def sealed_columns() -> list[Column]:
    """Every sealed column of the house, table by table."""
    fields = [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, Sealed)
    ]
    return sorted((Column.of(field) for field in fields), key=lambda column: column.place)


def rows_left(column: Column) -> int:
    """How many rows of the column are not sealed with the newest key."""
    _key, name = _quoted(column)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {column.table} where {_old(name)}", _old_given())  # noqa: S608 - names of our own
        return int(cursor.fetchone()[0])


def reseal(column: Column, *, batch: int = BATCH) -> Iterator[int]:
    """Seal what an older key has sealed with the newest; gives the number of rows, batch by batch.

    A row that changes meanwhile is left as it is, for whoever changed it has sealed it. Each batch stands by
    itself: what is stopped goes on where it was.
    """

    def renewed(one: Column, stored: str) -> str:
        return one.shut(vault.unseal(stored, one.place))

    return walk(column, renewed, batch, f" and {_old(_quoted(column)[1])}", _old_given())


def seal_rows(column: Column) -> None:
    """Seal rows that are plain; those that are sealed already stay as they are."""

    def shut(one: Column, stored: str) -> str:
        return stored if vault.is_sealed(stored, one.place) else one.shut(stored)

    for _done in walk(column, shut, BATCH):
        pass


def open_rows(column: Column) -> None:
    """Make the rows plain again: the way back of ``seal_rows``."""

    def opened(one: Column, stored: str) -> str:
        sealed = vault.is_sealed(stored, one.place)
        return vault.unseal(stored, one.place) if sealed else stored

    for _done in walk(column, opened, BATCH):
        pass


class SealColumn(Operation):
    """In a migration that is not atomic: seal the rows of a column; backwards, open them.

    It goes by names alone, so that no state of all models has to be drawn up for it.
    """

    reversible = True

    def __init__(self, table: str, column: str, find_by: str = "") -> None:
        self.table, self.column, self.find_by = table, column, find_by

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Seal the rows."""
        seal_rows(Column(self.table, self.column, self.find_by))

    def database_backwards(
        self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any
    ) -> None:
        """Open them."""
        open_rows(Column(self.table, self.column, self.find_by))

    def describe(self) -> str:
        """What it does."""
        return f"Seal {self.table}.{self.column}"


def walk(
    column: Column, change: Change, batch: int, only: str = "", given: tuple[Any, ...] = ()
) -> Iterator[int]:
    """Change the column by the order of keys; a row is written only if it still says what was read."""
    table, (key, name) = column.table, _quoted(column)
    last: Any = None
    while True:
        with connection.cursor() as cursor:
            after, at = (f" and {key} > %s", [last]) if last is not None else ("", [])
            cursor.execute(
                f"select {key}, {name} from {table} where {_something(name)}{only}{after}"  # noqa: S608 - names of our own
                f" order by {key} limit %s",
                [*given, *at, batch],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            changed = [(pk, old, new) for pk, old in rows if (new := change(column, old)) != old]
            if changed:
                keys, olds, news = (list(part) for part in zip(*changed, strict=True))
                cursor.execute(
                    f"update {table} set {name} = w.new"  # noqa: S608 - names of our own
                    " from unnest(%s, %s::text[], %s::text[]) as w(key, old, new)"
                    f" where {table}.{key} = w.key and {table}.{name} = w.old",
                    [keys, olds, news],
                )
            last = rows[-1][0]
        yield len(changed)


def _something(name: str) -> str:
    told = ", ".join(f"'{nothing}'" for nothing in (*vault.NOTHING, *PLAIN_JSON))
    return f"{name} not in ({told})"


def _old(name: str) -> str:
    return f"{_something(name)} and left({name}, %s) <> %s"


def _old_given() -> tuple[Any, ...]:
    newest = vault.newest()
    return len(newest), newest


def _quoted(column: Column) -> tuple[str, str]:
    return connection.ops.quote_name(column.key), connection.ops.quote_name(column.column)
