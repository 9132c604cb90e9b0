"""Single sign-on: what we ask of an OpenID provider, and what of its answer we believe.

The authorization code flow with PKCE, after OpenID Connect Core 1.0 and RFC 9700. Nothing is believed but a signed
ID token; no token is kept. Keys and addresses are read anew each time, so a provider may change its keys at any moment.
"""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

import jwt
import requests
from allauth.socialaccount.providers.oauth2.utils import generate_code_challenge
from django.conf import settings
from django.utils.crypto import constant_time_compare, get_random_string

TIMEOUT = (5, 10)  # seconds to connect, and to answer
MOST_BYTES = 256 * 1024
LEEWAY = 60  # seconds by which the provider's clock may be off
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")  # fmt: skip
"""Signatures with a public key alone: neither "none" nor a secret that both sides share."""
CLAIMS = ["iss", "aud", "exp", "iat", "sub", "nonce"]
MOST_SUBJECT = 191  # signs of a subject that the table holds


class NotBelieved(Exception):
    """The provider's answer is not taken; ``why`` is a word for the log and the page."""

    def __init__(self, why: str, detail: str = "") -> None:
        super().__init__(f"{why}: {detail}" if detail else why)
        self.why = why


@dataclass(frozen=True)
class Sent:
    """What was asked, kept in the session until the answer comes."""

    nonce: str
    verifier: str
    back: str
    towards: str
    again: bool

    def as_kept(self) -> dict[str, Any]:
        """As it lies in the session."""
        return dict(self.__dict__)


@dataclass(frozen=True)
class Told:
    """What a believed token says of somebody."""

    subject: str
    mail: str
    """The verified address, or ""."""
    unverified: bool
    """Whether there is an address, but the provider does not vouch for it."""
    factor: bool
    """Whether the provider says it saw a second factor, in words that the house accepts."""
    signed_in_at: int | None


def begin(*, back: str, towards: str, again: bool) -> tuple[Sent, dict[str, str], str]:
    """What to keep, what to send along, and where to; raises ``NotBelieved``.

    ``again`` asks the provider to see the person anew rather than to lean on a session of its own.
    """
    challenge = generate_code_challenge()
    sent = Sent(get_random_string(43), challenge.pop("code_verifier"), back, towards, again)
    asked = {
        "response_type": "code", "client_id": settings.OIDC["client"], "redirect_uri": back,
        "scope": "openid email", "nonce": sent.nonce, **challenge,
        **({"prompt": "login", "max_age": "0"} if again else {}),
    }  # fmt: skip
    asked["code_challenge"] = challenge["code_challenge"].decode()
    where = known()["authorization_endpoint"]
    if origin_of(where) != origin_of(settings.OIDC["issuer"]):
        raise NotBelieved("unsound", "the page to sign in at is of another origin than the issuer")
    return sent, asked, where


def address(where: str, asked: dict[str, str], state: str) -> str:
    """The provider's page with what we ask."""
    return f"{where}{'&' if '?' in where else '?'}{urlencode({**asked, 'state': state})}"


def finish(sent: Sent, code: str) -> Told:
    """Change the code into a token and say what it tells; raises ``NotBelieved``."""
    found = known()
    answer = _json(
        "post", found["token_endpoint"],
        data={
            "grant_type": "authorization_code", "code": code, "redirect_uri": sent.back,
            "client_id": settings.OIDC["client"], "code_verifier": sent.verifier,
            **({} if _basic(found) else {"client_secret": settings.OIDC["secret"]}),
        },
        auth=(settings.OIDC["client"], settings.OIDC["secret"]) if _basic(found) else None,
    )  # fmt: skip
    token = answer.get("id_token")
    if not isinstance(token, str):
        raise NotBelieved("unsound", "no ID token")
    return _told(_claims(token, found["jwks_uri"]), sent)


