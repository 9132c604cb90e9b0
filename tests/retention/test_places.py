"""Every word that the house keeps has a place: it goes with a class of records, or stays for a reason that is written down."""

from typing import Any

from django.apps import apps
from django.db import models

from retention import forgetting, places
from retention.staying import STAYS
from tests.test_consistency import our_models

WORDS = (
    models.CharField, models.TextField, models.JSONField, models.FileField, models.BinaryField,
    models.GenericIPAddressField,
)  # fmt: skip
"""Fields in which something may be said of somebody; of dates that of a birth alone."""


def says_something(field: Any) -> bool:
    return field.name == "born_on" or (isinstance(field, WORDS) and not field.choices)


def emptied() -> set[str]:
    """The fields that go, and the tables of which whole rows go."""
    found = set(forgetting.EMPTIED)
    for blanks in places.ROWS.values():
        for blank in blanks:
            found |= {f"{blank.model}.{name}" for name in blank.fields} or {blank.model}
    return found


def fields() -> list[str]:
    return [
        f"{model._meta.app_label}.{model.__name__}.{field.name}"
        for model in our_models()
        for field in model._meta.concrete_fields
        if says_something(field)
    ]


def named(field: str, among: set[str]) -> bool:
    return field in among or field.rpartition(".")[0] in among


class TestEveryField:
    def test_of_words_goes_or_stays_for_a_reason(self) -> None:
        goes, stays = emptied(), set(STAYS)
        assert [f for f in fields() if not named(f, goes) and not named(f, stays)] == []

    def test_does_not_both_go_and_stay(self) -> None:
        goes, stays = emptied(), set(STAYS)
        assert [f for f in fields() if named(f, goes) and named(f, stays)] == []

    def test_that_goes_is_one_of_the_house(self) -> None:
        known = {f"{m._meta.app_label}.{m.__name__}" for m in apps.get_models()}
        known |= {
            f"{m._meta.app_label}.{m.__name__}.{f.name}"
            for m in apps.get_models()
            for f in m._meta.concrete_fields
        }
        assert (emptied() | set(STAYS)) - known == set()


class TestReasons:
    def test_are_sentences(self) -> None:
        assert [name for name, why in STAYS.items() if not why.endswith(".")] == []
