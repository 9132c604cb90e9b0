"""A picture as it is looked at: drawn anew, so that nothing of the file but what is seen reaches a browser.

The file itself is evidence and stays byte for byte; it goes out as an attachment alone.
"""

import io
import threading

from PIL import Image, ImageOps, UnidentifiedImageError

SIDE = 2400  # pixels; enough to read a page that was photographed
QUALITY = 85
FORMATS = ["JPEG", "PNG", "WEBP"]
_AT_ONCE = threading.BoundedSemaphore(2)


class NoPicture(Exception):
    """There is nothing that could be drawn."""


def drawn_anew(content: bytes) -> bytes:
    """The picture as a JPEG of our own, upright, with no place, camera or text of the file. Raises ``NoPicture``."""
    with _AT_ONCE:
        try:
            with Image.open(io.BytesIO(content), formats=FORMATS) as picture:
                picture.draft("RGB", (SIDE, SIDE))  # a JPEG is then never unpacked at full size
                picture.thumbnail((SIDE, SIDE))
                flat = Image.new("RGB", picture.size, "white")
                seen = picture.convert("RGBA")
                flat.paste(seen, mask=seen.getchannel("A"))
                turned = ImageOps.exif_transpose(_with_turn(flat, picture))
        except (UnidentifiedImageError, OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:  # fmt: skip
            raise NoPicture from error
        made = io.BytesIO()
        turned.save(made, "JPEG", quality=QUALITY, exif=b"")
        return made.getvalue()


def _with_turn(flat: Image.Image, picture: Image.Image) -> Image.Image:
    """The picture with the one fact of its EXIF that is needed: which side is up."""
    turn = picture.getexif().get(0x0112)
    if turn in range(2, 9):
        flat.getexif()[0x0112] = turn
    return flat
