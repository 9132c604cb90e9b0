"""A carrier of the tests' own, which keeps what it was handed and answers as it is told."""

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from cases.models import Case
from notices.channels import (
    Carrier,
    Forged,
    Heard,
    Message,
    Said,
    Sender,
    Setting,
    Taken,
    Undelivered,
)
from notices.models import ChannelAccount, Notice
from people.models import ContactPoint, Organisation
from tests import make
from tests.notices.cast import MONDAY, queued


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
        if answer:
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


def sms(case: Case, key: str = "") -> Notice:
    ContactPoint.objects.get_or_create(
        person=case.debtor, channel="sms", value="13800000000", defaults={"source": "contract"}
    )
    point = case.debtor.contact_points.get(channel="sms")
    return queued(case, channel="sms", key=key, address=point.value, subject="", with_point=False)


def said(
    notice: Notice, state: str, *, at: Any = MONDAY + timedelta(minutes=1), **more: Any
) -> Said:
    return Said(**{"provider_id": f"no-n{notice.pk}", "state": state, "at": at, **more})
