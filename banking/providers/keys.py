"""Public keys of providers: read from what people paste, and asked whether a signature is theirs. Pure."""

import base64
import binascii
import re
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

LEAST_BITS = 2048
_CERTIFICATE = "-----BEGIN CERTIFICATE-----"


class BadKey(ValueError):
    """What was pasted is no public key that can be used: ``private``, ``unread``, ``short``, ``expired``, ``other``."""


def public_key(pasted: str, at: datetime, *, serial: str = "") -> RSAPublicKey:
    """The RSA key in a PEM, a certificate, or the bare letters between the lines; raises ``BadKey``.

    A certificate must hold today, and be the one of that ``serial`` where one is given.
    """
    text = pasted.strip()
    if "PRIVATE KEY" in text:
        raise BadKey("private")
    try:
        if _CERTIFICATE in text:
            key = _of_certificate(text, at, serial)
        elif "BEGIN" in text:
            key = serialization.load_pem_public_key(text.encode())
        else:
            bare = base64.b64decode(re.sub(r"\s", "", text), validate=True)
            key = serialization.load_der_public_key(bare)
    except BadKey:
        raise
    except Exception as unread:  # the library has many ways of saying that it cannot read it
        raise BadKey("unread") from unread
    if not isinstance(key, RSAPublicKey):
        raise BadKey("other")
    if key.key_size < LEAST_BITS:
        raise BadKey("short")
    return key


def _of_certificate(text: str, at: datetime, serial: str) -> object:
    certificate = x509.load_pem_x509_certificate(text.encode())
    if not certificate.not_valid_before_utc <= at <= certificate.not_valid_after_utc:
        raise BadKey("expired")
    if serial and f"{certificate.serial_number:X}" != serial.upper().lstrip("0"):
        raise BadKey("serial")
    return certificate.public_key()


def is_signed(key: RSAPublicKey, said: bytes, signature: str) -> bool:
    """Whether that signature in base64 is of these bytes (RSASSA-PKCS1-v1_5 with SHA-256)."""
    try:
        key.verify(base64.b64decode(signature, validate=True), said, PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
