"""Approvals and exports ask once more who it is, if that is long ago; and lose nothing that was typed."""

import html
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve, reverse

from people.models import User
from people.rights import WANT_RECENT
from tests import make
from tests.access.cast import RIGHT, WRONG, code_of, enrol, knock
from tests.exports.cast import asked, made
from workflow.approvals import request_approval
from workflow.models import Approval

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
ADDRESSES = {
    "approve_waiver": reverse("desk:approval", args=[1]),
    "approve_run": reverse("outreach:decide", args=["R-1"]),
    "publish_rules": reverse("rulebook:publish", args=["V-1"]),
    "release_wording": reverse("wording:release", args=["frame", "sms", "zh", 1]),
    "approve_export": reverse("exports:decide", args=["X-1"]),
    "export_timeline": reverse("exports:ask_timeline", args=["HZ-1"]),
    "export_cases": reverse("exports:ask_list"),
    "build_bundle": reverse("court:ask", args=["HZ-1"]),
    "ask_factor_reset": reverse("people:ask_reset", args=["wang"]),
    "approve_factor_reset": reverse("people:decide_reset", args=["wang"]),
}


@pytest.fixture
def chief(clock: Any) -> User:
    clock.set(AT)
    user = make.compliance_officer()
    user.set_password(RIGHT)
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def stale(settings: Any) -> None:
    settings.RECENT_SIGN_IN = timedelta(0)


def asked_to_close() -> Approval:
    return request_approval(
        case=make.case(), kind="early_closure", subject="withdrawn", reason="债权人撤回",
        by=make.supervisor(), at=AT,
    )  # fmt: skip


def hidden(answer: Any) -> dict[str, str]:
    """What the page in between carries along."""
    page = answer.content.decode().split("confirm-password")[0].rpartition("<form")[2]
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {html.unescape(name): html.unescape(value) for name, value in found if name != "csrfmiddlewaretoken"}  # fmt: skip


class TestPages:
    @pytest.mark.parametrize("right", ADDRESSES)
    def test_that_use_such_a_right_are_marked(self, right: str) -> None:
        assert right in WANT_RECENT
        view = resolve(ADDRESSES[right]).func
        assert getattr(view, "needs_recent", "") == "sending"

    def test_of_a_file_are_marked_too(self) -> None:
        assert resolve(reverse("exports:fetch", args=["X-1"])).func.needs_recent == "sending"
        assert resolve(reverse("court:download", args=["B-1"])).func.needs_recent == "sending"

    def test_without_such_a_mark_ask_nobody(self, chief: User, stale: None) -> None:
        client, case = Client(), make.case()
        knock(client, chief, RIGHT)
        answer = client.post(reverse("cases:hold", args=[case.reference]), {"guard_key": "k"})
        assert answer.status_code == 422

    def test_lead_nobody_who_is_not_signed_in_anywhere_but_to_the_door(self) -> None:
        answer = Client().post(
            reverse("desk:approval", args=[asked_to_close().pk]), {"answer": "x"}
        )
        assert answer.status_code == 302
        assert answer.url.startswith(reverse("people:sign_in"))


