"""A carrier of the demo's own: messages become files under var/, and receipts come as if they had arrived.

It is not there in production. A number that ends in 0404 is nobody's, so that failures can be seen too.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
from notices.channels import Carrier, Message, Said, Sender, Setting, Taken
from notices.models import ChannelAccount, Notice
from workflow.reasons import because

ARRIVES_AFTER = timedelta(minutes=1)
NOBODY = "0404"


class Demo(Carrier):
    """Carries one channel into a folder."""

    fields = (
        Setting(
            "sign_name",
            gettext_lazy("Signature"),
            gettext_lazy("Stands before each message."),
            required=False,
            outside=True,
        ),
    )
    polls = True

    def __init__(self, name: str, label: Any, channel: str) -> None:
        self.name, self.label, self.channel = name, label, channel

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """The folder of the channel."""
        folder = settings.VAR / "messages" / self.channel
        folder.mkdir(parents=True, exist_ok=True)
        yield _Folder(folder, account)

    def poll(self, account: ChannelAccount, notices: Sequence[Notice]) -> Iterable[Said]:
        """Everything arrives a minute after it was sent, but at numbers that are nobody's."""
        now = clock.now()
        for notice in notices:
            when = (notice.sent_at or now) + ARRIVES_AFTER
            if when > now:
                continue
            if notice.address.endswith(NOBODY):
                yield Said(
                    notice.provider_id,
                    "failed",
                    when,
                    because(lambda: _("Nobody has this number.")),
                    dead=True,
                )
            else:
                yield Said(notice.provider_id, "delivered", when)


class _Folder:
    """One file a message; the same message is the same file."""

    def __init__(self, folder: Any, account: ChannelAccount) -> None:
        self.folder, self.account = folder, account

    def send(self, message: Message) -> Taken:
        """Write it down."""
        sign = self.account.settings.get("sign_name")
        text = f"【{sign}】{message.text}" if sign else message.text
        path = self.folder / f"{message.reference}.json"
        held = {"to": message.to, "text": text, "template": message.template}
        path.write_text(json.dumps(held, ensure_ascii=False, indent=2))
        return Taken(f"demo-{self.account.pk}-{message.reference}", str(path.name))
