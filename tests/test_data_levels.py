"""docs/data.md says of every table how its content is protected, and the columns are as it says."""

import re
from pathlib import Path
from typing import Any

from django.apps import apps

from common.sealed import Sealed

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "data.md").read_text()
LEVELS = ["public", "house", "case", "personal", "restricted", "secret"]
SEALED_WHOLE = {"visits.Position"}
"""Positions lie in one value that the house's older key seals: visits/positions.py."""


def rows(heading: str) -> dict[str, list[str]]:
    """The cells of the table below that heading, by level."""
    part = PAGE.split(f"## {heading}\n", 1)[1].split("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| ")][2:]
    cells = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in lines]
    return {level: rest for level, *rest in cells}


def level_of() -> dict[str, str]:
    """The level of each table that is named."""
    return {
        name: level
        for level, (names,) in rows("The tables").items()
        for name in re.findall(r"`([^`]+)`", names)
    }


def sealed(model: Any) -> list[str]:
    return [field.name for field in model._meta.concrete_fields if isinstance(field, Sealed)]


def near_somebody(model: Any) -> bool:
    """Whether it belongs to a case or a person."""
    near = {"cases.Case", "people.Person"}
    others = [field.related_model for field in model._meta.concrete_fields if field.related_model]
    return any(other._meta.label in near for other in others)


def test_every_table_stands_at_one_level() -> None:
    named = re.findall(r"`([a-z]+\.[A-Z]\w+)`", PAGE.split("## The tables")[1])
    assert sorted(named) == sorted(model._meta.label for model in apps.get_models())


def test_every_level_says_what_it_asks_and_what_shows_it() -> None:
    asked = rows("The levels")
    assert list(asked) == list(rows("Shown by")) == list(rows("The tables")) == LEVELS
    assert all(len(cells) == 6 and all(cells) for cells in asked.values())
    paths = re.findall(r"`(tests/[^`]+)`", PAGE)
    assert not [path for path in paths if not (ROOT / path).exists()]


def test_what_is_sealed_is_personal_or_restricted_and_the_other_way_round() -> None:
    levels = level_of()
    for model in apps.get_models():
        label = model._meta.label
        personal = levels[label] in {"personal", "restricted"}
        assert personal == bool(sealed(model) or label in SEALED_WHOLE), label


def test_nothing_that_belongs_to_a_case_or_a_person_is_only_of_the_house() -> None:
    levels = level_of()
    found = [
        model._meta.label
        for model in apps.get_models()
        if near_somebody(model) and levels[model._meta.label] in {"public", "house"}
    ]
    assert found == ["looking.Unmasking"]  # who of the house has asked to see, and of which case
