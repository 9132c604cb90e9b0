"""Seals: an organisation's certificate put on a paper or under plain bytes; the only import of pyHanko here.

The same paper sealed with the same RSA certificate for the same moment gives the same bytes: the time is
given, the document's second identifier is made from the first, and PKCS#1 v1.5 draws nothing at random.
"""

import asyncio
import hashlib
import io
import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from asn1crypto import cms as asn1_cms
from asn1crypto import keys as asn1_keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.timestamps import HTTPTimeStamper
from pyhanko_certvalidator.registry import SimpleCertificateStore

from documents.models import Seal

GOOD_FOR = timedelta(days=3 * 365)
WARN_BEFORE = timedelta(days=30)
LEAST_BITS = 2048
FIELD = "Seal"
SEAL_AT = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")
TSA_ANSWERS_WITHIN = 5  # seconds
log = logging.getLogger(__name__)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Unusable(Exception):
    """A certificate cannot seal; the message says why and what to do."""


@dataclass(frozen=True)
class Sealed:
    """A paper under seal. ``stamped`` is whether a time-stamp authority has vouched for the time."""

    content: bytes
    fingerprint: str
    stamped: bool


def seal_of(organisation: Any, at: datetime) -> Seal | None:
    """The seal that the organisation (None: the house) had in force then, the newest first.

    It is the one that was known at that moment, so that a paper of that day is made again with it.
    Outside production one is made where none was: never there, for a seal is a promise that somebody made.
    """
    found = (
        Seal.objects.filter(
            Q(retired_at=None) | Q(retired_at__gt=at),
            organisation=organisation,
            valid_from__lte=at,
            valid_until__gt=at,
            made_at__lte=at,
        )
        .order_by("-valid_from", "-pk")
        .first()
    )
    if found is None and settings.SELF_MADE_SEALS:
        found = make_seal(organisation, by=None, at=at)
    return found


def new_key() -> rsa.RSAPrivateKey:
    """A key of 3072 bits."""
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def make_seal(organisation: Any, *, by: Any, at: datetime) -> Seal:
    """Make a self-made certificate and keep it: it shows that nothing was changed, and vouches for nobody."""
    key = new_key()
    said = organisation.name if organisation else "Doorstep"
    name = x509.Name(
        [x509.NameAttribute(NameOID.COMMON_NAME, said[:64])]
        + ([x509.NameAttribute(NameOID.COUNTRY_NAME, organisation.country)] if organisation else [])
    )
    begins = at.replace(microsecond=0)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + GOOD_FOR)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True, content_commitment=True, key_encipherment=False,
                data_encipherment=False, key_agreement=False, key_cert_sign=False, crl_sign=False,
                encipher_only=False, decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    return _keep(organisation, key, made, [], self_made=True, by=by, at=at)


def take_seal(organisation: Any, content: bytes, password: str, *, by: Any, at: datetime) -> Seal:
    """Keep a certificate that an authority has issued, from its PKCS#12 file; raises ``Unusable``."""
    try:
        key, certificate, chain = pkcs12.load_key_and_certificates(content, password.encode())
    except (ValueError, TypeError) as error:
        raise Unusable(
            _("The file cannot be opened: it is no PKCS#12 file (.p12, .pfx), or the password is another.")
        ) from error  # fmt: skip
    if key is None or certificate is None:
        raise Unusable(_("The file has no certificate with its key. Export both together."))
    if not (
        (isinstance(key, rsa.RSAPrivateKey) and key.key_size >= LEAST_BITS)
        or (isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name == "secp256r1")
    ):
        raise Unusable(_("The key must be RSA of at least 2048 bits, or ECDSA on P-256."))
    if certificate.not_valid_after_utc <= at:
        raise Unusable(_("This certificate has ended. Ask the authority for a new one."))
    return _keep(organisation, key, certificate, chain, self_made=False, by=by, at=at)


