"""The ladder: which gentler channels were tried, when and with what result, and what comes before a visit."""

from typing import Any

import pytest
from django.utils.translation import override

from cases.actions.contacting import log_contact
from cases.actions.excepting import ask_exception
from cases.facts import facts_for, learn_facts
from cases.ladder import Ladder, ladder_of
from cases.models import Case
from notices import actions, relay
from people.models import ContactPoint
from tests import make, walk
from tests.notices.cast import kind_is, queued
from workflow.approvals import decide_approval
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

MONDAY = make.moment("2026-03-02 10:00")


@pytest.fixture(autouse=True)
def _english() -> Any:
    with override("en"):
        yield


def climbed(case: Case, at: Any = MONDAY) -> Ladder:
    seen = Case.objects.select_related("debtor").get(pk=case.pk)
    learn_facts(seen, at)
    return ladder_of(seen, at)


def rung(case: Case, channel: str) -> Any:
    return next(one for one in climbed(case).rungs if one.channel == channel)


def called(case: Case, channel: str, result: str, hour: int = 9) -> None:
    log_contact(
        case=case, channel=channel, result=result, remark="", by=make.clerk(),
        at=make.moment(f"2026-03-02 {hour:02d}:00"),
    )  # fmt: skip


class TestLadder:
    def test_shows_each_channel_with_its_last_result(self) -> None:
        case = make.case()
        called(case, "phone", "no_answer", 8)
        called(case, "phone", "promised", 9)
        phone = rung(case, "phone")
        assert [one.result for one in phone.tries] == ["promised", "no_answer"]
        assert (phone.last.says, phone.last.tone, phone.state) == (
            "Debtor promised to pay", "green", "open",
        )  # fmt: skip
        assert rung(case, "email").tries == []

    def test_counts_calls_and_notices_that_went_together(self, mailbox: Any) -> None:
        case = make.case()
        called(case, "phone", "no_answer")
        queued(case)
        assert climbed(case).tried == 1  # it is only in the outbox
        relay.send_due(MONDAY)
        found = climbed(case)
        assert (found.tried, found.needed, found.climbed) == (2, 2, True)
        assert rung(case, "email").last.result == "delivered"

    def test_shows_a_notice_that_came_back(self, mailbox: Any) -> None:
        case = make.case()
        notice = queued(case)
        relay.send_due(MONDAY)
        notice.refresh_from_db()
        actions.record_bounce(notice=notice, by=make.clerk(), at=MONDAY, why="550 no such user")
        email = rung(case, "email")
        assert (email.last.result, email.last.tone, email.state) == ("bounced", "red", "dead")

    def test_tells_dead_refused_and_missing_channels_apart(self) -> None:
        case = make.case()
        points = ContactPoint.objects.filter(person=case.debtor)
        points.filter(channel="email").update(dead_at=MONDAY)
        points.filter(channel="wechat").update(do_not_contact=True)
        points.filter(channel="phone").delete()
        states = {one.channel: one.state for one in climbed(case).rungs}
        assert states == {
            "phone": "none", "sms": "none", "wechat": "refused", "email": "dead", "letter": "open",
            "lawyers_letter": "open",
        }  # fmt: skip

    def test_takes_a_channel_for_refused_once_the_debtor_said_so(self) -> None:
        case = make.case()
        called(case, "wechat", "refused")
        assert rung(case, "wechat").state == "refused"

    def test_leaves_notices_of_visits_out(self, mailbox: Any) -> None:
        case = make.case()
        queued(case, kind="visit_notice")
        queued(case, kind="payment_receipt")
        with kind_is("visit_notice"), kind_is("payment_receipt"):
            relay.send_due(MONDAY)
        assert set(case.notices.values_list("state", flat=True)) == {"delivered"}
        assert rung(case, "email").tries == []

    def test_needs_nothing_where_no_pack_says_so(self) -> None:
        case = make.case()
        Case.objects.filter(pk=case.pk).update(packs=["gb"])
        found = climbed(case)
        assert (found.needed, found.climbed, found.rule) == (None, True, "")


class TestPlanning:
    def test_is_refused_before_the_ladder_is_climbed(self) -> None:
        case = make.prepared_case()
        case.contacts.exclude(channel="phone").delete()
        with pytest.raises(PolicyRefused) as refused:
            walk.planned(case=case, starts_at=make.moment("2026-03-09 14:30"))
        assert [found.rule for found in refused.value.findings] == ["ST-15"]

    def test_is_allowed_once_a_notice_went_by_another_channel(self, mailbox: Any) -> None:
        case = make.prepared_case()
        case.contacts.exclude(channel="phone").delete()
        queued(case)
        relay.send_due(MONDAY)
        assert facts_for(Case.objects.get(pk=case.pk), at=MONDAY).gentler_tried == (
            "email", "phone",
        )  # fmt: skip
        assert walk.planned(case=case, starts_at=make.moment("2026-03-09 14:30")).pk

    def test_is_allowed_on_a_cited_waiver_by_a_second_person_and_tells_so(self) -> None:
        case = make.prepared_case()
        case.contacts.exclude(channel="phone").delete()
        asked = ask_exception(
            case=case, rule="ST-15", reason="来信请我们上门", evidence_kind="consent",
            filename="letter.pdf", content=make.PDF, until=make.moment("2026-03-20 00:00"),
            by=make.clerk(), at=MONDAY,
        )  # fmt: skip
        assert climbed(case).waivers == []
        decide_approval(
            approval=asked, granted=True, answer="属实", by=make.compliance_officer(), at=MONDAY
        )
        found = climbed(case)
        assert (found.climbed, found.may_be_waived, found.rule) == (False, True, "ST-15")
        assert [one["reason"] for one in found.waivers] == ["来信请我们上门"]
        assert walk.planned(case=case, starts_at=make.moment("2026-03-09 14:30")).pk
        assert case.events.filter(kind="policy.overridden").exists()


class TestPages:
    def test_show_it_on_the_case_and_where_a_visit_is_planned(
        self, client: Any, clock: Any
    ) -> None:
        clock.set(MONDAY)
        case = make.case()
        called(case, "phone", "no_answer")
        client.force_login(make.clerk())
        for language, tried, waiver in (
            ("en", "1 tried, 2 needed", "Ask for an exception, on evidence"),
            ("zh-hans", "已尝试 1 种，须先尝试 2 种", "凭证据申请例外"),
        ):
            client.cookies["django_language"] = language
            for address in (case.get_absolute_url(), f"/cases/{case.reference}/visits/plan/"):
                page = client.get(address).content.decode()
                assert tried in page, address
                assert waiver in page
                assert "?rule=ST-15" in page
