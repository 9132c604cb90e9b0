"""The table of loan prime rates on the page of the rules."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from desk.rates import by_month
from tests import make
from tests.world import signed_in


class TestByMonth:
    def test_gives_each_month_its_rate_and_four_times_of_it(self) -> None:
        years = {year.year: year.months for year in by_month(["cn"], today=date(2026, 11, 26))}
        assert list(years) == [2026, 2025, 2024, 2023, 2022, 2021, 2020, 2019]
        december = years[2025][11]
        assert december is not None
        assert (december.rate, december.ceiling) == (Decimal("3.00"), Decimal("12.00"))
        assert years[2019][6] is None
        august = years[2019][7]
        assert august is not None
        assert (august.rate, august.ceiling) == (Decimal("4.25"), Decimal("17.00"))

    def test_says_of_months_that_nobody_entered_that_they_are_not_known(self) -> None:
        months = by_month(["cn"], today=date(2026, 11, 26))[0].months
        known = [month.rate for month in months[:11] if month]
        assert known == [Decimal("3.00")] * 2 + [None] * 9
        assert months[11] is None


@pytest.mark.django_db
class TestPage:
    def test_of_the_rules_shows_it(self, clock: Any) -> None:
        clock.set(make.moment("2026-11-26 10:00"))
        page = signed_in(make.clerk()).get(reverse("desk:rules")).content.decode()
        assert "One-year loan prime rate by month" in page
        assert "16.2%" in page
        assert "not known" in page
