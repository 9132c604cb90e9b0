"""Money ties to the cent and is written as banks write it."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import ZERO, in_words_zh, money, show, split, total

AMOUNTS = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=2)


class TestMoney:
    @pytest.mark.parametrize(
        ("given_", "rounded"),
        [
            ("0.005", "0.01"), ("-0.005", "-0.01"), ("1.004", "1.00"), ("2.675", "2.68"),
            ("40000", "40000.00"),
        ],
    )  # fmt: skip
    def test_rounds_halves_away_from_zero(self, given_: str, rounded: str) -> None:
        assert str(money(given_)) == rounded

    def test_refuses_a_float(self) -> None:
        with pytest.raises(TypeError):
            money(0.1)  # type: ignore[arg-type]

    def test_is_shown_with_commas_and_two_places(self) -> None:
        assert show(Decimal(40000)) == "40,000.00"
        assert show(Decimal("-1234567.5")) == "-1,234,567.50"

    def test_a_sum_of_nothing_is_nought(self) -> None:
        assert total([]) == ZERO
        assert str(total([Decimal("0.10"), Decimal("0.20")])) == "0.30"


class TestSplit:
    def test_makes_six_equal_parts_of_39000(self) -> None:
        assert split(Decimal("39000.00"), 6) == [Decimal("6500.00")] * 6

    def test_puts_the_odd_cents_last(self) -> None:
        assert [str(part) for part in split(Decimal("100.00"), 3)] == ["33.33", "33.33", "33.34"]

    @given(AMOUNTS, st.integers(min_value=1, max_value=60))
    def test_ties_exactly_and_parts_differ_by_a_cent_at_most(
        self, amount: Decimal, parts: int
    ) -> None:
        made = split(amount, parts)
        assert len(made) == parts
        assert sum(made, ZERO) == amount
        assert max(made) - min(made) <= Decimal("0.01")

    def test_refuses_no_parts(self) -> None:
        with pytest.raises(ValueError):
            split(Decimal("1.00"), 0)


class TestInWordsZh:
    @pytest.mark.parametrize(
        ("amount", "words"),
        [
            ("39000.00", "叁万玖仟元整"),
            ("40000.00", "肆万元整"),
            ("10010.05", "壹万零壹拾元零伍分"),
            ("1409.50", "壹仟肆佰零玖元伍角整"),
            ("6007.14", "陆仟零柒元壹角肆分"),
            ("325.04", "叁佰贰拾伍元零肆分"),
            ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
            ("1680.32", "壹仟陆佰捌拾元叁角贰分"),
            ("107000.53", "壹拾万柒仟元伍角叁分"),
            ("6500.00", "陆仟伍佰元整"),
            ("2000300.00", "贰佰万零叁佰元整"),
            ("100000001.00", "壹亿零壹元整"),
            ("1000000000.00", "壹拾亿元整"),
            ("0.00", "零元整"),
            ("0.05", "伍分"),
            ("0.50", "伍角整"),
            ("10.01", "壹拾元零壹分"),
            ("-3.20", "负叁元贰角整"),
        ],
    )
    def test_writes_it_as_the_payment_rules_ask(self, amount: str, words: str) -> None:
        assert in_words_zh(Decimal(amount)) == words

    @given(st.integers(min_value=0, max_value=10**13))
    def test_never_doubles_a_nought_nor_ends_a_group_with_one(self, cents: int) -> None:
        words = in_words_zh(Decimal(cents) / 100)
        assert "零零" not in words
        assert "零万" not in words
        assert "零亿" not in words
        assert words.endswith(("整", "分"))

    def test_refuses_what_has_no_characters(self) -> None:
        with pytest.raises(ValueError):
            in_words_zh(Decimal("1e16"))