def known() -> dict[str, Any]:
    """What the provider says of itself, for this issuer and no other."""
    issuer = settings.OIDC["issuer"]
    found = _json("get", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        raise NotBelieved("unsound", "the configuration is another issuer's")
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        parts = urlsplit(str(found.get(name, "")))
        if parts.scheme not in ({"https"} if settings.PRODUCTION else {"https", "http"}):
            raise NotBelieved("unsound", f"no usable {name}")
    return found


def origin_of(address: str) -> str:
    """Scheme, host and port of an address."""
    parts = urlsplit(address)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _basic(found: dict[str, Any]) -> bool:
    """Whether the secret goes into a header: the standard's default where nothing else is named."""
    methods = found.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_post" not in methods


def _claims(token: str, keys_at: str) -> dict[str, Any]:
    """The claims of a token that was signed by the issuer, for us, and is good now."""
    try:
        head = jwt.get_unverified_header(token)
        if head.get("alg") not in ALGORITHMS:
            raise NotBelieved("unsound", f"signed by {str(head.get('alg'))[:20]!r}")
        key = _key(head, _json("get", keys_at))
        claims: dict[str, Any] = jwt.decode(
            token, key, algorithms=list(ALGORITHMS), audience=settings.OIDC["client"],
            issuer=settings.OIDC["issuer"], leeway=LEEWAY, options={"require": CLAIMS},
        )  # fmt: skip
    except jwt.PyJWTError as error:
        raise NotBelieved("unsound", type(error).__name__) from error
    return claims


def _key(head: dict[str, Any], answer: dict[str, Any]) -> jwt.PyJWK:
    """The issuer's key that the token names; where it names none, the only one that there is."""
    rows = answer.get("keys")
    fitting = [
        row for row in rows if isinstance(row, dict) and row.get("use", "sig") == "sig"
        and row.get("kty") != "oct" and head.get("kid") in {None, row.get("kid")}
    ] if isinstance(rows, list) else []  # fmt: skip
    if len(fitting) != 1:
        raise NotBelieved("unsound", "no key of that name")
    return jwt.PyJWK(fitting[0], algorithm=head["alg"])


def _told(claims: dict[str, Any], sent: Sent) -> Told:
    """What the claims say, once they are ours."""
    audience, party = claims["aud"], claims.get("azp")
    if isinstance(audience, list) and len(audience) > 1 and party is None:
        raise NotBelieved("unsound", "for several, and not said for whom")
    if party is not None and party != settings.OIDC["client"]:
        raise NotBelieved("unsound", "issued to another")
    if not constant_time_compare(str(claims["nonce"]), sent.nonce):
        raise NotBelieved("unsound", "another nonce")
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= MOST_SUBJECT or "\0" in subject:
        raise NotBelieved("unsound", "no usable subject")
    mail = claims.get("email")
    mail = mail.strip() if isinstance(mail, str) else ""
    vouched = claims.get("email_verified") in (True, "true")
    when = claims.get("auth_time")
    if not isinstance(when, int) or isinstance(when, bool):
        when = None
    return Told(
        subject, mail if vouched else "", bool(mail) and not vouched, _factor(claims),
        None if when is None else min(when, int(claims["iat"])),
    )  # fmt: skip


def _factor(claims: dict[str, Any]) -> bool:
    """Whether ``amr`` or ``acr`` hold a word that the house counts as a second factor; by default none does."""
    methods = claims.get("amr")
    said = {str(one) for one in methods} if isinstance(methods, list) else set()
    return bool((said | {str(claims.get("acr", ""))}) & set(settings.OIDC["factors"]) - {""})


def _json(method: str, where: str, **given: Any) -> dict[str, Any]:
    """One call; no redirects, not too long, not too much."""
    try:
        with requests.request(
            method, where, timeout=TIMEOUT, allow_redirects=False, stream=True,
            headers={"Accept": "application/json"}, **given,
        ) as answer:  # fmt: skip
            content = answer.raw.read(MOST_BYTES + 1, decode_content=True)
            status = answer.status_code
    except (requests.RequestException, OSError) as error:
        raise NotBelieved("away", type(error).__name__) from error
    except Exception as error:  # urllib3's own, while reading
        raise NotBelieved("away", type(error).__name__) from error
    if status != 200:
        raise NotBelieved("away" if status >= 500 else "unsound", f"status {status}")
    try:
        found = json.loads(content) if len(content) <= MOST_BYTES else None
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise NotBelieved("unsound", "no JSON object")
    return found
