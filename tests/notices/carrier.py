"""A carrier of the tests' own, which keeps what it was handed and answers as it is told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.http import HttpRequest

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
)
from notices.models import ChannelAccount, Notice
from people.models import Organisation
from tests import make


class Scripted(Carrier):
    """Takes everything, unless told to fall silent or to refuse."""

    name, label, channel = "scripted", "Scripted", "sms"
    fields = (Setting("key", "Key", secret=True),)
    calls_back = polls = True

    def __init__(self, *, takes_key: bool = False) -> None:
        self.takes_key = takes_key
        self.taken: list[Message] = []
        self.answers: list[Exception] = []
        self.knows: dict[str, Taken] = {}
        self.tells: list[Said] = []
        self.opened = 0

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        assert account.secrets["key"] == "hush"
        self.opened += 1
        yield self

    def send(self, message: Message) -> Taken:
        """Keep it and give it a number; a scripted answer is raised, silence after keeping it."""
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Undelivered):
            raise answer
        self.taken.append(message)
        if isinstance(answer, Unclear):
            raise answer
        return Taken(f"no-{message.reference}", "OK")

    def hear(self, account: ChannelAccount, request: HttpRequest) -> Heard:
        if request.headers.get("X-Key") != account.secrets["key"]:
            raise Forged
        rows = json.loads(request.body)
        said = [Said(**{**row, "at": datetime.fromisoformat(row["at"])}) for row in rows]
        return Heard(tuple(said), answer="thank you")

    def poll(self, account: ChannelAccount, notices: Sequence[Notice]) -> Iterable[Said]:
        return list(self.tells)

    def look_up(self, account: ChannelAccount, message: Message, since: datetime) -> Taken | None:
        return self.knows.get(message.reference)


def account(
    *, of: Organisation | None = None, per_minute: int = 0, channel: str = "sms", **more: Any
) -> ChannelAccount:
    """An account of the agency's, which writes in the tests' cases, at the scripted carrier."""
    made = ChannelAccount(
        organisation=of or make.agency(), channel=channel, provider="scripted",
        per_minute=per_minute, changed_by=make.administrator(),
        changed_at=make.moment("2026-03-01 09:00"), **more,
    )  # fmt: skip
    made.secrets = {"key": "hush"}
    made.save()
    return made
