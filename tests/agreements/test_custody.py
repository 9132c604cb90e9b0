"""Originals in our hands: taken in against a receipt, moved with a reason, given back with the way they went."""

from typing import Any

import pytest

from agreements.actions import closing, custody
from cases.actions.preparing import add_paper
from cases.models import Case, ClaimPaper
from tests import make
from tests.agreements import cast
from tests.agreements.test_closing import AT, original, wound_up
from tests.agreements.test_signing import text_of
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


@pytest.fixture
def paid() -> Case:
    """S2 after everything has come in."""
    return cast.paid_up(cast.signed().case)


def copy_of(case: Case) -> ClaimPaper:
    return case.papers.filter(original_held=False).order_by("pk")[0]


def turns(paper: ClaimPaper) -> list[tuple[str, str, str]]:
    return list(paper.custody.values_list("kind", "place", "person"))


class TestCustody:
    def test_runs_from_the_day_on_which_the_paper_was_taken_in(self) -> None:
        case = make.prepared_case()
        paper = add_paper(
            case=case, kind="iou", filename="x.pdf", content=make.PDF, original_held=True,
            kept_at="A 柜", received_from="西湖银行", by=make.clerk(), at=AT,
        )  # fmt: skip
        turn = paper.custody.get()
        assert (turn.kind, turn.at, turn.place, turn.person) == ("taken_in", AT, "A 柜", "西湖银行")
        assert turn.recorded_by == make.clerk()

    def test_takes_in_an_original_against_a_receipt(self) -> None:
        case = make.prepared_case()
        row = custody.take_in_original(
            paper=copy_of(case), received_from="王海燕", kept_at="保险柜 2", by=make.clerk(), at=AT
        )
        assert row.receipt is not None
        text = text_of(row.receipt)
        assert "王海燕" in text
        assert "保险柜2" in text
        assert cast.again(row.paper).original_held is True
        assert case.events.get(kind="original.taken_in").data["place"] == "保险柜 2"
        with pytest.raises(WrongInput):
            custody.take_in_original(
                paper=row.paper, received_from="x", kept_at="y", by=make.clerk(), at=AT
            )

    @pytest.mark.parametrize("missing", ["received_from", "kept_at"])
    def test_wants_to_know_from_whom_and_where(self, missing: str) -> None:
        given = {"received_from": "王海燕", "kept_at": "A", missing: " "}
        with pytest.raises(WrongInput) as wrong:
            custody.take_in_original(
                paper=copy_of(make.prepared_case()), **given, by=make.clerk(), at=AT
            )
        assert wrong.value.field == missing

    def test_moves_with_a_reason_and_keeps_the_way_it_went(self, paid: Case) -> None:
        paper = original(paid)
        was = paper.kept_at
        custody.move_original(paper=paper, kept_at="总部", why="搬迁", by=make.clerk(), at=AT)
        assert cast.again(paper).kept_at == "总部"
        assert paid.events.get(kind="original.moved").data["was"] == was
        for kept_at, why in (("总部", "又"), ("B", " "), (" ", "x")):
            with pytest.raises(WrongInput):
                custody.move_original(paper=paper, kept_at=kept_at, why=why, by=make.clerk(), at=AT)

    def test_ends_with_the_return_whose_receipt_tells_it_all(self, paid: Case) -> None:
        paper = original(paid)
        custody.move_original(paper=paper, kept_at="总部", why="搬迁", by=make.clerk(), at=AT)
        document = closing.return_paper(paper=paper, returned_to="王海燕", by=make.clerk(), at=AT)
        assert [kind for kind, _place, _person in turns(paper)] == ["taken_in", "moved", "returned"]
        assert paper.custody.get(kind="returned").receipt == document
        text = text_of(document)
        assert "保管记录" in text
        assert "总部" in text
        with pytest.raises(WrongInput):
            custody.move_original(paper=paper, kept_at="C", why="x", by=make.clerk(), at=AT)

    def test_stands_in_the_closure_report(self, paid: Case) -> None:
        custody.move_original(
            paper=original(paid), kept_at="总部", why="搬迁", by=make.clerk(), at=AT
        )
        document = closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
        text = text_of(document)
        assert "债权凭证原件" in text
        assert "变更存放处" in text

    def test_keeps_the_case_open_until_the_original_went_back(self, paid: Case) -> None:
        closing.issue_certificate(case=paid, by=make.clerk(), at=AT)
        closing.write_report(case=cast.again(paid), by=make.clerk(), at=AT)
        with pytest.raises(PolicyRefused):
            closing.close_case(case=cast.again(paid), by=make.clerk(), at=AT)

    def test_is_refused_of_a_closed_case_and_to_others(self, paid: Case) -> None:
        paper = copy_of(paid)
        given: dict[str, Any] = {"received_from": "x", "kept_at": "y", "at": AT}
        with pytest.raises((RightRefused, Outsider)):
            custody.take_in_original(paper=paper, **given, by=make.outsider())
        wound_up(paid)
        closing.close_case(case=cast.again(paid), by=make.clerk(), at=AT)
        with pytest.raises(StateRefused):
            custody.take_in_original(paper=paper, **given, by=make.clerk())
