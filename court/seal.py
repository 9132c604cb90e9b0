"""The seal of the house: one RSA key, by which bundles and anchors are signed for `openssl dgst -verify`."""

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from django.conf import settings

_PEM = serialization.Encoding.PEM


def place() -> Path:
    """Where the private key lies; an operator may put one of the house's own there."""
    return Path(settings.VAR) / "seal" / "house-key.pem"


def _key() -> rsa.RSAPrivateKey:
    file = place()
    if not file.exists():
        _make(file)
    return _read(file, file.stat().st_mtime_ns)


@lru_cache(maxsize=4)
def _read(file: Path, _stamp: int) -> rsa.RSAPrivateKey:
    key = serialization.load_pem_private_key(file.read_bytes(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError(f"{file} is no RSA key")
    return key


def _make(file: Path) -> None:
    """A key of its own for a house that has none; of two processes the first one's counts."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = file.with_name(f"{file.name}.{os.getpid()}.part")
    part.touch(mode=0o600)
    made = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    part.write_bytes(
        made.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )  # fmt: skip
    with suppress(FileExistsError):
        file.hardlink_to(part)
    part.unlink()


def public_pem() -> bytes:
    """The public key, as openssl reads it."""
    return _key().public_key().public_bytes(
        _PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip


def fingerprint() -> str:
    """The SHA-256 of the public key, to be published and compared."""
    return print_of(public_pem())


def print_of(pem: bytes) -> str:
    """The SHA-256 of a public key itself, whatever the spelling of its file."""
    der = serialization.load_pem_public_key(pem).public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )  # fmt: skip
    return hashlib.sha256(der).hexdigest()


def sign(content: bytes) -> bytes:
    """The signature; the same content gives the same bytes."""
    return _key().sign(content, padding.PKCS1v15(), hashes.SHA256())


def good(content: bytes, signature: bytes) -> bool:
    """Whether the house has signed this very content."""
    try:
        _key().public_key().verify(signature, content, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        return False
    return True
