"""The clock and the zones."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import clock

SHANGHAI, BERLIN = "Asia/Shanghai", "Europe/Berlin"


class TestNow:
    def test_is_aware_and_in_utc(self) -> None:
        assert clock.now().utcoffset() == timedelta()

    def test_is_moved_by_the_seconds_in_the_clock_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        file = tmp_path / "clock"
        file.write_text("-86400")
        monkeypatch.setenv("DOORSTEP_CLOCK_FILE", str(file))
        assert abs(datetime.now(UTC) - clock.now() - timedelta(days=1)) < timedelta(seconds=5)

    def test_stays_where_the_clock_file_is_empty_or_not_there(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DOORSTEP_CLOCK_FILE", str(tmp_path / "none"))
        assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)
        (tmp_path / "none").write_text("")
        assert abs(datetime.now(UTC) - clock.now()) < timedelta(seconds=5)


class TestLocal:
    def test_shows_the_clock_of_the_zone(self) -> None:
        shown = clock.local(datetime(2026, 3, 5, 12, 30, tzinfo=UTC), SHANGHAI)
        assert f"{shown:%Y-%m-%d %H:%M}" == "2026-03-05 20:30"

    def test_knows_that_the_day_there_has_begun_already(self) -> None:
        assert clock.local_day(datetime(2026, 3, 5, 16, 0, tzinfo=UTC), SHANGHAI) == date(
            2026, 3, 6
        )


class TestFromLocal:
    def test_takes_the_first_of_a_time_that_comes_twice(self) -> None:
        twice = clock.from_local(datetime(2026, 10, 25, 2, 30), BERLIN)
        assert twice == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    def test_moves_a_time_that_is_skipped_forward(self) -> None:
        skipped = clock.from_local(datetime(2026, 3, 29, 2, 30), BERLIN)
        assert f"{clock.local(skipped, BERLIN):%H:%M}" == "03:30"

    @given(st.datetimes(datetime(2000, 1, 1), datetime(2037, 1, 1)))
    def test_is_undone_by_local(self, naive: datetime) -> None:
        moment = clock.from_local(naive, SHANGHAI)
        assert moment.tzinfo is UTC
        assert clock.local(moment, SHANGHAI).replace(tzinfo=None) == naive


class TestDays:
    def test_a_day_ends_where_the_next_begins(self) -> None:
        assert clock.day_ends(date(2026, 3, 5), SHANGHAI) == datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
        assert clock.day_begins(date(2026, 3, 6), SHANGHAI) == clock.day_ends(
            date(2026, 3, 5), SHANGHAI
        )

    def test_the_day_on_which_summer_time_begins_has_23_hours(self) -> None:
        day = date(2026, 3, 29)
        assert clock.day_ends(day, BERLIN) - clock.day_begins(day, BERLIN) == timedelta(hours=23)


class TestZoneNamed:
    def test_finds_a_zone(self) -> None:
        zone = clock.zone_named(SHANGHAI)
        assert zone is not None
        assert zone.key == SHANGHAI

    @pytest.mark.parametrize("name", ["", "Nowhere/At_All", "../etc/passwd", "/etc/passwd", "\0"])
    def test_finds_none_where_there_is_none(self, name: str) -> None:
        assert clock.zone_named(name) is None
