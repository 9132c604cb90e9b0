"""An original that cannot go back: asked for, granted by a second person, declared void for everybody to see."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from agreements.actions import closing, custody, voiding
from agreements.policy import closing_facts
from cases.models import Case, ClaimPaper, Custody
from desk.told import sentence
from documents.models import Document
from tests import make
from tests.agreements import cast
from tests.agreements.test_closing import AT, closed_early, original
from tests.agreements.test_signing import text_of
from tests.portal.test_checking import CHINESE, ENGLISH, ask, bytes_of, standing
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval, Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, WrongInput

pytestmark = pytest.mark.django_db
WHY = "搬家时遗失，已在档案室和旧址查找两次"


@pytest.fixture
def paid() -> Case:
    """S2 after everything has come in, and the certificate was issued."""
    case = cast.paid_up(cast.signed().case)
    closing.issue_certificate(case=case, by=make.clerk(), at=AT)
    return cast.again(case)


def asked(case: Case, void_reason: str = "lost", **given: Any) -> Approval:
    given = {"reason": WHY, "by": make.clerk(), "at": AT, **given}
    return voiding.request_void(paper=original(case), void_reason=void_reason, **given)


def granted(case: Case, **given: Any) -> ClaimPaper:
    decide_approval(
        approval=asked(case, **given), granted=True, answer="同意作废", by=make.supervisor(), at=AT
    )
    return original(case)


class TestRequestVoid:
    def test_waits_for_a_second_person_and_changes_nothing_yet(self, paid: Case) -> None:
        approval = asked(paid)
        assert (approval.kind, approval.state) == ("original_void", "waiting")
        assert approval.details == {"paper": original(paid).pk, "void_reason": "lost"}
        assert original(paid).voided_at is None
        assert not closing_facts(cast.again(paid))["papers_returned"]

    def test_is_refused_for_who_cannot_be_reached_without_a_paper_that_shows_it(
        self, paid: Case
    ) -> None:
        with pytest.raises(PolicyRefused, match="ST-VOID"):
            asked(paid, "unreachable")
        approval = asked(paid, "unreachable", filename="退信.pdf", content=make.PDF)
        assert approval.evidence.title

    def test_is_refused_while_the_debt_lives(self) -> None:
        case = cast.again(cast.signed().case)
        with pytest.raises(WrongInput, match=r"39,000\.00"):
            asked(case)

    def test_is_refused_for_what_went_back_and_for_what_is_only_a_copy(self, paid: Case) -> None:
        copy = paid.papers.filter(original_held=False).first()
        if copy is None:
            copy = original(paid)
            closing.return_paper(paper=copy, returned_to="王海燕", by=make.clerk(), at=AT)
        with pytest.raises(WrongInput):
            voiding.request_void(
                paper=copy, void_reason="lost", reason=WHY, by=make.clerk(), at=AT
            )  # fmt: skip

    def test_is_asked_once(self, paid: Case) -> None:
        asked(paid)
        with pytest.raises(WrongInput):
            asked(paid)

    @pytest.mark.parametrize("given", [{"void_reason": "stolen"}, {"reason": " "}])
    def test_is_refused_without_a_reason_of_the_list_and_without_words(
        self, paid: Case, given: dict[str, str]
    ) -> None:
        with pytest.raises(WrongInput):
            asked(paid, **given)

    def test_is_refused_to_an_outsider(self, paid: Case) -> None:
        with pytest.raises(Outsider):
            asked(paid, by=make.outsider())

    def test_is_decided_by_nobody_without_the_right(self, paid: Case) -> None:
        with pytest.raises(RightRefused):
            decide_approval(
                approval=asked(paid), granted=True, answer="", by=make.administrator(), at=AT
            )  # fmt: skip


class TestVoid:
    def test_is_never_granted_by_the_one_who_asked(self, paid: Case) -> None:
        approval = asked(paid, by=make.supervisor())
        with pytest.raises(SecondPersonNeeded):
            decide_approval(
                approval=approval, granted=True, answer="", by=make.supervisor(), at=AT
            )  # fmt: skip

    def test_makes_a_declaration_in_both_languages_and_a_turn_of_custody(self, paid: Case) -> None:
        paper = granted(paid)
        assert (paper.voided_at, paper.void_reason, paper.void_why) == (AT, "lost", WHY)
        assert paper.declaration.kind == "void_declaration"
        text = text_of(paper.declaration).replace(" ", "").replace("\n", "")
        for part in ("原件作废声明", "遗失", WHY, paper.document.number, "第558条", "陈晓", "周敏"):
            assert part in text, part
        turn = Custody.objects.filter(paper=paper).latest("pk")
        assert (turn.kind, turn.receipt) == ("voided", paper.declaration)

    def test_is_told_by_the_timeline(self, paid: Case) -> None:
        paper = granted(paid)
        event = paid.events.get(kind="original.voided")
        assert event.data["sha256"] == paper.declaration.sha256
        assert event.data["asked_by"] == str(make.clerk())
        with override("en"):
            assert (
                sentence(event) == "The original of Loan contract was declared void: It was lost."
            )
        assert cast.chain_holds(paid)

    def test_closes_the_case_in_place_of_the_receipt(self, paid: Case) -> None:
        granted(paid)
        case = cast.again(paid)
        assert closing_facts(case)["papers_returned"]
        closing.write_report(case=case, by=make.clerk(), at=AT)
        closing.close_case(case=cast.again(case), by=make.clerk(), at=AT)
        assert cast.again(case).state == "closure"

    def test_ends_the_duty_to_give_it_back(self) -> None:
        lender = make.creditor(slug="bank-cn", name="东湖银行", packs=["cn"])
        case = closed_early(make.prepared_case(of_creditor=lender), "withdrawn")
        due = Duty.objects.filter(case=case, kind__in=closing.RETURN_DUTIES, done_at=None)
        assert due.exists()
        granted(case)
        assert not due.exists()

    def test_leaves_nothing_to_move_and_still_lets_it_go_back_when_it_is_found(
        self, paid: Case
    ) -> None:
        paper = granted(paid)
        with pytest.raises(WrongInput):
            custody.move_original(
                paper=paper, kept_at="新档案室", why="搬迁", by=make.clerk(), at=AT
            )  # fmt: skip
        closing.return_paper(paper=paper, returned_to="王海燕", by=make.clerk(), at=AT)
        assert original(paid).returned_at == AT

    def test_that_is_denied_leaves_it_where_it_was(self, paid: Case) -> None:
        decide_approval(
            approval=asked(paid), granted=False, answer="再找一次", by=make.supervisor(), at=AT
        )
        assert original(paid).voided_at is None
        assert not Document.objects.filter(kind="void_declaration").exists()


class TestPublicCheck:
    def test_says_of_the_copy_that_the_original_is_void_and_nothing_of_anybody(
        self, paid: Case, clock: Any
    ) -> None:
        clock.set("2026-04-16T10:00", zone="Asia/Shanghai")
        copy = bytes_of(original(paid).document)
        assert standing(copy) == "unknown"
        paper = granted(paid)
        assert standing(copy) == "original_void"
        page = ask(copy, headers=ENGLISH).content.decode()
        assert "The original of this paper is void." in page
        assert "该凭证的原件已作废" in ask(copy, headers=CHINESE).content.decode()
        assert "王海燕" not in page
        assert standing(bytes_of(paper.declaration)) == "holds"


class TestPages:
    def test_lead_from_the_closing_to_the_request_and_to_the_declaration(
        self, paid: Case, clock: Any
    ) -> None:
        clock.set("2026-04-16T10:00", zone="Asia/Shanghai")
        client = Client(headers=ENGLISH)
        client.force_login(make.clerk())
        page = reverse("agreements:close", args=[paid.reference])
        form = reverse("agreements:void_original", args=[paid.reference, original(paid).pk])
        assert form in client.get(page).content.decode()
        given = client.get(form).context
        sent = {
            "void_reason": "lost", "reason": WHY,
            "guard_key": given["guard_key"], "guard_version": given["guard_version"],
        }  # fmt: skip
        assert client.post(form, sent).status_code == 302
        approval = Approval.objects.get(kind="original_void")
        decide_approval(
            approval=approval, granted=True, answer="同意", by=make.supervisor(), at=AT
        )  # fmt: skip
        for name in ("close", "originals"):
            text = client.get(reverse(f"agreements:{name}", args=[paid.reference])).content.decode()
            assert "declared void" in text
            assert form not in text
