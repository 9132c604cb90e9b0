"""What is owed on any day, and how that sum came about. Pure.

A day bears interest on the principal that stands at its end, so the day of a payment bears none on what was
paid and the first day of a rate bears at that rate; what is owed on a day holds the interest of all days before
it. A whole day bears or does not: there are no hours. On a day on which a default rate holds it stands alone,
in the place of the contract's rate; of two of one kind the one that began later holds.

Nothing is rounded by the day. The interest of all days so far is kept exactly, and what is owed of it is that
sum to the cent, halves up; a posting is the difference of two such sums. So whoever posts daily and whoever
posts monthly has the same to the cent, and no split of the time gains or loses one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from agreements.payments import DEFAULT_ORDER, Owing, among, set_off
from common.money import ZERO, money

A_DAY = timedelta(days=1)
ACT_365, ACT_360, THIRTY_360 = "act_365", "act_360", "thirty_360"
YEARS = {ACT_365: 365, ACT_360: 360, THIRTY_360: 360}
"""By how many days a year is reckoned; under ACT/365 a leap year bears 366 of them."""


@dataclass(frozen=True, slots=True)
class Rated:
    """A rate a year, per cent, from a day until a day (the last included; none: until another begins)."""

    since: date
    percent: Decimal
    until: date | None = None
    basis: str = ACT_365
    default: bool = False  # for the time after the due day, in the place of the contract's
    key: int = 0

    def holds_on(self, day: date) -> bool:
        """Whether the rate is stated for this day."""
        return self.since <= day and (self.until is None or day <= self.until)


@dataclass(frozen=True, slots=True)
class Loan:
    """One contract with its rates; ``opened_on`` is the day of which its opening figures speak."""

    key: int
    opened_on: date
    rates: tuple[Rated, ...] = ()
    due_on: date | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to the sum: a claim, charge or correction, a waiver, or a payment.

    ``parts`` are what it moves of one loan (a waiver: what it gives up, as positive figures); a payment
    has an ``amount`` instead, and an ``order`` among the components. ``loan`` is whose; a payment's: which
    the debtor chose, if any.
    """

    on: date
    kind: str  # "moved", "waiver", "payment"
    key: str
    loan: int | None = None
    parts: Mapping[str, Decimal] = field(default_factory=dict)
    amount: Decimal = ZERO
    order: Sequence[str] = DEFAULT_ORDER


@dataclass(frozen=True, slots=True)
class Stop:
    """A span in which no interest runs, the last day included; none: until further notice."""

    since: date
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Span:
    """Days of one loan that bore the same: ``days`` × ``principal`` × rate / basis, to the cent."""

    loan: int
    since: date
    until: date  # the last day included
    days: int
    principal: Decimal
    rate: Rated
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Effect:
    """What one fact did: how much of each component of each loan it moved (negative: less is owed)."""

    fact: Fact
    parts: Mapping[tuple[int, str], Decimal]


Line = Span | Effect


@dataclass(slots=True)
class Reckoning:
    """What is owed on the morning of ``day``, with all that happened on the day itself."""

    day: date
    owed: dict[tuple[int, str], Decimal]
    lines: list[Line]
    excess: Decimal  # what came in over and above all that was owed when it came

    @property
    def balance(self) -> Decimal:
        """What is owed in all."""
        return money(sum(self.owed.values(), ZERO))

    def of(self, component: str) -> Decimal:
        """What is owed of one component."""
        return money(sum((v for (_, name), v in self.owed.items() if name == component), ZERO))

    @property
    def spans(self) -> list[Span]:
        """The interest alone."""
        return [line for line in self.lines if isinstance(line, Span)]

    @property
    def effects(self) -> dict[str, Mapping[tuple[int, str], Decimal]]:
        """What each fact did, by its key."""
        return {line.fact.key: line.parts for line in self.lines if isinstance(line, Effect)}


def days_of(begin: date, end: date, basis: str) -> int:
    """How many days lie from one day to another that is not counted itself.

    By 30/360 every month has thirty: the 31st counts as the 30th, and February's last day makes up
    what its month is short of.
    """
    if basis != THIRTY_360:
        return (end - begin).days
    years, months = end.year - begin.year, end.month - begin.month
    return 360 * years + 30 * months + min(end.day, 30) - min(begin.day, 30)


def interest_of(principal: Decimal, rate: Rated, begin: date, end: date) -> Fraction:
    """The exact interest of the days from ``begin`` to the one before ``end``."""
    days = days_of(begin, end, rate.basis)
    return Fraction(principal) * Fraction(rate.percent) * days / (100 * YEARS[rate.basis])


