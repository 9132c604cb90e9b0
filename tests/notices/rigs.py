"""For each carrier: its stand-in, an account at it, and a message that it would take."""

from dataclasses import dataclass, field, replace
from typing import Any

from notices.channels import Carrier, Message, Sender, carriers
from notices.models import ApprovedTemplate, ChannelAccount
from notices.texts.approved import keep_template
from notices.texts.filed import filed
from notices.texts.placeholders import names_in
from people.models import Organisation
from tests import make
from tests.notices.fakes import alibaba, mail, tencent, twilio, weixin
from tests.notices.fakes.server import Fake

TEXT = "您好，请致电 021-60000000 联系我们。"


@dataclass(frozen=True)
class Rig:
    """How to try one carrier."""

    name: str
    fake: type[Fake]
    settings: dict[str, Any]
    secrets: dict[str, str]
    to: str = "13800000000"
    looks_up: bool = True
    message: dict[str, Any] = field(default_factory=dict)
    gap: str = "${%s}"

    @property
    def carrier(self) -> Carrier:
        return carriers()[self.name]

    def account(self, base: str, of: Organisation | None = None) -> ChannelAccount:
        """An account whose carrier is played at that address."""
        made = ChannelAccount(
            organisation=of or make.agency(), channel=self.carrier.channel, provider=self.name,
            settings={**self.settings, "base": base}, changed_by=make.administrator(),
            changed_at=make.moment("2026-03-01 09:00"),
        )  # fmt: skip
        made.secrets = self.secrets
        made.save()
        return made

    def approve(self, account: ChannelAccount, wording: str = "letter") -> ApprovedTemplate:
        """Our own text of that message, which the carrier has approved with gaps as it writes them."""
        text = filed(wording)[self.carrier.channel, "zh"].body
        gaps = list(dict.fromkeys(names_in(text)))
        for name in gaps:
            text = text.replace(f"{{{name}}}", self.gap % name)
        return keep_template(
            account=account, wording=wording, language="zh", number="SMS_1", signature="",
            text=text, parameters=[[name, f"{{{name}}}"] for name in gaps],
            by=make.compliance_officer(), at=make.moment("2026-03-01 09:00"),
        )  # fmt: skip

    def text(self, number: int = 1, **more: Any) -> Message:
        """A message to the debtor."""
        made = Message(
            key=f"CASE-1:letter:{number}", to=self.to, subject="A message", text=TEXT,
            language="zh", reference=f"n{number}", sender="Fair Agency", **self.message,
        )  # fmt: skip
        return replace(made, **more)


def send(rig: Rig, account: ChannelAccount, message: Message | None = None) -> Any:
    """One message over a line that is opened for it."""
    with rig.carrier.batch(account) as line:
        opened: Sender = line
        return opened.send(message or rig.text())


TEMPLATED = {"template": "SMS_1", "params": {"name": "王先生", "phone": "021-60000000"}}
TWILIO = Rig(
    "twilio_sms", twilio.FakeTwilio,
    {"account_sid": twilio.SID, "sender": "+12025550123"}, {"auth_token": twilio.TOKEN},
)  # fmt: skip
ALIBABA = Rig(
    "alibaba_sms", alibaba.FakeAlibaba,
    {"access_key_id": alibaba.KEY, "sign_name": "清水信用"},
    {"access_key_secret": alibaba.SECRET}, message=TEMPLATED,
)  # fmt: skip
TENCENT = Rig(
    "tencent_sms", tencent.FakeTencent,
    {
        "secret_id": tencent.ID, "app_id": tencent.APP, "sign_name": "清水信用",
        "region": "ap-guangzhou",
    },
    {"secret_key": tencent.SECRET}, message=TEMPLATED, gap="{%s}",
)  # fmt: skip


def _mail(name: str, fake: type[Fake], key: str = "api_key", **settings: str) -> Rig:
    return Rig(
        name, fake, {"from_address": "notices@mail.example.com", **settings},
        {key: mail.KEY}, to="zhang@example.com", looks_up=False,
    )  # fmt: skip


POSTMARK = _mail("postmark_email", mail.FakePostmark, "server_token")
SENDGRID = _mail("sendgrid_email", mail.FakeSendGrid)
MAILGUN = _mail("mailgun_email", mail.FakeMailgun, sender_domain=mail.DOMAIN)
BREVO = _mail("brevo_email", mail.FakeBrevo)
RESEND = _mail("resend_email", mail.FakeResend)
BY_MAIL = [POSTMARK, SENDGRID, MAILGUN, BREVO, RESEND]
WECOM = Rig(
    "wecom", weixin.FakeWeCom,
    {"corp_id": weixin.CORP, "agent_id": 1000002, "to": "customers", "sender": "zhangsan"},
    {"corp_secret": weixin.SECRET}, to="wmOne", looks_up=False,
)  # fmt: skip
WECHAT = Rig(
    "wechat_official", weixin.FakeWeChat, {"app_id": weixin.APP},
    {"app_secret": weixin.SECRET, "token": weixin.TOKEN}, to="oOne", looks_up=False,
    message=TEMPLATED, gap="{{%s.DATA}}",
)  # fmt: skip
RIGS = [ALIBABA, TENCENT, TWILIO, WECOM, WECHAT, *BY_MAIL]
