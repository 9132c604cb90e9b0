"""Template messages by an official account at WeChat (公众号模板消息), to those who follow it.

``client_msg_id`` keeps one message from going twice for ten minutes, and Tencent promises nothing for
later; so what is unclear is never handed over again by itself, though the key is given.
"""

import base64
import hashlib
import hmac
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from notices.channels import (
    Carrier,
    Forged,
    Heard,
    Message,
    Said,
    Sender,
    Setting,
    Taken,
    Unclear,
    Undelivered,
    weixin,
    wire,
)
from notices.models import ChannelAccount

HOME = "https://api.weixin.qq.com"
LABEL = _("WeChat official account")
DEAD = {40003, 43004}  # no such openid, not a follower
UNWANTED = {43101}
NEVER = {40037, 41028, 41029, 41030, 43116, 47001, 47003}
EVENT = "TEMPLATESENDJOBFINISH"
FIELD = re.compile(r"<(\w+)>(?:<!\[CDATA\[(.*?)\]\]>|([^<]*))</\1>", re.DOTALL)


class WeChatOfficial(Carrier):
    """A verified service account (服务号) with template messages."""

    name, label, channel = "wechat_official", LABEL, "wechat"
    fields = (
        Setting("app_id", _("AppID"), _("Begins with wx.")),
        Setting("app_secret", _("AppSecret"), secret=True),
        Setting(
            "token", _("Token of its call-backs"),
            _("The one that you chose under 服务器配置; it signs the call-backs."), secret=True,
        ),
        Setting(
            "aes_key", _("EncodingAESKey"),
            _("Of 43 characters; only where call-backs are encrypted (安全模式)."),
            secret=True, required=False,
        ),
        *wire.BASE,
    )  # fmt: skip
    needs_template = calls_back = True

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One session for the batch."""
        line = _Line(account)
        try:
            yield line
        finally:
            line.close()

    def hear(self, account: ChannelAccount, request: HttpRequest) -> Heard:
        """The first call proves that the address is ours; later ones tell what became of a message."""
        token = account.secrets.get("token", "")
        asked = request.GET
        if request.method == "GET":
            _check(asked.get("signature", ""), token, asked["timestamp"], asked["nonce"])
            return Heard((), asked["echostr"])
        held = _fields(request.body.decode())
        if "Encrypt" in held and account.secrets.get("aes_key"):
            _check(
                asked.get("msg_signature", ""), token, asked["timestamp"], asked["nonce"],
                held["Encrypt"],
            )  # fmt: skip
            held = _fields(_opened(held["Encrypt"], account))
        else:
            _check(asked.get("signature", ""), token, asked["timestamp"], asked["nonce"])
        if held.get("Event", "").upper() != EVENT:
            return Heard((), "success")
        return Heard((_said(held),), "success")


class _Line(weixin.Line):
    """One session with WeChat."""

    def __init__(self, account: ChannelAccount) -> None:
        super().__init__(account, LABEL, HOME)

    def fetch_token(self) -> dict[str, Any]:
        """stable_token, which leaves a token that another program holds as it is."""
        return self.ask_token(
            "POST",
            "/cgi-bin/stable_token",
            body={
                "grant_type": "client_credential",
                "appid": str(self.account.settings.get("app_id", "")),
                "secret": self.account.secrets.get("app_secret", ""),
                "force_refresh": False,
            },
        )

    def send(self, message: Message) -> Taken:
        """Hand over the template's number and what stands in its named gaps."""
        if not message.template:
            raise wire.no_template(LABEL)
        answer = self.post(
            "/cgi-bin/message/template/send",
            {
                "touser": message.to,
                "template_id": message.template,
                "data": {name: {"value": value} for name, value in message.params.items()},
                "client_msg_id": message.reference,
            },
        )
        return Taken(str(answer.get("msgid", "")), str(answer.get("errmsg", "")))

    def mean(self, code: int, words: str) -> Undelivered | Unclear:
        """By the table of errcodes; what is not the message's own fault lets all wait."""
        never = code in DEAD | UNWANTED | NEVER
        reached = code not in DEAD | UNWANTED
        return Undelivered(
            weixin.told(code, words, reached=reached) if never else wire.refusal(code, words),
            permanent=never,
            dead=code in DEAD,
            unwanted=code in UNWANTED,
            everyone=not never,
        )


def _check(given: str, *parts: str) -> None:
    """SHA-1 over the sorted parts, as Tencent signs its calls."""
    made = hashlib.sha1("".join(sorted(parts)).encode(), usedforsecurity=False).hexdigest()
    if not hmac.compare_digest(made.encode(), given.encode()):
        raise Forged


def _fields(xml: str) -> dict[str, str]:
    """The flat fields of a call; read without a parser, which could be led astray."""
    return {name: (text or plain).strip() for name, text, plain in FIELD.findall(xml)}


def _opened(sealed: str, account: ChannelAccount) -> str:
    """The XML inside an encrypted call; ``Forged`` when it is not for this account."""
    try:
        key = base64.b64decode(account.secrets["aes_key"] + "=")
        reader = Cipher(algorithms.AES(key), modes.CBC(key[:16])).decryptor()
        padded = reader.update(base64.b64decode(sealed)) + reader.finalize()
        content = padded[16 : -padded[-1]]
        length = struct.unpack("!I", content[:4])[0]
        inside, whose = content[4 : 4 + length].decode(), content[4 + length :].decode()
    except (ValueError, IndexError, struct.error) as error:
        raise Forged from error
    if whose != account.settings.get("app_id"):
        raise Forged
    return inside


def _said(held: dict[str, str]) -> Said:
    at = datetime.fromtimestamp(int(held["CreateTime"]), UTC)
    number, status = held.get("MsgID") or held["MsgId"], held["Status"].lower()
    if status == "success":
        return Said(number, "delivered", at)
    return Said(number, "failed", at, held["Status"], unwanted="user block" in status)


CARRIER = WeChatOfficial()
