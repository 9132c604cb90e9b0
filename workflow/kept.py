"""Queries that are composed once: Django takes longer to compose one than the server to answer it."""

from collections.abc import Callable
from copy import copy
from datetime import UTC, date, datetime, timedelta
from functools import wraps
from typing import Any

from django.db import connections
from django.db.models import QuerySet

_MARKS: dict[type, Callable[[int], Any]] = {
    str: lambda n: f"\ue000{n}\ue001",  # private characters, which no word of ours holds
    int: lambda n: 2_000_107_000 + n,  # fits every column of whole numbers but the smallest
    list: lambda n: [2_000_107_000 + n],
    date: lambda n: date(1, 2, 3) + timedelta(days=n),
    datetime: lambda n: datetime(1, 2, 3, 4, 5, 6, 7, tzinfo=UTC) + timedelta(days=n),
}


class NotFoundAgain(ValueError):
    """A value of the query does not stand in its statement as it was given."""


def kept(compose: Callable[..., QuerySet[Any]]) -> Callable[..., list[Any]]:
    """Keep the statement of the query that ``compose`` makes, and only put in new values later.

    Positional arguments give the query's shape: there is one statement for each combination. Keyword
    arguments are its values (text, whole numbers or lists of these, days, moments) and must stand in the statement as they
    are given: ``compose`` hands them on and neither computes with them nor decides by them. What
    is found comes as a list, since a filter that came after would not reach the statement.
    """
    statements: dict[tuple[Any, ...], _Statement] = {}

    @wraps(compose)
    def found(*shape: Any, **values: Any) -> list[Any]:
        key = (shape, tuple((name, type(value)) for name, value in values.items()))
        statement = statements.get(key)
        if statement is None:
            marks = {name: _MARKS[type(v)](n) for n, (name, v) in enumerate(values.items())}
            statement = statements[key] = _Statement(compose(*shape, **marks), marks)
        return statement.fetch(values)

    return found


class _Statement:
    """A composed query with the places into which its values go."""

    def __init__(self, sample: Any, marks: dict[str, Any]) -> None:
        if sample._prefetch_related_lookups:
            raise NotFoundAgain("what is prefetched has statements of its own")
        self.sample = sample
        if sample.query.is_empty():  # such as what nobody may see: there is nothing to ask
            self.text = ""
            return
        self.compiler = sample.query.get_compiler(sample.db)
        self.text, parameters = self.compiler.as_sql()
        names = {_hashable(mark): name for name, mark in marks.items()}
        self.places = [
            names.get(_hashable(p)) if isinstance(p, tuple(_MARKS)) else None for p in parameters
        ]
        self.parameters = list(parameters)
        lost = marks.keys() - set(self.places)
        if lost:
            raise NotFoundAgain(", ".join(sorted(lost)))

    def fetch(self, values: dict[str, Any]) -> list[Any]:
        """What the query finds with these values, joined as ever."""
        if not self.text:
            return []
        found = self.sample.all()
        compiler = copy(self.compiler)
        compiler.connection = connections[found.db]  # a thread has its own
        answer = (
            self.text,
            tuple(
                _as(parameter, values[place]) if place else parameter
                for place, parameter in zip(self.places, self.parameters, strict=True)
            ),
        )
        compiler.as_sql = lambda *_args, **_kwargs: answer
        found.query.get_compiler = lambda *_args, **_kwargs: compiler
        return list(found)


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _as(mark: Any, value: Any) -> Any:
    """The value as its mark went into the statement: psycopg tells whole numbers by their size."""
    return type(mark)(value) if isinstance(mark, int) else value
