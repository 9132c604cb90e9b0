"""One-time codes: six digits, good for minutes and a few tries, sent to who holds a link or shown at the door.

The digits are reckoned from a row's ``nonce`` with the house's key as the message goes out; the row keeps
a mark of them, and the archive their place. So neither the database nor a log holds a code in clear.
"""

import hmac
import re
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.utils.crypto import salted_hmac

from notices.models import OneTimeCode, PortalLink

CODE_PLACE = "{one_time_code}"
"""Where the code stands in a text."""
DIGITS = 6
AT_DOOR = "door"
"""How a code comes that no message brings: an officer's phone shows it."""
GOOD_FOR = timedelta(minutes=10)
MOST_TRIES = 5
MOST_CODES, IN = 3, timedelta(hours=1)
"""How many codes a link gets within an hour: enough for who lost one, too few to guess."""
WAIT = timedelta(minutes=1)
_SALT = "notices.codes"


def may_make(link: PortalLink, at: datetime) -> bool:
    """Whether this link may have another code now."""
    made = [row.made_at for row in link.codes.filter(made_at__gt=at - IN)]
    return len(made) < MOST_CODES and not any(at - one < WAIT for one in made)


def make(*, link: PortalLink, channel: str, shown_to: str, at: datetime) -> OneTimeCode:
    """A new code, in the running change that sends it; those before it are good no more."""
    link.codes.filter(expires_at__gt=at, used_at=None).update(expires_at=at)
    nonce = secrets.token_hex(16)
    return OneTimeCode.objects.create(
        link=link, nonce=nonce, mark=_mark(nonce, _code(nonce, settings.SECRET_KEY)),
        channel=channel, shown_to=shown_to, made_at=at, expires_at=at + GOOD_FOR,
    )  # fmt: skip


def code_of(row: OneTimeCode) -> str:
    """The digits, for the message that carries them."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    found = (_code(row.nonce, key) for key in keys)
    return next((code for code in found if _mark(row.nonce, code) == row.mark), "")


def is_good(row: OneTimeCode, at: datetime) -> bool:
    """Whether it may still be entered."""
    return row.used_at is None and at < row.expires_at and row.wrong_tries < MOST_TRIES


def enter(link: PortalLink, given: str, at: datetime) -> OneTimeCode | None:
    """The newest code if these are its digits; it is used up then. A wrong try is counted first.

    To be called in a transaction in which the case is locked, so that two tabs take turns.
    """
    row = link.codes.order_by("-pk").first()
    if row is None or not is_good(row, at):
        return None
    if not fits(row, given):
        row.wrong_tries += 1
        row.save(update_fields=["wrong_tries"])
        return None
    row.used_at = at
    row.save(update_fields=["used_at"])
    return row


def fits(row: OneTimeCode | None, given: str) -> bool:
    """Whether these are its digits; it takes as long where there is no code. That it is still good is not asked."""
    nonce, mark = (row.nonce, row.mark) if row else ("", "")
    return hmac.compare_digest(_mark(nonce, _plain(given)).encode(), mark.encode())


def _plain(given: str) -> str:
    """Spaces and full-width digits are read too."""
    wide = {0xFF10 + n: 0x30 + n for n in range(10)}
    return re.sub(r"[\s·.-]", "", given.translate(wide))[:20]


def _code(nonce: str, key: str) -> str:
    digest = salted_hmac(_SALT, nonce, secret=key, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:16]) % 10**DIGITS:0{DIGITS}d}"


def _mark(nonce: str, code: str) -> str:
    """A mark of the digits; six of them are few, so nobody reckons it without the house's key."""
    key = settings.SECRET_KEY
    return salted_hmac(
        f"{_SALT}.mark", f"{nonce}:{code}", secret=key, algorithm="sha256"
    ).hexdigest()
