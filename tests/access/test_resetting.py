"""A lost second factor: asked for by one, agreed to by another, and on the record."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from access import resetting
from people.models import User
from tests import make
from tests.access.cast import RIGHT, enrol, knock, signed_in
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
WHY = "手机丢失，已当面核对工牌"


@pytest.fixture
def boss(clock: Any) -> User:
    clock.set(AT)
    return User.objects.create_user("boss", role="administrator", full_name="Boss")


@pytest.fixture
def lost(clerk: User) -> Client:
    """The clerk's browser, signed in with a second factor."""
    client = Client()
    knock(client, clerk, RIGHT)
    enrol(client)
    return client


def ask(clerk: User, boss: User) -> Approval:
    return resetting.ask_reset(user=clerk, reason=WHY, by=boss, at=AT)


def decide(approval: Approval, by: User, *, granted: bool = True) -> None:
    decide_approval(approval=approval, granted=granted, answer="已核对", by=by, at=AT)


class TestReset:
    def test_takes_the_factors_and_ends_the_sessions_once_two_agree(
        self, clerk: User, boss: User, lost: Client
    ) -> None:
        approval = ask(clerk, boss)
        assert Authenticator.objects.filter(user=clerk).count() == 2
        decide(approval, make.compliance_officer())
        assert not Authenticator.objects.filter(user=clerk).exists()
        assert lost.get("/").status_code == 302
        other = Client()
        knock(other, clerk, RIGHT)
        assert signed_in(other)

    def test_stands_on_the_record_with_both(self, clerk: User, boss: User, lost: Client) -> None:
        chief = make.compliance_officer()
        decide(ask(clerk, boss), chief)
        kinds = list(
            Event.objects.filter(case=None).order_by("number").values_list("kind", flat=True)
        )
        assert kinds[-3:] == ["approval.requested", "second_factor.reset", "approval.granted"]
        event = Event.objects.get(kind="second_factor.reset")
        assert (event.actor, event.data["asked_by"], event.data["why"]) == (chief, "Boss", WHY)
        assert event.data["user"] == clerk.username
        assert event.data["sessions_ended"] == 1

    def test_changes_nothing_where_it_is_denied(
        self, clerk: User, boss: User, lost: Client
    ) -> None:
        decide(ask(clerk, boss), make.compliance_officer(), granted=False)
        assert Authenticator.objects.filter(user=clerk).count() == 2
        assert lost.get("/").status_code == 200

    def test_is_never_decided_by_who_asked(self, clerk: User, boss: User, lost: Client) -> None:
        with pytest.raises(SecondPersonNeeded):
            decide(ask(clerk, boss), boss)

    def test_is_neither_asked_for_nor_decided_by_whose_it_is(self, boss: User) -> None:
        other = User.objects.create_user("other", role="administrator")
        with pytest.raises(WrongInput):
            ask(boss, boss)
        approval = ask(boss, other)
        with pytest.raises(WrongInput):
            decide(approval, boss)
        approval.refresh_from_db()
        assert approval.state == "waiting"

    def test_is_asked_for_by_administrators_alone(self, clerk: User, clock: Any) -> None:
        for somebody in (make.supervisor(), make.compliance_officer()):
            with pytest.raises(RightRefused):
                ask(clerk, somebody)

    def test_is_asked_for_once(self, clerk: User, boss: User) -> None:
        ask(clerk, boss)
        with pytest.raises(WrongInput):
            ask(clerk, boss)


class TestPages:
    def test_lead_from_asking_to_deciding(self, clerk: User, boss: User, lost: Client) -> None:
        mine, theirs = Client(), Client()
        mine.force_login(boss)
        theirs.force_login(make.compliance_officer())
        assert reverse("people:somebody", args=[clerk.username]) in mine.get(reverse("people:everybody")).content.decode()  # fmt: skip
        asked = mine.post(reverse("people:ask_reset", args=[clerk.username]), {"reason": WHY})
        assert asked.status_code == 302, asked.content.decode()
        page = reverse("people:somebody", args=[clerk.username])
        deciding = reverse("people:decide_reset", args=[clerk.username])
        assert deciding not in mine.get(page).content.decode()
        assert page in theirs.get(reverse("desk:approvals")).content.decode()
        assert deciding in theirs.get(page).content.decode()
        theirs.post(deciding, {"answer": "已核对", "granted": "yes"})
        assert not Authenticator.objects.filter(user=clerk).exists()
        assert WHY in theirs.get(page).content.decode()

    def test_say_nothing_to_others(self, clerk: User, boss: User) -> None:
        ask(clerk, boss)
        for somebody in (make.supervisor(), make.clerk()):
            client = Client()
            client.force_login(somebody)
            for name in ("somebody", "ask_reset", "decide_reset"):
                assert (
                    client.get(reverse(f"people:{name}", args=[clerk.username])).status_code == 403
                )
            assert clerk.username not in client.get(reverse("desk:approvals")).content.decode().split("<main")[1]  # fmt: skip

    def test_cost_the_same_for_many_people(self, boss: User) -> None:
        client = Client()
        client.force_login(boss)
        client.get(reverse("people:everybody"))
        with CaptureQueriesContext(connection) as few:
            client.get(reverse("people:everybody"))
        User.objects.bulk_create(User(username=f"u{n}", role="clerk") for n in range(30))
        with CaptureQueriesContext(connection) as many:
            client.get(reverse("people:everybody"))
        assert len(many) == len(few)

    def test_are_not_in_the_administration(self, boss: User, lost: Client) -> None:
        client = Client()
        client.force_login(boss)
        page = client.get(reverse("admin:index")).content.decode()
        assert "/mfa/" not in page
        assert "/usersessions/" not in page
