"""What has every carrier that is spoken to over HTTP in common: addresses, numbers, and what silence means.

Silence before the whole request has left us means that nothing was sent. Silence after it, and a server
that breaks while it works, mean that nobody can know.
"""

import hmac
import re
import ssl
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from requests import exceptions
from urllib3.exceptions import NameResolutionError, NewConnectionError

from notices.channels import Carrier, Setting, Unclear, Undelivered
from notices.channels.plainly import causes, plainly
from workflow.reasons import because

CONNECT, READ = 5.0, 20.0
USER = "doorstep"  # of the basic authorisation in the address for call-backs
TIMEOUT = (CONNECT, READ)
BASE: tuple[Setting, ...] = (
    ()
    if settings.PRODUCTION
    else (
        Setting(
            "base",
            gettext_lazy("Address of a stand-in"),
            gettext_lazy("Only in demo and tests: a server that plays the carrier."),
            required=False,
            kind="address",
        ),
    )
)
"""In production a carrier is where its own documents say, so that no account can lead us elsewhere."""

_NEVER_LEFT = (
    exceptions.ConnectTimeout,
    exceptions.InvalidURL,
    exceptions.MissingSchema,
    exceptions.InvalidSchema,
    exceptions.ProxyError,
    NewConnectionError,
    NameResolutionError,
    ssl.SSLCertVerificationError,
)
_HANDSHAKE = {"WRONG_VERSION_NUMBER", "SSLV3_ALERT_HANDSHAKE_FAILURE", "UNSUPPORTED_PROTOCOL"}


def base(account: Any, default: str) -> str:
    """The carrier's own address, or in demo and tests that of its stand-in."""
    given = "" if settings.PRODUCTION else str(account.settings.get("base") or "")
    return (given or default).rstrip("/")


def call_back(account: Any) -> str:
    """The address at which the carrier calls us back for this account."""
    return f"{settings.PUBLIC_URL}{reverse('carrier', args=[account.slug])}"


def call_back_key(account: Any) -> str:
    """What a carrier that signs nothing shows to be believed: it stands in the address it is given."""
    return salted_hmac("notices.call_back", account.slug, algorithm="sha256").hexdigest()[:40]


def secret_call_back(account: Any) -> str:
    """The address with the key, for carriers that sign nothing."""
    return f"{call_back(account)}?key={call_back_key(account)}"


def address_for_calls(carrier: Carrier, account: Any) -> str:
    """What is to be entered at the carrier so that it can call us; "" where it never calls."""
    if not carrier.calls_back:
        return ""
    if carrier.unsigned_calls:
        return secret_call_back(account)
    if carrier.basic_calls:
        scheme, sign, rest = call_back(account).partition("://")
        return f"{scheme}{sign}{USER}:{call_back_key(account)}@{rest}"
    return call_back(account)


def shows_key(account: Any, request: Any) -> bool:
    """Whether a call carries the key that stands in the address we gave."""
    return hmac.compare_digest(request.GET.get("key", "").encode(), call_back_key(account).encode())


def broke(error: BaseException, carrier: Any) -> Undelivered | Unclear:
    """What it means that the call to the carrier ended so."""
    if _never_left(error):
        return Undelivered(
            because(
                lambda: (
                    _("%(carrier)s could not be reached: %(why)s")
                    % {"carrier": carrier, "why": plainly(error)}
                )
            ),
            permanent=False,
            everyone=True,
        )
    return Unclear(
        because(
            lambda: (
                _("%(carrier)s had the whole message, and no clear answer came: %(why)s")
                % {"carrier": carrier, "why": plainly(error)}
            )
        )
    )


def _never_left(error: BaseException) -> bool:
    return any(
        isinstance(one, _NEVER_LEFT) or (isinstance(one, ssl.SSLError) and one.reason in _HANDSHAKE)
        for one in causes(error)
    )


def international(number: str, carrier: Any) -> str:
    """The number as +86…; one without a country's prefix is of the mainland."""
    digits = re.sub(r"[\s()./-]", "", number)
    digits = re.sub(r"^00", "+", digits)
    if re.fullmatch(r"1\d{10}", digits):
        digits = f"+86{digits}"
    if not re.fullmatch(r"\+[1-9]\d{5,14}", digits):
        raise Undelivered(
            because(
                lambda: (
                    _("%(carrier)s takes no number such as “%(number)s”.")
                    % {"carrier": carrier, "number": number[:40]}
                )
            ),
            permanent=True,
        )
    return digits


def refusal(code: Any, words: Any) -> str:
    """What the carrier answered, in its own words."""
    return f"{code} {' '.join(str(words or '').split())}".strip()[:280]


def unreached(answer: str, *, dead: bool, unwanted: bool) -> str:
    """Why a message did not arrive, in each reader's language, with the carrier's answer as it came."""

    def says() -> str:
        if dead:
            return _("Nobody is reached at this number (%(answer)s).")
        if unwanted:
            return _("Whoever has this number wants nothing more from us (%(answer)s).")
        return _("The carrier could not deliver it (%(answer)s).")

    return because(lambda: says() % {"answer": answer})


def refused(answer: str, *, dead: bool, unwanted: bool, never: bool, everyone: bool) -> Undelivered:
    """A carrier did not take a message, and why likewise; ``never``: this one, ``everyone``: none at present."""

    def says() -> str:
        if never:
            return _("The carrier refuses this message (%(answer)s).")
        if everyone:
            return _("The carrier takes nothing from this account at present (%(answer)s).")
        return _("The carrier takes no more for this number at present (%(answer)s).")

    why = (
        unreached(answer, dead=dead, unwanted=unwanted)
        if dead or unwanted
        else because(lambda: says() % {"answer": answer})
    )
    return Undelivered(why, permanent=never, dead=dead, unwanted=unwanted, everyone=everyone)


def no_template(carrier: Any) -> Undelivered:
    """The carrier sends only texts that it has approved, and this message has none."""
    return Undelivered(
        because(
            lambda: (
                _("%(carrier)s has approved no template for this message yet.")
                % {"carrier": carrier}
            )
        ),
        permanent=False,
    )
