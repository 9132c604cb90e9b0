"""The door: a name, a password, and how slow guessing grows without shutting others out."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from access import lockout
from access.models import Tries
from people.models import User
from tests import make
from tests.access.cast import RIGHT, WRONG, knock, signed_in

pytestmark = pytest.mark.django_db


class TestSignIn:
    def test_lets_in_by_name_and_password(self, clerk: User) -> None:
        client = Client()
        answer = knock(client, clerk, RIGHT)
        assert (answer.status_code, answer.url) == (302, "/")
        assert signed_in(client)

    def test_goes_on_to_the_page_that_was_asked_for(self, clerk: User) -> None:
        assert knock(Client(), clerk, RIGHT, next="/approvals/").url == "/approvals/"

    @pytest.mark.parametrize(
        "away", ["https://evil.example/", "//evil.example", "javascript:alert(1)"]
    )
    def test_never_leads_out_of_the_house(self, clerk: User, away: str) -> None:
        assert knock(Client(), clerk, RIGHT, next=away).url == "/"

    def test_takes_what_is_no_path_for_the_name_of_no_page(self, clerk: User) -> None:
        browser = Client()
        assert knock(browser, clerk, RIGHT, next="a b").url == "/"
        assert browser.post(reverse("people:sign_in"), {"next": "a b"}).url == "/"

    def test_says_the_same_of_a_wrong_password_and_of_no_such_name(self, clerk: User) -> None:
        wrong, nobody = knock(Client(), clerk, WRONG), knock(Client(), "nobody", WRONG)
        assert (wrong.status_code, nobody.status_code) == (200, 200)
        assert wrong.content.count("用户名与密码不匹配".encode()) == 1
        told = [
            answer.content.decode().split("<main", 1)[1].split("<form", 1)[0]
            for answer in (wrong, nobody)
        ]
        assert told[0] == told[1]

    def test_lets_in_nobody_who_left_nor_the_system(self, clerk: User) -> None:
        clerk.is_active = False
        clerk.save(update_fields=["is_active"])
        client = Client()
        assert knock(client, clerk, RIGHT).status_code == 200
        assert knock(client, "system", "").status_code == 200
        assert not signed_in(client)

    def test_makes_a_new_session_so_that_none_can_be_planted(self, clerk: User) -> None:
        client = Client()
        client.get(reverse("people:sign_in"))
        client.session.save()
        before = client.cookies.get(settings.SESSION_COOKIE_NAME)
        knock(client, clerk, RIGHT)
        assert before is None or client.cookies[settings.SESSION_COOKIE_NAME].value != before.value

    def test_goes_out_by_post_alone(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        assert client.get(reverse("people:sign_out")).status_code == 405
        assert client.post(reverse("people:sign_out")).url == reverse("people:sign_in")
        assert not signed_in(client)


class TestLockOut:
    def test_waits_after_five_wrong_guesses_even_with_the_right_one(
        self, clerk: User, clock: Any
    ) -> None:
        client = Client()
        answers = [knock(client, clerk, WRONG).status_code for _ in range(5)]
        assert answers == [200] * 5
        late = knock(client, clerk, RIGHT)
        assert late.status_code == 429
        assert late["Retry-After"] == "60"
        assert "请等待 1 分钟".encode() in late.content
        assert not signed_in(client)
        clock.move(seconds=31)
        assert knock(client, clerk, RIGHT).status_code == 302

    def test_waits_twice_as_long_each_time_up_to_a_quarter_of_an_hour(
        self, clerk: User, clock: Any
    ) -> None:
        client, waits = Client(), []
        for _ in range(5):
            knock(client, clerk, WRONG)
        for seconds in (30, 60, 120, 240, 480, 900, 900):
            clock.move(seconds=seconds - 2)
            waits.append(knock(client, clerk, WRONG).status_code)
            clock.move(seconds=3)
            waits.append(knock(client, clerk, WRONG).status_code)
        assert waits == [429, 200] * 7

    def test_begins_anew_after_a_success(self, clerk: User) -> None:
        for _ in range(3):
            for _ in range(4):
                knock(Client(), clerk, WRONG)
            assert knock(Client(), clerk, RIGHT).status_code == 302

    def test_is_no_matter_of_capitals_or_width(self, clerk: User) -> None:
        for name in [clerk.username.upper(), f" {clerk.username} "] * 2 + [clerk.username]:
            knock(Client(), name, WRONG)
        assert knock(Client(), clerk, RIGHT).status_code == 429

    def test_elsewhere_shuts_nobody_out(self, clerk: User) -> None:
        for _ in range(6):
            knock(Client(), clerk, WRONG, at="198.51.100.7")
        assert knock(Client(), clerk, RIGHT, at="203.0.113.9").status_code == 302

    def test_behind_the_same_address_shuts_out_nobody_whose_browser_is_known(
        self, clerk: User
    ) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        mine.post(reverse("people:sign_out"))
        for _ in range(6):
            knock(Client(), clerk, WRONG)
        assert knock(Client(), clerk, RIGHT).status_code == 429
        assert knock(mine, clerk, RIGHT).status_code == 302

    def test_from_many_addresses_together_slows_strangers_and_no_known_browser(
        self, clerk: User
    ) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        mine.post(reverse("people:sign_out"))
        for number in range(50):
            assert knock(Client(), clerk, WRONG, at=f"198.51.100.{number}").status_code == 200
        assert knock(Client(), clerk, RIGHT, at="198.51.100.200").status_code == 429
        assert knock(mine, clerk, RIGHT, at="198.51.100.200").status_code == 302

    def test_at_many_names_from_one_address_is_slowed_too(
        self, clerk: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lockout, "FREE_FROM_ADDRESS", 12)
        for number in range(12):
            knock(Client(), f"name{number}", WRONG)
        assert knock(Client(), clerk, RIGHT).status_code == 429

    def test_counts_in_a_known_browser_as_well(self, clerk: User) -> None:
        mine = Client()
        knock(mine, clerk, RIGHT)
        mine.post(reverse("people:sign_out"))
        for _ in range(5):
            assert knock(mine, clerk, WRONG).status_code == 200
        assert knock(mine, clerk, RIGHT).status_code == 429

    @pytest.mark.parametrize("made_up", ["", "x", "eyJhIjoiYiJ9:1abc:def"])
    def test_knows_no_browser_by_a_cookie_that_was_made_up(self, clerk: User, made_up: str) -> None:
        stranger = Client()
        stranger.cookies[settings.DEVICE_COOKIE_NAME] = made_up
        for _ in range(5):
            knock(stranger, clerk, WRONG)
        assert knock(stranger, clerk, RIGHT).status_code == 429

    def test_knows_a_browser_for_those_who_signed_in_there_alone(self, clerk: User) -> None:
        officer = make.crew()[0]
        mine = Client()
        knock(mine, clerk, RIGHT)
        mine.post(reverse("people:sign_out"))
        for _ in range(5):
            knock(mine, officer, WRONG)
        assert knock(Client(), officer, WRONG).status_code == 429  # counted as any stranger's

    def test_holds_no_name_and_no_address_in_clear(self, clerk: User) -> None:
        knock(Client(), clerk, WRONG)
        kept = str(list(Tries.objects.values()))
        assert clerk.username not in kept
        assert "203.0.113.9" not in kept

    def test_forgets_after_a_day_and_keeps_no_old_rows(self, clerk: User, clock: Any) -> None:
        for _ in range(4):
            knock(Client(), clerk, WRONG)
        knock(Client(), "somebody", WRONG)
        clock.move(hours=25)
        for _ in range(4):
            assert knock(Client(), clerk, WRONG).status_code == 200
        knock(Client(), "another", WRONG)
        assert Tries.objects.count() == 5  # of the clerk, of the other, of the address

    def test_leaves_lines_in_the_log_without_what_was_typed(
        self, clerk: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level("INFO", "access")
        for _ in range(6):
            knock(Client(), clerk, WRONG)
        knock(Client(), clerk, RIGHT, at="198.51.100.7")
        assert "A sign-in from 203.0.113.9 was refused." in caplog.text
        assert "Sign-in from 203.0.113.9 waits until" in caplog.text
        assert f"User {clerk.pk} signed in from 198.51.100.7." in caplog.text
        assert WRONG not in caplog.text
        assert clerk.username not in caplog.text
