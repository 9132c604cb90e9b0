"""From where a telephone says that a place is to where a Chinese map draws it.

Maps that are published in China are shifted (GCJ-02): each place by some 100 to 700 metres, in a direction of its own. The
formula was never published; the one that everybody uses was found by comparing, and is told at
https://en.wikipedia.org/wiki/Restrictions_on_geographic_data_in_China and in https://github.com/googollee/eviltransform and
https://github.com/Artoria2e5/PRCoords. It is right to about a metre. Why no library: docs/decisions/045-map-of-the-day.md.
"""

from decimal import Decimal
from math import cos, pi, radians, sin, sqrt

from common.positions import Point

AXIS = 6378245.0
"""Metres: half the long axis of the Krasovsky ellipsoid of 1940, by which the shift is reckoned into degrees."""
FLATTENING = 0.00669342162296594323
"""The square of that ellipsoid's eccentricity."""
MIDDLE = (35.0, 105.0)
"""From where north and east are counted."""
SOUTH, NORTH, WEST, EAST = 0.8293, 55.8271, 72.004, 137.8347
"""Outside this nothing is shifted."""
PLACES = Decimal("0.000001")

# Each wave of the shift: how high (metres, before the two thirds), over how many degrees.
_SHORT = ((20.0, 1 / 6), (20.0, 1 / 2))
_NORTHWARD = ((20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0))
_EASTWARD = ((20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0))


def shifted(point: Point) -> Point:
    """Where a map in GCJ-02 draws what lies at this point of WGS-84."""
    lat, lon = float(point[0]), float(point[1])
    if not (SOUTH <= lat <= NORTH and WEST <= lon <= EAST):
        return point
    y, x = lat - MIDDLE[0], lon - MIDDLE[1]
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * sqrt(abs(x))
    north += (_waves(x, _SHORT) + _waves(y, _NORTHWARD)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * sqrt(abs(x))
    east += (_waves(x, _SHORT) + _waves(x, _EASTWARD)) * 2 / 3
    bend = 1 - FLATTENING * sin(radians(lat)) ** 2
    degree_north = radians(AXIS * (1 - FLATTENING) / bend**1.5)
    degree_east = radians(AXIS / sqrt(bend) * cos(radians(lat)))
    moved = (lat + north / degree_north, lon + east / degree_east)
    return Decimal(moved[0]).quantize(PLACES), Decimal(moved[1]).quantize(PLACES)


def _waves(along: float, waves: tuple[tuple[float, float], ...]) -> float:
    """Waves are counted in half periods: one over n degrees has its first zero there."""
    return sum(height * sin(along * pi / degrees) for height, degrees in waves)
