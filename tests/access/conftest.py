"""The people of these tests."""

from typing import Any

import pytest


@pytest.fixture
def clerk(db: None) -> Any:
    """A clerk with a password of their own."""
    from tests import make
    from tests.access.cast import RIGHT

    user = make.clerk()
    user.set_password(RIGHT)
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def required(settings: Any) -> None:
    """Nobody gets in without a second factor, as in production."""
    settings.SECOND_FACTOR_REQUIRED = True
