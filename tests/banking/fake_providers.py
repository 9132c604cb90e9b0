"""Payment providers for the tests: each speaks its own documented protocol over HTTP, with keys of the test's own.

They sign and seal by themselves, without the code that is tested. ``post`` is requests' own, or what hands the very
same bytes to the application without a server between (``in_process``).
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.test import Client

APIV3_KEY = "0123456789abcdef0123456789ABCDEF"
WHSEC = "whsec_TestSecretOfTheTests000000"
SERIAL = "PUB_KEY_ID_0116000000002024110100000000000001"
MCHID, APP_ID, SELLER, ACCT = "1900000109", "2014072300007148", "2088101106499364", "acct_1Doorstep"
Post = Callable[..., Any]
BEIJING = ZoneInfo("Asia/Shanghai")


@cache
def key(which: str = "theirs") -> rsa.RSAPrivateKey:
    """The provider's own key, or a forger's; made once."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(which: str = "theirs") -> str:
    """Its public half, as it is downloaded."""
    public = key(which).public_key()
    kinds = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return public.public_bytes(*kinds).decode()


def signed(text: bytes, which: str = "theirs") -> str:
    """RSASSA-PKCS1-v1_5 with SHA-256, in base64."""
    return base64.b64encode(key(which).sign(text, padding.PKCS1v15(), hashes.SHA256())).decode()


VALUES: dict[str, dict[str, str]] = {
    "wechat_pay": {
        "mchid": MCHID, "serial": SERIAL, "public_key": pem(), "next_serial": "",
        "next_public_key": "", "apiv3_key": APIV3_KEY,
    },
    "alipay": {"app_id": APP_ID, "seller_id": SELLER, "public_key": pem()},
    "stripe_pay": {"account": ACCT, "signing_secret": WHSEC, "previous_secret": ""},
}  # fmt: skip


class FakeWeChatPay:
    """微信支付: a signed envelope around a sealed resource."""

    name = "wechat_pay"

    def __init__(self, url: str, post: Post = requests.post) -> None:
        self.url, self.post = url, post

    def paid(self, at: datetime, **said: Any) -> Any:
        """A payment that succeeded."""
        return self.call("TRANSACTION.SUCCESS", self.transaction(at, **said), at)

    def transaction(
        self, at: datetime, *, number: str = "4200000001", cents: int = 650_000, attach: str = "HZ-2026-0147",
        order: str = "A1", payer_cents: int | None = None, currency: str = "CNY", mchid: str = MCHID,
    ) -> dict[str, Any]:  # fmt: skip
        """What the resource says of a payment."""
        return {
            "mchid": mchid, "appid": "wxd678efh567hg6787", "out_trade_no": order,
            "transaction_id": number, "trade_type": "JSAPI", "trade_state": "SUCCESS",
            "trade_state_desc": "支付成功", "bank_type": "CMC", "attach": attach,
            "success_time": at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "payer": {"openid": "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o"},
            "amount": {
                "total": cents, "payer_total": cents if payer_cents is None else payer_cents,
                "currency": currency, "payer_currency": currency,
            },
        }  # fmt: skip

    def refunded(
        self, at: datetime, *, number: str = "4200000001", cents: int = 650_000, of: int = 650_000,
        refund: str = "50000000382019052709732678859",
    ) -> Any:  # fmt: skip
        """A refund that succeeded."""
        said = {
            "mchid": MCHID, "transaction_id": number, "out_trade_no": "A1", "refund_id": refund,
            "out_refund_no": "R1", "refund_status": "SUCCESS",
            "success_time": at.astimezone(BEIJING).isoformat(timespec="seconds"),
            "user_received_account": "招商银行信用卡0403",
            "amount": {"total": of, "refund": cents, "payer_total": of, "payer_refund": cents},
        }  # fmt: skip
        return self.call("REFUND.SUCCESS", said, at)

    def call(
        self, event: str, said: Mapping[str, Any], at: datetime, *, secret: str = APIV3_KEY,
        which: str = "theirs", serial: str = SERIAL, signature: str = "", after: bytes = b"",
        identity: str = "EV-2018022511223320873",
    ) -> Any:  # fmt: skip
        """One notice; ``after`` is added to the body when it is signed already."""
        nonce = secrets.token_hex(6)
        plain = json.dumps(said).encode()
        sealed = AESGCM(secret.encode()).encrypt(nonce.encode(), plain, b"transaction")
        body = json.dumps({
            "id": identity, "create_time": at.isoformat(), "resource_type": "encrypt-resource",
            "event_type": event, "summary": "支付成功",
            "resource": {
                "original_type": "transaction", "algorithm": "AEAD_AES_256_GCM",
                "ciphertext": base64.b64encode(sealed).decode(), "associated_data": "transaction",
                "nonce": nonce,
            },
        }, ensure_ascii=False).encode()  # fmt: skip
        stamp, token = str(int(at.timestamp())), secrets.token_hex(16)
        text = f"{stamp}\n{token}\n".encode() + body + b"\n"
        headers = {
            "Content-Type": "application/json", "Wechatpay-Timestamp": stamp,
            "Wechatpay-Nonce": token, "Wechatpay-Serial": serial,
            "Wechatpay-Signature": signature or signed(text, which),
            "Wechatpay-Signature-Type": "WECHATPAY2-SHA256-RSA2048",
        }  # fmt: skip
        return self.post(self.url, data=body + after, headers=headers, timeout=20)

    def is_taken(self, answer: Any) -> bool:
        """What makes it stop calling."""
        return answer.status_code in {200, 204} and not answer.content

    def is_refused(self, answer: Any) -> bool:
        """What makes it call again, as the protocol has it."""
        return answer.status_code >= 400 and answer.json()["code"] == "FAIL"


