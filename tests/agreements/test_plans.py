"""Plans tie to their total to the cent, on days that exist, whatever is put in."""

from datetime import date
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agreements import plans
from agreements.plans import Due
from workflow.steps import WrongInput

TOTAL = Decimal("39000.00")
FIRST = date(2026, 4, 15)

money = st.integers(min_value=1, max_value=10**11).map(lambda cents: Decimal(cents) / 100)
days = st.dates(min_value=date(2026, 1, 1), max_value=date(2030, 12, 31))
counts = st.integers(min_value=1, max_value=plans.MOST_INSTALMENTS)


class TestDueDays:
    def test_keep_the_day_of_the_month(self) -> None:
        assert plans.due_days(FIRST, 3) == [FIRST, date(2026, 5, 15), date(2026, 6, 15)]

    def test_fall_on_the_last_day_of_a_shorter_month_and_come_back(self) -> None:
        assert plans.due_days(date(2027, 12, 31), 4) == [
            date(2027, 12, 31), date(2028, 1, 31), date(2028, 2, 29), date(2028, 3, 31),
        ]  # fmt: skip

    @given(days, counts)
    def test_rise_month_by_month(self, first: date, count: int) -> None:
        found = plans.due_days(first, count)
        months = [day.year * 12 + day.month for day in found]
        assert months == list(range(months[0], months[0] + count))
        assert all(day.day <= first.day for day in found)


class TestEqual:
    def test_divides_what_divides(self) -> None:
        plan = plans.equal(TOTAL, first=FIRST, count=6)
        assert [due.amount for due in plan] == [Decimal("6500.00")] * 6
        assert plan[-1].due_on == date(2026, 9, 15)

    def test_puts_the_odd_cents_last(self) -> None:
        plan = plans.equal(Decimal("100.00"), first=FIRST, count=3)
        assert [due.amount for due in plan] == [
            Decimal("33.33"), Decimal("33.33"), Decimal("33.34"),
        ]  # fmt: skip

    @given(money, days, counts)
    def test_always_ties(self, total: Decimal, first: date, count: int) -> None:
        assume(total >= Decimal("0.01") * count)
        plan = plans.equal(total, first=first, count=count)
        assert plans.sum_of(plan) == total
        assert all(due.amount > 0 for due in plan)
        assert max(due.amount for due in plan) - min(due.amount for due in plan) <= Decimal("0.01")

    @pytest.mark.parametrize("count", [0, -1, 121])
    def test_refuses_a_count_that_makes_no_sense(self, count: int) -> None:
        with pytest.raises(WrongInput) as wrong:
            plans.equal(TOTAL, first=FIRST, count=count)
        assert wrong.value.field == "count"

    def test_refuses_to_split_two_cents_in_three(self) -> None:
        with pytest.raises(WrongInput):
            plans.equal(Decimal("0.02"), first=FIRST, count=3)

    @pytest.mark.parametrize("total", ["0.00", "-5.00"])
    def test_refuses_a_total_of_nothing(self, total: str) -> None:
        with pytest.raises(WrongInput):
            plans.equal(Decimal(total), first=FIRST, count=3)


class TestStepped:
    def test_begins_small(self) -> None:
        plan = plans.stepped(TOTAL, first=FIRST, count=6, low=Decimal("3000.00"), low_count=3)
        assert [due.amount for due in plan] == [Decimal("3000.00")] * 3 + [Decimal("10000.00")] * 3

    @given(money, days, st.integers(2, 60), st.data())
    def test_always_ties(
        self, total: Decimal, first: date, count: int, data: st.DataObject
    ) -> None:
        most = int(total * 100) // count
        assume(most >= 2)
        low = Decimal(data.draw(st.integers(1, most - 1))) / 100
        few = data.draw(st.integers(1, count - 1))
        plan = plans.stepped(total, first=first, count=count, low=low, low_count=few)
        assert plans.sum_of(plan) == total
        assert len(plan) == count
        assert [due.amount for due in plan] == sorted(due.amount for due in plan)

    def test_says_what_would_be_small_enough(self) -> None:
        with pytest.raises(WrongInput, match="6,499"):
            plans.stepped(TOTAL, first=FIRST, count=6, low=Decimal("7000.00"), low_count=3)

    @pytest.mark.parametrize("few", [0, 6])
    def test_needs_small_ones_and_others(self, few: int) -> None:
        with pytest.raises(WrongInput) as wrong:
            plans.stepped(TOTAL, first=FIRST, count=6, low=Decimal("100.00"), low_count=few)
        assert wrong.value.field == "low_count"


class TestBalloon:
    def test_leaves_the_rest_to_the_last(self) -> None:
        plan = plans.balloon(TOTAL, first=FIRST, count=4, low=Decimal("1000.00"))
        assert [due.amount for due in plan] == [Decimal("1000.00")] * 3 + [Decimal("36000.00")]

    @given(money, days, st.integers(2, 60), st.data())
    def test_always_ties(
        self, total: Decimal, first: date, count: int, data: st.DataObject
    ) -> None:
        most = int(total * 100) // count
        assume(most >= 2)
        low = Decimal(data.draw(st.integers(1, most - 1))) / 100
        plan = plans.balloon(total, first=first, count=count, low=low)
        assert plans.sum_of(plan) == total
        assert plan[-1].amount > low

    def test_is_no_balloon_with_one_instalment(self) -> None:
        with pytest.raises(WrongInput):
            plans.balloon(TOTAL, first=FIRST, count=1, low=Decimal("1.00"))

    def test_refuses_small_ones_that_are_the_larger(self) -> None:
        with pytest.raises(WrongInput):
            plans.balloon(TOTAL, first=FIRST, count=2, low=Decimal("19500.00"))


