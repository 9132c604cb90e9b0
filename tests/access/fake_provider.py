"""A sign-in service on loopback that signs real tokens, and lies as it is told."""

import base64
import hashlib
import time
from functools import lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from tests.notices.fakes.server import Answer, Call, Fake

CLIENT, SECRET = "doorstep", "what both sides know 7391"


@lru_cache
def a_key(name: str) -> rsa.RSAPrivateKey:
    """A key, made once in a run: making one takes long."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class FakeProvider(Fake):
    """``person`` is who sits before it; ``lies`` replaces claims (None takes one away), ``configured`` what it says of itself."""

    def __init__(self) -> None:
        super().__init__()
        self.key, self.named = a_key("k1"), "k1"
        self.signs_with: Any = None
        self.algorithm = "RS256"
        self.person: dict[str, Any] = {}
        self.lies: dict[str, Any] = {}
        self.configured: dict[str, Any] = {}
        self.down = ""
        self.asked: dict[str, dict[str, str]] = {}

    def rotate(self) -> None:
        self.key, self.named = a_key("k2"), "k2"

    def authorize(self, address: str) -> dict[str, str]:
        """Somebody follows the redirect and signs in; gives the query with which they come back."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.asked)}"
        self.asked[code] = asked
        return {"code": code, "state": asked["state"]}

    def answer(self, call: Call) -> Answer | None:
        if self.down and self.down in call.path:
            return Answer(503, {})
        if call.path.endswith("/openid-configuration"):
            return Answer(body={
                "issuer": self.base, "authorization_endpoint": f"{self.base}/authorize",
                "token_endpoint": f"{self.base}/token", "jwks_uri": f"{self.base}/keys",
                "token_endpoint_auth_methods_supported": ["client_secret_post"], **self.configured,
            })  # fmt: skip
        if call.path == "/keys":
            public = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
            return Answer(
                body={"keys": [{**public, "kid": self.named, "use": "sig", "alg": "RS256"}]}
            )
        return self.token(call)

    def token(self, call: Call) -> Answer:
        asked = self.asked.pop(call.form.get("code", ""), None)  # a code is good once
        proof = hashlib.sha256(call.form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(proof).rstrip(b"=").decode()
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        known = call.form.get("client_secret") == SECRET or call.headers.get("authorization") == f"Basic {basic}"  # fmt: skip
        if asked is None or challenge != asked["code_challenge"] or not known:
            return Answer(400, {"error": "invalid_grant"})
        now = int(time.time())
        claims = {
            "iss": self.base, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"],
            "auth_time": now, **self.person, **self.lies,
        }  # fmt: skip
        claims = {name: value for name, value in claims.items() if value is not None}
        key = self.signs_with if self.signs_with is not None else self.key
        token = jwt.encode(claims, key, self.algorithm, headers={"kid": self.named})
        return Answer(body={"access_token": "opaque-7", "token_type": "Bearer", "id_token": token})
