"""The head of every paper of a case: whose house it is, and how days and sums are written."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django.utils.translation import override

from common.clock import local
from common.money import show
from compliance.places import zone_names
from documents.blocks import Text, Words, words

WEEKDAYS_ZH = "一二三四五六日"


def house_of(case: Any) -> tuple[Text, list[Text]]:
    """The name and lines of the letterhead: the agency's where one runs the case, else the creditor's."""
    house = behind(case)
    lines: list[Text] = [
        " · ".join(part for part in (house.address, house.phone, house.email) if part)
    ]
    if case.agency:
        lines.append(words(f"受{case.creditor.name}委托", f"On behalf of {english(case.creditor)}"))
    return words(house.name, english(house)), lines


def behind(case: Any) -> Any:
    """The organisation whose letterhead and seal the case's papers bear."""
    return case.agency or case.creditor


def english(house: Any) -> str:
    """The organisation's English name, or the one that it has."""
    return str(house.name_en or house.name)


def day(given: date | None) -> Words:
    """A day as people write it."""
    if given is None:
        return words("未约定", "not agreed")
    return words(
        f"{given.year}年{given.month}月{given.day}日",
        f"{given.day} {given:%B %Y}",
    )


def moment(given: datetime, zone: str, home: str = "") -> Words:
    """A moment by the clocks of the place, with its weekday; where ``home`` has other clocks, it says whose."""
    there = local(given, zone)
    whose = clocks(given, zone, home)
    return words(
        f"{there.year}年{there.month}月{there.day}日（星期{WEEKDAYS_ZH[there.weekday()]}）{there:%H:%M}{whose['zh']}",
        f"{there:%A}, {there.day} {there:%B %Y}, {there:%H:%M}{whose['en']}",
    )


def clocks(given: datetime, zone: str, home: str) -> Words:
    """Whose clocks a time is told by, where they are not those of ``home``; else nothing."""
    if not home or zone == home:
        return words("", "")
    en, zh = zone_names(zone, given)
    return words(f"（{zh}）", f" ({en})")


def plain_moment(given: datetime | None, zone: str) -> str:
    """A moment for a table's cell."""
    return f"{local(given, zone):%Y-%m-%d %H:%M}" if given else ""


def sum_of(amount: Any, currency: str = "CNY") -> Words:
    """An amount with its currency."""
    return words(f"人民币 {show(amount)} 元" if currency == "CNY" else f"{currency} {show(amount)}",
                 f"{currency} {show(amount)}")  # fmt: skip


def percent(rate: Any) -> str:
    """A yearly rate without empty places: 10.8%."""
    return f"{rate.normalize():f}%"


def both(label: Callable[[], object]) -> Words:
    """A translated label in both languages."""
    with override("zh-hans"):
        zh = str(label())
    with override("en"):
        return words(zh, str(label()))


def hidden(text: str) -> str:
    """A number with its middle blacked out, for papers that others may see."""
    if len(text) <= 6:
        return text[:1] + "*" * max(len(text) - 1, 0)
    return f"{text[:3]}{'*' * (len(text) - 7)}{text[-4:]}"
