"""微信支付 (WeChat Pay), API v3: notices of payments and refunds.

A notice is signed over its time, its nonce and its body by the key that ``Wechatpay-Serial`` names, and its
``resource`` is sealed with the merchant's APIv3 key. 200 or 204 without a word means that it was taken.
Protocol: pay.weixin.qq.com/docs/merchant, chapters on verifying signatures and on payment and refund notices.
"""

import base64
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext_lazy as _

from banking.providers import (
    NO_SENSE,
    Account,
    Answer,
    Call,
    CameIn,
    Forged,
    Heard,
    Nonsense,
    Provider,
    WentBack,
    must_be_fresh,
)
from banking.providers.keys import BadKey, is_signed, public_key
from banking.providers.minor import amount_of, currency_of
from banking.providers.words import BAD_KEYS, SHORT_SECRET
from notices.channels import Setting

TOLERANCE = timedelta(minutes=5)
SCHEME = "WECHATPAY2-SHA256-RSA2048"
PROBE = "WECHATPAY/SIGNTEST/"
"""WeChat Pay now and then signs wrongly on purpose, to see whether the merchant looks; such a call must be refused."""
SECRET_LENGTH = 32
PAIRS = (("serial", "public_key"), ("next_serial", "next_public_key"))


class WechatPay(Provider):
    """微信支付."""

    name, label = "wechat_pay", _("WeChat Pay")
    reference_in = _(
        "Put the case's reference into attach, or at the head of out_trade_no with * behind it."
    )
    test_by = _(
        "Pay one cent to the merchant number with the address above as notify_url, or send a notice again from the merchant platform."
    )
    fields = (
        Setting("mchid", _("Merchant number"), _("mchid; eight to ten digits.")),
        Setting(
            "serial",
            _("Number of the public key"),
            _("Begins with PUB_KEY_ID_; for a platform certificate, its serial number."),
        ),
        Setting(
            "public_key",
            _("WeChat Pay's public key"),
            _("The file pub_key.pem of the merchant platform, or the platform certificate."),
            kind="pem",
        ),
        Setting(
            "next_serial",
            _("Number of the next public key"),
            _("Only while one key takes the place of another."),
            required=False,
        ),
        Setting("next_public_key", _("The next public key"), required=False, kind="pem"),
        Setting(
            "apiv3_key",
            _("APIv3 key"),
            _("32 letters and digits, which you have set on the merchant platform."),
            secret=True,
        ),
    )

    def faults(self, account: Account, at: datetime) -> Sequence[tuple[str, Any]]:
        """Keys that cannot be read, and a secret that is not as long as they are."""
        found: list[tuple[str, Any]] = []
        for serial, name in PAIRS:
            pasted, number = (str(account.settings.get(one) or "") for one in (name, serial))
            if bool(pasted) != bool(number):
                found.append((name if number else serial, BAD_KEYS["pair"]))
            elif pasted:
                try:
                    public_key(pasted, at, serial=number)
                except BadKey as bad:
                    found.append((name, BAD_KEYS[str(bad)]))
        if len(str(account.secrets.get("apiv3_key", "")).encode()) != SECRET_LENGTH:
            found.append(("apiv3_key", SHORT_SECRET))
        return found

    def merchant(self, account: Account) -> str:
        """The merchant number."""
        return str(account.settings.get("mchid", ""))

    def hear(self, account: Account, call: Call, at: datetime) -> Heard:
        """A payment that succeeded, or a refund; whatever else is told concerns no ledger."""
        _must_be_signed(account, call, at)
        try:
            notice = json.loads(call.body)
            event, said = str(notice["event_type"]), _opened(account, notice["resource"])
        except NO_SENSE as nonsense:
            raise Nonsense("body") from nonsense
        if not isinstance(said, dict):
            raise Nonsense("resource")
        if str(said.get("mchid", "")) != self.merchant(account):
            raise Forged("merchant")
        try:
            if event == "TRANSACTION.SUCCESS" and said.get("trade_state") == "SUCCESS":
                return Heard(came=(_came(said),))
            if event == "REFUND.SUCCESS" and said.get("refund_status") == "SUCCESS":
                return Heard(back=(_back(said),))
        except NO_SENSE as nonsense:
            raise Nonsense("resource") from nonsense
        return Heard()

    def accepted(self) -> Answer:
        """Nothing but the status: a body is not asked for."""
        return Answer(204)

    def refused(self, status: int) -> Answer:
        """So that it is called again, with the code that the protocol asks for."""
        said = json.dumps({"code": "FAIL", "message": "失败"}, ensure_ascii=False)
        return Answer(status, said, "application/json")