class FakeAlipay:
    """支付宝: a form whose sorted fields are signed."""

    name = "alipay"

    def __init__(self, url: str, post: Post = requests.post) -> None:
        self.url, self.post = url, post

    def paid(self, at: datetime, **said: Any) -> Any:
        """A trade that was paid."""
        return self.call(self.trade(at, **said))

    def trade(
        self, at: datetime, *, number: str = "2013112011001004330000121536", amount: str = "6500.00",
        params: str = "HZ-2026-0147", status: str = "TRADE_SUCCESS", **more: str,
    ) -> dict[str, str]:  # fmt: skip
        """What a notice says of a trade."""
        local = f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        return {
            "notify_time": local, "notify_type": "trade_status_sync",
            "notify_id": "ac05099524730693a8b330c5ecf72da978", "charset": "utf-8", "version": "1.0",
            "app_id": APP_ID, "seller_id": SELLER, "trade_no": number, "out_trade_no": "6823789339978248",
            "buyer_id": "2088102122524333", "buyer_logon_id": "159****8832", "trade_status": status,
            "total_amount": amount, "receipt_amount": amount, "buyer_pay_amount": amount,
            "subject": "还款", "body": "", "gmt_create": local, "gmt_payment": local,
            "passback_params": params, **more,
        }  # fmt: skip

    def refunded(
        self, at: datetime, *, amount: str = "6500.00", back: str = "6500.00", **more: str
    ) -> Any:
        """Money of it went back: a notice of the same trade."""
        local = f"{at.astimezone(BEIJING):%Y-%m-%d %H:%M:%S}"
        said = self.trade(
            at, amount=amount, status="TRADE_CLOSED" if back == amount else "TRADE_SUCCESS",
            refund_fee=back, gmt_refund=f"{local}.123", **{"out_biz_no": "HZRF001", **more},
        )  # fmt: skip
        return self.call(said)

    def call(self, said: Mapping[str, str], *, which: str = "theirs", **changed: str) -> Any:
        """One notice; what is ``changed`` is so after it was signed."""
        encoding = said["charset"]
        text = "&".join(f"{name}={said[name]}" for name in sorted(said))
        fields = {**said, "sign_type": "RSA2", "sign": signed(text.encode(encoding), which)}
        body = requests.models.RequestEncodingMixin._encode_params(
            {name: value.encode(encoding) for name, value in {**fields, **changed}.items()}
        )
        kind = f"application/x-www-form-urlencoded; charset={encoding}"
        return self.post(self.url, data=body, headers={"Content-Type": kind}, timeout=20)

    def is_taken(self, answer: Any) -> bool:
        """The seven letters."""
        return answer.status_code == 200 and answer.content == b"success"

    def is_refused(self, answer: Any) -> bool:
        """Anything else."""
        return answer.status_code >= 400 and answer.content == b"fail"


