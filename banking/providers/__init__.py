"""Payment providers: one adapter a file, each by its provider's documented protocol, one vocabulary of what they tell.

An adapter shows that a call is its provider's and puts it into our words. It books nothing, asks no database and
knows nothing of Django's requests; ``banking.actions.hearing`` does with it what has to be done.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import Any, Protocol

from notices.channels import Setting

PROVIDERS: tuple[str, ...] = ("wechat_pay", "alipay", "stripe_pay")
"""The files of the providers; each holds one ``PROVIDER``, which has its name."""
MOST = Decimal("1e12")


class Account(Protocol):
    """What an adapter needs of an account."""

    settings: dict[str, Any]

    @property
    def secrets(self) -> dict[str, Any]:
        """Its keys, opened."""
        ...


@dataclass(frozen=True)
class Call:
    """A call as it came: its body to the byte, its headers by their names in lower case."""

    body: bytes
    headers: Mapping[str, str]


@dataclass(frozen=True)
class CameIn:
    """Money that came in: under which number of the provider's, and what is said of it.

    ``whole`` is false where part of it does not come from the payer, such as a voucher.
    """

    key: str
    amount: Decimal
    currency: str
    at: datetime
    payer: str = ""
    payer_account: str = ""
    remark: str = ""
    whole: bool = True


@dataclass(frozen=True)
class WentBack:
    """Money that went back, all or a part of what came in under the number that it ``names``.

    ``so_far``: the amount is all that went back of it until now, this time and before. ``outcome`` is how a dispute
    ended, "won" or "lost"; "" while it is open.
    """

    key: str
    names: str
    amount: Decimal
    currency: str
    at: datetime
    remark: str = ""
    whole: bool = True
    disputed: bool = False
    so_far: bool = False
    outcome: str = ""


@dataclass(frozen=True)
class Heard:
    """What a call told; nothing at all is heard too, and answered as what the provider waits for."""

    came: tuple[CameIn, ...] = ()
    back: tuple[WentBack, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What the provider is answered."""

    status: int
    body: str = ""
    mime: str = "text/plain"


class Forged(Exception):
    """A call that cannot be shown to be the provider's: a code of ``banking.provider_words.FORGED``."""

    def __init__(self, why: str, *, probe: bool = False) -> None:
        self.why, self.probe = why, probe
        super().__init__(why)


class Nonsense(ValueError):
    """A call that is the provider's, and cannot be understood."""


NO_SENSE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What comes of reading a body that is built otherwise than its documents say."""


class Provider:
    """Somebody through whom debtors pay."""

    name: str
    label: Any
    fields: tuple[Setting, ...] = ()
    method = "mobile"
    """Which way of paying it is: one of ``Payment.Method``."""
    reference_in: Any = ""
    """Where our reference has to stand, so that a payment finds its case; for those who set it up."""
    test_by: Any = ""
    """How one lets the provider call, to see whether the keys are right."""

    def faults(self, account: Account, at: datetime) -> Sequence[tuple[str, Any]]:
        """What is wrong with what was entered, seen without asking anybody: the field and why."""
        return ()

    def merchant(self, account: Account) -> str:
        """Our number there; under it the lines of the account are kept."""
        raise NotImplementedError

    def hear(self, account: Account, call: Call, at: datetime) -> Heard:
        """Understand a call; raises ``Forged`` or ``Nonsense``."""
        raise NotImplementedError

    def accepted(self) -> Answer:
        """What the provider waits to hear, the first time and every time again."""
        return Answer(200)

    def refused(self, status: int) -> Answer:
        """What it hears when its call was not taken; it then calls again."""
        return Answer(status)


@dataclass
class _Known:
    read: dict[str, Provider] = field(default_factory=dict)

    def get(self, name: str) -> Provider | None:
        if name not in PROVIDERS:
            return None
        if name not in self.read:
            self.read[name] = import_module(f"banking.providers.{name}").PROVIDER
        return self.read[name]


@cache
def _known() -> _Known:
    return _Known()


def provider_named(name: str) -> Provider | None:
    """The provider of that name; its file, and the library that it brings, is read when it is asked for."""
    return _known().get(name)


def providers() -> list[Provider]:
    """Every provider, in the order in which they are offered."""
    return [found for name in PROVIDERS if (found := provider_named(name))]


def label_of(name: str) -> Any:
    """What people call a provider; by its own name where it is known no more."""
    found = provider_named(name)
    return found.label if found else name


def must_be_fresh(moment: datetime, at: datetime, tolerance: timedelta) -> None:
    """Let no call through that was made long ago, or lies ahead; raises ``Forged``."""
    if abs(at - moment) > tolerance:
        raise Forged("old")
