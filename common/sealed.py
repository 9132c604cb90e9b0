"""Fields that are sealed in the database and plain in Python.

What is stored is one text (``common.vault``), so that nothing beside it can fall out of step, however it is written:
``save``, ``update``, ``bulk_create`` and COPY (with ``seal``) alike. A field that is found (``find_by``) answers
``exact``, ``iexact`` and ``in``; any other question is a FieldError, for it would never find a row.
"""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db import models
from django.db.models.functions import Left
from django.db.models.lookups import IsNull, Lookup

from common import vault

if TYPE_CHECKING:  # as it runs, Django's fields take no types
    _Field = models.Field[Any, Any]
    _Char = models.CharField[Any, Any]
    _Text = models.TextField[Any, Any]
else:
    _Field, _Char, _Text = models.Field, models.CharField, models.TextField

PLAIN_JSON = {"[]": list, "{}": dict}
"""Nothing, as JSON has it, is not sealed."""


def front(name: str) -> Left:
    """What an index of a sealed field is over."""
    return Left(name, vault.FOUND_BY)


class _Asked(Lookup):
    prepare_rhs = False

    def process(
        self, compiler: Any, connection: Any, asked: Sequence[Any]
    ) -> tuple[str, tuple[Any, ...]]:
        field: Any = self.lhs.output_field
        sql, params = self.process_lhs(compiler, connection)
        if len(asked) == 1 and hasattr(asked[0], "as_sql") and self._is_same(asked[0], field):
            other, more = self.process_rhs(compiler, connection)
            return (
                f"LEFT({sql}, {vault.FOUND_BY}) = LEFT({other}, {vault.FOUND_BY})",
                (*params, *more),
            )
        if any(hasattr(value, "resolve_expression") or hasattr(value, "as_sql") for value in asked):
            raise FieldError(
                f"{field.place} is sealed: it can be compared with plain values alone."
            )
        if all(field.is_nothing(value) for value in asked):
            wanted = [field.shut(value) for value in asked]
        elif not field.find_by:
            raise FieldError(f"{field.place} is sealed and has no mark to be found by.")
        else:
            wanted = [found for value in asked for found in field.fronts(str(value))]
            sql = f"LEFT({sql}, {vault.FOUND_BY})"
        gaps = ", ".join(["%s"] * len(wanted))
        return f"{sql} IN ({gaps})" if wanted else "FALSE", (*params, *wanted)

    @staticmethod
    def _is_same(other: Any, field: Any) -> bool:
        """Whether the other side is that column too, as in a subquery, so that marks can be compared."""
        theirs = getattr(other, "output_field", None)
        return bool(field.find_by) and getattr(theirs, "place", None) == field.place


class SealedExact(_Asked):
    """Whether it holds this value, in whatever spelling."""

    lookup_name = "exact"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """By the mark, or by being empty."""
        return self.process(compiler, connection, [self.rhs])


class SealedIn(_Asked):
    """Whether it holds one of these values."""

    lookup_name = "in"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """By the marks."""
        if hasattr(self.rhs, "as_sql") or hasattr(self.rhs, "resolve_expression"):
            return self.process(compiler, connection, [self.rhs])
        return self.process(compiler, connection, list(self.rhs))


class Sealed(_Field):
    """What all sealed fields do; ``find_by`` is a name in ``vault.PLAIN`` or nothing."""

    def __init__(self, *args: Any, find_by: str = "", **kwargs: Any) -> None:
        self.find_by = find_by
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Nothing is left out that a migration needs."""
        name, path, args, kwargs = super().deconstruct()
        if self.find_by:
            kwargs["find_by"] = self.find_by
        return name, path, args, kwargs

    def get_internal_type(self) -> str:
        """The database sees text, whatever is in it."""
        return "TextField"

    @property
    def place(self) -> str:
        """What its values are sealed for."""
        return f"{self.model._meta.db_table}.{self.column}"

    def shut(self, value: Any) -> str:
        """The value as it is stored."""
        return vault.seal(str(value), self.place, self.find_by)

    def opened(self, stored: str) -> Any:
        """The value that is stored so."""
        return vault.unseal(stored, self.place)

    def fronts(self, value: str) -> list[str]:
        """What ``front`` of a row that holds this value may be, one for each key."""
        return vault.fronts(value, self.place, self.find_by)

    @staticmethod
    def is_nothing(value: Any) -> bool:
        """Whether it is stored as it is, there being nothing to hide."""
        return value in vault.NOTHING

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Plain, as it leaves the database."""
        return None if value is None else self.opened(value)

    def get_db_prep_save(self, value: Any, connection: Any) -> Any:
        """Sealed, as it goes in."""
        # An expression, such as bulk_update's, comes back here with the values in it.
        return value if value is None or hasattr(value, "as_sql") else self.shut(value)

    def get_lookup(self, lookup_name: str) -> Any:
        """The few questions that a sealed column can answer."""
        known: dict[str, Any] = {
            "exact": SealedExact, "iexact": SealedExact, "in": SealedIn, "isnull": IsNull,
        }  # fmt: skip
        return known.get(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        """None: nothing can be reckoned from what is sealed."""
        return None


class SealedCharField(Sealed, _Char):
    """A sealed CharField."""


class SealedTextField(Sealed, _Text):
    """A sealed TextField."""


class SealedJSONField(Sealed, models.JSONField):
    """A sealed JSONField; the database cannot look into it."""

    def shut(self, value: Any) -> str:
        """The value as it is stored."""
        told = json.dumps(value, cls=self.encoder, ensure_ascii=False)
        return told if told in PLAIN_JSON else vault.seal(told, self.place)

    def opened(self, stored: str) -> Any:
        """The value that is stored so."""
        plain = stored if stored in PLAIN_JSON else vault.unseal(stored, self.place)
        return json.loads(plain, cls=self.decoder)

    @staticmethod
    def is_nothing(value: Any) -> bool:
        """Whether it is stored as it is, there being nothing to hide."""
        return value in ([], {})

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        """As it is: it is no JSON for the database."""
        return value


def field_of(model: type[models.Model], name: str) -> Sealed:
    """That sealed field of that model."""
    field = model._meta.get_field(name)
    if not isinstance(field, Sealed):
        raise TypeError(f"{model.__name__}.{name} is not sealed.")
    return field
