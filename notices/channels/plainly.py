"""What went wrong on the way to a carrier, in plain words.

A library's own words repeat the address that was asked for, with the number, the key and the token that
stand in it; what is said here is read in the outbox and kept, so none of that may be in it.
"""

import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator

from django.utils.translation import gettext as _


class Barred(OSError):
    """This house itself goes no further; why is said anew in the language of whoever reads it."""

    def __init__(self, words: Callable[[], str]) -> None:
        super().__init__()
        self.words = words

    def __str__(self) -> str:
        return self.words()


def plainly(error: BaseException) -> str:
    """Why there was no connection, or no answer, in the reader's language; without any address."""
    found = list(causes(error))
    barred = next((one for one in found if isinstance(one, Barred)), None)
    if barred:
        return str(barred)
    for kinds, says in _WORDS:
        if any(isinstance(one, kinds) for one in found):
            return says()
    spoken = (one.strerror for one in found if isinstance(one, OSError) and one.strerror)
    return next(spoken, type(error).__name__)


_WORDS: tuple[tuple[tuple[type[BaseException], ...], Callable[[], str]], ...] = (
    ((socket.gaierror,), lambda: _("there is no server of that name")),
    ((ConnectionRefusedError,), lambda: _("nobody listens at that address and port")),
    ((ssl.SSLCertVerificationError,), lambda: _("its certificate cannot be trusted")),
    ((ssl.SSLError,), lambda: _("no encryption could be agreed; look at port and encryption")),
    ((TimeoutError,), lambda: _("it did not answer in time")),
    ((ConnectionError, smtplib.SMTPServerDisconnected), lambda: _("it hung up")),
    ((ValueError, TypeError, LookupError), lambda: _("its answer could not be read")),
)


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and all from which it comes: libraries wrap each other's."""
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one is None or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inner = [
            getattr(one, "reason", None),
            getattr(one, "inner_exception", None),
            *getattr(one, "args", ()),
        ]
        waiting += [one.__cause__, one.__context__]
        waiting += [other for other in inner if isinstance(other, BaseException)]
