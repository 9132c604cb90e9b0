"""SMS by Tencent Cloud (腾讯云短信): approved signatures and templates, reports pushed and asked for.

The reports it pushes are not signed (its document on 短信下发状态通知 names no signature), so the address
that it is given holds a key. It gives our reference back (``SessionContext``) only to accounts for which
it has been opened; where it is not, a lost answer stays in doubt.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from tencentcloud.common.credential import Credential
from tencentcloud.common.exception.tencent_cloud_sdk_exception import TencentCloudSDKException
from tencentcloud.common.profile.client_profile import ClientProfile
from tencentcloud.common.profile.http_profile import HttpProfile
from tencentcloud.sms.v20210111 import models as sms
from tencentcloud.sms.v20210111.sms_client import SmsClient

from common.clock import from_local
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
from notices.channels.alibaba_sms import is_dead, is_unwanted
from notices.channels.plainly import causes
from notices.models import ChannelAccount, Notice

HOME = "https://sms.tencentcloudapi.com"
LABEL = _("Tencent Cloud SMS")
THEIR_ZONE = "Asia/Shanghai"
# https://cloud.tencent.com/document/api/382/52068, and the library's own list of codes
DEAD = {"InvalidParameterValue.IncorrectPhoneNumber", "FailedOperation.PhoneNumberParseFail"}
UNWANTED = {"FailedOperation.PhoneNumberInBlacklist"}
THIS_ONE_LATER = {
    "LimitExceeded.DeliveryFrequencyLimit",
    "LimitExceeded.PhoneNumberDailyLimit",
    "LimitExceeded.PhoneNumberOneHourLimit",
    "LimitExceeded.PhoneNumberSameContentDailyLimit",
    "LimitExceeded.PhoneNumberThirtySecondLimit",
}
NEVER = {
    "FailedOperation.ContainSensitiveWord",
    "FailedOperation.TemplateIdNotExist",
    "FailedOperation.TemplateIncorrectOrUnapproved",
    "FailedOperation.TemplateParamSetNotMatchApprovedTemplate",
    "FailedOperation.TemplateUnapprovedOrNotExist",
    "InvalidParameterValue.ContentLengthLimit",
    "InvalidParameterValue.ProhibitedUseUrlInTemplateParameter",
    "InvalidParameterValue.TemplateParameterFormatError",
    "InvalidParameterValue.TemplateParameterLengthLimit",
    "LimitExceeded.AppCountryOrRegionInBlacklist",
    "UnsupportedOperation.ChineseMainlandTemplateToGlobalPhone",
    "UnsupportedOperation.GlobalTemplateToChineseMainlandPhone",
    "UnsupportedOperation.UnsupportedRegion",
}
UNCLEAR = {
    "InternalError.OtherError",
    "InternalError.ParseBackendResponseFail",
    "InternalError.SendAndRecvFail",
    "InternalError.Timeout",
    "InternalError.UnknownError",
    "InternalError",
}


class TencentSms(Carrier):
    """Domestic SMS by templates that Tencent Cloud has approved."""

    name, label, channel = "tencent_sms", LABEL, "sms"
    fields = (
        Setting("secret_id", _("SecretId"), _("Of a sub-user that may do nothing but send SMS.")),
        Setting("secret_key", _("SecretKey"), secret=True),
        Setting("app_id", _("SdkAppId"), _("The number of the application, such as 1400006666.")),
        Setting(
            "sign_name", _("Signature"), _("As approved, without the brackets 【】."), outside=True
        ),
        Setting(
            "region",
            _("Region"),
            kind="choice",
            choices=(
                ("ap-guangzhou", _("Guangzhou")),
                ("ap-beijing", _("Beijing")),
                ("ap-nanjing", _("Nanjing")),
            ),
        ),
        *wire.BASE,
    )
    needs_template = calls_back = polls = True
    unsigned_calls = True

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One client with one pool of connections for the batch."""
        yield _Line(account)

    def hear(self, account: ChannelAccount, request: HttpRequest) -> Heard:
        """短信下发状态通知: a list of reports, each of one message."""
        if not wire.shows_key(account, request):
            raise Forged
        said = []
        for row in json.loads(request.body):
            when = datetime.strptime(row["user_receive_time"], "%Y-%m-%d %H:%M:%S")  # noqa: DTZ007
            said.append(
                _said(
                    delivered=row["report_status"] == "SUCCESS",
                    serial=row["sid"],
                    at=from_local(when, THEIR_ZONE),
                    code=row.get("errmsg") or "",
                    words=row.get("description") or "",
                )
            )
        return Heard(tuple(said), '{"result": 0, "errmsg": "OK"}', "application/json")

    def poll(self, account: ChannelAccount, notices: Sequence[Notice]) -> Iterable[Said]:
        """PullSmsSendStatusByPhoneNumber for each; it answers only where an operator has reported."""
        client = _client(account)
        for notice in notices:
            if notice.sent_at is None:
                continue
            try:
                rows = _statuses(client, account, notice.address, notice.sent_at)
            except (Undelivered, Unclear):
                return
            for row in rows:
                if row.SerialNo == notice.provider_id:
                    yield _said(
                        delivered=row.ReportStatus == "SUCCESS",
                        serial=row.SerialNo,
                        at=datetime.fromtimestamp(int(row.UserReceiveTime), UTC),
                        code="",
                        words=row.Description or "",
                    )

    def look_up(self, account: ChannelAccount, message: Message, since: datetime) -> Taken | None:
        """A reported message to that number that gives our reference back."""
        for row in _statuses(_client(account), account, message.to, since):
            if row.SessionContext == message.reference:
                return Taken(row.SerialNo, row.ReportStatus or "")
        return None


