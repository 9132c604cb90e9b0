"""Who knocks at the door, and with what."""

import re
import time
from typing import Any

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.test import Client
from django.urls import reverse

RIGHT, WRONG = "three words apart", "something quite else"


def knock(client: Client, user: Any, password: str, *, at: str = "203.0.113.9", **more: str) -> Any:
    name = user if isinstance(user, str) else user.username
    return client.post(
        reverse("people:sign_in"), {"username": name, "password": password, **more}, REMOTE_ADDR=at
    )


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def code_of(secret: str, steps: int = 0) -> str:
    """What an app would show so many half minutes from now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def enrol(client: Client) -> tuple[str, list[str]]:
    """Set up the app as a person would; its secret and the codes for paper."""
    page = client.get(reverse("people:add_app"))
    secret = "".join(re.search(r"data-secret>([A-Z2-7 ]+)<", page.content.decode())[1].split())  # type: ignore[index]
    answer = client.post(reverse("people:add_app"), {"code": code_of(secret)})
    assert answer.status_code == 200
    return secret, re.findall(r"<code>(\d{5}-\d{5})</code>", answer.content.decode())


def step(client: Client, code: str) -> Any:
    return client.post(reverse("people:second_step"), {"code": code}, REMOTE_ADDR="203.0.113.9")
