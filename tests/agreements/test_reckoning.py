"""What is owed on any day: ten ledgers worked by hand, to the cent, and what holds of every ledger."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agreements.payments import Owing, among
from agreements.reckoning import (
    ACT_360,
    THIRTY_360,
    Effect,
    Fact,
    Loan,
    Rated,
    Reckoning,
    Stop,
    days_of,
    reckon,
)

CENT = Decimal("0.01")
NOTHING = Decimal(0)


def on(text: str) -> date:
    return date.fromisoformat(text)


def rate(since: str, percent: str, basis: str = "act_365", *, default: bool = False) -> Rated:
    return Rated(on(since), Decimal(percent), basis=basis, default=default, key=1)


def opened(day: str, principal: str, interest: str = "0", loan: int = 1) -> Fact:
    parts = {"principal": Decimal(principal), "interest": Decimal(interest)}
    return Fact(on(day), "moved", f"opening:{loan}", loan, parts)


def cost(day: str, amount: str) -> Fact:
    return Fact(on(day), "moved", f"charge:{day}", 1, {"fees": Decimal(amount)})


def waived(day: str, component: str, amount: str) -> Fact:
    return Fact(on(day), "waiver", f"waiver:{day}", 1, {component: Decimal(amount)})


def paid(day: str, amount: str) -> Fact:
    return Fact(on(day), "payment", f"payment:{day}", amount=Decimal(amount))


@dataclass(frozen=True)
class Row:
    """A line of the sheet: so many days on so much at so much, and what is owed on the morning after."""

    until: str
    days: int
    base: str
    percent: str
    year: int
    bears: str  # the interest of the line, to the cent
    fees: str
    interest: str
    principal: str


@dataclass(frozen=True)
class Sheet:
    """One ledger: what happened, and what a person worked out of it by hand."""

    name: str
    loan: Loan
    facts: tuple[Fact, ...]
    rows: tuple[Row, ...]
    stops: tuple[Stop, ...] = ()


def sheet(
    name: str, since: str, rates: list[Rated], facts: list[Fact], rows: list[Row], *stops: Stop
) -> Sheet:
    return Sheet(name, Loan(1, on(since), tuple(rates)), tuple(facts), tuple(rows), stops)


SHEETS = [
    sheet(
        "a leap year bears 366 days", "2024-02-01", [rate("2024-02-01", "7.3")],
        [opened("2024-02-01", "20000")],
        [
            #   until         days  base        percent  year  bears      fees   interest   principal
            Row("2024-03-01",  29, "20000.00", "7.3",    365, "116.00",  "0.00", "116.00",  "20000.00"),
            Row("2025-02-01", 337, "20000.00", "7.3",    365, "1348.00", "0.00", "1464.00", "20000.00"),
        ],
    ),
    sheet(
        "a payment goes to interest and then to principal", "2026-01-01", [rate("2026-01-01", "12")],
        [opened("2026-01-01", "10000"), paid("2026-02-01", "5101.92")],
        [
            Row("2026-02-01", 31, "10000.00", "12", 365, "101.92", "0.00", "0.00",  "5000.00"),
            Row("2026-03-01", 28, "5000.00",  "12", 365, "46.03",  "0.00", "46.03", "5000.00"),
        ],
    ),
    sheet(
        "a default rate stands in the place of the contract's", "2026-03-01",
        [rate("2026-03-01", "8"), rate("2026-04-01", "12", default=True)],
        [opened("2026-03-01", "40000")],
        [
            Row("2026-04-01", 31, "40000.00", "8",  365, "271.78", "0.00", "271.78", "40000.00"),
            Row("2026-05-01", 30, "40000.00", "12", 365, "394.52", "0.00", "666.30", "40000.00"),
        ],
    ),
    sheet(
        "a year of 360 days bears five days more", "2025-01-01", [rate("2025-01-01", "10", ACT_360)],
        [opened("2025-01-01", "36000")],
        [
            Row("2025-02-01",  31, "36000.00", "10", 360, "310.00",  "0.00", "310.00",  "36000.00"),
            Row("2026-01-01", 334, "36000.00", "10", 360, "3340.00", "0.00", "3650.00", "36000.00"),
        ],
    ),
    sheet(
        "months of thirty days", "2026-01-31", [rate("2026-01-31", "6", THIRTY_360)],
        [opened("2026-01-31", "12000")],
        [
            Row("2026-03-01",  31, "12000.00", "6", 360, "62.00",  "0.00", "62.00",  "12000.00"),
            Row("2027-01-31", 329, "12000.00", "6", 360, "658.00", "0.00", "720.00", "12000.00"),
        ],
    ),
    sheet(
        "costs bear nothing and are paid first", "2025-06-01", [rate("2025-06-01", "5")],
        [opened("2025-06-01", "8000"), cost("2025-07-01", "350"), paid("2025-08-01", "500")],
        [
            Row("2025-07-01", 30, "8000.00", "5", 365, "32.88", "350.00", "32.88", "8000.00"),
            Row("2025-08-01", 31, "8000.00", "5", 365, "33.97", "0.00",   "0.00",  "7916.85"),
            Row("2025-09-01", 31, "7916.85", "5", 365, "33.62", "0.00",   "33.62", "7916.85"),
        ],
    ),
    sheet(
        "no interest runs while it is stopped", "2026-01-01", [rate("2026-01-01", "3.65")],
        [opened("2026-01-01", "10000")],
        [
            Row("2026-02-01", 31, "10000.00", "3.65", 365, "31.00", "0.00", "31.00", "10000.00"),
            Row("2026-03-01",  0, "10000.00", "3.65", 365, "0.00",  "0.00", "31.00", "10000.00"),
            Row("2026-04-01", 31, "10000.00", "3.65", 365, "31.00", "0.00", "62.00", "10000.00"),
        ],
        Stop(on("2026-02-01"), on("2026-02-28")),
    ),
    sheet(
        "what is waived is owed no more", "2025-03-01", [rate("2025-03-01", "7.3")],
        [opened("2025-03-01", "6000", "100"), waived("2025-03-11", "interest", "50"), paid("2025-03-21", "286")],
        [
            Row("2025-03-11", 10, "6000.00", "7.3", 365, "12.00", "0.00", "62.00", "6000.00"),
            Row("2025-03-21", 10, "6000.00", "7.3", 365, "12.00", "0.00", "0.00",  "5788.00"),
            Row("2025-03-31", 10, "5788.00", "7.3", 365, "11.58", "0.00", "11.58", "5788.00"),
        ],
    ),
    sheet(
        "a rate changes in the February of a leap year", "2023-12-01",
        [rate("2023-12-01", "6"), rate("2024-02-15", "4.5")],
        [opened("2023-12-01", "15000")],
        [
            Row("2024-02-15", 76, "15000.00", "6",   365, "187.40", "0.00", "187.40", "15000.00"),
            Row("2024-04-01", 46, "15000.00", "4.5", 365, "85.07",  "0.00", "272.47", "15000.00"),
        ],
    ),
    sheet(
        "a claim is corrected and the rest is paid", "2026-05-01", [rate("2026-05-01", "7.3")],
        [
            opened("2026-05-01", "5000"),
            Fact(on("2026-05-11"), "moved", "correction", 1, {"principal": Decimal(-1000)}),
            paid("2026-05-31", "4026.00"),
        ],
        [
            Row("2026-05-11", 10, "5000.00", "7.3", 365, "10.00", "0.00", "10.00", "4000.00"),
            Row("2026-05-31", 20, "4000.00", "7.3", 365, "16.00", "0.00", "0.00",  "0.00"),
            Row("2026-12-31",  0, "0.00",    "7.3", 365, "0.00",  "0.00", "0.00",  "0.00"),
        ],
    ),
]  # fmt: skip


@pytest.mark.parametrize("one", SHEETS, ids=lambda one: one.name)
class TestWorkedLedgers:
    def test_are_reckoned_to_the_cent(self, one: Sheet) -> None:
        for row in one.rows:
            found = reckon([one.loan], one.facts, stops=one.stops, until=on(row.until))
            owed = [found.of(name) for name in ("fees", "interest", "principal")]
            assert owed == [Decimal(row.fees), Decimal(row.interest), Decimal(row.principal)]

    def test_show_each_span_as_the_sheet_does(self, one: Sheet) -> None:
        ends = [on(row.until) for row in one.rows]
        found = reckon([one.loan], one.facts, stops=one.stops, until=ends[-1], cuts=ends)
        shown = [
            (span.until + timedelta(days=1), span.days, span.principal, span.rate.percent, span.amount)
            for span in found.spans
        ]  # fmt: skip
        assert shown == [
            (on(row.until), row.days, Decimal(row.base), Decimal(row.percent), Decimal(row.bears))
            for row in one.rows
            if row.days
        ]

    def test_bear_what_the_sheet_s_own_sums_come_to(self, one: Sheet) -> None:
        exact = posted = NOTHING
        for row in one.rows:
            exact += row.days * Decimal(row.base) * Decimal(row.percent) / 100 / row.year
            posted += Decimal(row.bears)
            assert exact.quantize(CENT, rounding=ROUND_HALF_UP) == posted


class TestDays:
    @pytest.mark.parametrize(
        ("begin", "end", "basis", "days"),
        [
            ("2024-02-28", "2024-03-01", "act_365", 2),
            ("2026-02-28", "2026-03-01", "act_365", 1),
            ("2026-02-28", "2026-03-01", "thirty_360", 3),
            ("2026-01-30", "2026-01-31", "thirty_360", 0),
            ("2026-01-01", "2027-01-01", "thirty_360", 360),
            ("2024-01-01", "2025-01-01", "act_360", 366),
        ],
    )
    def test_are_counted_by_the_basis(self, begin: str, end: str, basis: str, days: int) -> None:
        assert days_of(on(begin), on(end), basis) == days

    def test_end_with_the_last_day_of_a_rate(self) -> None:
        loan = Loan(
            1, on("2026-01-01"), (Rated(on("2026-01-01"), Decimal("3.65"), on("2026-01-10")),)
        )
        found = reckon([loan], [opened("2026-01-01", "10000")], until=on("2026-06-01"))
        assert found.of("interest") == Decimal("10.00")

    def test_bear_nothing_without_a_rate(self) -> None:
        found = reckon(
            [Loan(1, on("2026-01-01"))], [opened("2026-01-01", "10000")], until=on("2030-01-01")
        )
        assert found.balance == Decimal("10000.00")
        assert found.spans == []


class TestSeveralDebts:
    def two(self, *, first_due: str = "2024-12-01", second_due: str = "2024-12-01") -> list[Loan]:
        return [
            Loan(1, on("2025-01-01"), (rate("2025-01-01", "10"),), on(first_due)),
            Loan(2, on("2025-01-01"), (rate("2025-01-01", "14.6"),), on(second_due)),
        ]

    def reckoned(self, loans: list[Loan], *more: Fact) -> Reckoning:
        facts = [opened("2025-01-01", "5000"), opened("2025-01-01", "5000", loan=2), *more]
        return reckon(loans, facts, until=on("2025-02-01"))

    def test_are_paid_by_the_heavier_burden(self) -> None:
        found = self.reckoned(self.two(), paid("2025-02-01", "1000"))
        assert found.owed == {
            (1, "fees"): 0, (1, "interest"): Decimal("42.47"), (1, "principal"): Decimal(5000),
            (2, "fees"): 0, (2, "interest"): 0, (2, "principal"): Decimal("4062.00"),
        }  # fmt: skip

    def test_are_paid_when_due_before_those_that_are_not(self) -> None:
        found = self.reckoned(self.two(second_due="2025-12-01"), paid("2025-02-01", "1000"))
        assert found.owed[1, "principal"] == Decimal("4042.47")
        assert found.owed[2, "principal"] == Decimal(5000)

    def test_are_paid_as_the_debtor_says(self) -> None:
        chosen = Fact(on("2025-02-01"), "payment", "p", loan=1, amount=Decimal(1000))
        assert self.reckoned(self.two(), chosen).owed[1, "principal"] == Decimal("4042.47")

    def test_alike_are_paid_by_the_day_on_which_they_fell_due(self) -> None:
        debts = [
            Owing(1, Decimal(100), on("2025-02-01")), Owing(2, Decimal(100), on("2025-01-01")),
        ]  # fmt: skip
        assert among(Decimal(150), debts, on=on("2025-03-01")) == {2: 100, 1: 50}

    def test_alike_in_all_are_paid_in_proportion(self) -> None:
        debts = [Owing(1, Decimal(100)), Owing(2, Decimal(200))]
        assert among(Decimal(100), debts, on=on("2025-03-01")) == {
            1: Decimal("33.34"), 2: Decimal("66.66"),
        }  # fmt: skip

    def test_say_what_came_too_much(self) -> None:
        found = self.reckoned(self.two(), paid("2025-02-01", "20000"))
        assert (found.balance, found.excess) == (Decimal("0.00"), Decimal("9895.53"))


FIRST_DAY = on("2024-01-01")
days = st.integers(0, 800).map(lambda number: FIRST_DAY + timedelta(days=number))
cents = st.integers(1, 3_000_000).map(lambda number: Decimal(number) / 100)
rates = st.lists(
    st.builds(
        Rated,
        since=days,
        percent=st.integers(0, 3600).map(lambda n: Decimal(n) / 100),
        basis=st.sampled_from(["act_365", "act_360", "thirty_360"]),
        default=st.booleans(),
        key=st.integers(1, 9),
    ),
    max_size=4,
)


@st.composite
def happenings(draw: st.DrawFn) -> list[Fact]:
    """Claims, charges, waivers and payments on any days."""
    facts = [opened("2024-01-01", str(draw(cents)), str(draw(cents)))]
    for number in range(draw(st.integers(0, 6))):
        kind = draw(st.sampled_from(["moved", "waiver", "payment"]))
        key, day, amount = f"f{number}", draw(days), draw(cents)
        if kind == "payment":
            facts.append(Fact(day, kind, key, amount=amount))
        else:
            name = draw(st.sampled_from(["fees", "interest", "principal"]))
            facts.append(Fact(day, kind, key, 1, {name: amount}))
    return facts


class TestEveryLedger:
    @given(happenings(), rates, st.lists(days, min_size=2, max_size=6), st.randoms())
    @settings(max_examples=150, deadline=None)
    def test_ties_on_every_day_whatever_the_order_of_arrival(
        self, facts: list[Fact], stated: list[Rated], looked_at: list[date], random: Random
    ) -> None:
        loan = Loan(1, FIRST_DAY, tuple(stated))
        arrived = list(facts)
        random.shuffle(arrived)
        for day in looked_at:
            found = reckon([loan], facts, until=day)
            charged = paid_in = given_up = NOTHING
            for line in found.lines:
                if isinstance(line, Effect):
                    moved = sum(line.parts.values(), NOTHING)
                    charged += moved if line.fact.kind == "moved" else NOTHING
                    paid_in -= moved if line.fact.kind == "payment" else NOTHING
                    given_up -= moved if line.fact.kind == "waiver" else NOTHING
            charged += sum((span.amount for span in found.spans), NOTHING)
            came = sum((f.amount for f in facts if f.kind == "payment" and f.on <= day), NOTHING)
            assert charged - paid_in - given_up == found.balance
            assert paid_in + found.excess == came
            assert all(amount >= 0 for amount in found.owed.values())
            again = reckon([loan], arrived, until=day)
            assert (again.owed, again.lines) == (found.owed, found.lines)

    @given(happenings(), rates, st.lists(days, max_size=30))
    @settings(max_examples=100, deadline=None)
    def test_gains_and_loses_no_cent_by_how_often_it_is_booked(
        self, facts: list[Fact], stated: list[Rated], booked_on: list[date]
    ) -> None:
        act = [r for r in stated if r.basis != "thirty_360"]
        loan, end = Loan(1, FIRST_DAY, tuple(act)), on("2026-06-01")
        once = reckon([loan], facts, until=end)
        often = reckon([loan], facts, until=end, cuts=booked_on)
        assert often.owed == once.owed

    @given(happenings(), rates, st.lists(days, max_size=9))
    @settings(max_examples=80, deadline=None)
    def test_bears_no_day_twice(
        self, facts: list[Fact], stated: list[Rated], booked_on: list[date]
    ) -> None:
        loan = Loan(1, FIRST_DAY, tuple(stated))
        found = reckon([loan], facts, until=on("2026-06-01"), cuts=booked_on)
        for one, following in pairwise(found.spans):
            assert one.since <= one.until < following.since
