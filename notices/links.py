"""Links into the debtor's side: made when a message is prepared, good for a while, bound to a person.

The token is reckoned from the link's number with the house's key, so no table holds anything that
opens a door; 128 bits of it cannot be guessed. A message keeps the place of the link and the relay
puts the link in as it goes out, so that who reads the archive does not hold it either.
"""

import base64
import hmac
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from notices.codes import CODE_PLACE, code_of
from notices.models import Notice, OneTimeCode, PortalLink
from people.models import Person

PLACE = "{portal_link}"
"""Where the link stands in a text."""
GOOD_FOR = timedelta(days=90)
_SALT = "notices.links"
_BYTES = 16
SHORT = 12
"""Characters of 5 bits: what they open is only the door that asks for what the person knows."""
_PLAIN = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # without I, L, O and U, which are misread
_MISREAD = str.maketrans("OIL", "011")


def link_for(
    *,
    case: Any,
    person: Person,
    at: datetime,
    purpose: str = PortalLink.Purpose.MESSAGES,
    good_for: timedelta = GOOD_FOR,
    visit: Any = None,
) -> PortalLink:
    """A new link for that person to do in this case what it is for: to read messages, if nothing else is said."""
    return PortalLink.objects.create(
        case=case,
        person=person,
        purpose=purpose,
        visit=visit,
        made_at=at,
        expires_at=at + good_for,
    )


def token_of(link: PortalLink) -> str:
    """What stands in the link's address."""
    return f"{link.pk:x}-{_mark(link.pk, settings.SECRET_KEY)}"


def link_of(token: str) -> PortalLink | None:
    """The link of that token; none for one that was never given out. Its dates are not asked."""
    key = key_of(token)
    found = row_for(key).select_related("case", "person").first()
    return found if found and found.pk == key else None


def row_for(key: int) -> QuerySet[PortalLink]:
    """First the link of that key, or another where there is none: the oldest for what was never given out.

    So a row is read for every token alike, and the time that it takes tells nothing. The caller compares the key.
    """
    return PortalLink.objects.filter(pk__gte=key).order_by("pk")


def key_of(token: str) -> int:
    """The key of the link whose token this is, by its mark alone; 0 of whatever was never given out."""
    number, _dash, mark = token.partition("-")
    readable = 0 < len(number) < 16 and not set(number) - set("0123456789abcdef")
    key = int(number, 16) if readable else 0
    good = False
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        good |= hmac.compare_digest(mark.encode(errors="replace"), _mark(key, secret).encode())
    return key if good and readable else 0


def is_open(link: PortalLink, at: datetime) -> bool:
    """Whether it may still be used; a case that is closed keeps its links until they expire."""
    return link.revoked_at is None and at < link.expires_at


def address_of(link: PortalLink) -> str:
    """The whole address, as it stands in a message."""
    return f"{settings.PUBLIC_URL}{reverse('portal:messages', args=[token_of(link)])}"


def short_address_of(link: PortalLink) -> str:
    """An address that can be typed from paper; it leads to the same door."""
    mark = _short_mark(link.pk, settings.SECRET_KEY)
    parts = "-".join(mark[at : at + 4] for at in range(0, SHORT, 4))
    return f"{settings.PUBLIC_URL}{reverse('portal:short', args=[f'{link.pk:X}-{parts}'])}"


def token_of_short(given: str) -> str:
    """The token to which a typed address leads; of a wrong one a token of the same look, which opens nothing.

    Small letters do, and O for 0, I or L for 1. The database is not asked.
    """
    number, _dash, typed = given[:80].upper().translate(_MISREAD).partition("-")
    readable = 0 < len(number) < 16 and not set(number) - set("0123456789ABCDEF")
    key, typed = int(number, 16) if readable else 0, typed.replace("-", "")
    found = [
        secret
        for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
        if hmac.compare_digest(typed.encode(errors="replace"), _short_mark(key, secret).encode())
    ]
    if found:
        return f"{key:x}-{_mark(key, found[0])}"
    digest = salted_hmac(f"{_SALT}.none", given, algorithm="sha256").digest()
    return f"{key:x}-{base64.urlsafe_b64encode(digest[:_BYTES]).decode().rstrip('=')}"


def with_link(notice: Notice) -> str:
    """The notice's text as it goes out, with its link where one belongs."""
    return _with_link(notice, notice.body)


def values_with_link(notice: Notice) -> dict[str, str]:
    """What fills the gaps of a carrier's own text as it goes out, with the link where one belongs."""
    return {name: _with_link(notice, said) for name, said in notice.params}


def _with_link(notice: Notice, text: str) -> str:
    if CODE_PLACE in text:
        return text.replace(CODE_PLACE, code_of(OneTimeCode.objects.get(pk=notice.about["code"])))
    if PLACE not in text:
        return text
    link = PortalLink.objects.get(pk=notice.about["portal_link"])
    return text.replace(PLACE, address_of(link))


def _mark(number: int, secret: str) -> str:
    digest = salted_hmac(_SALT, str(number), secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")


def _short_mark(number: int, secret: str) -> str:
    digest = salted_hmac(f"{_SALT}.short", str(number), secret=secret, algorithm="sha256").digest()
    bits = int.from_bytes(digest[:_BYTES])
    return "".join(_PLAIN[bits >> 5 * place & 31] for place in range(SHORT))
