"""The end: certificate, papers given back, report; closed early by two people; opened again."""

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from agreements import papers
from agreements.actions import closing
from agreements.actions.paying import reverse_payment
from agreements.policy import closing_facts
from cases.models import Case, ClaimPaper
from documents.models import Document
from documents.storing import Unreadable
from notices.models import Notice
from tests import make, walk
from tests.agreements import cast
from tests.agreements.test_signing import text_of
from timeline.replaying import replayed
from visits.actions.planning import plan_visit
from visits.actions.recording import finish_visit
from workflow.approvals import SecondPersonNeeded, SubordinateDecides, decide_approval
from workflow.models import Approval, Duty
from workflow.steps import (
    Outsider,
    PolicyRefused,
    RightRefused,
    StateRefused,
    WrongInput,
)

pytestmark = pytest.mark.django_db
AT = make.moment("2026-04-16 10:00")


@pytest.fixture
def paid() -> Case:
    """S2 after everything has come in."""
    return cast.paid_up(cast.signed().case)


def original(case: Case) -> ClaimPaper:
    return case.papers.get(original_held=True)


def wound_up(case: Case) -> Case:
    closing.issue_certificate(case=case, by=make.clerk(), at=AT)
    closing.return_paper(paper=original(case), returned_to="王海燕", by=make.clerk(), at=AT)
    closing.write_report(case=cast.again(case), by=make.clerk(), at=AT)
    return cast.again(case)


def closed_early(case: Case, closed_as: str = "withdrawn") -> Case:
    approval = closing.request_early_closure(
        case=cast.again(case), closed_as=closed_as, reason="说明", by=make.clerk(), at=AT
    )
    decide_approval(approval=approval, granted=True, answer="同意", by=make.supervisor(), at=AT)
    return cast.again(case)


class TestIssueCertificate:
    def test_prints_sends_and_tells(self, paid: Case) -> None:
        document = closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        assert document.kind == "settlement"
        text = text_of(document)
        assert "结清证明" in text
        assert "王海燕" in text
        notice = paid.notices.get(kind="settlement")
        assert notice.document == document
        assert paid.events.get(kind="certificate.issued").data["sha256"] == document.sha256

    def test_is_refused_while_anything_is_owed(self) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput, match=r"39,000\.00"):
            closing.issue_certificate(case=cast.again(case), by=make.clerk(), at=AT)
        assert not Document.objects.filter(kind="settlement").exists()

    def test_counts_no_more_when_a_payment_was_reversed(self, paid: Case) -> None:
        closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        assert closing_facts(cast.again(paid))["certificate_issued"] is True
        reverse_payment(payment=paid.payments.get(), why="退票", by=make.clerk(), at=AT)
        assert closing_facts(cast.again(paid))["certificate_issued"] is False
        assert paid.notices.get(kind="settlement").state == "suppressed"

    def test_is_not_for_officers_nor_outsiders(self, paid: Case) -> None:
        with pytest.raises(RightRefused):
            closing.issue_certificate(case=paid, by=make.officer(), at=AT)
        with pytest.raises(Outsider):
            closing.issue_certificate(case=paid, by=make.outsider(), at=AT)


class TestReturnPaper:
    def test_gives_a_receipt(self, paid: Case) -> None:
        paper = original(paid)
        document = closing.return_paper(paper=paper, returned_to="王海燕", by=make.clerk(), at=AT)
        paper = cast.again(paper)
        assert (paper.returned_to, paper.returned_at, paper.receipt) == ("王海燕", AT, document)
        assert paper.document.sha256[:20] in text_of(document)
        assert paid.events.get(kind="paper.returned").data["to"] == "王海燕"

    def test_happens_once(self, paid: Case) -> None:
        closing.return_paper(paper=original(paid), returned_to="王海燕", by=make.clerk(), at=AT)
        with pytest.raises(WrongInput):
            closing.return_paper(paper=original(paid), returned_to="王海燕", by=make.clerk(), at=AT)

    def test_needs_an_original(self, paid: Case) -> None:
        copy = paid.papers.filter(original_held=False).first()
        assert copy is not None
        with pytest.raises(WrongInput):
            closing.return_paper(paper=copy, returned_to="王海燕", by=make.clerk(), at=AT)

    def test_needs_somebody_who_took_it(self, paid: Case) -> None:
        with pytest.raises(WrongInput) as wrong:
            closing.return_paper(paper=original(paid), returned_to=" ", by=make.clerk(), at=AT)
        assert wrong.value.field == "returned_to"

    def test_waits_until_nothing_is_owed(self) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput):
            closing.return_paper(paper=original(case), returned_to="王海燕", by=make.clerk(), at=AT)


