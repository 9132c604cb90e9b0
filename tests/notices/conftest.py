"""The words of this app are tested in English, whatever the house's default language."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils.translation import override


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Speak English for the length of a test."""
    with override("en"):
        yield


@pytest.fixture
def carrier(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The one carrier that there is."""
    from notices import channels  # only here: no app is there yet when this file is read
    from tests.notices.carrier import Scripted

    made = Scripted()
    # The view first: imported only after the other, it would keep the stand-in for its own.
    monkeypatch.setattr("notices.views.carriers.carriers", lambda: {"scripted": made})
    monkeypatch.setattr(channels, "carriers", lambda: {"scripted": made})
    return made
