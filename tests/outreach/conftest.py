"""The words of this app are tested in English, whatever the house's default language."""

from collections.abc import Iterator

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Speak English for the length of a test."""
    with override("en"):
        yield
