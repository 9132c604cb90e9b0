"""E-mail by a mailing service's own HTTP interface, through django-anymail, with an account of one's own.

A service's backend is made from the account alone: nothing is read from the settings of the house. None
but Resend takes a key against sending twice, and that one forgets it after a day, so what is unclear is
never handed over again by itself; the key is given all the same.
"""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from anymail.exceptions import (
    AnymailAPIError,
    AnymailConfigurationError,
    AnymailError,
    AnymailInvalidAddress,
    AnymailRecipientsRefused,
    AnymailSerializationError,
    AnymailUnsupportedFeature,
    AnymailWebhookValidationFailure,
)
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import clock
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
from notices.channels.email import DEAD as DEAD_CODES
from notices.channels.email import ENHANCED, compose, message_id
from notices.models import ChannelAccount
from workflow.reasons import because

FROM = Setting(
    "from_address",
    gettext_lazy("Sender's address"),
    gettext_lazy("Of a domain that the service has verified, such as notices@mail.example.com."),
    kind="email",
)
DEAD = {RejectReason.INVALID, RejectReason.BOUNCED}
UNWANTED = {RejectReason.SPAM, RejectReason.UNSUBSCRIBED}
SOFT = re.compile("soft|temporary|transient|blocked", re.IGNORECASE)
OURS = {401, 402, 403, 404, 405, 429}
"""What stands against all messages alike: the key, the bill, the address, the pace."""


