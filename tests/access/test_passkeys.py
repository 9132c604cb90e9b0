"""Passkeys with a real browser and Chromium's own virtual authenticator."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from people.models import User
from tests.access.cast import RIGHT

pytestmark = pytest.mark.django_db(transaction=True)


def with_key(page: Any, *, checks: bool = True) -> tuple[Any, str]:
    """Plug a virtual key into this page's browser; ``checks``: it looks at a finger or asks a PIN."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    made = devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                "hasUserVerification": True, "isUserVerified": checks,
                "automaticPresenceSimulation": True,
            }
        },
    )  # fmt: skip
    return devtools, made["authenticatorId"]


def by_password(page: Any, user: User) -> None:
    page.goto("/sign-in/")
    page.fill("#id_username", user.username)
    page.fill("#id_password", RIGHT)
    page.click("#sign-in button[type=submit]")


def enrol(page: Any) -> None:
    page.goto(reverse("people:add_passkey"))
    page.fill("[name=name]", "office computer")
    page.get_by_role("button", name="Set up the passkey").click()
    page.get_by_role("heading", name="Codes for paper").wait_for()


class TestPasskey:
    def test_is_set_up_then_lets_in_without_a_name_or_password(
        self, clerk: User, page: Any, settings: Any
    ) -> None:
        settings.SECOND_FACTOR_REQUIRED = True
        with_key(page)
        by_password(page, clerk)
        page.get_by_role("heading", name="Set up a second factor").wait_for()
        page.get_by_role("link", name="Passkey").click()
        page.fill("[name=name]", "office computer")
        page.get_by_role("button", name="Set up the passkey").click()
        page.get_by_role("link", name="I have them: go on").click()
        page.get_by_role("heading", name="Work").wait_for()
        assert Authenticator.objects.get(type="webauthn").data["name"] == "office computer"
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        page.goto("/approvals/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.wait_for_url("**/approvals/")

    def test_is_the_second_step_after_the_password(
        self, clerk: User, page: Any, settings: Any
    ) -> None:
        with_key(page)
        by_password(page, clerk)
        page.wait_for_url(lambda address: "sign-in" not in address)
        enrol(page)
        page.context.clear_cookies(name=settings.SESSION_COOKIE_NAME)
        by_password(page, clerk)
        page.get_by_role("button", name="Use a passkey").click()
        page.wait_for_url(lambda address: "sign-in" not in address)

    def test_of_somebody_who_left_lets_in_nobody(
        self, clerk: User, page: Any, settings: Any
    ) -> None:
        with_key(page)
        by_password(page, clerk)
        page.wait_for_url(lambda address: "sign-in" not in address)
        enrol(page)
        User.objects.filter(pk=clerk.pk).update(is_active=False)
        page.goto("/sign-in/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_text("This passkey was not recognised").wait_for()

    def test_says_so_in_words_where_none_is_given(self, clerk: User, page: Any) -> None:
        devtools, key = with_key(page)
        devtools.send("WebAuthn.setUserVerified", {"authenticatorId": key, "isUserVerified": False})
        page.goto("/sign-in/")
        page.get_by_role("button", name="Sign in with a passkey").click()
        page.get_by_text("No passkey was given.").wait_for()
