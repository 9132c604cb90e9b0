"""What somebody sees who has stolen a dump of the database, and no key."""

import json
import subprocess
from typing import Any

from django.apps import apps
from django.db import connection

from common.sealed import Sealed
from people.models import Organisation
from tests import parts
from tests.test_data_levels import level_of

SHORTEST = 6
"""Signs; what is shorter stands in any dump by chance."""


def dump() -> str:
    """The whole database of this process as text, rows as COPY has them."""
    told = connection.settings_dict
    ran = subprocess.run(
        [
            parts.postgres().program("pg_dump"), "--data-only", "-h", told["HOST"], "-p", str(told["PORT"] or 5432),
            "-U", told["USER"], told["NAME"],
        ],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return ran.stdout


def said() -> dict[str, str]:
    """Every text that lies in a sealed column, with where it lies; long texts by each of their lines.

    Without the names of organisations: they stand on every letter, and on statements and papers beside it.
    """
    found: dict[str, str] = {}
    names = {name for one in Organisation.objects.all() for name in (one.name, one.name_en)}
    for field in fields():
        if str(field) in MIXED:
            continue
        for value in field.model._base_manager.values_list(field.name, flat=True):
            for text in set(_texts(value)) - names:
                found.setdefault(text, f"{field.model._meta.label}.{field.name}")
    return found


MIXED = {
    "agreements.Agreement.terms",
    "cases.ImportRow.raw",
    "cases.ImportRow.values",
    "cases.ImportRow.problems",
    "documents.Document.title",
    "documents.Document.filename",
}
"""Sealed columns whose texts are for the most part codes, days and sums, or words of the house, which stand elsewhere too.

What is personal in them lies in other sealed columns, and is looked for by what these say.
"""


def without_house(told: str) -> str:
    """The dump without the tables that hold what is public or the house's own: its names stand on every letter."""
    levels = level_of()
    ours = {
        model._meta.db_table
        for model in apps.get_models()
        if levels[model._meta.label] in {"public", "house"}
    }
    first, *tables = told.split("\nCOPY public.")
    return first + "".join(one for one in tables if one.partition(" ")[0] not in ours)


def fields() -> list[Any]:
    """The sealed fields of the house."""
    return [
        field
        for model in apps.get_models()
        for field in model._meta.local_concrete_fields
        if isinstance(field, Sealed)
    ]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for one in value.values() for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [line for line in str(value or "").splitlines() if len(line) >= SHORTEST]


def as_dumped(text: str) -> set[str]:
    """How COPY may have written it: in a text column and in one of JSON."""
    inner = json.dumps(text, ensure_ascii=False)[1:-1]
    return {text.replace("\\", "\\\\"), inner.replace("\\", "\\\\")}