class TestWriteReport:
    def test_tells_the_whole_story(self, paid: Case) -> None:
        closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        document = closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
        text = text_of(document)
        payment = paid.payments.get()
        for word in [
            "结案报告", "王海燕", "陈晓", "周敏", payment.number, "HZ-2026-0147-A1", "39,000.00", "story",
            "签署协议", "律师函", "保存与删除",
        ]:  # fmt: skip
            assert word in text, word
        told = paid.events.get(kind="case.reported").data
        assert told["head"]
        assert told["head"][:16] in text

    def test_says_when_each_approval_was_asked_for_and_decided(self, paid: Case) -> None:
        closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        document = closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
        joined = "".join(text_of(document).split())
        assert "陈晓2026-03-0514:45周敏2026-03-0514:52" in joined

    def test_tells_what_was_shown_asked_and_said_at_the_door(self) -> None:
        visit = walk.talked()
        text = "".join(
            "".join(page.extract_text().split())
            for page in PdfReader(
                BytesIO(papers.closure_report_pdf(visit.case, by=make.clerk(), at=AT))
            ).pages
        )
        for word in ["现场经过", "借款合同", "工号034", "录音", "同意", "失业或收入减少", "去年十月停工",
                     "每月六千五百元", "我想还，但要分期。"]:  # fmt: skip
            assert word in text, word

    def test_is_outdated_by_a_paper_that_goes_back_later(self, paid: Case) -> None:
        closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        closing.write_report(case=paid, by=make.clerk(), at=AT)
        assert closing_facts(cast.again(paid))["report_written"] is True
        closing.return_paper(
            paper=original(paid),
            returned_to="王海燕",
            by=make.clerk(),
            at=AT + timedelta(minutes=1),
        )
        assert closing_facts(cast.again(paid))["report_written"] is False


class TestCloseCase:
    def test_closes_as_settled(self, paid: Case) -> None:
        closing.close_case(case=wound_up(paid), by=make.clerk(), at=AT)
        case = cast.again(paid)
        assert (case.state, case.closed_as, case.closed_at) == ("closure", "settled", AT)
        assert cast.kinds(case)[-1] == "case.closed"
        assert not Duty.objects.filter(case=case, done_at=None).exists()
        assert case.next_due_at is None
        assert cast.chain_holds(case)

    def test_says_everything_that_is_missing(self) -> None:
        case = cast.again(cast.signed().case)
        with pytest.raises(PolicyRefused) as refused:
            closing.close_case(case=case, by=make.clerk(), at=AT)
        says = refused.value.findings[0].says["en"]
        for word in ("balance", "certificate", "papers", "report"):
            assert word in says
        assert cast.kinds(case)[-1] == "policy.refused"

    @pytest.mark.parametrize("left_out", ["certificate", "paper", "report"])
    def test_is_refused_while_one_thing_is_missing(self, paid: Case, left_out: str) -> None:
        if left_out != "certificate":
            closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        if left_out != "paper":
            closing.return_paper(paper=original(paid), returned_to="王", by=make.clerk(), at=AT)
        if left_out != "report":
            closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
        with pytest.raises(PolicyRefused):
            closing.close_case(case=cast.again(paid), by=make.clerk(), at=AT)

    def test_waits_until_the_officers_have_left_the_door(self, client: Client) -> None:
        visit = walk.talked()
        case = cast.paid_up(cast.signed(visit.case, channel="").case)
        case = wound_up(case)
        client.force_login(make.clerk())
        page = client.get(reverse("agreements:close", args=[case.reference]))
        assert visit.reference in page.content.decode()
        with pytest.raises(WrongInput, match=visit.reference):
            closing.close_case(case=case, by=make.clerk(), at=AT)
        assert cast.again(case).state == "follow_up"
        finish_visit(visit=visit, outcome="agreement", why="", by=make.crew()[0], at=AT)
        closing.write_report(case=cast.again(case), by=make.clerk(), at=AT)
        closing.close_case(case=cast.again(case), by=make.clerk(), at=AT)
        assert cast.again(case).state == "closure"

    def test_is_refused_before_follow_up(self) -> None:
        case = make.prepared_case()
        with pytest.raises((StateRefused, PolicyRefused)):
            closing.close_case(case=case, by=make.clerk(), at=AT)

    def test_is_not_for_officers_nor_outsiders(self, paid: Case) -> None:
        with pytest.raises(RightRefused):
            closing.close_case(case=paid, by=make.officer(), at=AT)
        with pytest.raises(Outsider):
            closing.close_case(case=paid, by=make.outsider(), at=AT)


