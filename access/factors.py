"""The second factor: a code from an app, a passkey, or one of ten codes on paper."""

import json
from datetime import datetime
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext as _
from encrypted_fields.fields import EncryptedTextField

from access.paper_codes import CODES, left_in, make_codes, take
from people.models import User
from timeline.chain import record_for_house

TOTP, PASSKEY = Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN
REAL = (TOTP, PASSKEY)
"""Codes on paper stand in for a factor; they are none by themselves."""
BY_PROVIDER = "provider"
"""How a session's record names a second factor that the sign-in service saw and the house accepts."""
MOST_PASSKEYS = 8
_sealed = EncryptedTextField()


class FactorAdapter(DefaultMFAAdapter):
    """Keeps secrets sealed with the house's key, and names the house."""

    def encrypt(self, text: str) -> str:
        """The secret as it lies in the database."""
        return str(_sealed.f.encrypt(text.encode()).decode())

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself."""
        return str(_sealed.f.decrypt(encrypted_text.encode()).decode())

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The host that passkeys are bound to, under the house's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": "Doorstep"}


def held_by(user: User) -> list[Authenticator]:
    """The factors of that person, the oldest first; codes on paper are not among them."""
    return list(Authenticator.objects.filter(user=user, type__in=REAL).order_by("created_at", "pk"))


def has_factor(user: User) -> bool:
    """Whether that person has a second factor."""
    return bool(Authenticator.objects.filter(user=user, type__in=REAL).exists())


def shown_with_factor(request: HttpRequest) -> bool:
    """Whether whoever is signed in here has shown a second factor in this session."""
    records = get_authentication_records(request, request.user)
    return any(record.get("method") == "mfa" for record in records)


def shown_at_provider(request: HttpRequest, user: User) -> bool:
    """Whether the sign-in service has just seen a second factor that the house accepts."""
    return any(
        (record.get("method"), record.get("type")) == ("mfa", BY_PROVIDER)
        for record in get_authentication_records(request, user)
    )


def options_as_json(options: dict[str, Any]) -> Any:
    """What a browser is asked for a passkey, as plain JSON."""
    return json.loads(json.dumps(options, cls=DjangoJSONEncoder))


# ---------------------------------------------------------------- checking


@transaction.atomic
def by_code(user: User, code: str) -> Authenticator | None:
    """The factor to which that code belongs: the app's, never the same one twice, or one of those on paper."""
    typed = normalize_user_code(code)
    rows = Authenticator.objects.select_for_update(of=("self",)).filter(user=user)
    for row in rows.filter(type=TOTP):
        secret = row.wrap().instance.data["secret"]
        for counter in totp.yield_hotp_counters_from_time():
            right = totp.format_hotp_value(
                totp.hotp_value(FactorAdapter().decrypt(secret), counter)
            )
            if typed == right and counter > row.data.get("counter", 0):
                row.data["counter"] = counter
                row.save(update_fields=["data"])
                return row
    for row in rows.filter(type=CODES):
        if take(row, typed):
            return row
    return None


def codes_left(user: User) -> int:
    """How many codes on paper that person has not used yet."""
    return left_in(Authenticator.objects.filter(user=user, type=CODES).first())


# ---------------------------------------------------------------- adding and taking away


@transaction.atomic
def add_app(request: HttpRequest, secret: str, counter: int, at: datetime) -> list[str]:
    """Keep the app's secret; gives the codes for paper where these are the first. The code is spent."""
    user = _locked(request)
    Authenticator.objects.filter(
        user=user, type=TOTP
    ).delete()  # a new telephone in place of the old
    row = totp.TOTP.activate(user, secret).instance
    row.data["counter"] = counter
    row.save(update_fields=["data"])
    totp.clear_totp_secret(request)
    return _added(request, user, row, at)


@transaction.atomic
def add_passkey(request: HttpRequest, name: str, credential: dict[str, Any], at: datetime) -> list[str]:  # fmt: skip
    """Keep a passkey; gives the codes for paper where these are the first."""
    user = _locked(request)
    return _added(request, user, webauthn.WebAuthn.add(user, name, credential).instance, at)


@transaction.atomic
def remove(user: User, pk: int, at: datetime, *, required: bool) -> bool:
    """Take away one of one's own factors; not the last one where one is required."""
    held = [*Authenticator.objects.select_for_update(of=("self",)).filter(user=user)]
    found = next((row for row in held if row.pk == pk and row.type in REAL), None)
    left = [row for row in held if row.type in REAL and row is not found]
    if found is None or (required and not left):
        return False
    note("second_factor.removed", user, at, {"kind": found.type, "name": named(found)})
    found.delete()
    if not left:
        Authenticator.objects.filter(user=user, type=CODES).delete()
    return True


@transaction.atomic
def new_codes(user: User, at: datetime) -> list[str]:
    """Ten new codes for paper; those of before are good for nothing any more."""
    User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    Authenticator.objects.filter(user=user, type=CODES).delete()
    note("second_factor.codes_renewed", user, at, {})
    return make_codes(user)


def named(factor: Authenticator) -> str:
    """What its owner calls it."""
    return str(factor.data.get("name", "")) if factor.type == PASSKEY else _("Authenticator app")


def _locked(request: HttpRequest) -> User:
    return User.objects.select_for_update(of=("self",)).get(pk=request.user.pk)


def _added(request: HttpRequest, user: User, row: Authenticator, at: datetime) -> list[str]:
    """Whoever has just shown a new factor has shown a factor."""
    record_authentication(request, user, "mfa", id=row.pk, type=row.type)
    note("second_factor.added", user, at, {"kind": row.type, "name": named(row)})
    if Authenticator.objects.filter(user=user, type=CODES).exists():
        return []
    return make_codes(user)


def note(kind: str, user: User, at: datetime, data: dict[str, Any]) -> None:
    """Put on the house's record what somebody changed of their own way in."""
    record_for_house(kind=kind, by=user, at=at, data={"user": user.username, **data})
