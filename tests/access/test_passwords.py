"""What a password must be: long and hard to guess, and nothing else."""

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from people.models import User
from tests import make


def codes(password: str, user: User | None = None) -> list[str]:
    try:
        validate_password(password, user)
    except ValidationError as faults:
        return sorted(str(fault.code) for fault in faults.error_list)
    return []


class TestPassword:
    @pytest.mark.parametrize(
        "good",
        [
            "lamp river seventeen",
            "correcthorsebatterystaple",
            "四个互不相干的词语连在一起写",
            "918273645546",  # figures alone: no mixture is asked for
            "x" * 3 + "lantern-moss-9" * 8,
        ],
    )
    def test_may_be_of_any_mixture_if_it_is_long(self, good: str) -> None:
        assert codes(good) == []

    def test_has_twelve_signs_at_least(self) -> None:
        assert codes("lamp-river-") == ["password_too_short"]
        assert codes("lamp-river-7") == []

    @pytest.mark.parametrize(
        "common",
        [
            "password1234", "Password2026!!", "!!!letmein!!!!", "qwertyuiop123", "Doorstep-2026!",
            "sunshinesunshine", "ＰＡＳＳＷＯＲＤ１２３４", "1q2w3e4r5t6y",
        ],
    )  # fmt: skip
    def test_is_not_a_common_one_however_it_is_dressed(self, common: str) -> None:
        assert codes(common) == ["password_too_common"]

    @pytest.mark.parametrize(
        "easy",
        ["aaaaaaaaaaaaaa", "abababababab", "abcdefghijklmnop", "012345678901", "987654321098"],
    )
    def test_neither_repeats_itself_nor_follows_a_row(self, easy: str) -> None:
        assert codes(easy) == ["password_repeats"]

    def test_is_not_made_of_the_persons_name(self) -> None:
        user = User(username="wanglihua", full_name="Wang Lihua")
        assert codes("wanglihua1234", user) == ["password_too_similar"]

    @pytest.mark.django_db
    def test_is_asked_for_where_it_is_changed(self) -> None:
        clerk = make.clerk()
        clerk.set_password("lamp river seventeen")
        clerk.save(update_fields=["password"])
        client = Client(headers={"Accept-Language": "en"})
        client.force_login(clerk)
        answer = client.post(
            reverse("people:password"),
            {"old_password": "lamp river seventeen", "new_password1": "password1234", "new_password2": "password1234"},
        )  # fmt: skip
        assert b"Take three or four words" in answer.content
        clerk.refresh_from_db()
        assert clerk.check_password("lamp river seventeen")
