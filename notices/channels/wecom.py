"""Messages by WeCom (企业微信), to customers or to members of the corporation.

To customers nothing goes by machine alone: Tencent makes a task (企业群发) that the member who knows the
customer confirms in the app; the notice is delivered once the answer to asking says so. To members an
application's message goes at once. Neither has a key against sending twice; ``enable_duplicate_check``
keeps the same words from the same member for half an hour.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from notices.channels import (
    Carrier,
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
from notices.models import ChannelAccount, Notice
from workflow.reasons import because

HOME = "https://qyapi.weixin.qq.com"
LABEL = gettext_lazy("WeCom")
LONGEST = {"customers": 4000, "members": 2048}  # bytes; what is longer would be cut off
# https://developer.work.weixin.qq.com/document/path/90455
DEAD = {40003, 40096, 41048, 60111, 84061}
NEVER = {40008, 40033, 40035, 40058, 44004, 45002, 81013}
NOT_SENT, SENT, NO_FRIEND, TOO_MANY = 0, 1, 2, 3


class WeCom(Carrier):
    """An application of a corporation at WeCom."""

    name, label, channel = "wecom", LABEL, "wecom"
    fields = (
        Setting(
            "corp_id", gettext_lazy("Corporation's number (CorpID)"), gettext_lazy("Begins with ww.")
        ),
        Setting(
            "corp_secret", gettext_lazy("Application's secret"),
            gettext_lazy("Of an application that may call 客户联系."), secret=True,
        ),
        Setting("agent_id", gettext_lazy("Application's number (AgentId)"), kind="number"),
        Setting(
            "to",
            gettext_lazy("To whom"),
            gettext_lazy(
                "To customers a member confirms each message in the app; to members it goes at once."
            ),
            kind="choice",
            choices=(
                ("customers", gettext_lazy("Customers (external_userid)")),
                ("members", gettext_lazy("Members of the corporation (userid)")),
            ),
        ),
        Setting(
            "sender",
            gettext_lazy("Member who confirms"),
            gettext_lazy("The userid of whom the customers have added; for customers only."),
            required=False,
        ),
        *wire.BASE,
    )  # fmt: skip
    polls = True

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One session for the batch."""
        line = _Line(account)
        try:
            yield line
        finally:
            line.close()

    def poll(self, account: ChannelAccount, notices: Sequence[Notice]) -> Iterable[Said]:
        """What became of the tasks: confirmed and sent, or not to be sent to this customer."""
        if account.settings.get("to") == "members":
            return
        line = _Line(account)
        try:
            for notice in notices:
                yield from line.results(notice)
        except (Undelivered, Unclear):
            return
        finally:
            line.close()


class _Line(weixin.Line):
    """One session with WeCom."""

    def __init__(self, account: ChannelAccount) -> None:
        super().__init__(account, LABEL, HOME)
        self.to = str(account.settings.get("to") or "customers")

    def fetch_token(self) -> dict[str, Any]:
        """gettoken, by the corporation's number and the application's secret."""
        return self.ask_token(
            "GET",
            "/cgi-bin/gettoken",
            params={
                "corpid": str(self.account.settings.get("corp_id", "")),
                "corpsecret": self.account.secrets.get("corp_secret", ""),
            },
        )

    def send(self, message: Message) -> Taken:
        """Hand one message over: as a task to be confirmed, or at once."""
        size = len(message.text.encode())
        if size > LONGEST[self.to]:
            raise Undelivered(
                because(
                    lambda: (
                        _("WeCom would cut it off: it has %(size)d bytes, and %(most)d fit.")
                        % {"size": size, "most": LONGEST[self.to]}
                    )
                ),
                permanent=True,
            )
        return self._to_member(message) if self.to == "members" else self._to_customer(message)

    def _to_member(self, message: Message) -> Taken:
        answer = self.post(
            "/cgi-bin/message/send",
            {
                "touser": message.to,
                "msgtype": "text",
                "agentid": int(self.account.settings.get("agent_id") or 0),
                "text": {"content": message.text},
                "safe": 0,
                "enable_duplicate_check": 1,
            },
        )
        if answer.get("invaliduser"):
            raise Undelivered(
                weixin.told("invaliduser", answer["invaliduser"], reached=False),
                permanent=True,
                dead=True,
            )
        return Taken(str(answer.get("msgid", "")), str(answer.get("errmsg", "")))

    def _to_customer(self, message: Message) -> Taken:
        answer = self.post(
            "/cgi-bin/externalcontact/add_msg_template",
            {
                "chat_type": "single",
                "external_userid": [message.to],
                "sender": str(self.account.settings.get("sender", "")),
                "text": {"content": message.text},
            },
        )
        if message.to in (answer.get("fail_list") or []):
            raise Undelivered(
                weixin.told("fail_list", "", reached=False), permanent=True, dead=True
            )
        return Taken(str(answer.get("msgid", "")), str(answer.get("errmsg", "")))

    def results(self, notice: Notice) -> Iterator[Said]:
        """get_groupmsg_send_result: what became of one task."""
        answer = self.post(
            "/cgi-bin/externalcontact/get_groupmsg_send_result",
            {
                "msgid": notice.provider_id,
                "userid": str(self.account.settings.get("sender", "")),
                "limit": 500,
            },
        )
        for row in answer.get("send_list") or []:
            status = row.get("status")
            if row.get("external_userid") != notice.address or status == NOT_SENT:
                continue
            when = row.get("send_time")
            at = datetime.fromtimestamp(int(when), UTC) if when else clock.now()
            if status == SENT:
                yield Said(notice.provider_id, "delivered", at, timed=bool(when))
            else:
                why = because(_no_friend if status == NO_FRIEND else _too_many)
                yield Said(
                    notice.provider_id, "failed", at, why,
                    dead=status == NO_FRIEND, timed=bool(when),
                )  # fmt: skip

    def mean(self, code: int, words: str) -> Undelivered | Unclear:
        """By the table of errcodes; what is not the message's own fault lets all wait."""
        never = code in DEAD | NEVER
        why = (
            weixin.told(code, words, reached=code not in DEAD)
            if never
            else wire.refusal(code, words)
        )
        return Undelivered(why, permanent=never, dead=code in DEAD, everyone=not never)


CARRIER = WeCom()


def _no_friend() -> str:
    return _("The customer is no contact of the member any more.")


def _too_many() -> str:
    return _("The customer has had as many messages as WeCom lets through.")
