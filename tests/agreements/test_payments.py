"""A payment is set off in the lawful order and fills the oldest instalment first."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agreements.payments import TooMuch, fill, set_off

amounts = st.integers(min_value=0, max_value=10**9).map(lambda cents: Decimal(cents) / 100)


def owed(fees: str, interest: str, principal: str) -> dict[str, Decimal]:
    return {
        "fees": Decimal(fees), "interest": Decimal(interest), "principal": Decimal(principal),
    }  # fmt: skip


class TestSetOff:
    def test_goes_to_interest_before_principal(self) -> None:
        parts = set_off(Decimal("6500.00"), owed("0.00", "400.00", "38600.00"))
        assert parts == {"interest": Decimal("400.00"), "principal": Decimal("6100.00")}

    def test_goes_to_costs_first_of_all(self) -> None:
        parts = set_off(Decimal("300.00"), owed("242.00", "758.00", "38600.00"))
        assert parts == {"fees": Decimal("242.00"), "interest": Decimal("58.00")}

    def test_follows_another_order_that_was_agreed(self) -> None:
        parts = set_off(
            Decimal("100.00"), owed("50.00", "0.00", "90.00"), ("principal", "interest", "fees")
        )
        assert parts == {"principal": Decimal("90.00"), "fees": Decimal("10.00")}

    def test_forgets_no_component_that_the_order_forgets(self) -> None:
        parts = set_off(Decimal("10.00"), owed("4.00", "6.00", "0.00"), ("principal", "interest"))
        assert parts == {"interest": Decimal("6.00"), "fees": Decimal("4.00")}

    def test_refuses_more_than_is_owed(self) -> None:
        with pytest.raises(TooMuch, match=r"0\.01"):
            set_off(Decimal("10.01"), owed("4.00", "6.00", "0.00"))

    @given(amounts, amounts, amounts, st.data())
    def test_never_loses_a_cent(
        self, fees: Decimal, interest: Decimal, principal: Decimal, data: st.DataObject
    ) -> None:
        debt = {"fees": fees, "interest": interest, "principal": principal}
        cents = int(sum(debt.values(), Decimal(0)) * 100)
        amount = Decimal(data.draw(st.integers(0, cents))) / 100
        parts = set_off(amount, debt)
        assert sum(parts.values(), Decimal(0)) == amount
        assert all(Decimal(0) < parts[name] <= debt[name] for name in parts)
        if parts.get("principal"):
            assert parts.get("interest", Decimal(0)) == interest
        if parts.get("interest"):
            assert parts.get("fees", Decimal(0)) == fees


class TestFill:
    def test_fills_the_oldest_first(self) -> None:
        gaps = [Decimal("2500.00"), Decimal("6500.00"), Decimal("6500.00")]
        assert fill(Decimal("4000.00"), gaps) == [
            Decimal("2500.00"), Decimal("1500.00"), Decimal("0.00"),
        ]  # fmt: skip

    @given(amounts, st.lists(amounts, max_size=12))
    def test_gives_no_instalment_more_than_it_asks_for(
        self, amount: Decimal, gaps: list[Decimal]
    ) -> None:
        parts = fill(amount, gaps)
        assert all(part <= gap for part, gap in zip(parts, gaps, strict=True))
        assert sum(parts, Decimal(0)) == min(amount, sum(gaps, Decimal(0)))
