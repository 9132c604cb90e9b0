"""SMS by Twilio: free text, statuses by signed call-back and by asking.

A message without an answer is looked up by number, day and text. Twilio has no key against sending
twice, so what is unclear is never handed over again.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from requests import RequestException
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

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
from notices.models import ChannelAccount, Notice

HOME = "https://api.twilio.com"
LABEL = "Twilio"
# https://www.twilio.com/docs/api/errors
DEAD = {21211, 21214, 21217, 21421, 21614, 30005, 30006}
UNWANTED = {21610}
OURS = {20003, 20005, 20008, 21212, 21603, 21606, 21611, 21660, 21703, 20429, 14107, 30001, 30002}
"""What stands against all messages of the account alike: keys, sender, queue, pace."""
CLOCKS = timedelta(minutes=2)  # by which ours and theirs may differ
FAILED = {"undelivered", "failed"}


class TwilioSms(Carrier):
    """Twilio's Programmable Messaging."""

    name, label, channel = "twilio_sms", LABEL, "sms"
    fields = (
        Setting("account_sid", _("Account SID"), _("Begins with AC; on the console's first page.")),
        Setting("auth_token", _("Auth token"), _("It also signs the call-backs."), secret=True),
        Setting(
            "sender",
            _("Sender"),
            _(
                "A number of yours such as +12025550123, or a messaging service that begins with MG."
            ),
        ),
        *wire.BASE,
    )
    calls_back = polls = tells_address = True

    @contextmanager
    def batch(self, account: ChannelAccount) -> Iterator[Sender]:
        """One client with one pool of connections for the batch."""
        yield _Line(account)

    def hear(self, account: ChannelAccount, request: HttpRequest) -> Heard:
        """A status of one message; signed over the address that we gave and all its fields."""
        asked = request.META.get("QUERY_STRING", "")
        address = wire.call_back(account) + (f"?{asked}" if asked else "")
        signer = RequestValidator(account.secrets.get("auth_token", ""))
        fields = {name: request.POST[name] for name in request.POST}
        if not signer.validate(address, fields, request.headers.get("X-Twilio-Signature", "")):
            raise Forged
        said = _said(
            request.POST["MessageSid"],
            request.POST["MessageStatus"],
            request.POST.get("ErrorCode", ""),
            "",
            reference=request.GET.get("n", ""),
        )
        return Heard((said,) if said else ())

    def poll(self, account: ChannelAccount, notices: Sequence[Notice]) -> Iterable[Said]:
        """Ask for each by its number."""
        client = _client(account)
        for notice in notices:
            try:
                with _speaking():
                    one = client.messages(notice.provider_id).fetch()
            except Undelivered as refused:
                if refused.everyone:
                    return
                continue  # one that it does not know any more
            except Unclear:
                return
            said = _said(one.sid, one.status, one.error_code or "", one.error_message or "")
            if said:
                yield said

    def look_up(self, account: ChannelAccount, message: Message, since: datetime) -> Taken | None:
        """A message to that number since then with that very text."""
        number = wire.international(message.to, LABEL)
        with _speaking():
            # Not asked by day: a message that still waits there has no day of sending.
            found = _client(account).messages.list(to=number, limit=100)
        others = Notice.objects.filter(account=account, provider_id__in=[one.sid for one in found])
        known = set(others.values_list("provider_id", flat=True))
        for one in found:
            young = one.date_created is None or one.date_created >= since - CLOCKS
            if one.body == message.text and young and one.sid not in known:
                return Taken(one.sid, str(one.status))
        return None


class _Line:
    """The open client of one batch."""

    def __init__(self, account: ChannelAccount) -> None:
        self.account, self.client = account, _client(account)

    def send(self, message: Message) -> Taken:
        """Hand one message over; the address for call-backs names the notice."""
        sender = str(self.account.settings.get("sender", ""))
        by = "messaging_service_sid" if sender.startswith("MG") else "from_"
        number = wire.international(message.to, LABEL)
        address = f"{wire.call_back(self.account)}?{urlencode({'n': message.reference})}"
        with _speaking():
            made = self.client.messages.create(
                to=number, body=message.text, status_callback=address, **{by: sender}
            )
        return Taken(made.sid, str(made.status))


class _ToBase(TwilioHttpClient):
    """The client's own transport, in demo and tests to a stand-in; it never tries twice by itself."""

    def __init__(self, account: ChannelAccount) -> None:
        super().__init__(timeout=wire.READ)
        self.at = wire.base(account, HOME)

    def request(self, method: str, url: str, *args: Any, **given: Any) -> Any:
        """Send it, wherever the stand-in is."""
        return super().request(method, url.replace(HOME, self.at, 1), *args, **given)

    def log_request(self, kwargs: Any) -> None:
        """Nothing: numbers and texts do not belong in the log."""

    def log_response(self, status_code: int, response: Any) -> None:
        """Nothing either."""


def _client(account: ChannelAccount) -> Client:
    return Client(
        str(account.settings.get("account_sid", "")) or "-",
        account.secrets.get("auth_token", "") or "-",
        http_client=_ToBase(account),
        environment={"-": "-"},
    )


@contextmanager
def _speaking() -> Iterator[None]:
    """Put what goes wrong on the wire, or is refused, into our words."""
    try:
        yield
    except TwilioRestException as refused:
        raise _refused(refused) from refused
    except (RequestException, OSError) as error:
        raise wire.broke(error, LABEL) from error
    except ValueError as error:  # an answer that cannot be read: the message may have been taken
        raise wire.broke(error, LABEL) from error


def _refused(refused: TwilioRestException) -> Undelivered | Unclear:
    code, why = int(refused.code or 0), wire.refusal(refused.code or refused.status, refused.msg)
    if refused.status >= 500:
        return Unclear(why)  # Twilio does not say whether it had made the message before it broke
    everyone = code in OURS or refused.status in {401, 403, 429}
    dead, unwanted = code in DEAD, code in UNWANTED
    return wire.refused(why, dead=dead, unwanted=unwanted, never=not everyone, everyone=everyone)


def _said(sid: str, status: str, code: Any, words: str, reference: str = "") -> Said | None:
    """What a status says; None while it is on its way. Twilio names no moment."""
    number = int(code) if str(code).isdecimal() else 0
    if status == "delivered":
        return Said(sid, "delivered", clock.now(), reference=reference, timed=False)
    if status not in FAILED:
        return None
    dead, unwanted = number in DEAD, number in UNWANTED
    code = number or status
    answer = wire.refusal(code, words) if words else f"Twilio {code}"
    why = wire.unreached(answer, dead=dead, unwanted=unwanted)
    return Said(
        sid, "failed", clock.now(), why, dead=dead, unwanted=unwanted, reference=reference, timed=False
    )  # fmt: skip


CARRIER = TwilioSms()