class _Client(SmsClient):
    """Their client, which otherwise forgets with which status it was refused."""

    def _check_status(self, resp_inter: Any) -> None:
        if resp_inter.status_code in {401, 403, 429}:
            raise Undelivered(
                wire.refusal(resp_inter.status_code, resp_inter.reason),
                permanent=False,
                everyone=True,
            )
        super()._check_status(resp_inter)


class _Line:
    """The open client of one batch."""

    def __init__(self, account: ChannelAccount) -> None:
        self.account, self.client = account, _client(account)

    def send(self, message: Message) -> Taken:
        """Hand over the template's number and what stands in its gaps, in their order."""
        if not message.template:
            raise wire.no_template(LABEL)
        asked = sms.SendSmsRequest()
        asked.PhoneNumberSet = [wire.international(message.to, LABEL)]
        asked.SmsSdkAppId = str(self.account.settings.get("app_id", ""))
        asked.SignName = str(self.account.settings.get("sign_name", ""))
        asked.TemplateId = message.template
        asked.TemplateParamSet = list(message.params.values())
        asked.SessionContext = message.reference
        with _speaking():
            answer = self.client.SendSms(asked)
            status = answer.SendStatusSet[0]
            code, words, serial = status.Code, status.Message, status.SerialNo
        if code != "Ok":
            raise _refused(code, words)
        return Taken(serial or "", f"{code} {answer.RequestId}")


def _client(account: ChannelAccount) -> _Client:
    at = urlsplit(wire.base(account, HOME))
    http = HttpProfile(protocol=at.scheme, endpoint=at.netloc, reqTimeout=wire.READ)
    return _Client(
        Credential(
            str(account.settings.get("secret_id", "")) or "-",
            account.secrets.get("secret_key", "") or "-",
        ),
        str(account.settings.get("region") or "ap-guangzhou"),
        ClientProfile(httpProfile=http),
    )


def _statuses(client: _Client, account: ChannelAccount, number: str, since: datetime) -> list[Any]:
    asked = sms.PullSmsSendStatusByPhoneNumberRequest()
    asked.PhoneNumber = wire.international(number, LABEL)
    asked.SmsSdkAppId = str(account.settings.get("app_id", ""))
    asked.BeginTime = int((since - timedelta(minutes=5)).timestamp())
    asked.EndTime = int((since + timedelta(days=3)).timestamp())
    asked.Offset, asked.Limit = 0, 100
    with _speaking():
        return list(client.PullSmsSendStatusByPhoneNumber(asked).PullSmsSendStatusSet or [])


@contextmanager
def _speaking() -> Iterator[None]:
    """Put what goes wrong on the wire, or is refused, into our words."""
    try:
        yield
    except TencentCloudSDKException as refused:
        ours = next((one for one in causes(refused) if isinstance(one, Undelivered)), None)
        if ours:
            raise ours from refused
        if not refused.requestId:  # it never got so far that they gave it a number
            raise wire.broke(refused, LABEL) from refused
        raise _refused(refused.code, refused.message) from refused
    except (OSError, ValueError, KeyError, TypeError, IndexError) as error:
        raise wire.broke(error, LABEL) from error


def _refused(code: str, words: Any) -> Undelivered | Unclear:
    why = wire.refusal(code, words)
    if code in UNCLEAR:
        return Unclear(why)
    dead, unwanted = code in DEAD, code in UNWANTED
    never = dead or unwanted or code in NEVER
    everyone = not never and code not in THIS_ONE_LATER
    return wire.refused(why, dead=dead, unwanted=unwanted, never=never, everyone=everyone)


def _said(*, delivered: bool, serial: str, at: datetime, code: str, words: str) -> Said:
    if delivered:
        return Said(serial, "delivered", at)
    dead, unwanted = is_dead(words), is_unwanted(words)
    why = wire.unreached(wire.refusal(code, words), dead=dead, unwanted=unwanted)
    return Said(serial, "failed", at, why, dead=dead, unwanted=unwanted)


CARRIER = TencentSms()
