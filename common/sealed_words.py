"""JSON of which the database may still look into codes, numbers and days, while words lie sealed.

Each value of the outermost object is sealed by itself, so that one can be taken out by its name and the others are
found by theirs. Sealed is a value with words in it (a space, or a sign beyond ASCII), and one of a name in ``ALWAYS``.
It lies as ``{"~": "…"}``, the text that ``common.vault`` gives. Nothing that is asked for in SQL may be words.
"""

import json
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from django.db import models

from common import vault

if TYPE_CHECKING:  # as it runs, Django's fields take no types
    _Json = models.JSONField[Any, Any]
else:
    _Json = models.JSONField

MARK = "~"
ALWAYS = frozenset(
    {
        "id_number", "born_on", "employer", "phone", "telephone", "mobile", "value", "number_called",
        "email", "address", "to_account", "payer_account",
    }
)  # fmt: skip
"""Names of what is personal though it may be figures alone."""


def is_shut(value: Any) -> bool:
    """Whether a value lies sealed."""
    return isinstance(value, dict) and len(value) == 1 and isinstance(value.get(MARK), str)


def _has_words(value: Any) -> bool:
    if isinstance(value, str):
        return not value.isascii() or any(sign.isspace() for sign in value)
    if isinstance(value, Mapping):
        return any(_has_words(part) or (name in ALWAYS and part) for name, part in value.items())
    return isinstance(value, list) and any(_has_words(part) for part in value)


def shut(told: Mapping[str, Any], place: str, plain: Collection[str] = ()) -> dict[str, Any]:
    """The object as it is stored; names in ``plain`` stay as they are."""
    return {
        name: {MARK: vault.seal(json.dumps(value, ensure_ascii=False), place)}
        if name not in plain and (_has_words(value) or (name in ALWAYS and value))
        else value
        for name, value in told.items()
    }


def opened(value: Any, place: str) -> Any:
    """A stored object, or one value out of it, as it was told."""
    if is_shut(value):
        return json.loads(vault.unseal(value[MARK], place))
    if isinstance(value, dict):
        return {
            name: json.loads(vault.unseal(part[MARK], place)) if is_shut(part) else part
            for name, part in value.items()
        }
    return value


class SealedWordsField(_Json):
    """A JSON object whose words are sealed. A model may name in ``plain_names`` what of a row stays plain."""

    @property
    def place(self) -> str:
        """What its values are sealed for."""
        return f"{self.model._meta.db_table}.{self.column}"

    def shut(self, row: models.Model, told: Mapping[str, Any]) -> dict[str, Any]:
        """What that row tells, as it is stored."""
        return shut(told, self.place, getattr(row, "plain_names", ()))

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        """Sealed, on its way in; the row in memory stays as it was."""
        told = super().pre_save(model_instance, add)
        return self.shut(model_instance, told) if isinstance(told, Mapping) else told

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        """Plain, on its way out: the object, or one value of it."""
        return opened(super().from_db_value(value, expression, connection), self.place)
