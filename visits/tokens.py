"""The token and the code of a visit: made with its plan, good from its notice on, withdrawn with a change.

A token has 128 bits and is found by its digest alone, so that one that never was, one that is over and
one that was withdrawn are the same question to the database. A code has six digits, so that it can be
said aloud; how often it may be guessed is counted in ``visits.guessing``.
"""

import base64
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.crypto import salted_hmac

from visits.models import Visit, VisitToken

GOOD_AFTER = timedelta(hours=6)  # so long after the visit it can still be asked who was there
COMPLAINTS_FOR = timedelta(days=180)
DIGITS = 6
MOST_TURNS = 200
_BYTES = 16
_TOKEN, _CODE, _MARK = "visits.token", "visits.code", "visits.code_mark"


@dataclass(frozen=True)
class Check:
    """What is shown of a visit's token to whoever may ask: the address, and the code to say aloud."""

    token: str
    code: str
    is_open: bool = True

    @property
    def path(self) -> str:
        """The page that the QR code names."""
        return reverse("portal:visit", args=[self.token])

    @property
    def address(self) -> str:
        """The whole address of that page."""
        return f"{settings.PUBLIC_URL}{self.path}"

    @property
    def entry(self) -> str:
        """Where the code is entered, without the part that everybody leaves out."""
        return entry_address().partition("://")[2]

    @property
    def spoken(self) -> str:
        """The code as it is said and printed: 123 456."""
        return f"{self.code[:3]} {self.code[3:]}"


def entry_address() -> str:
    """Where the code of six digits is entered."""
    return f"{settings.PUBLIC_URL}{reverse('portal:visit_code')}"


def check_of(visit: Visit) -> Check | None:
    """What to show for the visit as it stands; none where it has no token, or the key is gone."""
    row = VisitToken.objects.filter(visit=visit, revoked_at=None).first()
    if row is None:
        return None
    token, code = token_of(row), _code_of(row)
    return Check(token, code, row.opened_at is not None) if token and code else None


def reserve(visit: Visit, at: datetime) -> VisitToken:
    """Make the visit's token, inside the change that plans it; it is asked in vain until it is opened."""
    nonce = secrets.token_hex(_BYTES)
    for turn in range(MOST_TURNS):
        row = VisitToken(
            visit=visit, nonce=nonce, turn=turn, made_at=at, expires_at=visit.ends_at + GOOD_AFTER,
            token_mark=_digest(_token(nonce, settings.SECRET_KEY)),
            code_mark=_mark(_code(nonce, turn, settings.SECRET_KEY), settings.SECRET_KEY),
        )  # fmt: skip
        try:
            with transaction.atomic():
                row.save(force_insert=True)
        except IntegrityError as clash:
            if "code_mark" not in str(clash):
                raise
            continue  # another visit has this code: the next one
        return row
    raise LookupError("no code of six digits is free")


def open_token(visit: Visit, at: datetime) -> None:
    """Let the visit's token be asked from now on, inside the change that announces it."""
    row = VisitToken.objects.filter(visit=visit, revoked_at=None).first() or reserve(visit, at)
    if row.opened_at is None:
        row.opened_at = at
        row.save(update_fields=["opened_at"])


def revoke(visit: Visit, at: datetime) -> None:
    """Withdraw the visit's token, inside the change that makes it wrong; its code is free again."""
    VisitToken.objects.filter(visit=visit, revoked_at=None).update(revoked_at=at, code_mark=None)


def renew(visit: Visit, at: datetime) -> None:
    """Withdraw the visit's token and make another one, as good as the one before."""
    was_open = VisitToken.objects.filter(
        visit=visit, revoked_at=None, opened_at__isnull=False
    ).exists()
    revoke(visit, at)
    reserve(visit, at)
    if was_open:
        open_token(visit, at)


def free_codes(at: datetime) -> int:
    """Give back the codes of what is over; says how many."""
    return VisitToken.objects.filter(code_mark__isnull=False, expires_at__lte=at).update(
        code_mark=None
    )


# ---------------------------------------------------------------- asked from outside


def by_token(given: str, at: datetime) -> VisitToken | None:
    """The visit of that token; none for one that never was, is over or was withdrawn."""
    return _good(at).filter(token_mark=_digest(given)).first()


def by_token_afterwards(given: str, at: datetime) -> VisitToken | None:
    """The visit of that token, also half a year after it: so long somebody may complain of it."""
    since = at - COMPLAINTS_FOR
    rows = VisitToken.objects.filter(revoked_at=None, opened_at__lte=at, expires_at__gt=since)
    seen = rows.select_related("visit__case__creditor", "visit__case__agency")
    return seen.filter(token_mark=_digest(given)).first()


def complaint_address(visit: Visit) -> str:
    """Where somebody complains of the visit; nothing where it has no token."""
    check = check_of(visit)
    if check is None:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('quality:complain_of_visit', args=[check.token])}"


def by_code(given: str, at: datetime) -> VisitToken | None:
    """The visit of that code; the limits are not asked here. Spaces and full-width digits are read."""
    code = _plain_digits(given)
    marks = [_mark(code, key) for key in _keys()]
    return _good(at).filter(code_mark__in=marks).first()


def _good(at: datetime) -> QuerySet[VisitToken]:
    return VisitToken.objects.filter(
        revoked_at=None, opened_at__lte=at, expires_at__gt=at
    ).select_related(
        "visit__place", "visit__case__creditor", "visit__case__agency", "visit__case__debtor"
    )


def token_of(row: VisitToken) -> str:
    """The token of a row, as its QR code names it; empty where the key that made it is gone."""
    found = (_token(row.nonce, key) for key in _keys())
    return next((token for token in found if _digest(token) == row.token_mark), "")


def _code_of(row: VisitToken) -> str:
    found = ((key, _code(row.nonce, row.turn, key)) for key in _keys())
    return next((code for key, code in found if _mark(code, key) == row.code_mark), "")


def _keys() -> list[str]:
    """The house's key and those before it: what was printed once stays good when the key changes."""
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _token(nonce: str, key: str) -> str:
    digest = salted_hmac(_TOKEN, nonce, secret=key, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(digest[:_BYTES]).decode().rstrip("=")


def _code(nonce: str, turn: int, key: str) -> str:
    digest = salted_hmac(_CODE, f"{nonce}:{turn}", secret=key, algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:_BYTES]) % 10**DIGITS:0{DIGITS}d}"


def _mark(code: str, key: str) -> str:
    return salted_hmac(_MARK, code, secret=key, algorithm="sha256").hexdigest()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def _plain_digits(given: str) -> str:
    wide = {0xFF10 + n: 0x30 + n for n in range(10)}
    return re.sub(r"[\s·.-]", "", given.translate(wide))[:20]