class TestEarlyClosure:
    def test_stops_everything_in_the_change_that_grants_it(self) -> None:
        case = make.prepared_case()
        visit = plan_visit(
            case=case, place=case.debtor.addresses.get(), starts_at=make.moment("2026-04-20 10:00"),
            ends_at=make.moment("2026-04-20 10:45"), officers=make.crew(), purpose="商谈还款",
            intended_outcome="达成协议", by=make.clerk(), at=make.moment("2026-04-15 09:00"),
        )  # fmt: skip
        case = closed_early(case)
        assert (case.state, case.closed_as) == ("closure", "withdrawn")
        assert cast.again(visit).state == "cancelled"
        assert not Notice.objects.filter(case=case, state="queued").exists()
        assert cast.kinds(case)[-3:] == ["approval.granted", "visit.cancelled", "case.closed_early"]
        assert cast.chain_holds(case)

    def test_voids_the_agreement_and_stops_its_reminders(self) -> None:
        agreement = cast.signed()
        cast.swept("2026-04-15 00:01")
        case = closed_early(agreement.case, "court")
        assert cast.again(agreement).state == "void"
        assert [n.state for n in cast.reminders(case)] == ["suppressed"]
        for text in ("2026-04-17 00:01", "2026-05-15 00:01"):
            cast.swept(text)
        assert len(cast.reminders(case)) == 1

    def test_waits_for_a_second_person(self) -> None:
        case = make.prepared_case()
        approval = closing.request_early_closure(
            case=case, closed_as="withdrawn", reason="撤回", by=make.supervisor(), at=AT
        )
        assert cast.again(case).state == "preparation"
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=approval, granted=True, answer="", by=make.supervisor(), at=AT)
        with pytest.raises(SubordinateDecides):
            decide_approval(approval=approval, granted=True, answer="", by=make.clerk(), at=AT)

    def test_waits_until_the_officers_have_left_the_door(self) -> None:
        visit = walk.talked()
        approval = closing.request_early_closure(
            case=visit.case, closed_as="withdrawn", reason="撤回", by=make.clerk(), at=AT
        )
        granted = {"approval": approval, "granted": True, "answer": "同意"}
        with pytest.raises(WrongInput, match=visit.reference):
            decide_approval(**granted, by=make.supervisor(), at=AT)
        assert cast.again(approval).state == "waiting"
        finish_visit(visit=visit, outcome="talked", why="", by=make.crew()[0], at=AT)
        decide_approval(**granted, by=make.supervisor(), at=AT)
        assert cast.again(visit.case).state == "closure"

    def test_denied_changes_nothing(self) -> None:
        case = make.prepared_case()
        approval = closing.request_early_closure(
            case=case, closed_as="withdrawn", reason="撤回", by=make.clerk(), at=AT
        )
        decide_approval(
            approval=approval, granted=False, answer="不同意", by=make.supervisor(), at=AT
        )
        assert cast.again(case).state == "preparation"

    def test_is_asked_for_once_at_a_time(self) -> None:
        case = make.prepared_case()
        given = {
            "case": case,
            "closed_as": "withdrawn",
            "reason": "撤回",
            "by": make.clerk(),
            "at": AT,
        }
        closing.request_early_closure(**given)
        with pytest.raises(WrongInput):
            closing.request_early_closure(**given)

    def test_keeps_the_evidence(self) -> None:
        approval = closing.request_early_closure(
            case=make.prepared_case(), closed_as="estate", reason="死亡", filename="证明.pdf",
            content=make.PDF, by=make.clerk(), at=AT,
        )  # fmt: skip
        assert cast.again(approval).evidence.filename == "证明.pdf"
        with pytest.raises(Unreadable):
            closing.request_early_closure(
                case=make.prepared_case(reference="HZ-2026-0200", external_reference="Y-1", who=make.debtor()),
                closed_as="estate", reason="死亡", filename="x.exe", content=b"MZ", by=make.clerk(), at=AT,
            )  # fmt: skip

    @pytest.mark.parametrize("code", ["settled", "bored", ""])
    def test_needs_one_of_the_codes(self, code: str) -> None:
        with pytest.raises(WrongInput):
            closing.request_early_closure(
                case=make.prepared_case(), closed_as=code, reason="x", by=make.clerk(), at=AT
            )

    def test_withdraws_what_else_had_been_asked_for(self) -> None:
        case = make.prepared_case()
        from agreements.actions.drawing import request_waiver

        waiver = request_waiver(case=case, waived=cast.WAIVED, reason="x", by=make.clerk(), at=AT)
        closed_early(case)
        assert Approval.objects.get(pk=waiver.pk).state == "withdrawn"

    def test_is_not_for_a_closed_case(self) -> None:
        case = closed_early(make.prepared_case())
        with pytest.raises(StateRefused):
            closing.request_early_closure(
                case=case, closed_as="court", reason="x", by=make.clerk(), at=AT
            )


