"""The ways by which a notice leaves: one adapter a file, one vocabulary of outcomes."""

from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext as _

from notices.models import Notice
from workflow.reasons import because

if TYPE_CHECKING:
    from notices.models import ChannelAccount


@dataclass(frozen=True)
class Attachment:
    """A file that goes with the message."""

    filename: str
    mime: str
    content: bytes


@dataclass(frozen=True)
class Message:
    """What an adapter needs; ``key`` is the same at every attempt to send the same notice.

    ``reference`` is what a carrier is given to name the notice by: it tells nothing of anybody.
    ``template`` and ``params`` are for carriers that send only what they have approved.
    """

    key: str
    to: str
    subject: str
    text: str
    language: str
    reference: str = ""
    sender: str = ""
    reply_to: str = ""
    template: str = ""
    params: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True)
class Taken:
    """The carrier has it: under which number, and in which words it said so."""

    provider_id: str
    answer: str = ""


class Undelivered(Exception):
    """It was surely not sent.

    ``permanent``: trying again is useless; ``dead``: because nobody is reached at this address;
    ``unwanted``: because whoever is reached there has told the carrier to bring nothing more;
    ``everyone``: the carrier takes nothing from us now, so the rest of the batch can wait too.
    """

    def __init__(
        self,
        why: str,
        *,
        permanent: bool,
        dead: bool = False,
        unwanted: bool = False,
        everyone: bool = False,
    ) -> None:
        self.why, self.permanent, self.everyone = why, permanent, everyone
        self.dead, self.unwanted = dead, unwanted
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


@dataclass(frozen=True)
class Said:
    """What a carrier tells of a message afterwards, in our words.

    ``state`` is delivered, bounced or failed; ``reference`` is ours where the carrier gives it back.
    ``timed`` is false where the carrier names no moment: then ``at`` is when we heard it, and the
    statement is the same one whenever it comes again.
    """

    provider_id: str
    state: str
    at: datetime
    why: str = ""
    dead: bool = False
    unwanted: bool = False
    reference: str = ""
    timed: bool = True


@dataclass(frozen=True)
class Heard:
    """A call of the carrier: what it told, and what it wants to hear in return."""

    said: tuple[Said, ...]
    answer: str = ""
    mime: str = "text/plain"


class Forged(Exception):
    """A call that does not come from the carrier, or cannot be shown to."""


@dataclass(frozen=True)
class Setting:
    """One thing that an account at this carrier needs; ``secret`` ones are kept sealed.

    What is ``outside`` is read by whoever sees the telephone, so it may tell nothing of a debt.
    """

    name: str
    label: Any
    help_text: Any = ""
    secret: bool = False
    required: bool = True
    kind: str = "text"  # or "address" (https://…), "number", "choice"
    choices: tuple[tuple[str, Any], ...] = ()
    outside: bool = False


class Carrier:
    """Somebody who carries messages of one channel for an account; one file each."""

    name: str
    label: Any
    channel: str
    fields: tuple[Setting, ...] = ()
    takes_key = False
    """Whether it delivers a key only once, so that what is unclear may be handed over again."""
    needs_template = False
    """Whether it sends only texts that it has approved, by their number."""
    calls_back = False
    unsigned_calls = False
    """Whether it signs nothing, so that the address it is given must hold a key."""
    basic_calls = False
    """Whether its calls show a name and a key that stand in the address it is given."""
    tells_address = False
    """Whether it is told that address with each message, so that nobody has to enter it."""
    polls = False

    def batch(self, account: "ChannelAccount") -> AbstractContextManager[Sender]:
        """Open the line once for many; raises ``Undelivered`` when the carrier is not there."""
        raise NotImplementedError

    def hear(self, account: "ChannelAccount", request: HttpRequest) -> Heard:
        """Understand a call of the carrier; raises ``Forged``, or ``ValueError`` for nonsense."""
        raise Forged

    def poll(self, account: "ChannelAccount", notices: Sequence[Notice]) -> Iterable[Said]:
        """Ask what became of these; those of which nothing is known yet are left out."""
        return ()

    def look_up(self, account: "ChannelAccount", message: Message, since: datetime) -> Taken | None:
        """Whether the carrier has taken it, asked where its answer was lost; None: not found."""
        return None


CARRIED = frozenset({Notice.Channel.LETTER.value, Notice.Channel.LAWYERS_LETTER.value})
"""Channels without a machine: they are queued, printed and recorded, never sent by the relay."""

# The files of the carriers; each holds one ``CARRIER``, which has its name.
CARRIERS: tuple[str, ...] = (
    "alibaba_sms",
    "tencent_sms",
    "twilio_sms",
    "postmark_email",
    "sendgrid_email",
    "mailgun_email",
    "brevo_email",
    "resend_email",
    "smtp_email",
    "wecom",
    "wechat_official",
    *(() if settings.PRODUCTION else ("demo_sms", "demo_wecom", "demo_wechat")),
)


class Carriers(MutableMapping[str, Carrier]):
    """Every carrier by its name; its file, and the library that it brings, is read when it is asked for."""

    def __init__(self) -> None:
        self._read: dict[str, Carrier | None] = dict.fromkeys(CARRIERS)

    def __getitem__(self, name: str) -> Carrier:
        found = self._read[name]
        if found is None:
            found = self._read[name] = import_module(f"notices.channels.{name}").CARRIER
        return found

    def __setitem__(self, name: str, carrier: Carrier) -> None:
        self._read[name] = carrier

    def __delitem__(self, name: str) -> None:
        del self._read[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._read)

    def __len__(self) -> int:
        return len(self._read)

    def __contains__(self, name: object) -> bool:  # without reading its file
        return name in self._read


@cache
def carriers() -> MutableMapping[str, Carrier]:
    """Every carrier by its name."""
    return Carriers()


def carrier_of(account: "ChannelAccount") -> Carrier:
    """The carrier at which the account is; raises ``Undelivered`` for one that is known no more."""
    try:
        return carriers()[account.provider]
    except KeyError:
        raise Undelivered(
            because(lambda: _("The carrier %(name)s is not known.") % {"name": account.provider}),
            permanent=False,
            everyone=True,
        ) from None


def label_of(provider: str) -> Any:
    """What people call a carrier; by its own name where it is known no more."""
    carrier = carriers().get(provider)
    return carrier.label if carrier else provider


def line(channel: str, account: "ChannelAccount | None") -> AbstractContextManager[Sender]:
    """The line by which messages of that channel leave; without an account e-mail has the house's."""
    if account is not None:
        return carrier_of(account).batch(account)
    if channel == Notice.Channel.EMAIL:
        from notices.channels import email

        return email.house_line()
    if channel == Notice.Channel.PORTAL:
        from notices.channels import portal

        return portal.shelf()
    raise Undelivered(
        because(lambda: _("There is no account at a carrier for this channel.")),
        permanent=False,
        everyone=True,
    )


def automatic() -> list[str]:
    """The channels that the relay serves; the portal first, since word of what lies there goes by the others."""
    served = [name for name in Notice.Channel.values if name not in CARRIED]
    return sorted(served, key=lambda name: name != Notice.Channel.PORTAL)
