"""What a phone says: the text of an item as it was sent, read with care and never changed."""

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import QueryDict
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from workflow.reasons import Reason, tongue_now
from workflow.steps import PolicyRefused, WrongInput

LONGEST = 20_000  # characters of one item
MOST_FIELDS, MOST_VALUES, LONGEST_VALUE = 60, 60, 8_000


@dataclass(frozen=True)
class Position:
    """Where the phone was, and how sure it is of that."""

    lat: Decimal
    lon: Decimal
    accuracy_m: int


@dataclass(frozen=True)
class Said:
    """One item: which question of which visit was answered how, and when by the phone's clock."""

    number: uuid.UUID
    seq: int
    visit: str
    pack: uuid.UUID | None
    question: str
    data: dict[str, list[str]]
    device_at: datetime
    position: Position | None
    text: str

    @property
    def sha256(self) -> str:
        """The digest of the item as it was sent."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def post(self) -> QueryDict:
        """The fields as a page would have sent them."""
        return post_of(self.data)

    def first(self, name: str) -> str:
        """The first value of a field; empty where it was not sent."""
        return next(iter(self.data.get(name, [])), "")


def post_of(data: dict[str, list[str]]) -> QueryDict:
    """Fields with their values as a page would have sent them."""
    post = QueryDict(mutable=True)
    for name, values in data.items():
        post.setlist(name, values)
    return post


def read(text: Any) -> Said:
    """The item that the text holds; raises ``WrongInput`` where it is none."""
    if not isinstance(text, str) or len(text) > LONGEST:
        raise WrongInput(_("This is no answer of a phone."))
    try:
        given = json.loads(text)
        # The database bears neither NUL nor half a character; a phone's own form never sends one.
        text.encode()
        if "\\u0000" in text or "\x00" in text:
            raise ValueError
        device_at = moment(given["at"])
        if device_at is None:
            raise ValueError
        return Said(
            number=uuid.UUID(str(given["id"])),
            seq=_number(given["seq"]),
            visit=_short(given["visit"], 36),
            pack=uuid.UUID(str(given["pack"])) if given.get("pack") else None,
            question=_short(given["question"], 40),
            data=_fields(given.get("data") or {}),
            device_at=device_at,
            position=_position(given.get("position")),
            text=text,
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as wrong:
        raise WrongInput(_("This is no answer of a phone.")) from wrong


def moment(said: Any) -> datetime | None:
    """The moment that an ISO text names, with its zone; None where it names none."""
    try:
        found = parse_datetime(str(said)[:40])
    except ValueError:
        return None
    if found is None or found.tzinfo is None:
        return None
    try:
        found = found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    # A clock that is years off is a clock that was never set; sums with it must not overflow.
    return found if 2000 <= found.year < 2200 else None


def reason_of(refused: PolicyRefused) -> Reason:
    """What the first rule says that stands against it, in every language."""
    says = dict(refused.findings[0].says) if refused.findings else {}
    return Reason(says.get(tongue_now(), ""), says)


def drift_of(said: datetime, at: datetime) -> int:
    """How far the phone's clock is ahead of the house's, in whole seconds: the way here takes a part of one."""
    return round((said - at) / timedelta(seconds=1))


def _number(given: Any) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 0 <= given < 2**31:
        raise ValueError
    return given


def _short(given: Any, most: int) -> str:
    if not isinstance(given, str) or not 0 < len(given) <= most:
        raise ValueError
    return given


def _fields(given: Any) -> dict[str, list[str]]:
    if not isinstance(given, dict) or len(given) > MOST_FIELDS:
        raise ValueError
    fields: dict[str, list[str]] = {}
    for name, values in given.items():
        values = values if isinstance(values, list) else [values]
        if len(values) > MOST_VALUES or any(not isinstance(one, str) for one in values):
            raise ValueError
        if any(len(one) > LONGEST_VALUE for one in values):
            raise ValueError
        fields[_short(name, 40)] = values
    return fields


def _position(given: Any) -> Position | None:
    if given is None:
        return None
    try:
        lat, lon = (Decimal(str(given[name])) for name in ("lat", "lon"))
        accuracy = round(Decimal(str(given["accuracy_m"])))
    except (InvalidOperation, OverflowError) as wrong:
        raise ValueError from wrong
    if not (lat.is_finite() and lon.is_finite() and abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError
    if not 0 <= accuracy < 10_000_000:
        raise ValueError
    return Position(lat, lon, accuracy)
