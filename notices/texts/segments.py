"""How many parts a short message takes: what a carrier sends, counts and bills.

GSM 03.38 (3GPP TS 23.038) packs 160 letters of its own alphabet into one message, or 153 into each part
of a longer one; with any other letter the whole message goes as UCS-2, 70 or 67 units a part. A letter of
two units is never torn apart between two parts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes an escape before it
GSM, UCS2 = "GSM 7-bit", "UCS-2"
_ROOM = {GSM: (160, 153), UCS2: (70, 67)}
MOST_PARTS = 3
"""Above so many parts a text is too long to be read, and should be made shorter."""


@dataclass(frozen=True, slots=True)
class Measure:
    """What a text takes: the alphabet, units of it, parts, and how many units are left in the last part."""

    alphabet: str
    units: int
    parts: int
    left: int

    @property
    def too_long(self) -> bool:
        """Whether it takes more parts than anybody reads."""
        return self.parts > MOST_PARTS


def measure(text: str, signature: str = "") -> Measure:
    """What the text takes, with the signature in 【】 that the carrier puts before it."""
    whole = signed(text, signature)
    alphabet = GSM if all(c in _BASIC or c in _EXTENDED for c in whole) else UCS2
    sizes = [_size(letter, alphabet) for letter in whole]
    units, (alone, each) = sum(sizes), _ROOM[alphabet]
    if units <= alone:
        return Measure(alphabet, units, 1 if units else 0, alone - units)
    parts, used = _packed(sizes, each)
    return Measure(alphabet, units, parts, each - used)


def signed(text: str, signature: str) -> str:
    """The text as it arrives, its signature before it."""
    return f"【{signature}】{text}" if signature else text


def _size(letter: str, alphabet: str) -> int:
    if alphabet == GSM:
        return 2 if letter in _EXTENDED else 1
    return 2 if ord(letter) > 0xFFFF else 1


def _packed(sizes: Iterable[int], each: int) -> tuple[int, int]:
    """How many parts of that room the letters take, and how full the last one is."""
    parts, used = 1, 0
    for size in sizes:
        if used + size > each:
            parts, used = parts + 1, 0
        used += size
    return parts, used