def _must_be_signed(account: Account, call: Call, at: datetime) -> None:
    signature = call.headers.get("wechatpay-signature", "")
    written = call.headers.get("wechatpay-timestamp", "")
    serial = call.headers.get("wechatpay-serial", "")
    if call.headers.get("wechatpay-signature-type", SCHEME) != SCHEME or not signature:
        raise Forged("unsigned")
    if signature.startswith(PROBE):
        raise Forged("signature", probe=True)
    key = _key(account, serial, at)
    nonce = call.headers.get("wechatpay-nonce", "")
    if not is_signed(key, f"{written}\n{nonce}\n".encode() + call.body + b"\n", signature):
        raise Forged("signature")
    if not (written.isascii() and written.isdigit() and len(written) < 12):
        raise Forged("old")
    must_be_fresh(datetime.fromtimestamp(int(written), UTC), at, TOLERANCE)


def _key(account: Account, serial: str, at: datetime) -> Any:
    for number, name in PAIRS:
        if serial and serial.upper() == str(account.settings.get(number) or "").upper():
            try:
                return public_key(str(account.settings.get(name) or ""), at, serial=serial)
            except BadKey as bad:
                raise Forged("key") from bad
    raise Forged("serial")


def _opened(account: Account, resource: dict[str, Any]) -> dict[str, Any]:
    """What the notice is about, unsealed (AEAD_AES_256_GCM); raises ``Forged`` where the secret does not fit."""
    if resource.get("algorithm") != "AEAD_AES_256_GCM":
        raise Nonsense("algorithm")
    secret = str(account.secrets.get("apiv3_key", "")).encode()
    sealed = base64.b64decode(resource["ciphertext"], validate=True)
    beside = str(resource.get("associated_data") or "").encode()
    try:
        plain = AESGCM(secret).decrypt(str(resource["nonce"]).encode(), sealed, beside)
    except (InvalidTag, ValueError) as shut:
        raise Forged("secret") from shut
    opened: dict[str, Any] = json.loads(plain)
    return opened


def _came(said: dict[str, Any]) -> CameIn:
    amount, currency = said["amount"], currency_of(said["amount"]["currency"])
    paid = amount.get("payer_total", amount["total"])
    return CameIn(
        key=str(said["transaction_id"]), amount=amount_of(amount["total"], currency),
        currency=currency, at=datetime.fromisoformat(said["success_time"]),
        payer_account=str((said.get("payer") or {}).get("openid", "")),
        remark=_remark(said), whole=paid == amount["total"],
    )  # fmt: skip


def _back(said: dict[str, Any]) -> WentBack:
    amount = said["amount"]
    currency = currency_of(amount.get("currency", "CNY"))
    return WentBack(
        key=str(said["refund_id"]), names=str(said["transaction_id"]),
        amount=amount_of(amount["refund"], currency), currency=currency,
        at=datetime.fromisoformat(said["success_time"]), remark=_remark(said),
        whole=amount["refund"] == amount["total"],
    )  # fmt: skip


def _remark(said: dict[str, Any]) -> str:
    """What the merchant wrote to it; * and | end a reference in the order's number."""
    order = str(said.get("out_trade_no") or "").replace("*", " ").replace("|", " ")
    return " ".join(f"{said.get('attach') or ''} {order}".split())


PROVIDER = WechatPay()
