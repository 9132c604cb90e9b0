"""While a signed plan is kept, nobody collects by whatever channel; what was agreed, asked or is owed goes on."""

import pytest
from django.urls import reverse

from agreements.models import Agreement
from cases.actions.calling import begin_call
from cases.actions.contacting import log_contact
from cases.actions.preparing import add_contact_point, add_party
from cases.actions.tracing import trace_debtor
from cases.actions.writing import write_to_debtor
from cases.models import Case, ContactAttempt, Party
from cases.outgoing import aim_of, may_go
from compliance.aims import Aim
from notices.models import Notice
from people.models import ContactPoint, Person
from tests import make
from tests.agreements import cast
from tests.notices.test_pages import signed_in
from tests.outreach import cast as runs
from workflow.steps import PolicyRefused

pytestmark = pytest.mark.django_db

NEXT_DAY = make.moment("2026-03-06 10:00")


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agreements.papers.agreement_pdf", lambda _agreement: make.PDF)


@pytest.fixture
def case() -> Case:
    kept: Case = cast.again(cast.signed().case)
    return kept


def a_contact(case: Case) -> Party:
    """Somebody whom the debtor named when the contract was made."""
    party = add_party(
        case=case, person=Person(name="孙玉兰"), role="contact", relation="同事", basis="",
        legal_basis="consent", by=make.clerk(), at=NEXT_DAY,
    )  # fmt: skip
    point = ContactPoint(
        person=party.person, channel="phone", value="13800000077", source="contract"
    )
    add_contact_point(case=cast.again(case), point=point, by=make.clerk(), at=NEXT_DAY)
    return party


def ask_the_way(case: Case, party: Party) -> ContactAttempt:
    return trace_debtor(
        case=cast.again(case), party=party, channel="phone", result="third_party", disclosed=False,
        remark="愿意转告", by=make.clerk(), at=NEXT_DAY,
    )  # fmt: skip


def phone(case: Case) -> ContactPoint:
    return case.debtor.contact_points.get(channel="phone")


class TestCalls:
    def test_to_collect_are_refused_with_the_rule_and_when_they_are_lawful_again(
        self, case: Case
    ) -> None:
        with pytest.raises(PolicyRefused) as refused:
            begin_call(case=case, point=phone(case), by=make.clerk(), at=NEXT_DAY)
        found = next(one for one in refused.value.findings if one.rule == "ST-KEPT")
        assert "It is lawful again once the plan is broken." in found.says["en"]
        assert case.events.filter(kind="policy.refused").exists()

    def test_to_collect_are_lawful_again_once_the_plan_is_broken(self, case: Case) -> None:
        Agreement.objects.filter(case=case).update(state="broken")
        begin_call(case=cast.again(case), point=phone(case), by=make.clerk(), at=NEXT_DAY)

    @pytest.mark.parametrize("aim", ["reminding", "answering", "serving"])
    def test_for_what_goes_on_may_be_made_and_are_logged_as_such(
        self, case: Case, aim: str
    ) -> None:
        call = begin_call(case=case, point=phone(case), aim=aim, by=make.clerk(), at=NEXT_DAY)
        log_contact(
            case=cast.again(case), channel="phone", result="reached", remark="", stated=True,
            contact_point=phone(case), call=call, by=make.clerk(), at=NEXT_DAY,
        )  # fmt: skip
        assert case.events.filter(kind="contact.logged").last().data["aim"] == aim

    def test_that_were_made_to_collect_are_refused_when_they_are_logged(self, case: Case) -> None:
        before = ContactAttempt.objects.filter(case=case).count()
        with pytest.raises(PolicyRefused):
            log_contact(
                case=case, channel="phone", result="no_answer", remark="", stated=True,
                contact_point=phone(case), by=make.clerk(), at=NEXT_DAY,
            )  # fmt: skip
        assert ContactAttempt.objects.filter(case=case).count() == before

    def test_are_offered_in_the_browser_for_what_goes_on(self, case: Case, clock: object) -> None:
        clock.set("2026-03-06T10:00", zone="Asia/Shanghai")  # type: ignore[attr-defined]
        client, page = signed_in(make.clerk()), reverse("cases:call", args=[case.reference])
        begin = reverse("cases:begin_call", args=[case.reference, phone(case).pk])
        assert begin not in client.get(page).content.decode()
        assert begin in client.get(page, {"aim": "answering"}).content.decode()


class TestAskingOthers:
    def test_how_to_reach_the_debtor_is_refused_with_the_rule(self, case: Case) -> None:
        contact = a_contact(case)
        with pytest.raises(PolicyRefused) as refused:
            ask_the_way(case, contact)
        found = next(one for one in refused.value.findings if one.rule == "ST-KEPT")
        assert "It is lawful again once the plan is broken." in found.says["en"]
        assert not ContactAttempt.objects.filter(case=case, traced=True).exists()

    def test_how_to_reach_the_debtor_is_lawful_again_once_the_plan_is_broken(
        self, case: Case
    ) -> None:
        contact = a_contact(case)
        Agreement.objects.filter(case=case).update(state="broken")
        assert ask_the_way(cast.again(case), contact).traced


class TestMessages:
    def test_to_collect_are_refused(self, case: Case) -> None:
        with pytest.raises(PolicyRefused) as refused:
            write_to_debtor(
                case=case, channel="letter", text="请尽快还款。", by=make.clerk(), at=NEXT_DAY
            )
        assert "ST-KEPT" in {one.rule for one in refused.value.findings}

    def test_that_answer_the_debtor_go_and_may_still_go_when_their_time_has_come(
        self, case: Case
    ) -> None:
        notice = write_to_debtor(
            case=case, channel="letter", text="您询问的余额已核对。", aim="answering",
            by=make.clerk(), at=NEXT_DAY,
        )  # fmt: skip
        assert aim_of(notice) == Aim.ANSWERING
        assert may_go(notice, NEXT_DAY) == ""

    def test_that_ask_for_payment_under_another_aim_are_refused_with_the_words(
        self, case: Case
    ) -> None:
        with pytest.raises(PolicyRefused) as refused:
            write_to_debtor(
                case=case, channel="letter", text="您询问的余额已核对，请尽快还款。", aim="answering",
                by=make.clerk(), at=NEXT_DAY,
            )  # fmt: skip
        (found,) = (one for one in refused.value.findings if one.rule == "ST-AIM")
        assert found.inputs["words"] == ["请尽快还"]
        assert case.events.filter(kind="policy.refused").exists()
        assert not Notice.objects.filter(case=case, kind="letter").exists()

    def test_that_were_queued_to_collect_before_it_was_signed_are_stopped_when_they_would_go(
        self,
    ) -> None:
        case = make.prepared_case()
        notice = write_to_debtor(
            case=case, channel="letter", text="请与我们联系。", by=make.clerk(), at=cast.TALK
        )
        cast.signed(case)
        stop = may_go(Notice.objects.get(pk=notice.pk), NEXT_DAY)
        assert isinstance(stop, str)
        assert "ST-KEPT" in stop


class TestRuns:
    def test_show_the_finding_and_leave_the_case_out(self, case: Case) -> None:
        run = runs.drafted(cases=Case.objects.filter(pk=case.pk), at=NEXT_DAY)
        line = run.lines.get()
        assert line.answer == "refused"
        assert line.rules == ["ST-KEPT"]
        assert not run.lines.to_go().exists()
