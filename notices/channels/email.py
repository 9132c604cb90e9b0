"""E-mail: one connection for a batch, a stable Message-ID, and no doubt where none need be.

The mail server is spoken to step by step, since what silence means depends on where it falls: before
the whole message is handed over nothing was sent; after it nobody can know.
"""

import hashlib
import logging
import re
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.utils import parseaddr, quote
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from notices.channels import Message, Sender, Taken, Unclear, Undelivered
from notices.channels.plainly import plainly
from workflow.reasons import because

log = logging.getLogger(__name__)

# RFC 3463: 5.1.x speaks of the address, 5.2.1 of a mailbox that is closed; a full mailbox (5.2.2) or
# a refusal by policy (5.7.x) says nothing against the address.
DEAD = re.compile(r"\b5\.(1\.[0-36]|2\.1)\b")
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
CLOSING = 421
TOO_LARGE = {452, 552}  # said to the announced size, so of this message alone


def message_id(key: str) -> str:
    """The notice's own Message-ID: the same at every attempt, telling nothing about anybody."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def compose(message: Message, sender: str = "") -> EmailMessage:
    """The message as it goes over the line; a header can hold no line break.

    ``sender`` is the address from which it goes, by default the house's.
    """
    try:
        validate_email(message.to)
    except ValidationError:
        raise Undelivered(
            because(
                lambda: _("“%(address)s” is no e-mail address.") % {"address": message.to[:80]}
            ),
            permanent=True,
        ) from None
    sender = sender or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    made = EmailMessage(
        subject=_one_line(message.subject),
        body=message.text,
        from_email=_named(_one_line(message.sender), sender),
        to=[message.to],
        reply_to=[_one_line(message.reply_to)] if message.reply_to else None,
        headers={
            "Message-ID": message_id(message.key),
            "Auto-Submitted": "auto-generated",
            "Content-Language": {"zh": "zh-CN", "en": "en"}.get(message.language, "zh-CN, en"),
        },
    )
    for attached in message.attachments:
        made.attach(_one_line(attached.filename), attached.content, attached.mime)
    return made


def _named(name: str, address: str) -> str:
    """The sender as people read it: a mail server's header is coded at the line, a service's JSON never."""
    return f'"{quote(name)}" <{address}>' if name else address


def _one_line(text: str) -> str:
    """The text without line breaks or other control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


@contextmanager
def house_line() -> Iterator[Sender]:
    """One connection to the house's own mail server, for all messages of the batch."""
    line = Line(get_connection())
    line.open()
    try:
        yield line
    finally:
        line.close()


