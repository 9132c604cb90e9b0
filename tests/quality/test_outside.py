"""I want to complain: by the code of a visit or the link of a message, in a few words and without a script."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notices import links
from people.models import User
from quality.models import Complaint
from tests import make, walk
from tests.portal.test_messages import NEUTRAL
from tests.quality.cast import again
from visits import tokens

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 14:40")
SAID = {"what": "manner", "words": "外访员大声说话"}


@pytest.fixture
def code(clock: Any) -> str:
    """The token of a visit that is under way."""
    visit = walk.at_the_door()
    clock.set(AT)
    check = tokens.check_of(visit)
    assert check is not None
    return check.path.rstrip("/").rsplit("/", 1)[-1]


class TestByTheCodeOfAVisit:
    def test_is_one_press_away_from_the_page_of_the_visit(self, code: str) -> None:
        page = Client().get(reverse("portal:visit", args=[code])).content.decode()
        assert reverse("quality:complain_of_visit", args=[code]) in page

    def test_takes_it_down_against_those_who_came_and_holds_the_case(self, code: str) -> None:
        address = reverse("quality:complain_of_visit", args=[code])
        answer = Client().post(address, SAID)
        assert answer.status_code == 200
        complaint = Complaint.objects.get()
        assert complaint.number in answer.content.decode()
        assert (complaint.how, complaint.received_by) == ("link", User.objects.system())
        assert AT <= complaint.received_at < AT + timedelta(minutes=5)
        assert set(complaint.against.all()) == set(make.crew())
        assert again(complaint.case).held_until is not None

    @pytest.mark.parametrize("language", ["zh-hans", "en"])
    def test_says_nothing_of_why_somebody_came(self, code: str, language: str) -> None:
        client = Client()
        client.cookies["django_language"] = language
        address = reverse("quality:complain_of_visit", args=[code])
        for answer in (client.get(address), client.post(address, {}), client.post(address, SAID)):
            said = answer.content.decode().casefold()
            assert [word for word in NEUTRAL if word in said] == []

    def test_says_what_is_missing_and_keeps_nothing(self, code: str) -> None:
        answer = Client().post(
            reverse("quality:complain_of_visit", args=[code]), {"what": "manner"}
        )
        assert answer.status_code == 422
        assert not Complaint.objects.exists()

    def test_of_a_code_that_is_none_leads_to_where_codes_are_entered(self) -> None:
        answer = Client().post(reverse("quality:complain_of_visit", args=["x"]), SAID)
        assert answer["Location"] == reverse("portal:visit_code")
        assert not Complaint.objects.exists()

    def test_stops_where_five_are_open(self, code: str) -> None:
        address = reverse("quality:complain_of_visit", args=[code])
        for _n in range(5):
            Client().post(address, SAID)
        assert Client().post(address, SAID).status_code == 422
        assert Complaint.objects.count() == 5


class TestByTheLinkOfAMessage:
    @pytest.fixture
    def link(self, clock: Any) -> str:
        clock.set(AT)
        case = make.case()
        case.debtor.id_number, case.debtor.born_on = "330106198807152848", date(1988, 7, 15)
        case.debtor.save()
        return links.token_of(links.link_for(case=case, person=case.debtor, at=AT))

    def test_is_for_who_has_shown_who_they_are(self, link: str) -> None:
        address = reverse("quality:complain", args=[link])
        assert Client().post(address, SAID)["Location"] == reverse("portal:messages", args=[link])
        assert not Complaint.objects.exists()
        client = Client()
        client.post(reverse("portal:messages", args=[link]), {"answer": "2848"})
        assert address in client.get(reverse("portal:messages", args=[link])).content.decode()
        assert client.post(address, SAID).status_code == 200
        assert Complaint.objects.get().visit is None