class TestReopening:
    def test_opens_the_case_in_follow_up_by_two_people(self) -> None:
        case = closed_early(make.prepared_case())
        approval = closing.request_reopening(case=case, reason="撤回有误", by=make.clerk(), at=AT)
        decide_approval(approval=approval, granted=True, answer="同意", by=make.supervisor(), at=AT)
        case = cast.again(case)
        assert (case.state, case.closed_at, case.closed_as) == ("follow_up", None, "")
        assert cast.kinds(case)[-1] == "case.reopened"
        assert not Notice.objects.filter(case=case, state="queued").exists()

    def test_is_not_for_an_open_case(self) -> None:
        with pytest.raises(StateRefused):
            closing.request_reopening(case=make.prepared_case(), reason="x", by=make.clerk(), at=AT)

    def test_needs_a_reason(self) -> None:
        with pytest.raises(WrongInput):
            closing.request_reopening(
                case=closed_early(make.prepared_case()), reason=" ", by=make.clerk(), at=AT
            )


class TestWhatFollows:
    def test_stays_to_be_done_after_the_closing(self, paid: Case) -> None:
        paid.creditor.packs = ["story", "cn"]
        paid.packs = ["story", "cn"]
        paid.save(update_fields=["packs"])
        case = wound_up(cast.again(paid))
        closing.close_case(case=case, by=make.clerk(), at=AT)
        due = Duty.objects.filter(case=case, done_at=None).order_by("rule")
        assert [(duty.rule, duty.due_at) for duty in due] == [
            ("CN-16", AT + timedelta(days=5)),
            ("CN-56", AT + timedelta(days=5)),
        ]


