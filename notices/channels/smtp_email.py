"""E-mail by an organisation's own mail server, spoken to step by step as the house's is.

In production the server must not stand inside the house's own network, unless its operator has named it:
whoever may fill in a settings page could otherwise have this program knock at every door in there.
"""

import smtplib
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.core.mail.backends.smtp import EmailBackend
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.channels import Carrier, Sender, Setting, Undelivered
from notices.channels.anymail_line import FROM
from notices.channels.email import Line
from notices.channels.plainly import Barred
from notices.models import ChannelAccount
from workflow.reasons import because

PORTS = {25, 465, 587, 2525}


class Smtp(Carrier):
    """A mail server of one's own."""

    name, label, channel = "smtp_email", gettext_lazy("Own mail server (SMTP)"), "email"
    fields = (
        replace(FROM, help_text=gettext_lazy("Of a domain that this server may send for.")),
        Setting("host", gettext_lazy("Mail server"), gettext_lazy("Such as smtp.example.com.")),
        Setting("port", gettext_lazy("Port"), gettext_lazy("465, 587, 25 or 2525."), kind="number"),
        Setting(
            "security",
            gettext_lazy("Encryption"),
            kind="choice",
            choices=(
                ("starttls", "STARTTLS (587)"),
                ("tls", "TLS (465)"),
                *(() if settings.PRODUCTION else (("none", gettext_lazy("None")),)),
            ),
        ),
        Setting("user", gettext_lazy("User name"), required=False),
        Setting("password", gettext_lazy("Password"), secret=True, required=False),
    )

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One connection for the batch; closed at its end."""
        held = account.settings
        port = int(held.get("port") or 0)
        if settings.PRODUCTION and port not in PORTS:
            raise Undelivered(
                because(lambda: _("No mail is sent to port %(port)s.") % {"port": port}),
                permanent=False,
                everyone=True,
            )
        security = held.get("security") or "starttls"
        backend = _Backend(
            host=str(held.get("host", "")),
            port=port,
            username=str(held.get("user") or ""),
            password=account.secrets.get("password", ""),
            use_tls=security == "starttls",
            use_ssl=security == "tls",
            timeout=settings.EMAIL_TIMEOUT,
        )
        line = Line(backend, sender=str(held.get("from_address", "")))
        line.open()
        try:
            yield line
        finally:
            line.close()


class _Outside(smtplib.SMTP):
    """A connection that is given up before a word is said when it leads inside."""

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        made: socket.socket = super()._get_socket(host, port, timeout)
        if settings.PRODUCTION and host not in settings.MAIL_SERVERS_INSIDE:
            there = ip_address(made.getpeername()[0])
            if not getattr(there, "ipv4_mapped", None):
                outside = there.is_global
            else:
                outside = there.ipv4_mapped.is_global
            if not outside:
                made.close()
                raise Barred(
                    lambda: _("%(host)s stands inside this house's own network.") % {"host": host}
                )
        return made


class _OutsideTls(smtplib.SMTP_SSL, _Outside):
    """The same under TLS: the look comes before the handshake."""


class _Backend(EmailBackend):
    """Django's own, with connections that only lead outside."""

    @property
    def connection_class(self) -> Any:
        return _OutsideTls if self.use_ssl else _Outside


CARRIER = Smtp()
