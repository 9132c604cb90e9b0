"""Plans of repayment: which sums on which days. Pure; every plan ties to its total to the cent."""

import calendar
from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from django.utils.translation import gettext as _

from common.money import CENT, ZERO, money, show, split, total
from workflow.steps import WrongInput

MOST_INSTALMENTS = 120
MOST_WAIT = 24


class Due(NamedTuple):
    """One instalment: the day by whose end it is to have come, and how much."""

    due_on: date
    amount: Decimal


def due_days(first: date, count: int) -> list[date]:
    """So many days, one a month, on the day of the first; its last day where a month is shorter.

    The day is always reckoned from the first: 31 January, 28 February, 31 March.
    """
    days = []
    for ahead in range(count):
        years, month = divmod(first.month - 1 + ahead, 12)
        year = first.year + years
        last = calendar.monthrange(year, month + 1)[1]
        days.append(date(year, month + 1, min(first.day, last)))
    return days


def equal(whole: Decimal, *, first: date, count: int) -> list[Due]:
    """Equal instalments; where the total does not divide, the last ones are a cent larger."""
    _must_be_payable(whole, count)
    return _on(due_days(first, count), split(whole, count))


def stepped(whole: Decimal, *, first: date, count: int, low: Decimal, low_count: int) -> list[Due]:
    """So many small instalments first, then the rest in equal ones that are larger."""
    _must_be_payable(whole, count)
    if not 1 <= low_count < count:
        raise WrongInput(
            _("At least one instalment is small and at least one is not: choose 1 to %(most)d.")
            % {"most": count - 1},
            "low_count",
        )
    rest = money(whole) - _positive(low, "low") * low_count
    later = split(rest, count - low_count) if rest > ZERO else []
    if not later or later[0] <= low:
        raise WrongInput(
            _("With %(low)s a month the later instalments would not be larger. At most %(most)s.")
            % {"low": show(low), "most": show(max(split(whole, count)[0] - CENT, ZERO))},
            "low",
        )
    return _on(due_days(first, count), [money(low)] * low_count + later)


def balloon(whole: Decimal, *, first: date, count: int, low: Decimal) -> list[Due]:
    """Small instalments of one size, and what is left with the last one."""
    _must_be_payable(whole, count)
    if count < 2:
        raise WrongInput(_("A plan with a large last instalment has two or more."), "count")
    last = money(whole) - _positive(low, "low") * (count - 1)
    if last <= low:
        raise WrongInput(
            _("With %(low)s a month the last instalment would not be the larger one. At most %(most)s.")
            % {"low": show(low), "most": show(max(split(whole, count)[0] - CENT, ZERO))},
            "low",
        )  # fmt: skip
    return _on(due_days(first, count), [money(low)] * (count - 1) + [last])


def full(whole: Decimal, *, on: date) -> list[Due]:
    """All of it in one sum, by the end of that day."""
    _must_be_payable(whole, 1)
    return [Due(on, money(whole))]


def settlement(whole: Decimal, *, owed: Decimal, on: date) -> list[Due]:
    """A sum in full settlement, less than what is owed: the rest is waived."""
    if money(whole) >= money(owed):
        raise WrongInput(
            _("A settlement asks for less than the %(owed)s owed: say what is waived.")
            % {"owed": show(owed)},
            "waived_fees",
        )
    return full(whole, on=on)


def deferred(whole: Decimal, *, first: date, count: int, wait: int) -> list[Due]:
    """Equal instalments that begin so many months after the day on which others would begin."""
    _must_be_payable(whole, count)
    if not 1 <= wait <= MOST_WAIT:
        raise WrongInput(
            _("A deferred start is one to %(most)d months later.") % {"most": MOST_WAIT}, "wait"
        )
    return _on(due_days(first, wait + count)[wait:], split(whole, count))


