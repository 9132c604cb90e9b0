"""Photographs of officers: small, upright, and with nothing in them but the picture."""

import base64
import io
from functools import lru_cache

from PIL import Image, ImageOps, UnidentifiedImageError

SIZE = (240, 320)  # pixels; on paper 18 by 24 mm
MOST_POINTS = 50_000_000  # of what is handed in
QUALITY = 80
SMALL, SMALL_QUALITY = (120, 160), 60


_BROKEN = (
    UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError,
)  # fmt: skip


class NotAPhoto(Exception):
    """What was handed in is no picture that can be used."""


def portrait(content: bytes) -> bytes:
    """The picture as a small JPEG, cut to the size of a card; what else the file held (place, camera) is gone.

    Raises ``NotAPhoto``.
    """
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            if picture.width * picture.height > MOST_POINTS:
                raise NotAPhoto
            picture.verify()  # which reads it to its end, so that it has to be opened again
        with Image.open(io.BytesIO(content), formats=["JPEG", "PNG"]) as picture:
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except _BROKEN as error:
        raise NotAPhoto from error
    small = io.BytesIO()
    ImageOps.fit(upright, SIZE).save(small, "JPEG", quality=QUALITY)
    return small.getvalue()


def uri_of(jpeg: bytes) -> str:
    """The picture as a page or a paper takes it."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


@lru_cache(maxsize=256)
def small_uri(jpeg: bytes) -> str:
    """The picture at half its size, for a page that has to come over a bad connection."""
    with Image.open(io.BytesIO(jpeg), formats=["JPEG"]) as picture:
        small = io.BytesIO()
        ImageOps.fit(picture.convert("RGB"), SMALL).save(
            small, "JPEG", quality=SMALL_QUALITY, optimize=True, progressive=True
        )
    return uri_of(small.getvalue())
