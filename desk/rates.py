"""The loan prime rate month by month, with what four times of it gives, as the packs hold it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from compliance.entry import Entry
from compliance.packs import load

KEY = "lpr.one_year"
FIRST = date(2019, 8, 20)  # the first publication under the rules of that month
PUBLISHED_ON = 20
TIMES = 4


@dataclass(frozen=True)
class Month:
    """One month's rate; nothing where nobody has entered it: then whatever needs it is refused."""

    number: int
    rate: Decimal | None
    ceiling: Decimal | None
    reported: str = ""


@dataclass(frozen=True)
class Year:
    """Twelve months; none for those before the first publication and those that lie ahead."""

    year: int
    months: list[Month | None]


def by_month(packs: Iterable[str], *, today: date) -> list[Year]:
    """The newest year first, each month by what was in force at its end, as the newest versions know it."""
    rates = [entry for name in packs for entry in load(name).entries if KEY in entry.keys]
    return [
        Year(year, [_month(rates, year, month, today) for month in range(1, 13)])
        for year in range(today.year, FIRST.year - 1, -1)
    ]


def _month(rates: list[Entry], year: int, month: int, today: date) -> Month | None:
    first = date(year, month, 1)
    if first > today or (year, month) < (FIRST.year, FIRST.month):
        return None
    ends = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
    held = [entry for entry in rates if entry.in_force_on(date.fromordinal(ends))]
    if not held:
        return Month(month, None, None)
    rate = Decimal(held[0].keys[KEY])
    return Month(month, rate, rate * TIMES, held[0].citation.url)
