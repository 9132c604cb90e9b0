"""How often a code may be guessed: counted in the database, so that all processes count together.

A code has six digits, and of a million some hundreds are good at a time. From one address eight wrong
ones in a quarter of an hour are enough. From all addresses together forty wrong ones a day are: from
then on the badge of one of the officers has to be given with the code, of whom nobody is told here, and
after a thousand codes say nothing until the next day. The QR code and its address are never shut.
"""

import ipaddress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from visits import tokens
from visits.models import CodeTries, VisitOfficer, VisitToken

SPAN, MOST_FROM_ONE = timedelta(minutes=15), 8
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
MOST_ELSEWHERE = 20
"""Wrong answers from one address in that span at the other open doors: who holds a link, and one-time codes."""
DAY, MOST_WITHOUT_BADGE, MOST_OF_ALL = timedelta(days=1), 40, 1000


@dataclass(frozen=True)
class _Counted:
    """The try that is being made, already counted as a wrong one."""

    keys: tuple[str, str]
    from_one: int
    of_all: int

    @property
    def shut(self) -> bool:
        """Too many, from there or from everywhere."""
        return self.from_one > MOST_FROM_ONE or self.of_all > MOST_OF_ALL

    @property
    def wants_badge(self) -> bool:
        """So many that the code alone does not do."""
        return self.of_all > MOST_WITHOUT_BADGE


def try_code(code: str, badge: str, address: str, at: datetime) -> VisitToken | None:
    """The visit of that code; none for a wrong one, and none while too many wrong ones were tried.

    A try counts as wrong before it is looked at, so that a thousand at once gain nothing; a good one
    is taken back. Of every wrong one the same is asked of the database.
    """
    counted = _count(address, at)
    if counted.shut:
        return None
    found = tokens.by_code(code, at)
    if found is None or not _badge_fits(badge, _badges(found), counted):
        return None
    _take_back(counted)
    return found


@dataclass(frozen=True)
class Knock:
    """A try at another open door, already counted as a wrong one; ``shut``: too many came from there."""

    key: str
    shut: bool


def knock(door: str, address: str, at: datetime) -> Knock:
    """Count a try from that address before it is looked at, so that many at once gain nothing."""
    one, until = _span(at, SPAN)
    key = f"{door}:{one}:{_whose(address, one)}"
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into visits_codetries (key, wrong, until) values (%s, 1, %s)"
            " on conflict (key) do update set wrong = visits_codetries.wrong + 1 returning wrong",
            [key, until],
        )
        (wrong,) = cursor.fetchone()
    return Knock(key, wrong > MOST_ELSEWHERE)


def let_off(knocked: Knock) -> None:
    """It was right: take the count back."""
    _take_back_of([knocked.key])


def forget(at: datetime) -> int:
    """Forget the counts that count no more; says how many."""
    gone, _by_model = CodeTries.objects.filter(until__lte=at).delete()
    return gone


def _badges(found: VisitToken) -> set[str]:
    crew = VisitOfficer.objects.filter(visit=found.visit_id, active=True)
    return set(crew.values_list("officer__badge", flat=True))


def _badge_fits(given: str, badges: set[str], counted: _Counted) -> bool:
    given = given.strip()
    return given in badges if given else not counted.wants_badge


def _count(address: str, at: datetime) -> _Counted:
    one, until = _span(at, SPAN)
    every, day_over = _span(at, DAY)
    keys = (f"one:{one}:{_whose(address, one)}", f"all:{every}")
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into visits_codetries (key, wrong, until) values (%s, 1, %s), (%s, 1, %s)"
            " on conflict (key) do update set wrong = visits_codetries.wrong + 1"
            " returning key, wrong",
            [keys[0], until, keys[1], day_over],
        )
        wrong = dict(cursor.fetchall())
    return _Counted(keys, wrong[keys[0]], wrong[keys[1]])


def _take_back(counted: _Counted) -> None:
    _take_back_of(list(counted.keys))


def _take_back_of(keys: list[str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "update visits_codetries set wrong = wrong - 1 where key = any(%s) and wrong > 0",
            [keys],
        )


def _span(at: datetime, length: timedelta) -> tuple[int, datetime]:
    """The number of the span of that length in which the moment lies, and when it ends."""
    number = (at - _BEGINNING) // length
    return number, _BEGINNING + (number + 1) * length


def _whose(address: str, span: int) -> str:
    """A mark of the address that holds for one span; of the newer kind a whole house counts as one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        parsed = None
    if parsed and parsed.version == 6:
        address = str(ipaddress.ip_network((parsed, 64), strict=False))
    return salted_hmac("visits.guessing", f"{span}:{address}", algorithm="sha256").hexdigest()[:40]
