"""Money: Decimal, two places, rounded here and nowhere else."""

from decimal import ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")


def money(amount: Decimal | int | str) -> Decimal:
    """The amount with two places, halves rounded away from zero."""
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)
