"""Keys of the door: what a pack is signed with, and what a phone's own store is sealed with.

Both are derived from the secret key of the house, each for one purpose, so that there is no further
file to keep: whoever changes the secret key ends every pack and every store that is out.
"""

import base64
import hashlib
import uuid
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from people.models import User

ORDER_P256 = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""The order of the curve's group (FIPS 186-5 and SP 800-186, P-256)."""


def store_key(user: User, device: uuid.UUID) -> bytes:
    """32 bytes for the store of this user on this phone: always the same, and nobody else's."""
    return _derived("door store", f"{user.pk}:{device}", 32)


def sign(body: bytes) -> bytes:
    """The signature over the pack: ECDSA on P-256 with SHA-256, as r and s of 32 bytes each."""
    r, s = decode_dss_signature(_signing_key().sign(body, ec.ECDSA(hashes.SHA256())))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def public_key() -> dict[str, Any]:
    """What a phone checks packs against, as a JSON Web Key."""
    numbers = _signing_key().public_key().public_numbers()
    x, y = (_base64url(value.to_bytes(32, "big")) for value in (numbers.x, numbers.y))
    # RFC 7638: the digest of the key's required members, in their order.
    print_of = hashlib.sha256(f'{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}'.encode())
    return {
        "kty": "EC", "crv": "P-256", "x": x, "y": y, "alg": "ES256", "use": "sig",
        "kid": print_of.hexdigest()[:16],
    }  # fmt: skip


def public_pem() -> str:
    """The same key as openssl reads it."""
    key = _signing_key().public_key()
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, form).decode()


def as_der_text(signature: str) -> str:
    """A signature of ``sign`` that was kept in base64, in the form that openssl takes; "" stays ""."""
    raw = base64.b64decode(signature)
    if not raw:
        return ""
    r, s = (int.from_bytes(half, "big") for half in (raw[:32], raw[32:]))
    return base64.b64encode(encode_dss_signature(r, s)).decode()


def _signing_key() -> ec.EllipticCurvePrivateKey:
    return _key_from(settings.SECRET_KEY)


@cache
def _key_from(_secret: str) -> ec.EllipticCurvePrivateKey:
    # 16 bytes more than the order has, so that no scalar is likelier than another.
    scalar = int.from_bytes(_derived("door packs", "", 48), "big") % (ORDER_P256 - 1) + 1
    return ec.derive_private_key(scalar, ec.SECP256R1())


def _derived(purpose: str, of: str, length: int) -> bytes:
    kdf = HKDF(
        algorithm=hashes.SHA256(), length=length, salt=f"doorstep: {purpose}".encode(),
        info=of.encode(),
    )  # fmt: skip
    return kdf.derive(settings.SECRET_KEY.encode())


def _base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()
