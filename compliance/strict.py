"""In which direction a figure is stricter: what a house may change of a pack that it tightens."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class Direction:
    """Whether one figure is at least as strict as another, and what that asks of it in words."""

    holds: Callable[[Any, Any], bool]  # (the house's figure, the figure that it may not loosen)
    asks: str
    asks_zh: str
    lost: Callable[[Any, Any], list[str]] | None = None  # of a long list: what the house left out
    why: str = ""  # of a figure that may only be equal: why neither way is stricter


def only_equal(why: str) -> Direction:
    """For a figure of which no other is stricter, with the reason."""
    return Direction(
        lambda house, base: bool(house == base), "may only be equal", "只能与之相同", why=why
    )


def _number(figure: Any) -> Any:
    return Decimal(figure) if isinstance(figure, str) else figure


def _phrases_lost(house: Any, base: Any) -> list[str]:
    """Every phrase that is forbidden, in whatever language, and that the house would allow."""
    return [
        phrase
        for language, listed in base.items()
        for phrase in listed
        if phrase not in house.get(language, ())
    ]


def _same_or_longer(house: Any, base: Any) -> bool:
    """0 stands for as long as the thing itself lasts: neither longer nor shorter than a number of days."""
    return bool(house == base or (house and base and house > base))


def _all_or_more(house: Any, base: Any) -> bool:
    """An empty list means whatever there is, so nothing is stricter."""
    return not house or (bool(base) and set(base) <= set(house))


EQUAL = only_equal("nobody has said in which direction it is stricter")
LATER = Direction(lambda house, base: bool(house >= base), "may only be later", "只能更晚")
EARLIER = Direction(lambda house, base: bool(house <= base), "may only be earlier", "只能更早")
MORE = Direction(
    lambda house, base: bool(_number(house) >= _number(base)), "may only be more", "只能更多"
)
LESS = Direction(
    lambda house, base: bool(_number(house) <= _number(base)), "may only be less", "只能更少"
)
FEWER_OF = Direction(
    lambda house, base: set(house) <= set(base), "may only leave out some", "只能减少"
)
MORE_OF = Direction(lambda house, base: set(base) <= set(house), "may only name more", "只能增加")
ALL_OR_MORE_OF = Direction(
    _all_or_more, "may only name more, or all by naming none", "只能增加，或者留空表示全部"
)
MORE_PHRASES = Direction(
    lambda house, base: not _phrases_lost(house, base),
    "may only forbid more", "只能增加禁用字词",
    lost=_phrases_lost,
)  # fmt: skip
SAME_OR_LONGER = Direction(
    _same_or_longer, "may only be more, and 0 only stay 0", "只能更多，0 只能仍为 0"
)
