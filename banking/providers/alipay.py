"""支付宝 (Alipay): asynchronous notices of trades.

All fields but ``sign`` and ``sign_type``, sorted and joined, are signed with Alipay's key (RSA2). Whoever has taken a
notice answers the seven letters ``success``; else it comes again for a day, at longer and longer intervals.
Protocol: opendocs.alipay.com, chapter on asynchronous notices; a refund comes as a notice of its trade.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote

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
from banking.providers.minor import decimal_of
from banking.providers.words import BAD_KEYS
from common.clock import HOUSE_ZONE, from_local
from notices.channels import Setting

TOLERANCE = timedelta(hours=26)
"""It repeats an unanswered notice for a little more than a day; what is older is no repetition of its own."""
ENCODINGS = {"utf-8", "gbk", "gb2312", "gb18030"}
PAID = {"TRADE_SUCCESS", "TRADE_FINISHED"}


class Alipay(Provider):
    """支付宝."""

    name, label = "alipay", _("Alipay")
    reference_in = _(
        "Put the case's reference into passback_params, or into the subject of the order."
    )
    test_by = _("Pay one cent to the application, with the address above as notify_url.")
    fields = (
        Setting("app_id", _("Application's number"), _("APPID; sixteen digits.")),
        Setting(
            "seller_id", _("Seller's number"), _("Begins with 2088; whose account it is paid into.")
        ),
        Setting(
            "public_key",
            _("Alipay's public key"),
            _("Alipay's own, not that of your application; as letters or as a PEM."),
            kind="pem",
        ),
    )

    def faults(self, account: Account, at: datetime) -> Sequence[tuple[str, Any]]:
        """A key that cannot be read."""
        try:
            public_key(str(account.settings.get("public_key") or ""), at)
        except BadKey as bad:
            return [("public_key", BAD_KEYS[str(bad)])]
        return ()

    def merchant(self, account: Account) -> str:
        """The seller's number, into whose account it is paid."""
        return str(account.settings.get("seller_id", ""))

    def hear(self, account: Account, call: Call, at: datetime) -> Heard:
        """A trade that was paid, or money of one that went back."""
        said = _fields(call.body)
        _must_be_signed(account, said, at)
        if said.get("app_id") != str(account.settings.get("app_id", "")):
            raise Forged("merchant")
        if said.get("seller_id") != self.merchant(account):
            raise Forged("merchant")
        try:
            must_be_fresh(_moment(said["notify_time"]), at, TOLERANCE)
            if said.get("refund_fee") and said.get("gmt_refund"):
                return Heard(back=(_back(said),))
            if said.get("trade_status") in PAID:
                return Heard(came=(_came(said),))
        except NO_SENSE as nonsense:
            raise Nonsense(str(nonsense)[:60]) from nonsense
        return Heard()

    def accepted(self) -> Answer:
        """These seven letters and nothing else."""
        return Answer(200, "success")

    def refused(self, status: int) -> Answer:
        """Whatever is not the seven letters."""
        return Answer(status, "fail")


def _fields(body: bytes) -> dict[str, str]:
    """The fields of the form, in the encoding that it names itself."""
    try:
        text = body.decode("ascii")
        plain = dict(parse_qsl(text, keep_blank_values=True, encoding="latin-1"))
        encoding = plain.get("charset", "utf-8").lower()
        if encoding not in ENCODINGS:
            raise Nonsense("charset")
        return dict(parse_qsl(text, keep_blank_values=True, encoding=encoding, errors="strict"))
    except UnicodeError as unread:
        raise Nonsense("charset") from unread


def _must_be_signed(account: Account, said: dict[str, str], at: datetime) -> None:
    signature = said.get("sign", "")
    if not signature or said.get("sign_type", "RSA2") != "RSA2":
        raise Forged("unsigned")
    try:
        key = public_key(str(account.settings.get("public_key") or ""), at)
    except BadKey as bad:
        raise Forged("key") from bad
    told = sorted(
        (name, value) for name, value in said.items() if name not in {"sign", "sign_type"}
    )
    text = "&".join(f"{name}={value}" for name, value in told)
    encoding = said.get("charset", "utf-8").lower()
    if not is_signed(key, text.encode(encoding), signature):
        raise Forged("signature")


def _moment(written: str) -> datetime:
    """Alipay's clock is Beijing's; thousandths, where it gives them, are left aside."""
    try:
        naive = datetime.strptime(written.partition(".")[0], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
    except ValueError as nonsense:
        raise Nonsense("time") from nonsense
    return from_local(naive, HOUSE_ZONE)


def _came(said: dict[str, str]) -> CameIn:
    total = decimal_of(said["total_amount"])
    paid = decimal_of(said["buyer_pay_amount"]) if said.get("buyer_pay_amount") else total
    return CameIn(
        key=said["trade_no"], amount=total, currency="CNY",
        at=_moment(said.get("gmt_payment") or said["notify_time"]),
        payer_account=said.get("buyer_logon_id") or said.get("buyer_id", ""),
        remark=_remark(said), whole=paid == total,
    )  # fmt: skip


def _back(said: dict[str, str]) -> WentBack:
    """The fee is all that went back so far, so a later notice of the same trade names more."""
    total, back = decimal_of(said["total_amount"]), decimal_of(said["refund_fee"])
    request = said.get("out_biz_no") or said["gmt_refund"]
    return WentBack(
        key=f"{said['trade_no']}#{request}", names=said["trade_no"], amount=back, currency="CNY",
        at=_moment(said["gmt_refund"]), remark=_remark(said), whole=back == total,
        so_far=True,  # refund_fee is the sum of all refunds of the trade
    )  # fmt: skip


def _remark(said: dict[str, str]) -> str:
    parts = (unquote(said.get("passback_params", "")), said.get("subject", ""), said.get("body", ""),
             said.get("out_trade_no", ""))  # fmt: skip
    return " ".join(" ".join(parts).split())


PROVIDER = Alipay()
