"""Ten codes on paper, of each of which the house keeps what tells a right one and nothing that gives it back.

They are hashed as passwords are, since ten figures could be tried out by whoever had a copy of the database (ASVS 6.5.2).
"""

import secrets

from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import check_password, make_password

from people.models import User

CODES = Authenticator.Type.RECOVERY_CODES
KEPT = "hashed"
"""Where a row keeps the hashes, in lists by the code's first figure, so that one try costs one comparison."""
AFTER_THE_FIRST = 10**9


def make_codes(user: User) -> list[str]:
    """Ten codes of ten figures, each beginning with another one; they are shown now and never again."""
    codes = [f"{place}{secrets.randbelow(AFTER_THE_FIRST):09}" for place in range(10)]
    Authenticator.objects.create(user=user, type=CODES, data=as_kept(codes))
    return codes


def as_kept(codes: list[str]) -> dict[str, dict[str, list[str]]]:
    """These codes as a row keeps them."""
    hashed: dict[str, list[str]] = {}
    for code in codes:
        hashed.setdefault(code[0], []).append(make_password(code))
    return {KEPT: hashed}


def take(row: Authenticator, typed: str) -> bool:
    """Whether that is a code of this row, which is locked; it is good for nothing any more then."""
    rest = row.data[KEPT].get(typed[:1], [])
    found = next((one for one in rest if check_password(typed, one)), None)
    if found is None:
        return False
    rest.remove(found)
    row.save(update_fields=["data"])
    return True


def left_in(row: Authenticator | None) -> int:
    """How many codes of this row have not been used yet."""
    return sum(len(some) for some in row.data[KEPT].values()) if row else 0