class TestAfterAnEarlyClosure:
    """What the packs want done depends on why the case was closed."""

    def case(self, *, reported: bool = False) -> Case:
        lender = make.creditor(slug="bank-cn", name="东湖银行", packs=["cn"])
        case = make.prepared_case(of_creditor=lender)
        if reported:
            Case.objects.filter(pk=case.pk).update(bureau_reported_on=AT.date())
        return cast.again(case)

    def owed(self, case: Case) -> set[str]:
        return set(
            Duty.objects.filter(case=case, done_at=None, kind__startswith="CN-").values_list(
                "kind", flat=True
            )
        )

    @pytest.mark.parametrize(
        ("closed_as", "owed"),
        [
            ("paid_elsewhere", {"CN-16", "CN-56", "CN-68", "CN-RETURN", "CN-CERTIFICATE"}),
            ("withdrawn", {"CN-16", "CN-56", "CN-HANDBACK", "CN-LIMITATION-TOLD"}),
            ("court", {"CN-16", "CN-56", "CN-HANDBACK", "CN-LIMITATION-TOLD"}),
            ("unlawful_claim", {"CN-16", "CN-56", "CN-HANDBACK", "CN-NO-CLAIM", "CN-UNREPORT"}),
            ("time_barred", {"CN-16", "CN-56", "CN-HANDBACK", "CN-BARRED-TOLD"}),
            ("estate", {"CN-16", "CN-56", "CN-HANDBACK"}),
            ("written_off", {"CN-16", "CN-56", "CN-HANDBACK"}),
        ],
    )
    def test_raises_the_duties_that_fit_the_reason(self, closed_as: str, owed: set[str]) -> None:
        case = closed_early(self.case(reported=True), closed_as)
        assert self.owed(case) == owed

    def test_frees_the_guarantors_only_where_nothing_is_claimed_any_more(self) -> None:
        case = self.case()
        make.guarantor(case)
        assert "CN-RELEASE" in self.owed(closed_early(case, "unlawful_claim"))

    def test_keeps_the_guarantors_where_the_claim_lives_on(self) -> None:
        case = self.case()
        make.guarantor(case)
        assert "CN-RELEASE" not in self.owed(closed_early(case, "court"))

    def test_owes_nothing_to_a_bureau_that_was_never_told(self) -> None:
        assert not {"CN-68", "CN-UNREPORT"} & self.owed(closed_early(self.case(), "unlawful_claim"))

    def test_says_until_when_and_names_the_source(self) -> None:
        case = closed_early(self.case(), "withdrawn")
        duty = Duty.objects.get(case=case, kind="CN-LIMITATION-TOLD")
        assert duty.due_at == AT + timedelta(days=5)
        assert "Fri 10 Nov 2028" in duty.says["en"]
        assert "2028年11月10日" in duty.says["zh"]

    def test_stands_on_the_timeline_as_a_decision_that_can_be_made_again(self) -> None:
        case = closed_early(self.case(), "withdrawn")
        event = case.events.get(kind="case.closed_early")
        assert event.data["decision"]["action"] == "case.close_early"
        assert replayed(event).outcome == "same"

    def test_raises_them_anew_when_a_reopened_case_is_closed_again(self) -> None:
        case = closed_early(self.case(), "withdrawn")
        Duty.objects.filter(case=case).update(done_at=AT)
        asked = closing.request_reopening(case=case, reason="误结", by=make.clerk(), at=AT)
        decide_approval(approval=asked, granted=True, answer="同意", by=make.supervisor(), at=AT)
        later = AT + timedelta(days=3)
        approval = closing.request_early_closure(
            case=cast.again(case), closed_as="court", reason="起诉", by=make.clerk(), at=later
        )
        decide_approval(
            approval=approval, granted=True, answer="同意", by=make.supervisor(), at=later
        )
        assert self.owed(case) == {"CN-16", "CN-56", "CN-HANDBACK", "CN-LIMITATION-TOLD"}
