"""SMS by Alibaba Cloud (阿里云短信服务): approved signatures and templates, reports pushed and asked for.

The reports it pushes are not signed (its document on SmsReport names no signature), so the address that
it is given holds a key. It gives our reference back (``OutId``), by which a lost answer is found again.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from alibabacloud_dysmsapi20170525 import models as sms
from alibabacloud_dysmsapi20170525.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config
from darabonba.runtime import RuntimeOptions
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common.clock import from_local, local
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
    wire,
)
from notices.models import ChannelAccount, Notice

HOME = "https://dysmsapi.aliyuncs.com"
LABEL = _("Alibaba Cloud SMS")
THEIR_ZONE = "Asia/Shanghai"  # in which all their times are
# https://help.aliyun.com/document_detail/101346.html
DEAD = {"isv.MOBILE_NUMBER_ILLEGAL"}
THIS_ONE_LATER = {"isv.BUSINESS_LIMIT_CONTROL"}
"""So many a day to one number: its own limit, not the account's."""
NEVER = {
    "isv.BLACK_KEY_CONTROL_LIMIT",
    "isv.DOMESTIC_NUMBER_NOT_SUPPORTED",
    "isv.INVALID_JSON_PARAM",
    "isv.INVALID_PARAMETERS",
    "isv.MOBILE_COUNT_OVER_LIMIT",
    "isv.PARAM_LENGTH_LIMIT",
    "isv.PARAM_NOT_SUPPORT_URL",
    "isv.SMS_CONTENT_ILLEGAL",
    "isv.SMS_TEMPLATE_ILLEGAL",
    "isv.TEMPLATE_MISSING_PARAMETERS",
    "isv.TEMPLATE_PARAMS_ILLEGAL",
}
UNCLEAR = {"isp.SYSTEM_ERROR", "isp.GATEWAY_ERROR"}
# https://help.aliyun.com/document_detail/101347.html
UNWANTED_LATER = {"MOBILE_IN_BLACK", "USER_REJECT"}
WAITING, FAILED, DELIVERED = 1, 2, 3


class AlibabaSms(Carrier):
    """Domestic SMS by templates that Alibaba Cloud has approved."""

    name, label, channel = "alibaba_sms", LABEL, "sms"
    fields = (
        Setting(
            "access_key_id", _("AccessKey ID"), _("Of a RAM user that may do nothing but send SMS.")
        ),
        Setting("access_key_secret", _("AccessKey secret"), secret=True),
        Setting(
            "sign_name", _("Signature"), _("As approved, without the brackets 【】."), outside=True
        ),
        *wire.BASE,
    )
    needs_template = calls_back = polls = True
    unsigned_calls = True

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One client for the batch; its library keeps the connections."""
        yield _Line(account)

    def hear(self, account: ChannelAccount, request: HttpRequest) -> Heard:
        """SmsReport: a list of reports, each of one message."""
        if not wire.shows_key(account, request):
            raise Forged
        said = [
            _said(
                delivered=row["success"] in {True, "true"},
                provider_id=row["biz_id"],
                reference=row.get("out_id") or "",
                when=row["report_time"],
                code=row.get("err_code") or "",
                words=row.get("err_msg") or "",
            )
            for row in json.loads(request.body)
        ]
        return Heard(tuple(said), '{"code": 0, "msg": "接收成功"}', "application/json")

    def poll(self, account: ChannelAccount, notices: Sequence[Notice]) -> Iterable[Said]:
        """QuerySendDetails for each, by number, day and BizId."""
        client = _client(account)
        for notice in notices:
            if notice.sent_at is None:
                continue
            try:
                rows = _details(client, notice.address, notice.sent_at, notice.provider_id)
            except (Undelivered, Unclear):
                return
            for row in rows:
                if row.out_id != notice.reference or row.send_status not in {FAILED, DELIVERED}:
                    continue
                yield _said(
                    delivered=row.send_status == DELIVERED,
                    provider_id=notice.provider_id,
                    reference=notice.reference,
                    when=row.receive_date or row.send_date,
                    code=row.err_code or "",
                    words="",
                )

    def look_up(self, account: ChannelAccount, message: Message, since: datetime) -> Taken | None:
        """A message to that number on that day, or the next, that gives our reference back."""
        client = _client(account)
        for day in (since, since + timedelta(days=1)):
            for row in _details(client, message.to, day):
                if row.out_id == message.reference:
                    return Taken("", f"QuerySendDetails: {row.send_status}")
        return None


class _Line:
    """The open client of one batch."""

    def __init__(self, account: ChannelAccount) -> None:
        self.account, self.client = account, _client(account)

    def send(self, message: Message) -> Taken:
        """Hand over the template's number and what stands in its gaps."""
        if not message.template:
            raise wire.no_template(LABEL)
        asked = sms.SendSmsRequest(
            phone_numbers=_number(message.to),
            sign_name=str(self.account.settings.get("sign_name", "")),
            template_code=message.template,
            template_param=json.dumps(dict(message.params), ensure_ascii=False),
            out_id=message.reference,
        )
        with _speaking():
            answer = self.client.send_sms_with_options(asked, RuntimeOptions()).body
            if answer is None or not answer.code:
                raise ValueError("an answer without a code")
        if answer.code != "OK":
            raise _refused(answer.code, answer.message)
        return Taken(answer.biz_id or "", f"{answer.code} {answer.request_id}")


