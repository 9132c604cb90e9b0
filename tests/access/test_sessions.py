"""Where somebody is signed in, and how it ends."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse

from access.sessions import USED, browser_of
from people.models import User
from tests import make
from tests.access.cast import RIGHT, knock
from timeline.models import Event

pytestmark = pytest.mark.django_db
NEW = "lantern moss nineteen"


def works(client: Client) -> bool:
    return client.get("/").status_code == 200


def two(user: User) -> tuple[Client, Client]:
    here, there = Client(), Client(headers={"User-Agent": "Mozilla/5.0 (iPhone) Safari/604.1"})
    knock(here, user, RIGHT)
    knock(there, user, RIGHT, at="198.51.100.7")
    return here, there


def unused(client: Client, seconds: float) -> None:
    """So long ago the session was used last."""
    session = client.session
    session[USED] -= seconds
    session.save()


def aged(client: Client, seconds: float) -> None:
    """So long ago the session was used last, and somebody showed who it is."""
    unused(client, seconds)
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= seconds
    session.save()


@pytest.fixture
def an_hour_later(clerk: User, settings: Any) -> Any:
    """Somebody signed in, and then nobody was there for an hour."""

    def left(user: User) -> Client:
        client = Client()
        knock(client, user, RIGHT)
        aged(client, 3601)
        return client

    return left


class TestUnused:
    def test_asks_who_it_is_before_the_next_page_and_then_goes_on(
        self, clerk: User, an_hour_later: Any
    ) -> None:
        client = an_hour_later(clerk)
        between = client.get("/approvals/?view=mine")
        assert between.status_code == 403
        assert 'name="next" value="/approvals/?view=mine"' in between.content.decode()
        given = {"next": "/approvals/?view=mine", "confirm-password": RIGHT}
        assert (
            client.post(reverse("people:confirm"), given | {"confirm-password": NEW}).status_code
            == 403
        )
        assert client.post(reverse("people:confirm"), given).url == "/approvals/?view=mine"
        assert works(client)

    def test_keeps_what_was_typed(self, clerk: User, an_hour_later: Any) -> None:
        case = make.prepared_case()
        client = an_hour_later(clerk)
        address = reverse("cases:hold", args=[case.reference])
        typed = {"kind": "hardship", "reason": "住院", "guard_key": "k"}
        between = client.post(address, typed)
        assert (between.status_code, case.holds.count()) == (403, 0)
        assert 'name="reason" value="住院"' in between.content.decode()
        assert client.post(address, typed | {"confirm-password": RIGHT}).status_code != 403

    def test_counts_from_the_last_use(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        for _ in range(3):
            aged(client, 3590)
            assert works(client)

    def test_is_written_down_once_a_minute_at_most(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        for seconds, anew in ((50, False), (20, True)):
            aged(client, seconds)
            before = client.session[USED]
            assert works(client)
            assert (client.session[USED] > before) is anew

    def test_is_not_asked_of_who_has_just_shown_it(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        unused(client, 3601)
        assert works(client)

    def test_is_not_ended_by_what_a_page_asks_by_itself(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        unused(client, 2400)
        before = client.session[USED]
        client.get(reverse("agreements:waiver_bar"), headers={"HX-Request": "true"})
        assert client.session[USED] == before

    def test_goes_on_showing_alarms(self, clerk: User, an_hour_later: Any) -> None:
        client = an_hour_later(clerk)
        assert client.get(reverse("visits:alarm_bar")).status_code == 200
        assert client.get("/").status_code == 403

    def test_leaves_out_officers_whose_phone_is_without_a_network(self, an_hour_later: Any) -> None:
        officer = make.officer()
        officer.set_password(RIGHT)
        officer.save(update_fields=["password"])
        assert works(an_hour_later(officer))


class TestSessions:
    def test_are_listed_with_browser_address_and_which_is_this_one(self, clerk: User) -> None:
        here, _there = two(clerk)
        page = here.get(reverse("people:security")).content.decode()
        assert "Safari · iPhone" in page
        assert "198.51.100.7" in page
        assert page.count("当前</") == 1

    def test_end_one_by_one(self, clerk: User) -> None:
        here, there = two(clerk)
        other = UserSession.objects.get(ip="198.51.100.7")
        here.post(reverse("people:end_session", args=[other.pk]))
        assert (works(here), works(there)) == (True, False)

    def test_end_all_at_once_but_this_one(self, clerk: User) -> None:
        here, there = two(clerk)
        here.post(reverse("people:end_others"))
        assert (works(here), works(there)) == (True, False)

    def test_of_others_are_left_alone(self, clerk: User) -> None:
        here, _there = two(clerk)
        stranger = Client()
        stranger.force_login(make.supervisor())
        row = UserSession.objects.filter(user=clerk).first()
        assert row is not None
        stranger.post(reverse("people:end_session", args=[row.pk]))
        stranger.post(reverse("people:end_others"))
        assert works(here)
        assert UserSession.objects.filter(user=clerk).count() == 2

    def test_of_somebody_who_left_are_over_at_once(self, clerk: User) -> None:
        client = Client()
        knock(client, clerk, RIGHT)
        assert client.get(reverse("people:security")).status_code == 200
        User.objects.filter(pk=clerk.pk).update(is_active=False)
        assert client.get(reverse("people:security")).url.startswith(reverse("people:sign_in"))

    def test_that_are_over_are_not_listed(self, clerk: User) -> None:
        here, there = two(clerk)
        there.post(reverse("people:sign_out"))
        assert "198.51.100.7" not in here.get(reverse("people:security")).content.decode()

    def test_cost_the_same_for_many(self, clerk: User, django_assert_num_queries: object) -> None:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        here, _there = two(clerk)
        here.get(reverse("people:security"))
        with CaptureQueriesContext(connection) as few:
            here.get(reverse("people:security"))
        for number in range(8):
            knock(Client(), clerk, RIGHT, at=f"198.51.100.{number}")
        with CaptureQueriesContext(connection) as many:
            here.get(reverse("people:security"))
        assert len(many) == len(few)

    @pytest.mark.parametrize(
        ("agent", "shown"),
        [
            (
                "Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0",
                "Edge · Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 14) Chrome/120.0 Mobile Safari/537.36",
                "Chrome · Android",
            ),
            ("curl/8.4<script>", "curl/8.4script"),
        ],
    )
    def test_name_browsers_in_two_words(self, agent: str, shown: str) -> None:
        assert browser_of(agent) == shown


class TestPassword:
    def test_that_is_changed_ends_what_is_open_elsewhere(self, clerk: User) -> None:
        here, there = two(clerk)
        answer = here.post(
            reverse("people:password"),
            {"old_password": RIGHT, "new_password1": NEW, "new_password2": NEW},
        )
        assert answer.status_code == 302
        assert (works(here), works(there)) == (True, False)
        assert UserSession.objects.filter(user=clerk).count() == 1
        assert Event.objects.get(kind="password.changed").data["sessions_ended"] == 2
        assert knock(Client(), clerk, NEW).status_code == 302

    def test_is_not_guessed_at_an_open_screen(self, clerk: User) -> None:
        here = Client()
        knock(here, clerk, RIGHT)
        for _ in range(5):
            here.post(reverse("people:password"), {"old_password": "no", "new_password1": NEW, "new_password2": NEW})  # fmt: skip
        here.post(reverse("people:password"), {"old_password": RIGHT, "new_password1": NEW, "new_password2": NEW})  # fmt: skip
        clerk.refresh_from_db()
        assert clerk.check_password(RIGHT)


class TestEnding:
    def test_wants_a_sign_in_of_the_last_minutes(self, clerk: User, settings: Any) -> None:
        settings.RECENT_SIGN_IN = timedelta(0)
        here, there = two(clerk)
        assert here.post(reverse("people:end_others")).status_code == 403
        assert works(there)
