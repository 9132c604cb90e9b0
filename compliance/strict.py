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


def _number(figure: Any) -> Any:
    return Decimal(figure) if isinstance(figure, str) else figure


def _all_or_more(house: Any, base: Any) -> bool:
    """An empty list means whatever there is, so nothing is stricter."""
    return not house or (bool(base) and set(base) <= set(house))


EQUAL = Direction(lambda house, base: bool(house == base), "may only be equal")
LATER = Direction(lambda house, base: bool(house >= base), "may only be later")
EARLIER = Direction(lambda house, base: bool(house <= base), "may only be earlier")
MORE = Direction(lambda house, base: bool(_number(house) >= _number(base)), "may only be more")
LESS = Direction(lambda house, base: bool(_number(house) <= _number(base)), "may only be less")
FEWER_OF = Direction(lambda house, base: set(house) <= set(base), "may only leave out some")
MORE_OF = Direction(lambda house, base: set(base) <= set(house), "may only name more")
ALL_OR_MORE_OF = Direction(_all_or_more, "may only name more, or all by naming none")
