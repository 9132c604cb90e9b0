"""What most tests of the phone begin from."""

from typing import Any

import pytest


@pytest.fixture
def visit(clock: Any) -> Any:
    """They talk, with a yes to recording at 14:31 and no question of filming."""
    from tests import walk  # only here: no app is there yet when this file is read

    clock.set("2026-03-05T14:50", zone="Asia/Shanghai")
    return walk.talking()


@pytest.fixture
def phone(visit: Any, clock: Any) -> Any:
    """The phone of the first of the two officers."""
    from tests.door.cast import Phone

    return Phone(clock)