class ByAnymail(Carrier):
    """One mailing service; a file each says what it needs."""

    channel = "email"
    calls_back = True
    basic_calls = True
    """Its calls show a name and a key, which stand in the address that it is given."""

    def __init__(
        self,
        name: str,
        label: str,
        *,
        backend: Any,
        tracking: Any,
        home: str,
        fields: tuple[Setting, ...],
        options: dict[str, str],
        view: dict[str, str] | None = None,
        accepts: frozenset[int] = frozenset({200, 201, 202}),
    ) -> None:
        self.name, self.label = name, label
        self.backend, self.tracking, self.home = backend, tracking, home
        self.fields = (FROM, *fields, *wire.BASE)
        self.options, self.view = options, view or {}
        self.accepts = accepts

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One session for the batch."""
        given = {"api_url": wire.base(account, self.home), "timeout": wire.READ}
        with _without_warnings():
            backend = self.backend(**given, **_from(account, self.options))
        backend.open()
        try:
            yield _Line(self, account, backend)
        finally:
            backend.close()

    def hear(self, account: ChannelAccount, request: HttpRequest) -> Heard:
        """Events of one message or several, shown to be theirs as the service can."""
        secret = f"{wire.USER}:{wire.call_back_key(account)}"
        keys = {name: key for name, key in _from(account, self.view).items() if key}
        try:
            with _without_warnings():
                view = self.tracking(webhook_secret=secret, **keys)
        except AnymailConfigurationError as keyless:  # no key by which anything could be shown
            raise Forged from keyless
        try:
            view.run_validators(request)
        except AnymailWebhookValidationFailure as forged:
            raise Forged from forged
        try:
            events = view.parse_events(request)
        except AnymailConfigurationError as error:  # the address was given for something else
            raise ValueError(str(error)) from error
        return Heard(tuple(said for event in events if (said := _said(event))))


class _Line:
    """The open session of one batch."""

    def __init__(self, carrier: ByAnymail, account: ChannelAccount, backend: Any) -> None:
        self.carrier, self.account, self.backend = carrier, account, backend

    def send(self, message: Message) -> Taken:
        """Send one message; its reference goes along, out of sight."""
        try:
            made: Any = compose(message, sender=str(self.account.settings.get("from_address", "")))
            made.message()
        except (ValueError, UnicodeError) as error:
            raise _unsendable(error) from error
        made.metadata = {"notice": message.reference}
        if self.carrier.name == "resend_email":
            key = message_id(message.key).strip("<>")
            self.backend.session.headers["Idempotency-Key"] = key
        try:
            with _without_warnings():
                self.backend.send_messages([made])
        except AnymailRecipientsRefused as refused:
            raise self._refused(made, refused) from refused
        except (
            AnymailInvalidAddress,
            AnymailSerializationError,
            AnymailUnsupportedFeature,
        ) as error:
            raise _unsendable(error) from error
        except AnymailAPIError as error:
            raise self._broke(error) from error
        except (AnymailError, OSError) as error:
            raise wire.broke(error, self.carrier.label) from error
        status = made.anymail_status
        answer = status.esp_response
        if answer is not None and answer.status_code not in self.carrier.accepts:
            raise Unclear(wire.refusal(answer.status_code, answer.reason))
        return Taken(str(status.message_id or ""), ", ".join(sorted(status.status or ())))

    def _refused(self, made: Any, error: AnymailRecipientsRefused) -> Undelivered:
        """The service will not write to this address: it knows it for invalid, or bars it."""
        status = made.anymail_status.status or set()
        return Undelivered(
            wire.refusal(", ".join(sorted(status)), _words(error)),
            permanent=True,
            dead="invalid" in status,
        )

    def _broke(self, error: AnymailAPIError) -> Undelivered | Unclear:
        code = int(getattr(error, "status_code", 0) or 0)
        if not code:
            return wire.broke(error, self.carrier.label)
        why = wire.refusal(code, _words(error))
        if code >= 500 or 200 <= code < 300:
            return Unclear(why)  # it may have taken the message before it broke
        return Undelivered(why, permanent=code not in OURS, everyone=code in OURS)


def _from(account: ChannelAccount, options: dict[str, str]) -> dict[str, Any]:
    """What the backend calls it, from where the account has it."""
    return {
        theirs: account.secrets.get(ours) or account.settings.get(ours) or None
        for theirs, ours in options.items()
    }


def _unsendable(error: BaseException) -> Undelivered:
    return Undelivered(
        because(
            lambda: (
                _("The message cannot be put together: %(why)s")
                % {"why": " ".join(str(error).split())[:160]}
            )
        ),
        permanent=True,
    )


def _words(error: AnymailError) -> str:
    """What the service said, without the message itself that the library repeats."""
    response = getattr(error, "response", None)
    if response is None:
        return ""
    try:
        held = response.json()
    except ValueError:
        return str(response.text)[:160]
    if isinstance(held, dict):
        for name in ("Message", "message", "error"):
            if isinstance(held.get(name), str):
                return str(held[name])[:160]
    return str(held)[:160]


def _said(event: AnymailTrackingEvent) -> Said | None:
    """What an event says in our words; None for what says nothing of the way."""
    kind, reason = event.event_type, event.reject_reason
    state = {
        EventType.DELIVERED: "delivered",
        EventType.BOUNCED: "bounced",
        EventType.REJECTED: "failed",
        EventType.FAILED: "failed",
        EventType.COMPLAINED: "delivered",  # who complains of a message has had it
        EventType.UNSUBSCRIBED: "delivered",
    }.get(kind)
    if state is None:
        return None
    words = str(event.mta_response or event.description or reason or "")
    complained = kind in {EventType.COMPLAINED, EventType.UNSUBSCRIBED}
    return Said(
        str(event.message_id or ""),
        state,
        event.timestamp or clock.now(),
        "" if state == "delivered" else _in_words(reason or kind, words),
        dead=(reason in DEAD or (reason is None and kind == EventType.BOUNCED))
        and state != "delivered"
        and _is_final(event, words),
        unwanted=complained or reason in UNWANTED,
        reference=str((event.metadata or {}).get("notice", "")),
        timed=event.timestamp is not None,
    )


TOLD = {
    RejectReason.INVALID: gettext_lazy("There is no such address: %(words)s"),
    RejectReason.BOUNCED: gettext_lazy("The receiving server turned it away: %(words)s"),
    RejectReason.TIMED_OUT: gettext_lazy("The receiving server could not be reached: %(words)s"),
    RejectReason.BLOCKED: gettext_lazy("It was blocked on its way: %(words)s"),
    RejectReason.SPAM: gettext_lazy("Whoever reads there takes our messages for spam: %(words)s"),
    RejectReason.UNSUBSCRIBED: gettext_lazy(
        "Whoever reads there wants no more messages: %(words)s"
    ),
}


def _in_words(what: str, words: str) -> str:
    """Why it was not delivered: what the service means in the reader's language, then the answer as it came."""
    plain = " ".join(words.split())[:200] or what
    told = TOLD.get(what, gettext_lazy("The service did not deliver it: %(words)s"))
    return because(lambda: str(told) % {"words": plain})


def _is_final(event: AnymailTrackingEvent, words: str) -> bool:
    """Whether nobody is reached there any more: by the server's own code, else by the service's kind."""
    if ENHANCED.search(words):
        return bool(DEAD_CODES.search(words))
    held: Any = event.esp_event if isinstance(event.esp_event, dict) else {}
    inner = [held, held.get("event-data"), (held.get("data") or {}).get("bounce")]
    kinds = " ".join(
        str(one.get(name, ""))
        for one in inner
        if isinstance(one, dict)
        for name in ("Type", "type", "event", "severity")
    )
    return not SOFT.search(kinds)


@contextmanager
def _without_warnings() -> Iterator[None]:
    """What the library says of its own support for a service is no news to those who send."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"anymail\..*")
        warnings.filterwarnings("ignore", message=".*dropped official support.*")
        yield