def seasonal(whole: Decimal, *, first: date, count: int, season: Collection[int]) -> list[Due]:
    """Equal instalments that fall due only in the months in which money comes in.

    ``season`` are those months, 1 to 12; ``count`` is how many of them are used.
    """
    _must_be_payable(whole, count)
    if not season or not set(season) <= set(range(1, 13)):
        raise WrongInput(_("Say in which months money comes in."), "season")
    ahead = due_days(first, 12 * (count // len(set(season)) + 1))
    days = [day for day in ahead if day.month in season][:count]
    return _on(days, split(whole, count))


def start_before_wait(plan: Sequence[Due], wait: int) -> date:
    """The day from which a plan that begins so many months later was reckoned."""
    years, month = divmod(plan[0].due_on.month - 1 - wait, 12)
    year, day = plan[0].due_on.year + years, max(due.due_on.day for due in plan)
    return date(year, month + 1, min(day, calendar.monthrange(year, month + 1)[1]))


def custom(whole: Decimal, rows: Sequence[tuple[date, Decimal]]) -> list[Due]:
    """The days and amounts as they were agreed on; they must rise and add up to the total."""
    _must_be_payable(whole, len(rows))
    plan = [Due(day, _positive(amount, "rows")) for day, amount in rows]
    for before, after in pairwise(plan):
        if after.due_on <= before.due_on:
            raise WrongInput(
                _("%(after)s does not come after %(before)s. List the days in their order.")
                % {"after": after.due_on.isoformat(), "before": before.due_on.isoformat()},
                "rows",
            )
    must_tie(whole, plan)
    return plan


def must_tie(whole: Decimal, plan: Sequence[Due]) -> None:
    """Raise ``WrongInput`` unless the instalments are the total to the cent."""
    gap = money(whole) - sum_of(plan)
    if gap > ZERO:
        raise WrongInput(
            _("The instalments are %(gap)s short of the %(total)s to be paid.")
            % {"gap": show(gap), "total": show(whole)},
            "rows",
        )
    if gap < ZERO:
        raise WrongInput(
            _("The instalments are %(gap)s more than the %(total)s to be paid.")
            % {"gap": show(-gap), "total": show(whole)},
            "rows",
        )


def must_lie_ahead(plan: Sequence[Due], today: date) -> None:
    """Raise ``WrongInput`` if an instalment would be due before anybody could pay it."""
    if plan and plan[0].due_on < today:
        raise WrongInput(
            _("The first instalment would be due on %(day)s, which is past.")
            % {"day": plan[0].due_on.isoformat()},
            "first_on",
        )


def sum_of(plan: Sequence[Due]) -> Decimal:
    """What all the instalments come to."""
    return total(due.amount for due in plan)


def months(plan: Sequence[Due], start: date) -> int:
    """How many months the plan runs from that day, begun ones counted in full."""
    if not plan:
        return 0
    last = plan[-1].due_on
    whole = (last.year - start.year) * 12 + last.month - start.month
    if last.day > start.day and not _is_month_end(start):
        whole += 1
    return max(whole, 0)


def heaviest_month(plan: Sequence[Due]) -> Decimal:
    """The most that falls due in one calendar month: what the debtor must be able to spare."""
    by_month: dict[tuple[int, int], Decimal] = {}
    for due in plan:
        month = (due.due_on.year, due.due_on.month)
        by_month[month] = by_month.get(month, ZERO) + due.amount
    return max(by_month.values(), default=ZERO)


def share_of(amount: Decimal, left: Decimal | None) -> int | None:
    """How many per cent of what is left in a month it would take; None if that is not known."""
    if left is None:
        return None
    if left <= ZERO:
        return None if amount <= ZERO else 999
    return min(int((amount * 100 / left).to_integral_value()), 999)


def _on(days: Sequence[date], amounts: Sequence[Decimal]) -> list[Due]:
    return [Due(day, amount) for day, amount in zip(days, amounts, strict=True)]


def _is_month_end(day: date) -> bool:
    return day.day == calendar.monthrange(day.year, day.month)[1]


def _positive(amount: Decimal, field: str) -> Decimal:
    if money(amount) != amount or amount <= ZERO:
        raise WrongInput(
            _("Every instalment is an amount above zero with at most two places."), field
        )
    return money(amount)


def _must_be_payable(whole: Decimal, count: int) -> None:
    if money(whole) <= ZERO:
        raise WrongInput(_("Nothing is left to be paid, so there is nothing to agree on."))
    if not 1 <= count <= MOST_INSTALMENTS:
        raise WrongInput(
            _("A plan has 1 to %(most)d instalments.") % {"most": MOST_INSTALMENTS}, "count"
        )
    if money(whole) < CENT * count:
        raise WrongInput(_("This is too little for so many instalments."), "count")