def _keep(
    organisation: Any,
    key: Key,
    certificate: x509.Certificate,
    chain: list[x509.Certificate],
    *,
    self_made: bool,
    by: Any,
    at: datetime,
) -> Seal:
    pem = serialization.Encoding.PEM
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    if Seal.objects.filter(fingerprint=fingerprint).exists():
        raise Unusable(_("This certificate is here already."))
    return Seal.objects.create(
        organisation=organisation,
        subject=certificate.subject.rfc4514_string()[:200],
        certificate=b"".join(one.public_bytes(pem) for one in (certificate, *chain)).decode(),
        key=key.private_bytes(
            pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode(),
        algorithm=Seal.Algorithm.RSA
        if isinstance(key, rsa.RSAPrivateKey)
        else Seal.Algorithm.ECDSA,
        valid_from=certificate.not_valid_before_utc,
        valid_until=certificate.not_valid_after_utc,
        fingerprint=fingerprint,
        self_made=self_made,
        made_by=by,
        made_at=at,
    )


def public_key(seal: Seal) -> bytes:
    """The public key as PEM, as ``openssl dgst -sha256 -verify`` takes it."""
    return (
        _certificate(seal)
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def sign_bytes(content: bytes, seal: Seal) -> bytes:
    """A bare signature over SHA-256: RSA PKCS#1 v1.5, or ECDSA on P-256 in DER."""
    key = _key(seal)
    if isinstance(key, rsa.RSAPrivateKey):
        return key.sign(content, padding.PKCS1v15(), hashes.SHA256())
    return key.sign(content, ec.ECDSA(hashes.SHA256()))


def seal_pdf(content: bytes, seal: Seal, reason: str, at: datetime) -> Sealed:
    """The PDF under seal (PAdES, nothing may be changed afterwards).

    With ``DOORSTEP_TSA_URL`` an authority stamps the time (B-T); where it does not answer within five
    seconds, and without it, the time is our own (B-B), which ``stamped`` says.
    """
    if settings.TSA_URL:
        stamper = HTTPTimeStamper(settings.TSA_URL, timeout=TSA_ANSWERS_WITHIN)
        try:
            stamped = _sign(content, seal, reason, at, stamper)
            return Sealed(stamped, seal.fingerprint, True)
        except Exception:  # whatever ails the authority, a debtor at the door is not kept waiting
            log.exception("the time-stamp authority gave no stamp; sealed with our own time")
    return Sealed(_sign(content, seal, reason, at, None), seal.fingerprint, False)


def under_seal(content: bytes, organisation: Any, reason: str, at: datetime) -> bytes:
    """The paper under the seal that the organisation had in force then; as it is where it had none."""
    seal = seal_of(organisation, at)
    return seal_pdf(content, seal, reason, at).content if seal else content


def seals_in(content: bytes) -> set[str]:
    """The fingerprints of the certificates in the last seal of a PDF of ours; whether it holds is not asked."""
    held = _signed_data(content)
    return {one.chosen.sha256.hex() for one in held["certificates"]} if held else set()


def has_stamp(content: bytes) -> bool:
    """Whether the last seal in a PDF of ours carries the stamp of a time-stamp authority (RFC 3161)."""
    held = _signed_data(content)
    besides = held["signer_infos"][0]["unsigned_attrs"] if held else ()
    return any(one["type"].native == "signature_time_stamp_token" for one in besides)


def _signed_data(content: bytes) -> Any:
    places = SEAL_AT.findall(content)
    if not places:
        return None
    start, length, after, _rest = (int(number) for number in places[-1])
    try:
        held = bytes.fromhex(content[start + length + 1 : after - 1].decode("ascii"))
        return asn1_cms.ContentInfo.load(held)["content"]
    except (ValueError, TypeError, KeyError):
        return None


class _Writer(IncrementalPdfFileWriter):
    """Adds the signature and nothing else: the dates and marks of the paper stay its own."""

    def _update_meta(self) -> None:
        """Leave the metadata as they are; PDF/A wants both kinds to agree, and they do."""


class _Signer(signers.PdfSigner):
    """Signs for a moment that is given."""

    at: datetime

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        """The session, told the time."""
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self.at
        return session


def _sign(content: bytes, seal: Seal, reason: str, at: datetime, stamper: Any) -> bytes:
    chain = x509.load_pem_x509_certificates(seal.certificate.encode())
    as_asn1 = [
        asn1_x509.Certificate.load(one.public_bytes(serialization.Encoding.DER)) for one in chain
    ]
    store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    store.register_multiple(as_asn1)
    der = _key(seal).private_bytes(
        serialization.Encoding.DER, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    signer = signers.SimpleSigner(
        signing_cert=as_asn1[0], signing_key=asn1_keys.PrivateKeyInfo.load(der), cert_registry=store
    )
    worker = _Signer(
        signers.PdfSignatureMetadata(
            field_name=FIELD, md_algorithm="sha256", reason=reason, certify=True,
            subfilter=SigSeedSubFilter.PADES, docmdp_permissions=MDPPerm.NO_CHANGES,
        ),
        signer=signer, timestamper=stamper,
    )  # fmt: skip
    worker.at = at.replace(microsecond=0)
    writer = _Writer(io.BytesIO(content))
    first = writer.document_id[0]
    second = hashlib.sha256(first + seal.fingerprint.encode() + at.isoformat().encode()).digest()
    writer._document_id[1] = generic.ByteStringObject(second[:16])
    out: bytes = _outside_a_loop(lambda: worker.sign_pdf(writer).getvalue())
    return out


def _outside_a_loop(work: Callable[[], bytes]) -> bytes:
    """Run it here, or beside, where this thread runs an event loop already."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return work()
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def _certificate(seal: Seal) -> x509.Certificate:
    return x509.load_pem_x509_certificates(seal.certificate.encode())[0]


def _key(seal: Seal) -> Key:
    key = serialization.load_pem_private_key((seal.key or "").encode(), password=None)
    assert isinstance(key, (rsa.RSAPrivateKey, ec.EllipticCurvePrivateKey))  # noqa: S101 - as kept
    return key