def to_the_cent(exact: Fraction) -> Decimal:
    """Rounded half up; interest is never negative."""
    return Decimal((exact.numerator * 200 + exact.denominator) // (2 * exact.denominator)) / 100


def rate_on(loan: Loan, day: date) -> Rated | None:
    """The one rate that holds on the day, if any was stated."""
    held = [rate for rate in loan.rates if rate.holds_on(day)]
    return max(held, key=lambda rate: (rate.default, rate.since, rate.key), default=None)


def reckon(
    loans: Sequence[Loan],
    facts: Iterable[Fact],
    *,
    stops: Sequence[Stop] = (),
    until: date,
    cuts: Iterable[date] = (),
) -> Reckoning:
    """All that happened up to and on the day, in the order of its days, however late it was learnt.

    No span of interest reaches over one of the ``cuts``, each the first day of a new one.
    """
    ordered = sorted((fact for fact in facts if fact.on <= until), key=_rank)
    walk = _Walk(loans, stops, cuts)
    for fact in ordered:
        walk.bear(fact.on)
        walk.take(fact)
    walk.bear(until)
    return Reckoning(until, walk.owed, walk.lines, walk.excess)


_RANKS = {"moved": 0, "waiver": 1, "payment": 2}


def _rank(fact: Fact) -> tuple[date, int, str]:
    """On one day what is owed comes before what is given up, and that before what is paid."""
    return fact.on, _RANKS[fact.kind], fact.key


class _Walk:
    """From fact to fact, with what is owed and the exact interest so far."""

    def __init__(self, loans: Sequence[Loan], stops: Sequence[Stop], cuts: Iterable[date]) -> None:
        self.loans = {loan.key: loan for loan in sorted(loans, key=lambda loan: loan.key)}
        self.stops, self.cuts = stops, frozenset(cuts)
        self.owed: dict[tuple[int, str], Decimal] = {
            (key, name): ZERO for key in self.loans for name in DEFAULT_ORDER
        }
        self.exact: dict[int, Fraction] = dict.fromkeys(self.loans, Fraction(0))
        self.at: dict[int, date] = {loan.key: loan.opened_on for loan in loans}
        self.lines: list[Line] = []
        self.excess = ZERO

    def bear(self, until: date) -> None:
        """Let every loan bear interest for the days before this one."""
        for loan in self.loans.values():
            for begin, end in self._pieces(loan, until):
                self._bear(loan, begin, end)
            self.at[loan.key] = max(self.at[loan.key], until)

    def _bear(self, loan: Loan, begin: date, end: date) -> None:
        principal, rate = self.owed[loan.key, "principal"], rate_on(loan, begin)
        if rate is None or principal <= ZERO or rate.percent == 0 or self._stopped(begin):
            return
        before = to_the_cent(self.exact[loan.key])
        self.exact[loan.key] += interest_of(principal, rate, begin, end)
        amount = to_the_cent(self.exact[loan.key]) - before
        self.owed[loan.key, "interest"] += amount
        days = days_of(begin, end, rate.basis)
        span = Span(loan.key, begin, end - A_DAY, days, principal, rate, amount)
        self.lines.append(span)

    def _pieces(self, loan: Loan, until: date) -> Iterator[tuple[date, date]]:
        """The days to come, cut wherever a rate or a stop begins or ends."""
        begin = self.at[loan.key]
        cuts = {until, *self.cuts}
        for one in (*loan.rates, *self.stops):
            cuts.add(one.since)
            if one.until is not None:
                cuts.add(one.until + A_DAY)
        for cut in sorted(cut for cut in cuts if begin < cut <= until):
            yield begin, cut
            begin = cut

    def _stopped(self, day: date) -> bool:
        return any(
            stop.since <= day and (stop.until is None or day <= stop.until) for stop in self.stops
        )

    def take(self, fact: Fact) -> None:
        """Book one fact."""
        if fact.kind == "payment":
            parts = self._paid(fact)
        else:
            loan = fact.loan if fact.loan in self.loans else next(iter(self.loans))
            parts = {}
            for name, amount in fact.parts.items():
                if fact.kind == "waiver":  # nobody gives up more than is owed
                    amount = -max(min(amount, self.owed[loan, name]), ZERO)
                if amount:
                    parts[loan, name] = amount
        for place, amount in parts.items():
            self.owed[place] += amount
        self.lines.append(Effect(fact, parts))

    def _paid(self, fact: Fact) -> dict[tuple[int, str], Decimal]:
        owing = [
            Owing(
                key=loan.key,
                amount=max(sum((self.owed[loan.key, n] for n in DEFAULT_ORDER), ZERO), ZERO),
                due_on=loan.due_on,
                burden=rate.percent if (rate := rate_on(loan, fact.on)) else Decimal(0),
            )
            for loan in self.loans.values()
        ]
        most = sum((one.amount for one in owing), ZERO)
        self.excess += max(fact.amount - most, ZERO)
        parts: dict[tuple[int, str], Decimal] = {}
        for key, amount in among(
            min(fact.amount, most), owing, on=fact.on, chosen=fact.loan
        ).items():
            owed = {name: max(self.owed[key, name], ZERO) for name in DEFAULT_ORDER}
            over = total_of(owed) - amount
            if over < ZERO:  # a part that was corrected below nothing
                owed["principal"] -= over
            parts |= {(key, n): -part for n, part in set_off(amount, owed, fact.order).items()}
        return parts


def total_of(parts: Mapping[str, Decimal]) -> Decimal:
    """The sum of the components."""
    return sum(parts.values(), ZERO)
