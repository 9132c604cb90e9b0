"""Places on earth as they are kept: latitude and longitude in degrees (WGS-84, as telephones measure), in one text.

One text, such as ``30.274085,120.155070``, so that it is sealed in one column and no half of it is ever changed alone.
"""

import re
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_LAT, MOST_LON = 90, 180
LENGTH = 22
"""Signs of the longest one: ``-89.999999,-179.999999``."""
ROUGHLY = Decimal("0.01")
"""Degrees, about a kilometre: what is left of a place where the address is masked."""

BETWEEN = re.compile(r"[\s,;\uff0c\uff1b\u3001]+")
"""What stands between two figures, Chinese commas among it."""

Point = tuple[Decimal, Decimal]
"""Latitude, then longitude."""


class NoPlace(ValueError):
    """These figures are no place on earth."""


def text_of(lat: Any, lon: Any) -> str:
    """The two figures as they are kept, to six places (a tenth of a metre); raises ``NoPlace``."""
    try:
        north, east = Decimal(str(lat)), Decimal(str(lon))
        sound = abs(north) <= MOST_LAT and abs(east) <= MOST_LON
    except InvalidOperation:
        sound = False
    if not sound:
        raise NoPlace(f"{lat}, {lon}")
    return f"{north:.6f},{east:.6f}"


def point_of(text: str) -> Point | None:
    """What is kept as figures again; None where nothing is."""
    lat, comma, lon = str(text).partition(",")
    return (Decimal(lat), Decimal(lon)) if comma else None


def typed(said: str) -> str:
    """What somebody typed or pasted, such as ``30.274, 120.155``, as it is kept; raises ``NoPlace``."""
    parts = _parts(said)
    if len(parts) != 2 or not all(
        re.fullmatch(r"[+-]?[0-9]{1,3}(\.[0-9]{1,20})?", part) for part in parts
    ):
        raise NoPlace(said)
    return text_of(*parts)


def turned_round(said: str) -> bool:
    """Whether the figures would be a place if the second stood first, as some maps give them."""
    parts = _parts(said)
    try:
        typed(",".join(reversed(parts)))
    except NoPlace:
        return False
    return True


def roughly(point: Point) -> Point:
    """The middle of the square kilometre or so in which it lies: the part of the town, and no house."""
    lat, lon = (figure.quantize(ROUGHLY) for figure in point)
    return lat, lon


def _parts(said: str) -> list[str]:
    return [part for part in BETWEEN.split(said.strip()) if part]
