"""Money: Decimal, two places, rounded here and nowhere else."""

from collections.abc import Iterable
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

ZERO = Decimal("0.00")
CENT = Decimal("0.01")

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")
_TOO_LARGE = Decimal("1e16")


def money(amount: Decimal | int | str) -> Decimal:
    """The amount with two places, halves rounded away from zero.

    A float is refused: it has lost the cent before it gets here.
    """
    if isinstance(amount, float):
        raise TypeError("money is never a float; give a Decimal or a string")
    return Decimal(amount).quantize(CENT, rounding=ROUND_HALF_UP)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """The sum with two places, nought when there is nothing to add."""
    return money(sum(amounts, ZERO))


def split(amount: Decimal, parts: int) -> list[Decimal]:
    """The amount in so many parts that differ by a cent at most and tie to it exactly.

    The larger parts come last, so that nobody is asked for an odd cent before it is due.
    """
    if parts < 1:
        raise ValueError("an amount is split into one part or more")
    whole = money(amount)
    base = (whole / parts).quantize(CENT, rounding=ROUND_DOWN)
    over = int((whole - base * parts) / CENT)  # has the sign of the amount
    cent = CENT if over >= 0 else -CENT
    return [base] * (parts - abs(over)) + [base + cent] * abs(over)


def show(amount: Decimal) -> str:
    """The amount as people read it, such as ``40,000.00``."""
    return f"{money(amount):,.2f}"


def in_words_zh(amount: Decimal) -> str:
    """The amount in financial characters (人民币大写), as it stands on cheques and contracts.

    Follows the payment rules of the People's Bank of China (支付结算办法; annex on filling in
    bills): 零 once for a run of noughts; 整 follows 元 or 角 but never 分.
    """
    value = money(amount)
    if abs(value) >= _TOO_LARGE:
        raise ValueError("no characters for sums of ten thousand trillion and more")
    sign = "负" if value < 0 else ""
    cents = int(abs(value) / CENT)
    yuan, jiao, fen = cents // 100, cents // 10 % 10, cents % 10
    words = _whole(yuan) + "元" if yuan else ""
    if not jiao and not fen:
        return sign + (words or "零元") + "整"
    if jiao:
        words += _DIGITS[jiao] + "角"
    elif yuan:
        words += "零"
    words += _DIGITS[fen] + "分" if fen else "整"
    return sign + words


def _whole(number: int) -> str:
    """A whole number in financial characters, by groups of four places."""
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words, gap = "", False
    for place in range(len(groups) - 1, -1, -1):
        group = groups[place]
        if not group:
            gap = True
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _GROUPS[place]
        gap = False
    return words


def _group(group: int) -> str:
    """One to four places: 零 stands for noughts inside, never at the end."""
    words, gap = "", False
    for place in range(3, -1, -1):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
        gap = False
    return words
