"""What is masked by default, and how somebody sees it in full: with a reason, for minutes, on record."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from looking.actions import unmask
from looking.models import Unmasking
from people.models import User
from tests import make
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, case: Any, tab: str = "people") -> str:
    return str(client.get(f"{case.get_absolute_url()}?tab={tab}").content.decode())


def ask(client: Client, case: Any, group: str = "numbers", **other: str) -> Any:
    data = {"group": group, "why": "reaching", "words": "回电", **other}
    return client.post(reverse("desk:unmask", args=[case.reference]), data)


def private(case: Any) -> dict[str, str]:
    """What must not stand on a page before somebody asked for it."""
    person = case.debtor
    return {
        "identity": person.id_number,
        "numbers": person.contact_points.get(channel="phone").value,
        "addresses": person.addresses.get().text,
    }


class TestThePeopleOfACase:
    @pytest.mark.parametrize("role", ["clerk", "supervisor", "compliance_officer"])
    def test_are_masked_whoever_looks(self, clock: Any, role: str) -> None:
        clock.set(AT)
        case = make.case()
        shown = page(client_of(getattr(make, role)()), case)
        assert [name for name, value in private(case).items() if value in shown] == []
        assert "3301**********" in shown or "****" in shown

    def test_are_masked_in_the_form_that_corrects_them_and_stay_as_they_are(
        self, clock: Any
    ) -> None:
        clock.set(AT)
        case = make.case()
        client, held = client_of(make.clerk()), case.debtor.id_number
        address = reverse("cases:debtor", args=[case.reference])
        shown = client.get(address)
        assert held not in shown.content.decode()
        data = {
            name: "" if value is None else value
            for name, value in shown.context["form"].initial.items()
        }
        answer = client.post(address, {**data, "name": "王海艳"})
        assert answer.status_code == 302
        case.debtor.refresh_from_db()
        assert (case.debtor.name, case.debtor.id_number) == ("王海艳", held)


class TestUnmask:
    def test_shows_one_group_of_this_case_for_five_minutes(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        client = client_of(make.clerk())
        assert ask(client, case).status_code == 302
        shown, seen = page(client, case), private(case)
        assert seen["numbers"] in shown
        assert seen["identity"] not in shown
        assert seen["addresses"] not in shown
        until = Unmasking.objects.get().until
        clock.set(until - timedelta(minutes=1))
        assert seen["numbers"] in page(client, case)
        clock.set(until)
        assert seen["numbers"] not in page(client, case)

    def test_holds_for_this_browser_and_this_case_alone(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        other = make.case(reference="HZ-2026-0002", external_reference="X-2")
        client, elsewhere = client_of(make.clerk()), client_of(make.clerk())
        ask(client, case)
        assert private(case)["numbers"] not in page(elsewhere, case)
        assert private(other)["numbers"] not in page(client, other)

    def test_can_be_ended_before_its_minutes_are_over(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        client = client_of(make.clerk())
        ask(client, case)
        client.post(reverse("desk:mask", args=[case.reference]))
        assert private(case)["numbers"] not in page(client, case)

    def test_tells_the_timeline_what_was_seen_and_why_and_holds_none_of_it(
        self, clock: Any
    ) -> None:
        clock.set(AT)
        case = make.case()
        ask(client_of(make.clerk()), case)
        event = Event.objects.get(case=case, kind="data.unmasked")
        assert event.actor == make.clerk()
        assert (event.data["group"], event.data["why"], event.data["words"]) == (
            "numbers", "reaching", "回电",
        )  # fmt: skip
        assert any("****" in line for line in event.data["seen"])
        assert private(case)["numbers"] not in str(event.data)
        assert isinstance(verify(Case.objects.get(pk=case.pk)), Verified)

    @pytest.mark.parametrize("missing", ["why", "words"])
    def test_is_refused_without_a_reason(self, clock: Any, missing: str) -> None:
        clock.set(AT)
        case = make.case()
        client = client_of(make.clerk())
        answer = ask(client, case, **{missing: ""})
        assert answer.status_code == 422
        assert private(case)["numbers"] not in page(client, case)
        assert not Event.objects.filter(kind="data.unmasked").exists()

    def test_of_health_is_refused_to_whoever_may_not_see_what_is_restricted(self) -> None:
        case = make.case()
        with pytest.raises(RightRefused):
            unmask(
                case=case, group="health", why="review", words="查看", seen=[], by=make.clerk(),
                at=AT,
            )  # fmt: skip
        assert not Unmasking.objects.exists()

    def test_is_refused_to_an_outsider(self) -> None:
        case = make.case()
        stranger = User.objects.create_user(
            username="far", role="clerk", team=make.team(name="成都一组", city="成都")
        )
        with pytest.raises(Outsider):
            unmask(
                case=case, group="numbers", why="review", words="查看", seen=[], by=stranger, at=AT
            )
        assert ask(client_of(stranger), case).status_code == 404

    def test_in_a_flood_is_refused_in_words_and_on_record(self, settings: Any) -> None:
        settings.UNMASKED_PER_HOUR = 2
        case = make.case()

        def once(at: Any) -> None:
            unmask(
                case=case, group="numbers", why="review", words="查看", seen=[], by=make.clerk(),
                at=at,
            )  # fmt: skip

        once(AT)
        once(AT)
        with pytest.raises(WrongInput):
            once(AT + timedelta(minutes=59))
        assert Event.objects.get(kind="data.unmasking_refused").data["times"] == 2
        once(AT + timedelta(minutes=61))
        assert Unmasking.objects.count() == 3

    def test_asks_who_it_is_if_that_was_shown_long_ago(self, clock: Any) -> None:
        clock.set(AT)
        case = make.case()
        client = client_of(make.clerk())
        session = client.session
        for record in session["account_authentication_methods"]:
            record["at"] = 0
        session.save()
        assert ask(client, case).status_code == 403
        assert not Unmasking.objects.exists()
