"""Against what a payment counts: first by component, then by instalment. Pure.

The order among costs, interest and principal is what the case's packs say (Civil Code art. 561:
costs of realising the claim, interest, principal, unless agreed otherwise).
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from common.money import ZERO

DEFAULT_ORDER = ("fees", "interest", "principal")


class TooMuch(ValueError):
    """More came than is owed."""


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
