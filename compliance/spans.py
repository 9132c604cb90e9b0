"""Spans of whole years and days as a statute counts them."""

import re
from datetime import date, timedelta

_SPAN = re.compile(r"(\d{1,3})([yd])")


class NotASpan(ValueError):
    """It is not written as a span, such as 5y or 30d."""


def years_on(day: date, years: int) -> date:
    """The same day so many years on; the last of February for the 29th (Civil Code art. 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_on(day: date, months: int) -> date:
    """The same day so many months on; the last day of a month that is too short (art. 202)."""
    years, month = divmod(day.month - 1 + months, 12)
    first = date(day.year + years, month + 1, 1)
    next_first = date(first.year + month // 11, (month + 1) % 12 + 1, 1)
    return first.replace(day=min(day.day, (next_first - first).days))


def after(day: date, span: str) -> date:
    """The last day of a span that begins with an event on that day; raises ``NotASpan``."""
    found = _SPAN.fullmatch(span)
    if not found:
        raise NotASpan(span)
    number = int(found[1])
    return years_on(day, number) if found[2] == "y" else day + timedelta(days=number)


def span_words(span: str, language: str) -> str:
    """Such as "5 years", "30 days"; nothing at all is "at once"."""
    found = _SPAN.fullmatch(span)
    if not found:
        raise NotASpan(span)
    number, years = int(found[1]), found[2] == "y"
    if language == "zh":
        return f"{number} 年" if years else f"{number} 天" if number else "即时"
    unit = ("year" if years else "day") + ("" if number == 1 else "s")
    return f"{number} {unit}" if number or years else "at once"
