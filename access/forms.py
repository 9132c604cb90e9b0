"""What is typed at the door."""

import json
import logging
from datetime import datetime
from math import ceil
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django import forms
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.forms import PasswordChangeForm
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from access import factors, lockout
from access.devices import known_as
from common import clock
from common.addresses import client_address
from people.models import User
from workflow.forms import DeskForm

log = logging.getLogger("access")
REFUSED = gettext_noop(
    "This name and password do not belong together. Check both and try again; capital letters count."
)

OVER = gettext_noop(
    "This first password was good for a few days and is over. Ask an administrator to set a new one for you."
)


def minutes_until(locked: lockout.LockedOut, at: datetime) -> int:
    """How many minutes somebody has to wait, at least one."""
    return max(ceil((locked.until - at).total_seconds() / 60), 1)


def waits(locked: lockout.LockedOut, at: datetime) -> str:
    """That somebody has to wait, and how others need not."""
    minutes = minutes_until(locked, at)
    return ngettext(
        "Too many tries. Wait %(minutes)s minute and try again. In a browser in which you have signed in before you need not wait.",
        "Too many tries. Wait %(minutes)s minutes and try again. In a browser in which you have signed in before you need not wait.",
        minutes,
    ) % {"minutes": minutes}  # fmt: skip


class SignInForm(forms.Form):
    """Name and password; ``user`` is whose they are, ``locked`` says until when nothing is looked at."""

    username = forms.CharField(max_length=150)
    password = forms.CharField(max_length=1024, strip=False)

    user: User | None = None
    locked: lockout.LockedOut | None = None

    def __init__(self, *args: Any, request: HttpRequest, **given: Any) -> None:
        self.request = request
        super().__init__(*args, **given)

    def clean(self) -> dict[str, Any]:
        """Count the try, then look at the password; a no is the same for names that there are and are not."""
        given: dict[str, Any] = super().clean() or {}
        if self.errors:
            raise forms.ValidationError(_(REFUSED), code="refused")
        name, address = given["username"], client_address(self.request)
        counted = lockout.of_password(name, address, known_as(self.request, name))
        try:
            lockout.count_try(counted, clock.now())
        except lockout.LockedOut as locked:
            self.locked = locked
            log.warning("Sign-in from %s waits until %s.", address, locked.until.isoformat())
            raise forms.ValidationError(waits(locked, clock.now()), code="locked") from None
        user = authenticate(self.request, username=name, password=given["password"])
        if not isinstance(user, User):
            # The name is not written down: people type a password there by mistake.
            log.warning("A sign-in from %s was refused.", address)
            raise forms.ValidationError(_(REFUSED), code="refused")
        lockout.forgive(counted)
        if (
            user.password_given_at
            and clock.now() - user.password_given_at > settings.FIRST_PASSWORD
        ):
            log.warning("The first password of user %s is over.", user.pk)
            raise forms.ValidationError(_(OVER), code="over")
        self.user = user
        return given


class OwnPasswordForm(PasswordChangeForm):
    """One's own password: another one than before, which from then on nobody else knows."""

    def clean(self) -> dict[str, Any]:
        """Refuse the one that is there already."""
        given: dict[str, Any] = super().clean() or {}
        chosen = given.get("new_password1")
        if chosen and self.user.check_password(chosen):
            self.add_error(
                "new_password1", _("This is the password of before. Choose another one.")
            )
        return given

    def save(self, commit: bool = True) -> Any:
        """Keep it as the person's own."""
        self.user.password_given_at = None
        return super().save(commit)


NOT_TAKEN = gettext_noop(
    "This code does not fit, or was used already. Wait for the next one and type it as it is shown."
)
NO_PASSKEY = gettext_noop("This passkey was not recognised. Try again, or choose another way.")
WRONG_STRUCTURE = (forms.ValidationError, ValueError, TypeError, KeyError, AttributeError)
"""What libraries raise at JSON that is no passkey's answer."""


def passkey_in(text: str, user: User | None) -> tuple[Authenticator | None, bool]:
    """Whose passkey answered in that JSON (``user``: whose alone it may be), and whether it checked the person."""
    try:
        given = json.loads(text)
        answer = webauthn.parse_authentication_response(given)
        whose = user or webauthn.extract_user_from_response(given)
        found = webauthn.complete_authentication(whose, given)
    except WRONG_STRUCTURE:
        return None, False
    return found, answer.response.authenticator_data.is_user_verified()


