"""The key ring: what is personal lies in the database sealed, and is found again by a keyed mark.

A sealed value is text of three parts with dots between: which key (8 signs), the mark by which it is found (22 signs,
or none), and AES-256-GCM's nonce and ciphertext in base64. The column that it belongs to is sealed in, so that a value
moved into another column opens no more. Nothing stays nothing: an empty text, or the dash that is left where something
was deleted, is not sealed. See decision 032.
"""

import hmac
import os
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

SHORTEST = 43
"""Signs of 32 random bytes in base64, the least that a key may have."""
NAME, MARK = 8, 22
FOUND_BY = NAME + 1 + MARK
"""So many signs at the front of a sealed value tell which key and which mark: what an index holds."""
NONCE = 12
NOTHING = ("", "—")
_FORM = re.compile(rf"[0-9a-f]{{{NAME}}}\.(?:[\w-]{{{MARK}}})?\.[\w-]{{38,}}", re.ASCII)


class Unreadable(RuntimeError):
    """A sealed value opens with no key of the ring, or was put together from parts of others."""


def _exact(text: str) -> str:
    return "".join(text.split()).casefold()


def _reach(text: str) -> str:
    """A telephone number by its last eleven digits, however it is written; an account as it is."""
    bare = _exact(text)
    digits = re.sub(r"\D", "", bare)
    if len(digits) >= 7 and re.fullmatch(r"[\d+()./-]+", bare):
        return digits[-11:]
    return bare


PLAIN: dict[str, Callable[[str], str]] = {"exact": _exact, "reach": _reach}
"""What two spellings must agree in to have one mark: all but spaces and case; a telephone number's last digits."""


@dataclass(frozen=True)
class Key:
    """One secret of the ring: what it is called in sealed values, what it seals and marks with."""

    name: str
    sealer: AESGCM
    marker: bytes


@lru_cache(maxsize=16)
def _ring(secrets: tuple[str, ...]) -> tuple[Key, ...]:
    return tuple(
        Key(
            name=_derive(secret, b"doorstep: name of the key")[: NAME // 2].hex(),
            sealer=AESGCM(_derive(secret, b"doorstep: seal")),
            marker=_derive(secret, b"doorstep: mark"),
        )
        for secret in secrets
    )


def _derive(secret: str, purpose: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose).derive(secret.encode())


def ring() -> tuple[Key, ...]:
    """The house's keys: the first one seals, all of them open."""
    if not settings.DATA_KEYS:
        raise ImproperlyConfigured(
            "DOORSTEP_DATA_KEYS must be set: what is personal is sealed with it."
        )
    return _ring(tuple(settings.DATA_KEYS))


def weak(secret: str) -> bool:
    """Whether a secret is too short or too plain to be a key."""
    return len(secret) < SHORTEST or len(set(secret)) < 10


def seal(text: str, place: str, find_by: str = "") -> str:
    """The text, sealed for this place ("table.column"); ``find_by`` names what its mark is of."""
    if text in NOTHING:
        return text
    key = ring()[0]
    nonce = os.urandom(NONCE)
    shut = nonce + key.sealer.encrypt(nonce, text.encode(), place.encode())
    mark = _mark(key, text, place, find_by) if find_by else ""
    return f"{key.name}.{mark}.{urlsafe_b64encode(shut).decode().rstrip('=')}"


def unseal(sealed: str, place: str) -> str:
    """The text again; raises ``Unreadable`` where it was sealed for another place or with another key."""
    if sealed in NOTHING:
        return sealed
    name, _dot, rest = sealed.partition(".")
    for key in ring():
        if key.name == name:
            shut = rest.partition(".")[2]
            try:
                raw = urlsafe_b64decode(shut + "=" * (-len(shut) % 4))
                return key.sealer.decrypt(raw[:NONCE], raw[NONCE:], place.encode()).decode()
            except (InvalidTag, ValueError):
                break
    # Names the place and the key's name alone: it may stand in a log.
    raise Unreadable(f"{place}: sealed with {name if _FORM.fullmatch(sealed) else 'nothing'}")


def looks_sealed(text: str) -> bool:
    """Whether this has the form of a sealed value, for whatever place and with whatever key."""
    return bool(_FORM.fullmatch(text))


def is_sealed(text: str, place: str) -> bool:
    """Whether this is a value sealed for this place with a key of the ring; a text that only looks so is not."""
    if not looks_sealed(text):
        return False
    try:
        unseal(text, place)
    except Unreadable:
        return False
    return True


def fronts(text: str, place: str, find_by: str) -> list[str]:
    """How a sealed value that holds this text may begin, one for each key of the ring."""
    if text in NOTHING:
        return [text]
    return [f"{key.name}.{_mark(key, text, place, find_by)}" for key in ring()]


def newest() -> str:
    """What a value begins with that is sealed with the key that seals now."""
    return f"{ring()[0].name}."


def _mark(key: Key, text: str, place: str, find_by: str) -> str:
    told = f"{place}\0{PLAIN[find_by](text)}".encode()
    return urlsafe_b64encode(hmac.digest(key.marker, told, "sha256")[:16]).decode()[:MARK]
