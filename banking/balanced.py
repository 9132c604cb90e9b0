"""What formats with balances have in common: every movement counted, and opening plus movements is closing. Pure."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal

from banking.reading import MOST, MOST_ROWS, Movement, Sheet
from cases.imports.reading import Unfit
from common.clock import HOUSE_ZONE, from_local
from common.money import CENT, ZERO, money, show


@dataclass(frozen=True)
class Page:
    """One statement of a file: its account, its balances, its movements; ``goes_on``: another page must follow."""

    account: str
    opening: Decimal
    closing: Decimal
    movements: tuple[Movement, ...]
    follows: bool = False
    goes_on: bool = False


class Unclear(Exception):
    """A part of a movement that is not what it must be: a code of ``words.ROWS``, and what stands there."""

    def __init__(self, code: str, cell: str = "") -> None:
        self.code, self.cell = code, cell[:60]
        super().__init__(code)


def sheet_of(bank: str, pages: Sequence[Page]) -> Sheet:
    """The file as a whole, if it speaks of one account and every page ties; raises ``Unfit``."""
    accounts = sorted({page.account for page in pages})
    if len(accounts) > 1:
        raise Unfit("accounts", accounts=accounts)
    for place, page in enumerate(pages):
        _must_tie(page)
        _must_follow(page, pages[place + 1] if place + 1 < len(pages) else None)
    movements = [movement for page in pages for movement in page.movements]
    if not movements:
        raise Unfit("no_lines")
    if len(movements) > MOST_ROWS:
        raise Unfit("too_many_lines", most=MOST_ROWS)
    return Sheet(bank, accounts[0], tuple(told_apart(movements)))


def _must_tie(page: Page) -> None:
    moved = sum((m.amount if m.incoming else -m.amount for m in page.movements), ZERO)
    if page.opening + moved != page.closing:
        raise Unfit(
            "sums", opening=show(page.opening), moved=show(moved), closing=show(page.closing),
            reckoned=show(page.opening + moved),
        )  # fmt: skip


def _must_follow(page: Page, after: Page | None) -> None:
    """A page that is not the last of its statement is followed by the one that begins where it ends."""
    if page.goes_on and (after is None or not after.follows or after.opening != page.closing):
        raise Unfit("cut_off")


def told_apart(movements: Iterable[Movement]) -> list[Movement]:
    """Each movement with what tells it from all others: all that it says, and its place among those that say the same.

    A bank's reference is part of what it says and no key by itself: some banks give one to a whole batch. Where it
    stands but once in the file it is kept as the bank's number.
    """
    movements = list(movements)
    numbers = Counter((movement.serial, movement.incoming) for movement in movements)
    alike: Counter[str] = Counter()
    kept = []
    for movement in movements:
        said = "|".join(
            str(part)
            for part in (
                movement.at, movement.amount, movement.currency, movement.serial, movement.payer,
                movement.payer_account, movement.remark,
            )
        )  # fmt: skip
        way = "in" if movement.incoming else "out"
        key = f"{way}#{hashlib.sha256(said.encode()).hexdigest()[:40]}"
        alike[key] += 1
        once = numbers[movement.serial, movement.incoming] == 1
        serial = movement.serial if once else ""
        kept.append(replace(movement, key=f"{key}.{alike[key]}", serial=serial))
    return kept


def figure(written: object) -> Decimal:
    """An amount above zero to the cent; raises ``Unclear``."""
    try:
        amount = Decimal(str(written))
    except ArithmeticError:
        raise Unclear("amount", str(written)) from None
    if not amount.is_finite() or abs(amount) >= MOST:
        raise Unclear("amount", str(written))
    if amount <= ZERO:
        raise Unclear("no_amount", str(written))
    if amount != amount.quantize(CENT):
        raise Unclear("places", str(written))
    return money(amount)


def beginning(day: date) -> datetime:
    """A line that names no hour counts from the beginning of its day by the bank's clock."""
    return from_local(datetime.combine(date(day.year, day.month, day.day), time()), HOUSE_ZONE)
