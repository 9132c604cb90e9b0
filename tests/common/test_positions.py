"""Latitude and longitude as people type them and as they are kept."""

from decimal import Decimal

import pytest

from common.positions import LENGTH, NoPlace, point_of, roughly, text_of, turned_round, typed


class TestTyped:
    @pytest.mark.parametrize(
        "said",
        ["30.274085, 120.15507", "30.274085 120.155070", "30.274085，120.15507", " +30.2740850,120.15507 "],
    )  # fmt: skip
    def test_is_kept_as_one_text_whatever_stands_between(self, said: str) -> None:
        assert typed(said) == "30.274085,120.155070"

    @pytest.mark.parametrize("said", ["-89.999999,-179.999999", "90,180", "-90,-180", "0,0"])
    def test_may_be_anywhere_on_earth_and_fits_its_field(self, said: str) -> None:
        assert len(typed(said)) <= LENGTH

    @pytest.mark.parametrize(
        "said",
        ["", "30.27", "90.000001,0", "0,180.1", "north,east", "1,2,3", "nan,nan", "1e1,2", "٣,٤", "<b>,1"],
    )  # fmt: skip
    def test_is_refused_where_it_is_no_place(self, said: str) -> None:
        with pytest.raises(NoPlace):
            typed(said)

    def test_knows_figures_that_were_turned_round(self) -> None:
        assert turned_round("120.155, 30.274")
        assert not turned_round("120.155, 130.274")


class TestKept:
    def test_comes_back_as_figures(self) -> None:
        assert point_of(text_of("30.5", 120)) == (Decimal("30.500000"), Decimal("120.000000"))
        assert point_of("") is None

    @pytest.mark.parametrize(("lat", "lon"), [("NaN", 0), ("91", 0), ("0", "Infinity"), ("", 1)])
    def test_is_never_what_is_no_place(self, lat: object, lon: object) -> None:
        with pytest.raises(NoPlace):
            text_of(lat, lon)

    def test_is_a_part_of_the_town_where_it_is_masked(self) -> None:
        point = (Decimal("30.274085"), Decimal("120.155070"))
        assert roughly(point) == (Decimal("30.27"), Decimal("120.16"))
