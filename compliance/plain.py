"""To JSON and back without loss: decimals as strings, moments and days in ISO form."""

import types
import typing
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_plain(value: Any) -> Any:
    """The value as JSON can hold it; a dataclass without the fields that stand at their default."""
    if isinstance(value, (Decimal, Enum)):
        return str(value)
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (tuple, list)):
        return [to_plain(part) for part in value]
    if isinstance(value, Mapping):
        return {str(name): to_plain(part) for name, part in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return {
            name: to_plain(part)
            for name, part, default in (
                (field.name, getattr(value, field.name), field.default) for field in fields(value)
            )
            if default is MISSING or part != default
        }
    return value


def from_plain(kind: type[T], plain: Mapping[str, Any]) -> T:
    """The dataclass of that kind again; a name that it does not know is an error."""
    hints = _hints(typing.cast("Any", kind))
    unknown = plain.keys() - hints.keys()
    if unknown:
        raise ValueError(f"{kind.__name__} knows no {', '.join(sorted(unknown))}")
    return kind(**{name: _read(hints[name], part) for name, part in plain.items()})


@cache
def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _read(hint: Any, plain: Any) -> Any:
    if plain is None:
        return None
    origin = typing.get_origin(hint)
    if origin in (typing.Union, types.UnionType):
        kinds = [part for part in typing.get_args(hint) if part is not type(None)]
        return _read(kinds[0], plain)
    if origin is tuple:
        return tuple(_read(typing.get_args(hint)[0], part) for part in plain)
    if is_dataclass(hint):
        return from_plain(typing.cast("type[Any]", hint), plain)
    if hint is Decimal:
        return Decimal(plain)
    if hint in (datetime, date, time):
        return hint.fromisoformat(plain)
    return plain
