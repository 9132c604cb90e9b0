"""Public holidays and working days, from the kept library ``holidays``; no table of ours.

Regions are ISO 3166-2 codes without the country ("ENG" for England, "MA" for Massachusetts). A country that the
library does not know has no known calendar: callers get ``CalendarUnknown`` and refuse.
"""

from datetime import date, timedelta
from functools import lru_cache

import holidays


class CalendarUnknown(LookupError):
    """Nobody here knows the public holidays of that place."""


@lru_cache(maxsize=128)
def _calendar(country: str, region: str, language: str = "en_US") -> holidays.HolidayBase:
    supported = holidays.list_supported_countries()
    if country not in supported:
        raise CalendarUnknown(country)
    return holidays.country_holidays(
        country, subdiv=region if region in supported[country] else None, language=language
    )


def is_holiday(day: date, country: str, region: str | None = None) -> bool:
    """Whether the day is a public holiday there, a day off that was moved included."""
    return day in _calendar(country, region or "")


def holiday_name(day: date, country: str, region: str | None = None) -> tuple[str, str]:
    """The holiday's name in English and, where the library has it, in Chinese; empty on other days."""
    return (
        str(_calendar(country, region or "").get(day, "")),
        str(_calendar(country, region or "", "zh_CN").get(day, "")),
    )


def is_working_day(day: date, country: str, region: str | None = None) -> bool:
    """Whether people work there on that day; a Saturday that makes up for a holiday counts."""
    return bool(_calendar(country, region or "").is_working_day(day))


def working_days_after(day: date, count: int, country: str, region: str | None = None) -> date:
    """The day that lies so many working days after ``day``, which itself is not counted."""
    while count > 0:
        day += timedelta(days=1)
        count -= is_working_day(day, country, region)
    return day


def regions_of(country: str) -> tuple[str, ...]:
    """The parts of a country, by their codes without the country; none where the library knows none."""
    return tuple(holidays.list_supported_countries().get(country, ()))