class FakeStripe:
    """Stripe: an event whose time and body are signed by HMAC."""

    name = "stripe_pay"

    def __init__(self, url: str, post: Post = requests.post) -> None:
        self.url, self.post = url, post

    def paid(self, at: datetime, **said: Any) -> Any:
        """A payment that succeeded."""
        return self.call("payment_intent.succeeded", self.intent(at, **said), at)

    def intent(
        self, at: datetime, *, number: str = "pi_1", cents: int = 650_000, currency: str = "cny",
        reference: str = "HZ-2026-0147",
    ) -> dict[str, Any]:  # fmt: skip
        """A payment as an event shows it."""
        return {
            "id": number, "object": "payment_intent", "amount": cents, "amount_received": cents,
            "currency": currency, "created": int(at.timestamp()), "description": None,
            "latest_charge": "ch_1", "metadata": {"reference": reference}, "receipt_email": None,
            "status": "succeeded",
        }  # fmt: skip

    def refunded(
        self, at: datetime, *, number: str = "pi_1", cents: int = 650_000, of: int = 650_000
    ) -> Any:
        """Money of a charge went back."""
        said = {
            "id": "ch_1", "object": "charge", "amount": of, "amount_refunded": cents,
            "currency": "cny", "payment_intent": number, "description": None,
            "created": int((at - timedelta(days=1)).timestamp()), "refunded": cents == of,
        }  # fmt: skip
        return self.call("charge.refunded", said, at)

    def disputed(
        self, at: datetime, *, number: str = "pi_1", status: str = "needs_response"
    ) -> Any:
        """The payer says that it was not theirs, or how that ended."""
        said = {
            "id": "dp_1", "object": "dispute", "amount": 650_000, "currency": "cny",
            "charge": "ch_1", "payment_intent": number, "created": int(at.timestamp()),
            "reason": "fraudulent", "status": status,
        }  # fmt: skip
        ended = status in {"won", "lost", "warning_closed"}
        return self.call(f"charge.dispute.{'closed' if ended else 'created'}", said, at)

    def call(
        self, kind: str, said: Mapping[str, Any], at: datetime, *, secret: str = WHSEC,
        scheme: str = "v1", after: bytes = b"", **more: Any,
    ) -> Any:  # fmt: skip
        """One event; ``after`` is added to the body when it is signed already."""
        event = {
            "id": "evt_1", "object": "event", "type": kind, "created": int(at.timestamp()),
            "livemode": True, "data": {"object": said}, **more,
        }  # fmt: skip
        body, stamp = json.dumps(event).encode(), int(at.timestamp())
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()
        headers = {"Stripe-Signature": f"t={stamp},{scheme}={mac}"}
        return self.post(self.url, data=body + after, headers=headers, timeout=20)

    def is_taken(self, answer: Any) -> bool:
        """Any of the two hundreds."""
        return 200 <= answer.status_code < 300

    def is_refused(self, answer: Any) -> bool:
        """Anything else."""
        return answer.status_code >= 400


FAKES: dict[str, Any] = {one.name: one for one in (FakeWeChatPay, FakeAlipay, FakeStripe)}


def in_process(url: str, *, data: Any, headers: Mapping[str, str], timeout: float) -> Any:
    """Hand the call to the application as it would arrive."""
    body = data.encode() if isinstance(data, str) else data
    kind = headers.get("Content-Type", "application/json")
    rest = {name: value for name, value in headers.items() if name != "Content-Type"}
    return Client().post(url, data=body, content_type=kind, headers=rest)
