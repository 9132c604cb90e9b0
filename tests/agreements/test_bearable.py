"""What a debtor can bear: the highest month that leaves enough to live on, and the plan from it."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements import bearable, plans
from agreements.plans import Due

TODAY, FIRST = date(2026, 3, 5), date(2026, 4, 5)
money = st.integers(min_value=1, max_value=10**9).map(lambda cents: Decimal(cents) / 100)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2030, 12, 31))


def proposed(whole: str, most: str | None, longest: int | None = 60) -> list[Due]:
    return bearable.proposed(
        Decimal(whole), bearable=None if most is None else Decimal(most), first=FIRST,
        today=TODAY, longest=longest,
    )  # fmt: skip


class TestMostAMonth:
    def test_is_a_share_of_what_is_left_to_live_on(self) -> None:
        assert bearable.most_a_month(Decimal("3200.00"), 70) == Decimal("2240.00")

    def test_is_rounded_down_to_the_cent(self) -> None:
        assert bearable.most_a_month(Decimal("0.99"), 50) == Decimal("0.49")

    def test_is_nothing_where_nothing_is_left(self) -> None:
        assert bearable.most_a_month(Decimal("0.00"), 70) == Decimal("0.00")

    @pytest.mark.parametrize(("left", "percent"), [(None, 70), (Decimal("3200.00"), None)])
    def test_is_not_known_where_nobody_asked_or_no_pack_says(
        self, left: Decimal | None, percent: int | None
    ) -> None:
        assert bearable.most_a_month(left, percent) is None


class TestFits:
    ROWS = plans.equal(Decimal("39000.00"), first=FIRST, count=6)

    def test_is_said_up_to_the_last_cent(self) -> None:
        assert bearable.fits(self.ROWS, Decimal("6500.00")) is True
        assert bearable.fits(self.ROWS, Decimal("6499.99")) is False

    def test_is_not_said_where_nothing_is_known(self) -> None:
        assert bearable.fits(self.ROWS, None) is None


class TestProposed:
    def test_is_the_shortest_plan_that_can_be_borne(self) -> None:
        assert len(proposed("39000.00", "6500.00")) == 6
        assert len(proposed("39000.00", "6499.99")) == 7

    def test_is_one_sum_where_a_month_carries_it(self) -> None:
        assert proposed("39000.00", "39000.00") == [Due(FIRST, Decimal("39000.00"))]

    def test_runs_to_the_last_month_allowed_and_not_beyond(self) -> None:
        assert len(proposed("6000.00", "100.00", longest=60)) == 60
        assert proposed("6000.01", "100.00", longest=60) == []

    @pytest.mark.parametrize("most", [None, "0.00"])
    def test_is_none_where_nothing_can_be_borne_or_nobody_knows(self, most: str | None) -> None:
        assert proposed("39000.00", most) == []

    @given(money, money, days, st.integers(min_value=1, max_value=120))
    def test_never_asks_for_more_than_is_bearable_and_always_ties(
        self, whole: Decimal, most: Decimal, first: date, longest: int
    ) -> None:
        rows = bearable.proposed(whole, bearable=most, first=first, today=first, longest=longest)
        if rows:
            assert plans.heaviest_month(rows) <= most
            assert plans.sum_of(rows) == whole
            assert plans.months(rows, first) <= longest
            shorter = len(rows) - 1
            assert shorter == 0 or most * shorter < whole


class TestMostWithin:
    def test_is_what_the_longest_plan_carries(self) -> None:
        assert bearable.most_within(
            Decimal("39000.00"), bearable=Decimal("100.00"), first=FIRST, today=TODAY, longest=60
        ) == Decimal("6000.00")  # fmt: skip

    def test_is_never_more_than_is_owed_nor_anything_unknown(self) -> None:
        given_ = {"first": FIRST, "today": TODAY, "longest": 60}
        assert bearable.most_within(Decimal("50.00"), bearable=Decimal("100.00"), **given_) == Decimal("50.00")  # type: ignore[arg-type]  # fmt: skip
        assert bearable.most_within(Decimal("50.00"), bearable=None, **given_) == Decimal("0.00")  # type: ignore[arg-type]  # fmt: skip


class TestWaiverOf:
    OWED = {"fees": Decimal("242.00"), "interest": Decimal("1158.00"), "principal": Decimal("38600.00")}  # fmt: skip

    def test_takes_costs_before_interest_before_principal(self) -> None:
        assert bearable.waiver_of(self.OWED, Decimal("1000.00")) == {
            "fees": Decimal("242.00"), "interest": Decimal("758.00"), "principal": Decimal("0.00"),
        }  # fmt: skip

    @given(money)
    def test_comes_to_the_sum_and_never_above_a_part(self, amount: Decimal) -> None:
        parts = bearable.waiver_of(self.OWED, amount)
        assert sum(parts.values()) == min(amount, Decimal("40000.00"))
        assert all(parts[name] <= self.OWED[name] for name in parts)