class Line:
    """An open connection; opened anew where the server closed it between two messages."""

    def __init__(self, backend: Any, sender: str = "") -> None:
        self.backend, self.sender = backend, sender

    def open(self) -> None:
        """Connect, unless connected; a server that is not there stops the whole batch."""
        try:
            self.backend.open()
        except OSError as error:  # smtplib's own errors are among them
            raise _not_open(error) from error

    def close(self) -> None:
        """Say goodbye; a server that has gone already does no harm."""
        with suppress(OSError):
            self.backend.close()

    def send(self, message: Message) -> Taken:
        """Send one message."""
        try:
            made = compose(message, self.sender)
            whole = made.message()
        except (ValueError, UnicodeError) as error:  # BadHeaderError is one
            said = _said(error)
            raise Undelivered(
                because(lambda: _("The message cannot be put together: %(why)s") % {"why": said}),
                permanent=True,
            ) from error
        self.open()
        if isinstance(self.backend, EmailBackend):
            answer = self._over_smtp(made, whole)
        else:
            answer = self._by_backend(made)
        return Taken(provider_id=message_id(message.key), answer=answer)

    def _by_backend(self, made: EmailMessage) -> str:
        """A backend that is no mail server (files in the demo): it raises or it has it."""
        try:
            self.backend.send_messages([made])
        except OSError as error:
            raise Undelivered(_said(error), permanent=False, everyone=True) from error
        return ""

    def _over_smtp(self, made: EmailMessage, whole: Any) -> str:
        smtp: smtplib.SMTP = self.backend.connection
        sender = sanitize_address(made.from_email, "utf-8")
        address = sanitize_address(made.to[0], "utf-8")
        # Django's own kind of message, which can end its lines as the wire wants.
        content = whole.as_bytes(linesep="\r\n")
        try:
            smtp.ehlo_or_helo_if_needed()
            size = [f"size={len(content)}"] if smtp.has_extn("size") else []
            self._expect(smtp.mail(sender, size), {250}, everyone=True)
            self._expect(smtp.rcpt(address), {250, 251}, of_address=True)
            self._expect(smtp.docmd("DATA"), {354})
            # As long as the last byte has not left us, the server cannot have a whole message.
            smtp.send(re.sub(rb"(?m)^\.", b"..", content).rstrip(b"\r\n") + b"\r\n.\r\n")
        except OSError as error:
            self._hang_up()
            raise _not_open(error) from error
        try:
            reply = smtp.getreply()
        except OSError as error:
            self._hang_up()
            raise _silent(error) from error
        if not 200 <= reply[0] < 600:
            self._hang_up()
            raise Unclear(
                because(
                    lambda: _(
                        "The mail server took the whole message and answered in no known way."
                    )
                )
            )
        self._expect(reply, set(range(200, 300)))
        return f"{reply[0]} {_text(reply[1])}"

    def _expect(
        self,
        reply: tuple[int, bytes],
        good: set[int],
        *,
        of_address: bool = False,
        everyone: bool = False,
    ) -> None:
        """Raise what the server's answer means, if it is not the one hoped for."""
        code, text = reply[0], _text(reply[1])
        if code in good:
            return
        everyone = everyone and code not in TOO_LARGE
        if code == CLOSING or code < 0:
            self._hang_up()
        else:
            with suppress(OSError):
                self.backend.connection.docmd("RSET")
        closing = code == CLOSING or code < 0
        permanent = 500 <= code < 600 and not everyone
        named = (
            DEAD.search(text) if ENHANCED.search(text) else of_address and code in {550, 551, 553}
        )
        raise Undelivered(
            f"{code} {text}"[:300],
            permanent=permanent,
            dead=bool(permanent and of_address and named),
            everyone=everyone or closing,
        )

    def _hang_up(self) -> None:
        """Drop the connection; the next message opens a new one."""
        connection, self.backend.connection = self.backend.connection, None
        with suppress(OSError):
            connection.close()


def _text(reply: bytes) -> str:
    """What the server said, on one line."""
    return _one_line(reply.decode("utf-8", "replace"))[:240]


def _not_open(error: OSError) -> Undelivered:
    """The connection does not stand: who keeps the account reads what is to be mended there."""
    answer = _answer(error)

    def words() -> str:
        if isinstance(error, smtplib.SMTPAuthenticationError):
            says = _("The mail server does not take the user name and password: %(why)s")
        elif isinstance(error, smtplib.SMTPNotSupportedError):
            says = _("The mail server does not offer what the account asks of it: %(why)s")
        elif isinstance(error, smtplib.SMTPResponseException):
            says = _("The mail server takes no mail from us: %(why)s")
        else:
            says = _("The mail server could not be reached: %(why)s")
        return says % {"why": answer or plainly(error)}

    return Undelivered(because(words), permanent=False, everyone=True)


def _silent(error: OSError) -> Unclear:
    """The whole message was handed over, and nothing came back."""
    return Unclear(
        because(
            lambda: (
                _("The mail server took the whole message and then fell silent: %(why)s")
                % {"why": plainly(error)}
            )
        )
    )


def _answer(error: OSError) -> str:
    """What a server said; empty where only the way to it broke."""
    if isinstance(error, smtplib.SMTPResponseException):
        held = error.smtp_error
        return f"{error.smtp_code} {_text(held if isinstance(held, bytes) else str(held).encode())}"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return _said(error)
    return ""


def _said(error: BaseException) -> str:
    return _one_line(str(error))[:200] or type(error).__name__