class SecondStepForm(forms.Form):
    """A code, or what a passkey answered; ``factor`` is what was shown."""

    code = forms.CharField(max_length=40, required=False)
    credential = forms.CharField(max_length=20_000, required=False)

    factor: Authenticator | None = None
    locked: lockout.LockedOut | None = None

    def __init__(self, *args: Any, request: HttpRequest, user: User, **given: Any) -> None:
        self.request, self.user = request, user
        super().__init__(*args, **given)

    def counted(self) -> list[lockout.Counted]:
        """A known browser by itself, others by person and address: nobody else is shut out by guesses."""
        name = self.user.username
        return lockout.of_password(
            f"second {name}", client_address(self.request), known_as(self.request, name)
        )

    def clean(self) -> dict[str, Any]:
        """Count the try, then look at what was shown."""
        given: dict[str, Any] = super().clean() or {}
        counted = self.counted()
        try:
            lockout.count_try(counted, clock.now())
        except lockout.LockedOut as locked:
            self.locked = locked
            log.warning("The second step of user %s waits.", self.user.pk)
            raise forms.ValidationError(waits(locked, clock.now()), code="locked") from None
        if not self.shown(given):
            log.warning("A second step of user %s was refused.", self.user.pk)
            said = NO_PASSKEY if given.get("credential") else self.no()
            raise forms.ValidationError(_(said), code="refused")
        lockout.forgive(counted)
        return given

    def no(self) -> str:
        """What is said where it does not fit."""
        return NOT_TAKEN

    def shown(self, given: dict[str, Any]) -> bool:
        """Whether what was given is one of this person's factors."""
        if given.get("credential"):
            self.factor, _verified = passkey_in(given["credential"], self.user)
        elif given.get("code"):
            self.factor = factors.by_code(self.user, given["code"])
        return self.factor is not None


class ConfirmForm(SecondStepForm):
    """Once more who it is: the password, a code or a passkey; any one of them will do."""

    password = forms.CharField(max_length=1024, required=False, strip=False)
    prefix = "confirm"

    def counted(self) -> list[lockout.Counted]:
        """By session: whoever sits at an open screen shuts out nobody elsewhere."""
        return lockout.of_session(str(self.request.session.session_key))

    def no(self) -> str:
        """As above, for any of the three."""
        return gettext_noop("This does not fit. Check it and try again.")

    def shown(self, given: dict[str, Any]) -> bool:
        """Whether it is this person's password or factor."""
        if given.get("password"):
            return self.user.check_password(given["password"])
        return super().shown(given)


class AppForm(DeskForm):
    """The first code of an app, by which its secret is known to have arrived."""

    code = forms.CharField(
        label=gettext_lazy("Code that the app shows now"), max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )  # fmt: skip

    def __init__(self, *args: Any, secret: str, **given: Any) -> None:
        self.secret, self.counter = secret, 0
        super().__init__(*args, **given)

    def clean_code(self) -> str:
        """The code, if this secret gives it just now."""
        code = totp.normalize_user_code(self.cleaned_data["code"])
        for counter in totp.yield_hotp_counters_from_time():
            if code == totp.format_hotp_value(totp.hotp_value(self.secret, counter)):
                self.counter = counter
                return str(code)
        raise forms.ValidationError(_(NOT_TAKEN))


class PasskeyForm(DeskForm):
    """A name for a new passkey, and what the browser says of it."""

    name = forms.CharField(
        label=gettext_lazy("What to call it"), max_length=40,
        help_text=gettext_lazy("So that you know it again, such as “office computer”."),
    )  # fmt: skip

    def __init__(self, *args: Any, credential: str = "", **given: Any) -> None:
        self.credential, self.found = credential, dict[str, Any]()
        super().__init__(*args, **given)

    def clean(self) -> dict[str, Any]:
        """Refuse what is no new passkey."""
        given = super().clean()
        if self.errors:
            return given
        try:
            self.found = json.loads(self.credential)
            webauthn.parse_registration_response(self.found)
            webauthn.complete_registration(self.found)
        except WRONG_STRUCTURE:
            raise forms.ValidationError(_(NO_PASSKEY)) from None
        return given
