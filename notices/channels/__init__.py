"""The ways by which a notice leaves: one adapter a file, one vocabulary of outcomes."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from django.utils.translation import gettext as _

from notices.models import Notice


@dataclass(frozen=True)
class Attachment:
    """A file that goes with the message."""

    filename: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What an adapter needs; ``key`` is the same at every attempt to send the same notice."""

    key: str
    to: str
    subject: str
    text: str
    language: str
    sender: str = ""
    reply_to: str = ""
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Taken:
    """The carrier has it: under which number, and in which words it said so."""

    provider_id: str
    answer: str = ""


class Undelivered(Exception):
    """It was surely not sent.

    ``permanent``: trying again is useless; ``dead``: because nobody is reached at this address;
    ``everyone``: the carrier takes nothing from us now, so the rest of the batch can wait too.
    """

    def __init__(
        self, why: str, *, permanent: bool, dead: bool = False, everyone: bool = False
    ) -> None:
        self.why, self.permanent, self.dead, self.everyone = why, permanent, dead, everyone
        super().__init__(why)


class Unclear(Exception):
    """It was handed over but the carrier did not answer: it may have gone or not."""

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


class Sender(Protocol):
    """One open line to the carrier, for a batch."""

    def send(self, message: Message) -> Taken:
        """Send, and give the carrier's number; raises ``Undelivered`` or ``Unclear``."""
        ...


class Channel(Protocol):
    """A way to a person. ``by_hand``: a member of staff carries it, the relay leaves it alone."""

    name: str
    by_hand: bool

    def batch(self) -> AbstractContextManager[Sender]:
        """Open the line once for many; raises ``Undelivered`` when the carrier is not there."""
        ...


class ByHand:
    """A channel without a machine: it can be queued, printed and recorded, never sent by us."""

    by_hand = True

    def __init__(self, name: str) -> None:
        self.name = name

    def batch(self) -> AbstractContextManager[Sender]:
        """There is no line to open."""
        raise Undelivered(_("This goes by hand."), permanent=True)


def channel_of(name: str) -> Channel:
    """The adapter of that channel."""
    from notices.channels import email, letter

    channels: dict[str, Channel] = {
        Notice.Channel.EMAIL.value: email.CHANNEL,
        Notice.Channel.LETTER.value: letter.CHANNEL,
    }
    return channels[name]


def automatic() -> list[str]:
    """The channels that the relay serves."""
    return [name for name in Notice.Channel.values if not channel_of(name).by_hand]
