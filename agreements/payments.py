"""Against what a payment counts: first by debt, then by component, then by instalment. Pure.

Of several debts the debtor says which (Civil Code art. 560), else the law's order holds: what is due before
what is not, then the heavier burden, then what fell due first, and debts alike in all of that in proportion.
Before the burden the article asks which debt has no security or the least; of that nothing is known by debt,
for a guarantee stands for the whole case, so all debts of a case count as secured alike.

The order among costs, interest and principal is what the case's packs say (Civil Code art. 561:
costs of realising the claim, interest, principal, unless agreed otherwise).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from common.money import CENT, ZERO

DEFAULT_ORDER = ("fees", "interest", "principal")


class TooMuch(ValueError):
    """More came than is owed."""


@dataclass(frozen=True, slots=True)
class Owing:
    """One of several debts: what is owed of it, since when it is due, and what it costs a year."""

    key: int
    amount: Decimal
    due_on: date | None = None  # none: nobody knows of a later day, so it is due
    burden: Decimal = Decimal(0)


def among(
    amount: Decimal, debts: Sequence[Owing], *, on: date, chosen: int | None = None
) -> dict[int, Decimal]:
    """How much goes to each debt; only what is not nothing is named. Raises ``TooMuch``."""
    rest, parts = amount, dict[int, Decimal]()

    def rank(debt: Owing) -> tuple[bool, bool, Decimal, date]:
        later = debt.due_on is not None and debt.due_on > on
        return debt.key != chosen, later, -debt.burden, debt.due_on or date.min

    for standing in sorted({rank(debt) for debt in debts}):
        alike = [debt for debt in debts if rank(debt) == standing]
        shares = _in_proportion(rest, alike)
        parts |= {key: part for key, part in shares if part > ZERO}
        rest -= sum((part for _, part in shares), ZERO)
    if rest > ZERO:
        raise TooMuch(str(rest))
    return parts


def _in_proportion(amount: Decimal, debts: Sequence[Owing]) -> list[tuple[int, Decimal]]:
    """Shares by what is owed of each; cents that are over go to those listed first."""
    whole = sum((debt.amount for debt in debts), ZERO)
    if amount >= whole:
        return [(debt.key, debt.amount) for debt in debts]
    shares = {
        debt.key: (amount * debt.amount / whole).quantize(CENT, rounding=ROUND_DOWN)
        for debt in debts
    }
    over = amount - sum(shares.values(), ZERO)
    for debt in debts:
        more = min(over, CENT, debt.amount - shares[debt.key])
        shares[debt.key] += more
        over -= more
    return list(shares.items())


def set_off(
    amount: Decimal, owed: Mapping[str, Decimal], order: Sequence[str] = DEFAULT_ORDER
) -> dict[str, Decimal]:
    """How much goes to each component, in the order given; only what is not nothing is named.

    Components that the order forgets come last, so that no cent is lost. Raises ``TooMuch``.
    """
    rest, parts = amount, {}
    for name in (*order, *(name for name in owed if name not in order)):
        part = min(rest, owed.get(name, ZERO))
        if part > ZERO:
            parts[name] = part
            rest -= part
    if rest > ZERO:
        raise TooMuch(str(rest))
    return parts


def fill(amount: Decimal, missing: Iterable[Decimal]) -> list[Decimal]:
    """How much goes to each instalment, the oldest first; what no instalment asks for is left out."""
    rest, parts = amount, []
    for gap in missing:
        part = max(min(rest, gap), ZERO)
        parts.append(part)
        rest -= part
    return parts
