"""Amounts in the smallest unit of a currency, as providers write them. Pure."""

from decimal import Decimal

from banking.providers import MOST, Nonsense
from common.money import CENT, money

NONE = frozenset(
    [
        "BIF",
        "CLP",
        "DJF",
        "GNF",
        "JPY",
        "KMF",
        "KRW",
        "MGA",
        "PYG",
        "RWF",
        "VND",
        "VUV",
        "XAF",
        "XOF",
        "XPF",
    ]
)
"""Currencies without a smaller unit (docs.stripe.com/currencies); UGX and ISK are written there with two places all the same."""
THREE = frozenset(["BHD", "JOD", "KWD", "OMR", "TND"])


def places_of(currency: str) -> int:
    """How many places an amount of this currency has."""
    if currency in NONE:
        return 0
    return 3 if currency in THREE else 2


def currency_of(written: object) -> str:
    """Three letters, in capitals; raises ``Nonsense``."""
    currency = str(written or "").upper()
    if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):
        raise Nonsense("currency")
    return currency


def amount_of(written: object, currency: str) -> Decimal:
    """So many of the smallest unit as an amount; raises ``Nonsense`` for what is no whole number above nothing.

    What a ledger to the cent cannot hold, such as a thousandth, is no amount either.
    """
    if isinstance(written, bool) or not isinstance(written, int) or written <= 0:
        raise Nonsense("amount")
    return kept(Decimal(written).scaleb(-places_of(currency)))


def decimal_of(written: object) -> Decimal:
    """An amount that is written with a point; raises ``Nonsense``."""
    try:
        amount = Decimal(str(written))
    except ArithmeticError:
        raise Nonsense("amount") from None
    return kept(amount)


def kept(amount: Decimal) -> Decimal:
    """The amount as the ledger holds it, if it can; raises ``Nonsense``."""
    if not amount.is_finite() or not 0 < amount < MOST or amount != amount.quantize(CENT):
        raise Nonsense("amount")
    return money(amount)
