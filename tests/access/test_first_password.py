"""A password that somebody else set is good for choosing another, for three days, and for nothing else."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from people.models import User
from tests import make
from tests.access.cast import RIGHT, enrol, knock, signed_in

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
OWN = "lantern moss nineteen"
CHANGE = reverse("people:password")


@pytest.fixture
def administrator(clock: Any) -> Client:
    clock.set(AT)
    user = User.objects.create_user("boss", password=OWN, role="administrator", is_staff=True)
    client = Client()
    knock(client, user, OWN)
    return client


@pytest.fixture
def newcomer(administrator: Client) -> User:
    """Somebody for whom an administrator has just made an account."""
    answer = administrator.post(
        reverse("admin:people_user_add"),
        {
            "username": "newcomer", "usable_password": "true", "password1": RIGHT, "password2": RIGHT,
            "full_name": "周敏", "role": "clerk", "photo-TOTAL_FORMS": "0", "photo-INITIAL_FORMS": "0",
        },
    )  # fmt: skip
    assert answer.status_code == 302, answer.content.decode()
    return User.objects.get(username="newcomer")


def choose(client: Client, new: str, old: str = RIGHT) -> Any:
    given = {"old_password": old, "new_password1": new, "new_password2": new}
    return client.post(CHANGE, given)


class TestFirstPassword:
    def test_opens_nothing_but_the_page_where_another_is_chosen(self, newcomer: User) -> None:
        client = Client()
        knock(client, newcomer, RIGHT)
        for address in ("/", reverse("desk:approvals"), reverse("people:security")):
            assert client.get(address).url == CHANGE, address
        assert client.post(reverse("people:end_others")).url == CHANGE
        page = client.get(CHANGE)
        assert page.status_code == 200
        assert "请设置一个只有您自己知道的密码" in page.content.decode()

    def test_gives_way_to_another_one(self, newcomer: User) -> None:
        client = Client()
        knock(client, newcomer, RIGHT)
        same = choose(client, RIGHT)
        assert same.status_code == 200
        assert "新密码与原密码相同" in same.content.decode()
        assert client.get("/").url == CHANGE
        assert choose(client, OWN).status_code == 302
        assert client.get("/").status_code == 200
        other = Client()
        knock(other, newcomer, RIGHT)
        assert not signed_in(other)
        assert knock(other, newcomer, OWN).url == "/"

    def test_is_over_after_three_days(self, newcomer: User, clock: Any) -> None:
        clock.set(make.moment("2026-03-05 09:59"))
        assert knock(Client(), newcomer, RIGHT).url == "/"
        clock.set(make.moment("2026-03-05 10:01"))
        client = Client()
        answer = knock(client, newcomer, RIGHT)
        assert not signed_in(client)
        assert "初始密码" in answer.content.decode()
        assert "管理员" in answer.content.decode()

    def test_is_what_an_administrator_sets_for_somebody_later_too(
        self, administrator: Client
    ) -> None:
        clerk = make.clerk()
        client = Client()
        client.force_login(clerk)
        address = reverse("admin:auth_user_password_change", args=[clerk.pk])
        given = {"usable_password": "true", "password1": RIGHT, "password2": RIGHT}
        assert administrator.post(address, given).status_code == 302
        clerk.refresh_from_db()
        assert AT <= clerk.password_given_at < AT + timedelta(minutes=1)
        assert client.get("/").url.startswith(reverse("people:sign_in"))
        knock(client, clerk, RIGHT)
        assert client.get("/").url == CHANGE

    def test_is_set_for_nobody_by_themselves(self, administrator: Client) -> None:
        boss = User.objects.get(username="boss")
        address = reverse("admin:auth_user_password_change", args=[boss.pk])
        assert administrator.get(address).url == CHANGE
        given = {"usable_password": "true", "password1": RIGHT, "password2": RIGHT}
        assert administrator.post(address, given).url == CHANGE
        boss.refresh_from_db()
        assert boss.check_password(OWN)

    def test_waits_until_a_second_factor_is_there(self, newcomer: User, required: None) -> None:
        client = Client()
        knock(client, newcomer, RIGHT)
        assert client.get("/").url.startswith(reverse("people:enrol"))
        enrol(client)
        assert client.get("/").url == CHANGE
        assert choose(client, OWN).status_code == 302
        assert client.get("/").status_code == 200

    def test_of_those_who_chose_their_own_is_none(self, clerk: User) -> None:
        assert clerk.password_given_at is None
        client = Client()
        knock(client, clerk, RIGHT)
        assert client.get("/").status_code == 200
