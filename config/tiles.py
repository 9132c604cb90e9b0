"""Where the map of the day takes its pictures from: one tile server, named by the environment, or none."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environs import Env

DATUMS = ("wgs84", "gcj02")
MOST_ZOOM = 22
HOLES = ("{z}", "{x}", "{y}")


def tiles(env: Env, *, production: bool, hosts: Sequence[str]) -> dict[str, Any]:
    """``url``, ``origin``, ``credit``, ``zoom`` and ``datum``; {} where no server is set, and then no map is drawn.

    The origin is what a page with a map may load pictures from beside the house itself, so it has to be one and plain.
    Raises ``ImproperlyConfigured`` with what is wrong.
    """
    url = env.str("DOORSTEP_TILES", "").strip()
    if not url:
        return {}
    credit = env.str("DOORSTEP_TILES_CREDIT", "").strip()
    zoom = env.int("DOORSTEP_TILES_ZOOM", 18)
    datum = env.str("DOORSTEP_TILES_DATUM", "wgs84").strip().lower()
    origin = _origin_of(url, production=production, hosts=hosts)
    if not credit:
        raise ImproperlyConfigured(
            "DOORSTEP_TILES_CREDIT must say whose map it is; the page shows it, as nearly every map's licence wants."
        )
    if not 1 <= zoom <= MOST_ZOOM:
        raise ImproperlyConfigured(
            f"DOORSTEP_TILES_ZOOM is how near the server's tiles go, from 1 to {MOST_ZOOM}."
        )
    if datum not in DATUMS:
        raise ImproperlyConfigured(
            "DOORSTEP_TILES_DATUM is wgs84, or gcj02 where the tiles are shifted as Chinese maps are."
        )
    return {"url": url, "origin": origin, "credit": credit, "zoom": zoom, "datum": datum}


def _origin_of(url: str, *, production: bool, hosts: Sequence[str]) -> str:
    if any(url.count(hole) != 1 for hole in HOLES) or len(re.findall(r"[{}]", url)) != 2 * len(
        HOLES
    ):
        raise ImproperlyConfigured(
            "DOORSTEP_TILES must hold {z}, {x} and {y} once each and no other braces, such as https://tiles.example/{z}/{x}/{y}.png."
        )
    parts = urlsplit(url)
    if parts.scheme not in ({"https"} if production else {"https", "http"}):
        raise ImproperlyConfigured("DOORSTEP_TILES must begin with https:// in production.")
    try:
        host, port = parts.hostname or "", parts.port
    except ValueError:
        host, port = "", None
    # It goes into the page's policy as it stands there, so nothing but a host and a port may be in it.
    plain = re.fullmatch(r"[a-z0-9.-]+|[0-9a-f:.]+", host)
    if not plain or "@" in parts.netloc or not url.isascii() or re.search(r"\s", url):
        raise ImproperlyConfigured(
            "DOORSTEP_TILES must name one host, without a user, as in https://tiles.example/{z}/{x}/{y}.png."
        )
    if production and host in {name.lstrip(".").lower() for name in hosts}:
        raise ImproperlyConfigured(
            "DOORSTEP_TILES must be another host than the site itself: whatever lies on the site's own is sent its cookies."
        )
    written = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{written}{f':{port}' if port else ''}"
