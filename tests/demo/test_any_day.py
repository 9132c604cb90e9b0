"""The demo can be loaded on whatever day and at whatever hour somebody first looks at it."""

import random
from datetime import timedelta

import pytest

from demo.diary import Diary
from demo.loading import load
from demo.reaching import Reaching
from tests import make

SATURDAY = make.moment("2026-11-28 01:24")
"""The day on which a lawyer's answer, moved off a Sunday, once came before the question."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The day that once failed, and as many more as ``--demo-days`` asks for, spread over a year."""
    if "day" not in metafunc.fixturenames:
        return
    drawn = random.Random("demo")
    wanted = metafunc.config.getoption("--demo-days")
    days = [SATURDAY] + [
        SATURDAY + timedelta(days=6 * number + 1, minutes=drawn.randrange(24 * 60))
        for number in range(wanted - 1)
    ]
    metafunc.parametrize("day", days, ids=[f"{day:%Y-%m-%d-%H%M}" for day in days])


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(600)
def test_it_loads(day, clock, mailbox, settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    clock.set(day)
    assert load(day) == 66


class TestOrder:
    @pytest.mark.parametrize("weekday", range(7))
    def test_what_answers_comes_after_what_was_asked(self, weekday: int) -> None:
        diary = Diary((SATURDAY + timedelta(days=weekday)).date())
        thread = Reaching(
            number=1, cast=None, diary=diary, team=None, creditor="", agency="", clerk=None,
            supervisor=None, crew=[],
        )  # fmt: skip
        done: list[int] = []
        for number, (days, hour) in enumerate([(-9, 14), (-9, 16), (-8, 9), (-7, 10), (-7, 15)]):
            thread.on(days, hour, 5, lambda _at, number=number: done.append(number))
        for _at, _number, do in sorted(diary._entries, key=lambda entry: entry[:2]):
            do(_at)
        assert done == [0, 1, 2, 3, 4]
