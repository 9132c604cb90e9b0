"""A waiver above the own powers: a second person is told at once, the screen waits for the answer."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agreements.actions import drawing, withdrawing
from cases.models import Case
from notices import to_staff
from notices.models import StaffMessage
from people.models import User
from tests import make, walk
from tests.agreements import cast
from workflow.approvals import decide_approval
from workflow.models import Approval
from workflow.steps import StateRefused, WrongInput

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with override("en"):
        yield


def at(clock: str) -> datetime:
    return make.moment(f"2026-03-05 {clock}")


def asked(case: Case, clock: str = "14:50", by: User | None = None) -> Approval:
    return drawing.request_waiver(
        case=cast.again(case),
        waived=cast.WAIVED,
        reason="停工",
        by=by or make.clerk(),
        at=at(clock),
    )


@pytest.fixture
def browser_of(clock: Any) -> Any:
    def signed_in(user: User, moment: str) -> Client:
        clock.set(f"2026-03-05T{moment}", zone="Asia/Shanghai")
        client = Client()
        client.force_login(user)
        client.cookies["django_language"] = "en"
        return client

    return signed_in


def words(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>|\{#.*?#\}", " ", answer.content.decode()).split())


class TestRequestWaiver:
    def test_writes_at_once_to_those_who_may_decide_and_to_nobody_else(self) -> None:
        chiefs = [make.supervisor(), make.supervisor(username="supervisor-2")]
        make.compliance_officer()
        approval = asked(make.prepared_case(), by=chiefs[1])
        told = StaffMessage.objects.get()
        assert (told.person, told.kind, told.queued_at) == (chiefs[0], "waiver", at("14:50"))
        assert reverse("desk:approval", args=[approval.pk]) in told.text

    def test_writes_no_word_of_the_debtor(self) -> None:
        make.supervisor()
        case = make.prepared_case()
        asked(case)
        text = StaffMessage.objects.get().text
        assert case.debtor.name not in text
        assert "officers are at the door" not in text
        for said in ("1,000.00", case.reference, "申请减免"):
            assert said in text

    def test_says_that_officers_wait_at_the_door(self) -> None:
        make.supervisor()
        asked(walk.at_the_door(at=at("14:30")).case, by=make.crew()[0])
        assert "外访员正在现场等候答复" in StaffMessage.objects.get().text

    def test_writes_to_nobody_any_more_once_it_is_decided(self, mailbox: Any) -> None:
        boss = make.supervisor()
        approval = asked(make.prepared_case())
        decide_approval(approval=approval, granted=False, answer="不同意", by=boss, at=at("14:51"))
        assert to_staff.send_due(at("14:52")) == 0
        told = StaffMessage.objects.get()
        assert (told.state, told.why) == ("suppressed", "The waiver was decided meanwhile.")
        assert mailbox.messages == []

    def test_is_refused_while_another_waits(self) -> None:
        case = make.prepared_case()
        asked(case)
        with pytest.raises(WrongInput, match="waits for a decision"):
            asked(case, "14:51")
        assert Approval.objects.count() == 1


class TestWithdrawWaiver:
    def test_ends_the_request_with_the_reason_on_the_timeline(self) -> None:
        case = make.prepared_case()
        approval = asked(case)
        withdrawing.withdraw_waiver(
            approval=approval, reason="债务人改为一次付清", by=make.clerk(), at=at("14:52")
        )
        fresh = cast.again(approval)
        assert (fresh.state, fresh.answer, fresh.decided_by) == (
            "withdrawn", "债务人改为一次付清", None,
        )  # fmt: skip
        event = case.events.get(kind="approval.withdrawn")
        assert event.data["why"] == "债务人改为一次付清"
        assert cast.chain_holds(case)

    def test_takes_the_bar_away_and_holds_the_mails_back(
        self, browser_of: Any, mailbox: Any
    ) -> None:
        boss, officer = make.supervisor(), make.crew()[0]
        approval = asked(walk.at_the_door(at=at("14:30")).case, by=officer)
        bar = browser_of(boss, "14:51")
        assert "Decide now" in words(bar.get(reverse("agreements:waiver_bar")))
        withdrawing.withdraw_waiver(
            approval=approval, reason="不需要了", by=officer, at=at("14:51")
        )
        assert words(bar.get(reverse("agreements:waiver_bar"))) == ""
        assert to_staff.send_due(at("14:52")) == 0
        told = StaffMessage.objects.get()
        assert (told.state, told.why) == ("suppressed", "The request was taken back meanwhile.")
        assert mailbox.messages == []

    def test_lets_another_be_asked_for(self) -> None:
        case = make.prepared_case()
        withdrawing.withdraw_waiver(
            approval=asked(case), reason="金额有误", by=make.clerk(), at=at("14:51")
        )
        assert asked(case, "14:52").state == "waiting"

    def test_is_refused_to_everybody_else(self) -> None:
        approval = asked(make.prepared_case())
        with pytest.raises(WrongInput, match="Only who has asked"):
            withdrawing.withdraw_waiver(
                approval=approval, reason="x", by=make.supervisor(), at=at("14:51")
            )

    def test_is_refused_without_a_reason(self) -> None:
        with pytest.raises(WrongInput, match="Say why"):
            withdrawing.withdraw_waiver(
                approval=asked(make.prepared_case()), reason=" ", by=make.clerk(), at=at("14:51")
            )

    def test_is_refused_once_it_was_decided(self) -> None:
        boss, approval = make.supervisor(), asked(make.prepared_case())
        decide_approval(approval=approval, granted=True, answer="同意", by=boss, at=at("14:51"))
        with pytest.raises(StateRefused):
            withdrawing.withdraw_waiver(
                approval=cast.again(approval), reason="晚了", by=make.clerk(), at=at("14:52")
            )
        assert cast.again(approval).state == "granted"

    def test_is_on_the_screen_of_whoever_asked_and_the_screen_says_so_afterwards(
        self, browser_of: Any
    ) -> None:
        case, boss = make.prepared_case(), make.supervisor()
        approval = asked(case)
        form = reverse("agreements:take_back_waiver", args=[case.reference, approval.pk])
        page = reverse("agreements:waiver_asked", args=[case.reference, approval.pk])
        assert form not in browser_of(boss, "14:51").get(page).content.decode()
        refused = browser_of(boss, "14:51").post(form, {"reason": "x", "guard_key": "k8"})
        assert "Only who has asked for it can take it back." in words(refused)
        officer = browser_of(make.clerk(), "14:51")
        assert form in officer.get(page).content.decode()
        sent = {"reason": "债务人改为一次付清", "guard_key": "k9", "guard_version": ""}
        assert officer.post(form, sent).url == page
        text = officer.get(page)
        assert "Taken back" in words(text)
        assert "债务人改为一次付清" in words(text)
        assert form not in text.content.decode()


class TestTheScreenThatWaits:
    def page(self, approval: Approval) -> str:
        return reverse("agreements:waiver_asked", args=[approval.case.reference, approval.pk])

    def test_follows_the_request_and_asks_again_by_itself(self, browser_of: Any) -> None:
        case, chief = make.prepared_case(), make.supervisor()
        officer = browser_of(make.clerk(), "14:50")
        answer = officer.post(
            reverse("agreements:waiver", args=[case.reference]),
            {"fees": "242.00", "interest": "758.00", "principal": "", "reason": "停工",
             "guard_key": "k1", "guard_version": ""},
        )  # fmt: skip
        approval = Approval.objects.get()
        assert answer.url == self.page(approval)
        page = officer.get(answer.url)
        assert 'hx-trigger="every 3s"' in page.content.decode()
        assert str(chief) in words(page)
        assert "data-no-signal hidden" in page.content.decode()

    def test_is_come_to_once_however_often_the_button_is_pressed(self, browser_of: Any) -> None:
        case = make.prepared_case()
        officer = browser_of(make.clerk(), "14:50")
        said = {"fees": "242.00", "interest": "758.00", "principal": "", "reason": "停工",
                "guard_key": "k1", "guard_version": ""}  # fmt: skip
        for _press in range(2):
            answer = officer.post(reverse("agreements:waiver", args=[case.reference]), said)
            assert answer.status_code == 302
        assert Approval.objects.count() == 1
        assert "already done" in words(officer.get(answer.url))

    def test_shows_the_answer_seconds_later_with_the_way_on(self, browser_of: Any) -> None:
        case = make.prepared_case()
        make.supervisor()
        approval = asked(case)
        officer = browser_of(make.clerk(), "14:51")
        decide_approval(
            approval=approval, granted=True, answer="同意", by=make.supervisor(), at=at("14:51")
        )
        page = officer.get(self.page(approval)).content.decode()
        assert "has granted it" in page
        assert "every 3s" not in page
        assert f"{reverse('agreements:draw_up', args=[case.reference])}?waived_fees=242.00" in page

    def test_says_a_no_and_a_request_that_lapsed(self, browser_of: Any) -> None:
        case = make.prepared_case()
        approval = asked(case)
        late = browser_of(make.clerk(), "14:51")
        Approval.objects.update(expires_at=at("14:50:30"))
        assert "Nobody decided in time" in words(late.get(self.page(approval)))
        Approval.objects.update(expires_at=at("18:00"))
        decide_approval(
            approval=cast.again(approval), granted=False, answer="证据不足", by=make.supervisor(),
            at=at("14:52"),
        )  # fmt: skip
        said = words(late.get(self.page(approval)))
        assert "has denied it" in said
        assert "证据不足" in said

    def test_is_reached_from_the_ways_to_pay_and_from_the_agreement(self, browser_of: Any) -> None:
        agreement = cast.draft()
        approval = Approval.objects.get()
        client = browser_of(make.clerk(), "15:01")
        options = reverse("agreements:options", args=[agreement.case.reference])
        for page in (options, agreement.get_absolute_url()):
            assert self.page(approval) in client.get(page).content.decode()

    def test_is_of_this_case_alone(self, browser_of: Any) -> None:
        approval = asked(make.prepared_case())
        other = make.prepared_case(reference="HZ-2026-0300", external_reference="X-300")
        address = reverse("agreements:waiver_asked", args=[other.reference, approval.pk])
        assert browser_of(make.clerk(), "14:51").get(address).status_code == 404


class TestTheBar:
    def test_calls_those_who_may_decide_while_officers_wait(self, browser_of: Any) -> None:
        chief = make.supervisor()
        officer = make.crew()[0]
        visit = walk.at_the_door(at=at("14:30"))
        approval = asked(visit.case, by=officer)
        assert "Decide now" in words(
            browser_of(chief, "14:51").get(reverse("agreements:waiver_bar"))
        )
        for who in (officer, make.clerk()):
            assert words(browser_of(who, "14:51").get(reverse("agreements:waiver_bar"))) == ""
        decide_approval(approval=approval, granted=True, answer="好", by=chief, at=at("14:52"))
        assert words(browser_of(chief, "14:53").get(reverse("agreements:waiver_bar"))) == ""

    def test_is_silent_where_nobody_stands_at_a_door(self, browser_of: Any) -> None:
        chief = make.supervisor()
        asked(make.prepared_case())
        assert words(browser_of(chief, "14:51").get(reverse("agreements:waiver_bar"))) == ""


class TestLook:
    def look(self, client: Client, case: Case, **given: str) -> str:
        address = reverse("agreements:look", args=[case.reference])
        return client.post(
            address,
            {"plan": "equal", "first_on": "2026-04-15", "count": "6", "language": "zh",
             "channel": "phone", "waived_fees": "", "waived_interest": "",
             "waived_principal": "", "new_loan": "no", "guard_key": "k", **given},
        ).content.decode()  # fmt: skip

    def test_leads_to_a_second_person_only_above_the_powers(self, browser_of: Any) -> None:
        case = make.prepared_case()
        ask = reverse("agreements:waiver", args=[case.reference])
        client = browser_of(make.clerk(), "14:50")
        assert f"{ask}?waived_fees=242.00" in self.look(
            client, case, waived_fees="242.00", waived_interest="758.00"
        )
        assert ask not in self.look(client, case, waived_fees="242.00")