def _client(account: ChannelAccount) -> Client:
    at = urlsplit(wire.base(account, HOME))
    return Client(
        Config(
            access_key_id=str(account.settings.get("access_key_id", "")) or "-",
            access_key_secret=account.secrets.get("access_key_secret", "") or "-",
            endpoint=at.netloc,
            protocol=at.scheme.upper(),
            connect_timeout=int(wire.CONNECT * 1000),
            read_timeout=int(wire.READ * 1000),
        )
    )


def _details(client: Client, number: str, day: datetime, biz_id: str = "") -> list[Any]:
    asked = sms.QuerySendDetailsRequest(
        phone_number=_number(number),
        send_date=local(day, THEIR_ZONE).strftime("%Y%m%d"),
        page_size=50,
        current_page=1,
        biz_id=biz_id or None,
    )
    with _speaking():
        answer = client.query_send_details_with_options(asked, RuntimeOptions()).body
    if answer.code != "OK":
        raise _refused(answer.code, answer.message)
    found = answer.sms_send_detail_dtos
    return list((found.sms_send_detail_dto if found else None) or [])


@contextmanager
def _speaking() -> Iterator[None]:
    """Put what goes wrong on the wire, or is refused before it is looked at, into our words."""
    try:
        yield
    except AlibabaCloudException as refused:
        if (refused.status_code or 0) >= 500:
            raise Unclear(wire.refusal(refused.code, refused.message)) from refused
        everyone = not str(refused.code).startswith("isv.")
        raise _refused(str(refused.code), refused.message, everyone=everyone) from refused
    except Exception as error:  # their library wraps what it meets in kinds of its own
        raise wire.broke(error, LABEL) from error


def _refused(code: str, words: Any, *, everyone: bool = False) -> Undelivered | Unclear:
    why = wire.refusal(code, words)
    if code in UNCLEAR:
        return Unclear(why)
    never = code in DEAD | NEVER
    everyone = everyone or not (never or code in THIS_ONE_LATER)
    return wire.refused(why, dead=code in DEAD, unwanted=False, never=never, everyone=everyone)


def _number(number: str) -> str:
    """As they want it: mainland numbers bare, others without the plus."""
    return wire.international(number, LABEL).removeprefix("+86").removeprefix("+")


def _said(
    *, delivered: bool, provider_id: str, reference: str, when: str, code: str, words: str
) -> Said:
    at = from_local(datetime.strptime(when, "%Y-%m-%d %H:%M:%S"), THEIR_ZONE)  # noqa: DTZ007
    if delivered:
        return Said(provider_id, "delivered", at, reference=reference)
    dead, unwanted = is_dead(words), code in UNWANTED_LATER or is_unwanted(words)
    why = wire.unreached(wire.refusal(code, words), dead=dead, unwanted=unwanted)
    return Said(
        provider_id, "failed", at, why, dead=dead, unwanted=unwanted, reference=reference
    )  # fmt: skip


def is_dead(words: str) -> bool:
    """Whether the words of a mainland operator say that nobody has this number (空号), and not less."""
    return bool(re.search("空号|号码不存在", words)) and not re.search("关机|停机|无信号", words)


def is_unwanted(words: str) -> bool:
    """Whether they say that the person has unsubscribed or is on a list of those to be left alone."""
    return bool(re.search("退订|黑名单|免打扰", words))


CARRIER = AlibabaSms()