class TestCustom:
    ROWS = (
        (date(2026, 4, 15), Decimal("9000.00")),
        (date(2026, 5, 2), Decimal("10000.00")),
        (date(2026, 12, 31), Decimal("20000.00")),
    )

    def test_takes_the_rows_as_they_are(self) -> None:
        assert plans.custom(TOTAL, self.ROWS) == [Due(*row) for row in self.ROWS]

    def test_says_what_is_short(self) -> None:
        with pytest.raises(WrongInput, match=r"20,000\.00"):
            plans.custom(TOTAL, self.ROWS[:2])

    def test_says_what_is_too_much(self) -> None:
        with pytest.raises(WrongInput, match=r"0\.01"):
            plans.custom(Decimal("38999.99"), self.ROWS)

    def test_wants_the_days_in_order(self) -> None:
        with pytest.raises(WrongInput, match="2026-04-15"):
            plans.custom(TOTAL, (self.ROWS[1], self.ROWS[0], self.ROWS[2]))

    @pytest.mark.parametrize("amount", ["0.00", "-1.00", "1.005"])
    def test_refuses_what_is_no_amount(self, amount: str) -> None:
        with pytest.raises(WrongInput):
            plans.custom(TOTAL, [(FIRST, Decimal(amount))])

    def test_refuses_no_rows(self) -> None:
        with pytest.raises(WrongInput):
            plans.custom(TOTAL, [])


class TestFigures:
    @pytest.mark.parametrize(
        ("start", "count", "months"),
        [(date(2026, 3, 15), 6, 6), (date(2026, 3, 5), 6, 7), (date(2026, 3, 31), 6, 6)],
    )
    def test_counts_begun_months(self, start: date, count: int, months: int) -> None:
        assert plans.months(plans.equal(TOTAL, first=FIRST, count=count), start) == months

    def test_finds_the_heaviest_month(self) -> None:
        rows = [(date(2026, 4, 1), Decimal("1.00")), (date(2026, 4, 30), Decimal("2.00"))]
        assert plans.heaviest_month(plans.custom(Decimal("3.00"), rows)) == Decimal("3.00")

    @pytest.mark.parametrize(
        ("amount", "left", "share"),
        [("6500.00", "10000.00", 65), ("6500.00", "0.00", 999), ("6500.00", None, None)],
    )
    def test_says_how_much_of_what_is_left_it_takes(
        self, amount: str, left: str | None, share: int | None
    ) -> None:
        assert plans.share_of(Decimal(amount), Decimal(left) if left else None) == share

    def test_refuses_a_first_day_that_is_past(self) -> None:
        plan = plans.equal(TOTAL, first=FIRST, count=6)
        plans.must_lie_ahead(plan, FIRST)
        with pytest.raises(WrongInput):
            plans.must_lie_ahead(plan, date(2026, 4, 16))


class TestFull:
    def test_is_one_sum_on_one_day(self) -> None:
        assert plans.full(TOTAL, on=FIRST) == [Due(FIRST, TOTAL)]


class TestSettlement:
    def test_is_one_sum_below_what_is_owed(self) -> None:
        assert plans.settlement(TOTAL, owed=Decimal("40000.00"), on=FIRST) == [Due(FIRST, TOTAL)]

    def test_waives_something_or_is_none(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            plans.settlement(TOTAL, owed=TOTAL, on=FIRST)
        assert wrong.value.field == "waived_fees"


class TestDeferred:
    def test_begins_so_many_months_later(self) -> None:
        plan = plans.deferred(TOTAL, first=date(2026, 1, 31), count=2, wait=1)
        assert [due.due_on for due in plan] == [date(2026, 2, 28), date(2026, 3, 31)]

    @pytest.mark.parametrize("wait", [0, 25])
    def test_waits_one_to_twenty_four_months(self, wait: int) -> None:
        with pytest.raises(WrongInput) as wrong:
            plans.deferred(TOTAL, first=FIRST, count=2, wait=wait)
        assert wrong.value.field == "wait"

    @given(money, days, counts, st.integers(min_value=1, max_value=plans.MOST_WAIT))
    def test_always_ties_on_days_that_rise(
        self, total: Decimal, first: date, count: int, wait: int
    ) -> None:
        assume(total >= Decimal("0.01") * count)
        plan = plans.deferred(total, first=first, count=count, wait=wait)
        assert plans.sum_of(plan) == total
        assert len(plan) == count
        assert all(one.due_on < two.due_on for one, two in pairwise(plan))
        assert plan[0].due_on > first


class TestSeasonal:
    def test_falls_due_only_where_money_comes_in(self) -> None:
        plan = plans.seasonal(TOTAL, first=FIRST, count=4, season=[9, 10, 11])
        assert [due.due_on for due in plan] == [
            date(2026, 9, 15), date(2026, 10, 15), date(2026, 11, 15), date(2027, 9, 15),
        ]  # fmt: skip

    @pytest.mark.parametrize("season", [[], [0], [13]])
    def test_needs_months_that_exist(self, season: list[int]) -> None:
        with pytest.raises(WrongInput) as wrong:
            plans.seasonal(TOTAL, first=FIRST, count=4, season=season)
        assert wrong.value.field == "season"

    @given(money, days, counts, st.sets(st.integers(1, 12), min_size=1))
    def test_always_ties_in_its_season_on_days_that_rise(
        self, total: Decimal, first: date, count: int, season: set[int]
    ) -> None:
        assume(total >= Decimal("0.01") * count)
        plan = plans.seasonal(total, first=first, count=count, season=season)
        assert plans.sum_of(plan) == total
        assert len(plan) == count
        assert {due.due_on.month for due in plan} <= season
        assert all(one.due_on < two.due_on for one, two in pairwise(plan))