class TestDecision:
    def test_goes_through_after_a_recent_sign_in(self, chief: User) -> None:
        client, approval = Client(), asked_to_close()
        knock(client, chief, RIGHT)
        client.post(
            reverse("desk:approval", args=[approval.pk]), {"answer": "同意", "granted": "no"}
        )
        approval.refresh_from_db()
        assert approval.state == "denied"

    def test_is_looked_at_without_being_asked(self, chief: User, stale: None) -> None:
        client, approval = Client(), asked_to_close()
        knock(client, chief, RIGHT)
        assert client.get(reverse("desk:approval", args=[approval.pk])).status_code == 200

    def test_waits_for_the_password_and_keeps_what_was_typed(
        self, chief: User, stale: None
    ) -> None:
        client, approval = Client(), asked_to_close()
        knock(client, chief, RIGHT)
        address = reverse("desk:approval", args=[approval.pk])
        typed = {"answer": '同意 <b>"因为"</b> & 夜班\n第二行', "granted": "no", "guard_key": "k1"}
        between = client.post(address, typed)
        assert between.status_code == 403
        approval.refresh_from_db()
        assert approval.state == "waiting"
        kept = hidden(between)
        assert kept == typed
        wrong = client.post(address, {**kept, "confirm-password": WRONG})
        assert wrong.status_code == 403
        assert hidden(wrong) == typed
        done = client.post(address, {**hidden(wrong), "confirm-password": RIGHT})
        assert done.url == reverse("desk:approvals")
        approval.refresh_from_db()
        assert (approval.state, approval.answer) == ("denied", typed["answer"])

    def test_takes_a_code_of_the_app_as_well(self, chief: User, settings: Any) -> None:
        client, approval = Client(), asked_to_close()
        knock(client, chief, RIGHT)
        secret, _paper = enrol(client)
        settings.RECENT_SIGN_IN = timedelta(0)
        client.post(
            reverse("desk:approval", args=[approval.pk]),
            {"answer": "同意", "granted": "no", "confirm-code": code_of(secret, 1)},
        )
        approval.refresh_from_db()
        assert approval.state == "denied"

    def test_is_not_guessed_at_an_open_screen(self, chief: User, stale: None) -> None:
        client, approval = Client(), asked_to_close()
        knock(client, chief, RIGHT)
        address = reverse("desk:approval", args=[approval.pk])
        for _ in range(5):
            client.post(address, {"confirm-password": WRONG})
        late = client.post(address, {"answer": "同意", "granted": "no", "confirm-password": RIGHT})
        assert late.status_code == 429
        approval.refresh_from_db()
        assert approval.state == "waiting"
        assert knock(Client(), chief, RIGHT).status_code == 302  # elsewhere nobody is shut out

    def test_asks_again_ten_minutes_later_and_not_before(self, chief: User) -> None:
        client, approval = Client(), asked_to_close()
        knock(client, chief, RIGHT)
        address = reverse("desk:approval", args=[approval.pk])
        for seconds, status in ((595, 422), (605, 403)):
            session = client.session
            before = session["account_authentication_methods"]
            session["account_authentication_methods"] = [
                {**record, "at": record["at"] - seconds} for record in before
            ]
            session.save()
            assert client.post(address, {}).status_code == status
            session["account_authentication_methods"] = before
            session.save()


class TestExport:
    def test_is_fetched_after_the_password_alone(
        self, chief: User, stale: None, settings: Any
    ) -> None:
        client, export = Client(), made(asked(by=chief))
        knock(client, chief, RIGHT)
        address = reverse("exports:fetch", args=[export.number])
        assert client.post(address, {"guard_key": "a"}).status_code == 403
        assert not export.fetches.exists()
        settings.RECENT_SIGN_IN = timedelta(minutes=10)
        client.post(reverse("people:confirm"), {"next": "/", "confirm-password": RIGHT})
        assert client.post(address, {"guard_key": "b"}).status_code == 200
        assert export.fetches.count() == 1

    def test_never_leads_out_of_the_house(self, chief: User) -> None:
        client = Client()
        knock(client, chief, RIGHT)
        came = client.post(reverse("people:confirm"), {"next": "https://evil.example/", "confirm-password": RIGHT})  # fmt: skip
        assert came.url == reverse("people:security")


class TestAdministration:
    def test_changes_nothing_of_anybody_on_an_old_sign_in(self, stale: None) -> None:
        boss, clerk = make.administrator(), make.clerk()
        boss.set_password(RIGHT)
        boss.save(update_fields=["password"])
        client = Client()
        knock(client, boss, RIGHT)
        address = f"/administration/people/user/{clerk.pk}/change/"
        before = clerk.email
        assert client.get(address).status_code == 200
        answer = client.post(address, {"email": "mine@example.com", "username": clerk.username})
        assert answer.status_code == 403
        assert "people/confirm.html" in [one.name for one in answer.templates]
        clerk.refresh_from_db()
        assert clerk.email == before


class TestSession:
    def test_gets_another_key_once_it_was_shown_again_whose_it_is(
        self, chief: User, stale: None
    ) -> None:
        client = Client()
        knock(client, chief, RIGHT)
        before = client.cookies["sessionid"].value
        client.post(reverse("people:confirm"), {"confirm-password": RIGHT})
        assert client.cookies["sessionid"].value != before
        assert client.get(reverse("people:security")).status_code == 200
        thief = Client()
        thief.cookies["sessionid"] = before
        assert thief.get(reverse("people:security")).status_code == 302
