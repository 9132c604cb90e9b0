"""Complaints and what is asked about one's data, from the own pages: they arrive as such, with their clocks."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.privacy import REQUEST
from cases.models import Case, DataRequest
from notices import links
from people.models import User
from portal.asking import ASKS
from privacy.actions import answer_request, correct
from quality.actions.complaining import decide_complaint, receive_complaint, send_holding_letter
from quality.models import Complaint
from tests import make, walk
from tests.notices.cast import chain_holds
from tests.portal.own_cast import DEBT, MONDAY, TUESDAY, Inside, inside, words_of
from workflow.models import Duty

pytestmark = pytest.mark.django_db

ACCESS, CORRECTION, DELETION = 1, 2, 3
SAID = {"what": "manner", "words": "外访员大声说话"}


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(TUESDAY)
    return clock


@pytest.fixture
def came() -> Inside:
    return inside(walk.noticed().case, TUESDAY)


def asked() -> DataRequest:
    return DataRequest.objects.select_related("case__debtor", "person", "received_by").get()


class TestData:
    def test_are_reached_from_the_first_page_and_from_the_end_of_each(self, came: Inside) -> None:
        for name in ("home", "about", "rights", "answers"):
            assert came.address("data") in came.get(name).content.decode(), name

    def test_can_be_asked_for_in_each_way_that_the_law_names(self, came: Inside) -> None:
        for number, ask in ASKS.items():
            assert came.get("data_one", number).status_code == 200
            assert came.post("data_one", number, text="请核对").status_code == 302, number
            assert DataRequest.objects.filter(kind=ask.kind).count() == 1
        assert came.get("data_one", 9).status_code == 404
        assert {str(ask.kind) for ask in ASKS.values()} == set(DataRequest.Kind.values)
        assert chain_holds(came.case)

    def test_arrive_as_a_request_of_somebody_who_is_known_with_its_clock(
        self, came: Inside
    ) -> None:
        came.post("data_one", ACCESS)
        request = asked()
        assert (request.how, request.identity, request.state) == ("portal", "portal", "identified")
        assert request.person == came.case.debtor
        duty = Duty.objects.get(case=came.case, kind=REQUEST)
        assert (duty.role, duty.due_at) == ("compliance", request.due_at)
        [told] = came.told("privacy.requested")
        assert (told["link"], told["request"]) == (came.link.pk, request.number)

    def test_are_put_right_with_nothing_typed_anew(self, came: Inside) -> None:
        came.post("data_one", CORRECTION, field="employer", wanted="西溪医院", text="已换工作")
        answer_request(
            request=asked(), decision="grant", grounds="已核对劳动合同", by=make.compliance_officer(),
            at=TUESDAY + timedelta(hours=1),
        )  # fmt: skip
        correct(request=asked(), by=make.clerk(), at=TUESDAY + timedelta(hours=2))
        assert Case.objects.get(pk=came.case.pk).debtor.employer == "西溪医院"
        page = came.read("data")
        assert "put right" in page
        answer = asked().answer
        assert answer is not None
        assert came.get("paper", answer.number).status_code == 200

    def test_show_by_when_they_are_answered(self, came: Inside) -> None:
        came.post("data_one", DELETION)
        page = came.read("data")
        assert asked().number in page
        assert "We answer by" in page

    def test_are_asked_for_once_and_not_again_while_it_waits(self, came: Inside) -> None:
        came.post("data_one", ACCESS, guard_key="k")
        assert came.post("data_one", ACCESS, guard_key="k").status_code == 302
        again = came.post("data_one", ACCESS, guard_key="other")
        assert again.status_code == 422
        assert "asked for this already" in words_of(again)
        assert DataRequest.objects.count() == 1

    @pytest.mark.parametrize(
        "given",
        [
            {"text": ""},
            {"text": "错了", "field": "employer"},
            {"text": "错了", "wanted": "西溪医院"},
            {"text": "错了", "field": "state", "wanted": "x"},
            {"text": "\x00", "field": "\x00"},
        ],
    )
    def test_say_what_is_missing_and_keep_nothing(
        self, came: Inside, given: dict[str, str]
    ) -> None:
        assert came.post("data_one", CORRECTION, **given).status_code == 422
        assert not DataRequest.objects.exists()

    def test_of_another_matter_are_neither_shown_nor_opened(self, came: Inside) -> None:
        other = make.case(
            reference="HZ-2026-0999", external_reference="N-9",
            who=make.debtor(name="李雷", id_number="330102199001011232"),
        )  # fmt: skip
        came.post("data_one", DELETION, text="请删除")
        answer_request(
            request=asked(), decision="refuse", grounds="债权尚未结清", by=make.compliance_officer(),
            at=TUESDAY + timedelta(hours=1),
        )  # fmt: skip
        link = links.link_for(case=other, person=other.debtor, at=MONDAY, purpose="own")
        stranger, token = Client(), links.token_of(link)
        stranger.post(reverse("portal:messages", args=[token]), {"answer": "1232"})
        page = stranger.get(reverse("portal:data", args=[token]))
        assert page.status_code == 200
        assert asked().number not in page.content.decode()
        answer = asked().answer
        assert answer is not None
        taken = stranger.get(reverse("portal:paper", args=[token, answer.number]))
        assert taken.status_code == 404


class TestComplaint:
    """It was led back to the first page once: the link of one's own was not let in."""

    @staticmethod
    def complain(came: Inside, **data: Any) -> Any:
        address = reverse("quality:complain", args=[came.token])
        return came.client.post(address, {**SAID, **data}, headers={"Accept-Language": "en"})

    @staticmethod
    def followed(came: Inside) -> Any:
        address = reverse("quality:followed", args=[came.token])
        return came.client.get(address, headers={"Accept-Language": "en"})

    def test_is_one_press_away_on_every_page(self, came: Inside) -> None:
        address = reverse("quality:complain", args=[came.token])
        for name in ("home", "meeting", "tell", "rights", "data"):
            assert address in came.get(name).content.decode(), name
        assert came.client.get(address).status_code == 200

    def test_arrives_as_a_complaint_with_both_clocks_and_the_link(self, came: Inside) -> None:
        assert self.complain(came).status_code == 200
        complaint = Complaint.objects.get()
        assert (complaint.how, complaint.received_by) == ("link", User.objects.system())
        assert complaint.letter_due_at < complaint.answer_due_at
        duties = Duty.objects.filter(case=came.case, kind__startswith="complaint.")
        assert {duty.kind for duty in duties} == {"complaint.letter", "complaint.answer"}
        [told] = came.told("complaint.received")
        assert told["link"] == came.link.pk
        assert chain_holds(came.case)

    def test_pressed_twice_is_one(self, came: Inside) -> None:
        for _press in range(2):
            answer = self.complain(came, guard_key="k")
            assert answer.status_code == 200
            assert Complaint.objects.get().number in answer.content.decode()

    def test_is_followed_to_its_answer(self, came: Inside) -> None:
        assert "You have not complained of anything." in words_of(self.followed(came))
        self.complain(came)
        assert "You hear from us first by" in words_of(self.followed(came))
        by = make.compliance_officer()
        complaint = Complaint.objects.select_related("case").get()
        send_holding_letter(complaint=complaint, by=by, at=TUESDAY + timedelta(hours=1))
        assert "no part in it" in words_of(self.followed(came))
        decide_complaint(
            complaint=Complaint.objects.select_related("case", "hold").get(), outcome="upheld",
            reason="录音证实语气不当。", remedy="已更换外访员。", by=by, at=TUESDAY + timedelta(hours=2),
        )  # fmt: skip
        page = words_of(self.followed(came))
        for part in ("Upheld", "录音证实语气不当", "已更换外访员"):
            assert part in page

    def test_follows_nothing_that_somebody_else_sent_by_the_code_of_a_visit(
        self, came: Inside
    ) -> None:
        receive_complaint(
            case=came.case, how="link", what="manner", words="我是家属。", visit=None,
            by=User.objects.system(), at=TUESDAY,
        )  # fmt: skip
        assert "You have not complained of anything." in words_of(self.followed(came))

    def test_follows_nobody_elses(self, came: Inside) -> None:
        self.complain(came)
        other = make.case(
            reference="HZ-2026-0999", external_reference="N-9",
            who=make.debtor(name="李雷", id_number="330102199001011232"),
        )  # fmt: skip
        link = links.link_for(case=other, person=other.debtor, at=MONDAY, purpose="own")
        stranger, token = Client(), links.token_of(link)
        stranger.post(reverse("portal:messages", args=[token]), {"answer": "1232"})
        page = stranger.get(reverse("quality:followed", args=[token]))
        assert Complaint.objects.get().number not in page.content.decode()

    def test_needs_the_second_fact_like_every_page(self, came: Inside) -> None:
        for name in ("quality:complain", "quality:followed"):
            answer = Client().get(reverse(name, args=[came.token]))
            assert answer.headers["Location"] == came.address("messages")
            seen = Client().get(reverse(name, args=[came.token]), follow=True)
            assert not DEBT.search(seen.content.decode())
