"""What a debtor can bear in a month, and the plan that follows from it. Pure; nobody is asked for more.

``left`` is what the last assessment leaves of the income after the outgoings, None if there is none;
``percent`` is the share of it that the packs let a plan take, None if no pack says so. Where either is
unknown nothing is called bearable: the ability to pay is asked first.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from agreements import plans
from agreements.plans import Due
from common.money import CENT, ZERO, money

WAIVED_FIRST = ("fees", "interest", "principal")
"""In this order a waiver is taken off: costs hurt the creditor least, principal most."""


def most_a_month(left: Decimal | None, percent: int | None) -> Decimal | None:
    """The highest sum a month that still leaves enough to live on; None if it is not known."""
    if left is None or percent is None:
        return None
    share = max(left, ZERO) * percent / 100
    return share.quantize(CENT, rounding=ROUND_DOWN)


def fits(rows: Sequence[Due], bearable: Decimal | None) -> bool | None:
    """Whether no month of the plan asks for more than is bearable; None if that is not known."""
    if bearable is None:
        return None
    return plans.heaviest_month(rows) <= bearable


def proposed(
    whole: Decimal, *, bearable: Decimal | None, first: date, today: date, longest: int | None
) -> list[Due]:
    """The shortest plan of equal months of which none is above the bearable sum; empty if there is none.

    ``longest`` is how many months a plan may run from ``today``.
    """
    if bearable is None or bearable <= ZERO or money(whole) <= ZERO:
        return []
    count = int((money(whole) / bearable).to_integral_value(rounding=ROUND_UP))
    if count > plans.MOST_INSTALMENTS:
        return []
    rows = plans.equal(whole, first=first, count=max(count, 1))
    return [] if longest is not None and plans.months(rows, today) > longest else rows


def most_within(
    whole: Decimal, *, bearable: Decimal | None, first: date, today: date, longest: int | None
) -> Decimal:
    """How much of it can be paid off without any month above the bearable sum; nothing if unknown."""
    if bearable is None or bearable <= ZERO:
        return ZERO
    ahead = plans.due_days(first, plans.MOST_INSTALMENTS)
    count = sum(
        1 for day in ahead if longest is None or plans.months([Due(day, CENT)], today) <= longest
    )
    return min(money(whole), bearable * count)


def waiver_of(owed: Mapping[str, Decimal], amount: Decimal) -> dict[str, Decimal]:
    """The waiver of so much, part by part: costs first, then interest, then principal."""
    rest, parts = min(money(amount), money(sum(owed.values(), ZERO))), {}
    for name in WAIVED_FIRST:
        parts[name] = min(rest, owed.get(name, ZERO))
        rest -= parts[name]
    return parts
