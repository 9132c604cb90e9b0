"""The same change of many cases at once: what ``carry_out`` does, in as many statements for all as for one.

There is one way in which a case changes: rights, rules, moves and events come from the very function
that ``carry_out`` calls. Only reading and writing differ: all rows are locked before the first move,
each table in the order of its keys, and all is written after the last.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from copy import deepcopy
from datetime import datetime
from functools import cache
from typing import Any

from django.db import connection, models, transaction

from people.models import User
from timeline.chain import write_down
from timeline.models import Event
from workflow.steps import Pen, Step, admit, case_of, change

Row = tuple[type[models.Model], Any]


class NotTogether(ValueError):
    """A step that needs a transaction of its own: it saves something new, or reads what it has written."""


def carry_out_together(changes: Sequence[Sequence[Step]], *, by: User, at: datetime) -> None:
    """Carry out changes, each of one case, in one transaction: all of them, or none.

    Steps of one subject move it one after the other. Raises what ``carry_out`` raises, and then
    nothing was done and nothing is recorded: whoever gets that carries out each by itself, so that
    one that is refused stops no other and is told on its timeline.
    """
    steps = [step for one in changes for step in one]
    if any(step.then or step.first or step.subject.pk is None for step in steps):
        raise NotTogether
    with transaction.atomic(durable=True):
        rows = _locked([case_of(step.subject) for step in steps])
        rows |= _locked([step.subject for step in steps if _key(step.subject) not in rows])
        before = {key: _as_it_is(row) for key, row in rows.items()}
        pen, known = _Gathered(), dict[tuple[int, int], bool]()
        for one in changes:
            case = rows[_key(case_of(one[0].subject))]
            subjects = [rows[_key(step.subject)] for step in one]
            for subject in subjects:
                if subject is not case:
                    subject.case = case
            admit(case, one, by, at, known)
            change(case, one, subjects, by, at, pen)
        write_down(pen.events)
        _write(rows, before)
    for step in steps:
        step.subject.__dict__.update(rows[_key(step.subject)].__dict__)


class _Gathered(Pen):
    """Keeps what is to be written until all is known."""

    def __init__(self) -> None:
        self.events: list[Event] = []

    def save(self, subject: Any) -> None:
        """It is written with the others, where it differs from what was read."""

    def tell(self, event: Event) -> None:
        """It is written with the others."""
        self.events.append(event)


def _key(row: Any) -> Row:
    return type(row), row.pk


def _locked(wanted: Sequence[Any]) -> dict[Row, Any]:
    """These rows as they are now, locked, each table in the order of its keys, so that nobody crosses."""
    keys: dict[type[models.Model], set[Any]] = defaultdict(set)
    for row in wanted:
        keys[type(row)].add(row.pk)
    found: dict[Row, Any] = {}
    for model in sorted(keys, key=lambda model: model._meta.label):
        rows = model._base_manager.filter(pk__in=keys[model]).order_by("pk")
        found |= {_key(row): row for row in rows.select_for_update(of=("self",))}
        if any((model, pk) not in found for pk in keys[model]):
            raise model.DoesNotExist  # type: ignore[attr-defined]
    return found


def _as_it_is(row: Any) -> dict[str, Any]:
    """What stands in the row, with copies of what could be changed in place."""
    return {
        name: deepcopy(value) if isinstance(value, (dict, list)) else value
        for name, value in row.__dict__.items()
    }


def _write(rows: Mapping[Row, Any], before: Mapping[Row, Mapping[str, Any]]) -> None:
    """Write every row that differs from what was read: one statement for each table."""
    changed: dict[type[models.Model], list[Any]] = defaultdict(list)
    columns: dict[type[models.Model], dict[str, Any]] = defaultdict(dict)
    for key, row in rows.items():
        differs = [
            field
            for field in row._meta.concrete_fields
            if row.__dict__[field.attname] != before[key][field.attname]
        ]
        if differs:
            changed[key[0]].append(row)
            columns[key[0]] |= {field.column: field for field in differs}
    for model, those in changed.items():
        _update(model, list(columns[model].values()), those)


def _update(model: type[models.Model], fields: Sequence[Any], rows: Sequence[Any]) -> None:
    key: Any = model._meta.pk
    written = [key, *fields]
    shape = ", ".join(f"%s::{_type(field)}" for field in written)
    name = connection.ops.quote_name
    into = ", ".join(f"{name(field.column)} = v.{name(field.column)}" for field in fields)
    columns = ", ".join(name(field.column) for field in written)
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection)
        for row in rows
        for field in written
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            f"update {name(model._meta.db_table)} t set {into}"  # noqa: S608 - names of our own tables
            f" from (values {', '.join([f'({shape})'] * len(rows))}) v ({columns})"
            f" where t.{name(key.column)} = v.{name(key.column)}",
            values,
        )


@cache
def _type(field: Any) -> str:
    """The column's type without its length: a cast to that would cut off what the column refuses."""
    return re.sub(r"\(.*?\)", "", str(field.cast_db_type(connection)))
