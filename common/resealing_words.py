"""Sealing words within JSON (``common.sealed_words``), row by row: for the first time, with a newer key, or back to plain."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.migrations.operations.base import Operation

from common import vault
from common.sealed_words import MARK, SealedWordsField, is_shut, opened, shut

BATCH = 500
Change = Callable[[Mapping[str, Any], Mapping[str, Any]], dict[str, Any]]
"""From a row (its columns) and what it tells to what is to be stored."""


def words_fields() -> list[tuple[str, str]]:
    """Table and column of every such field of the house."""
    return sorted(
        (model._meta.db_table, str(field.column))
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, SealedWordsField)
    )


def words_left(table: str, column: str) -> int:
    """How many rows hold a value that an older key has sealed."""
    where, given = _old(column)
    with connection.cursor() as cursor:
        cursor.execute(f"select count(*) from {table} where {where}", given)  # noqa: S608 - names of our own
        return int(cursor.fetchone()[0])


def reseal_words(table: str, column: str, *, batch: int = BATCH) -> Iterator[int]:
    """Seal anew what an older key has sealed; gives the number of rows, batch by batch."""
    place = f"{table}.{column}"

    def renewed(_row: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: {MARK: vault.seal(vault.unseal(value[MARK], place), place)}
            if is_shut(value) and not value[MARK].startswith(vault.newest())
            else value
            for name, value in told.items()
        }

    where, given = _old(column)
    return _walk(table, column, renewed, batch, where, given)


def _old(column: str) -> tuple[str, list[Any]]:
    return (
        f"exists (select from jsonb_each({column}) part where jsonb_typeof(part.value) = 'object'"
        f" and part.value ->> '{MARK}' is not null and part.value ->> '{MARK}' not like %s)",
        [f"{vault.newest()}%"],
    )


def _walk(
    table: str, column: str, change: Change, batch: int, where: str = "true", given: list[Any] | None = None
) -> Iterator[int]:  # fmt: skip
    """Change rows in the order of their keys. Each batch stands by itself; a row that changes meanwhile is left."""
    last = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "set local doorstep.resealing = 'on'"
            )  # what is final lets nothing else through
            cursor.execute(
                f"select * from {table} where id > %s and {where} order by id limit %s for update",  # noqa: S608
                [last, *(given or []), batch],
            )
            names = [part.name for part in cursor.description or ()]
            rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
            done = 0
            for row in rows:
                told = row[column] if isinstance(row[column], dict) else _read(row[column])
                now = change(row, told)
                if now != told:
                    cursor.execute(
                        f"update {table} set {column} = %s::jsonb where id = %s",  # noqa: S608
                        [json.dumps(now), row["id"]],
                    )
                    done += 1
        if not rows:
            return
        last = rows[-1]["id"]
        yield done


def _read(stored: str) -> Any:
    return json.loads(stored)


class SealWords(Operation):
    """In a migration that is not atomic: seal the words of a column; backwards, open them."""

    reversible = True

    def __init__(
        self, table: str, column: str, plain: dict[str, tuple[str, ...]] | None = None
    ) -> None:
        """``plain``: names that stay plain, by the row's kind."""
        self.table, self.column, self.plain = table, column, plain or {}

    def state_forwards(self, app_label: str, state: Any) -> None:
        """No model changes."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # fmt: skip
        """Seal the words; what is sealed already stays."""
        place = f"{self.table}.{self.column}"

        def sealed(row: Mapping[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
            kept = {name: value for name, value in told.items() if is_shut(value)}
            rest = {name: value for name, value in told.items() if name not in kept}
            now = kept | shut(rest, place, self.plain.get(str(row.get("kind")), ()))
            return {name: now[name] for name in told}

        for _done in _walk(self.table, self.column, sealed, BATCH):
            pass

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:  # fmt: skip
        """Open them."""
        place = f"{self.table}.{self.column}"
        for _done in _walk(self.table, self.column, lambda _row, told: opened(told, place), BATCH):
            pass

    def describe(self) -> str:
        """What it does."""
        return f"Seal the words in {self.table}.{self.column}"
