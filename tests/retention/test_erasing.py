"""What is due goes, with a certificate; what is held or not yet due stays; the chain holds, and the database refuses the rest."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from cases.models import Case
from desk.management.commands.check_invariants import NOT_TO_BE
from people.models import Person, User
from retention.actions import erasing
from retention.actions.erasing import NothingDue, erase, preview, sweep
from retention.actions.resting import resume_deleting, stop_deleting
from retention.models import Erasure, FileToGo
from tests import make
from tests.agreements import cast
from tests.retention.closed import (
    BEFORE,
    CLOSED,
    DUE,
    closed_case,
    contact_person,
    held,
    lifted,
    reached,
    text_of,
)
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
NAME = "王海燕"


def swept(at: Any) -> None:
    sweep(at, by=User.objects.system())


def gone(case: Case) -> set[str]:
    return set(case.terms.filter(erased_at__isnull=False).values_list("record", flat=True))


class TestSweep:
    def test_deletes_at_the_closing_what_is_needed_no_more(self) -> None:
        case = closed_case()
        swept(CLOSED)
        assert gone(case) == {"contact_person", "vulnerability_note"}

    def test_keeps_everything_else_to_the_last_day_of_its_term(self) -> None:
        case = closed_case()
        swept(CLOSED)
        swept(BEFORE)
        assert gone(case) == {"contact_person", "vulnerability_note"}
        assert cast.again(case).debtor_name == NAME

    def test_deletes_it_on_the_day_after(self) -> None:
        case = closed_case()
        swept(DUE)
        assert {"visit_log", "recording", "agreement", "notice", "id_copy", "case_file"} <= gone(
            case
        )

    def test_leaves_the_name_nowhere_in_the_database(self, everything_that_says: Any) -> None:
        case = closed_case()
        id_number = case.debtor.id_number
        swept(DUE)
        assert everything_that_says(NAME) == []
        assert everything_that_says(id_number) == []

    def test_leaves_no_file_of_the_case_but_the_certificate(self) -> None:
        case = closed_case()
        papers = [paper.file.path for paper in case.documents.all()]
        assert papers
        swept(DUE)
        assert not [path for path in papers if Path(path).exists()]
        assert FileToGo.objects.count() == 0
        left = case.documents.filter(erased_at=None)
        assert {paper.kind for paper in left} == {"deletion"}

    def test_leaves_a_chain_that_verifies_and_sums_and_states_that_hold(self) -> None:
        case = closed_case()
        swept(DUE)
        assert isinstance(verify(cast.again(case)), Verified)
        with connection.cursor() as cursor:
            for why, query in NOT_TO_BE.items():
                cursor.execute(query)
                assert cursor.fetchall() == [], why

    def test_does_nothing_the_second_time(self) -> None:
        case = closed_case()
        swept(DUE)
        swept(DUE)
        assert Erasure.objects.filter(case=case).count() == 1

    def test_tells_the_house_without_naming_anybody(self) -> None:
        case = closed_case()
        swept(DUE)
        told = Event.objects.get(case=None, kind="retention.erased")
        assert told.data["certificate"] == Erasure.objects.get(case=case).number

    def test_forgets_a_contact_person_once_the_debtor_is_reached(
        self, everything_that_says: Any
    ) -> None:
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        contact_person(case)
        swept(CLOSED)
        assert everything_that_says("赵倩") != []
        reached(case)
        swept(CLOSED)
        assert everything_that_says("赵倩") == []
        assert cast.again(case).debtor_name == NAME
        assert isinstance(verify(cast.again(case)), Verified)

    def test_keeps_a_debtor_who_has_another_case(self) -> None:
        case = closed_case()
        other = make.case(reference="HZ-2026-0999", external_reference="X-999")
        Case.objects.filter(pk=other.pk).update(debtor=case.debtor)
        swept(DUE)
        assert Person.objects.get(pk=case.debtor_id).name == NAME

    def test_goes_on_where_one_case_cannot_be_done(
        self, monkeypatch: pytest.MonkeyPatch, caplog: Any
    ) -> None:
        case = closed_case()

        def fails(*_: Any, **__: Any) -> None:
            raise RuntimeError

        with monkeypatch.context() as patch:
            patch.setattr(erasing, "certificate_pdf", fails)
            swept(DUE)
        assert gone(case) == set()
        assert cast.again(case).debtor_name == NAME


class TestHold:
    def test_keeps_what_is_due_and_says_why_once(self) -> None:
        case = closed_case()
        held(case)
        swept(DUE)
        swept(DUE)
        assert gone(case) == set()
        told = Event.objects.get(case=case, kind="records.kept")
        assert {tuple(one["held_by"]) for one in told.data["records"]} == {("suit",)}

    def test_lets_it_go_once_it_is_lifted(self) -> None:
        case = closed_case()
        hold = held(case)
        swept(DUE)
        lifted(hold, DUE)
        swept(DUE)
        assert "case_file" in gone(case)

    @pytest.mark.parametrize("kind", ["complaint", "police", "dispute", "data_request", "house"])
    def test_of_each_kind_protects(self, kind: str) -> None:
        case = closed_case()
        held(case, kind=kind, reason="待处理")
        swept(DUE)
        assert gone(case) == set()

    def test_of_a_case_that_went_to_court_needs_nobody(self) -> None:
        case = closed_case("court")
        swept(DUE)
        assert gone(case) == set()


class TestErase:
    def test_is_refused_where_a_hold_was_set_since_it_was_looked_at(self) -> None:
        case = closed_case()
        held(case)
        with pytest.raises(NothingDue):
            erase(case, by=User.objects.system(), at=DUE)
        assert not Erasure.objects.exists()

    def test_gives_a_certificate_with_rules_and_numbers_and_nobodys_name(self) -> None:
        case = closed_case()
        swept(DUE)
        erasure = Erasure.objects.get(case=case)
        told = {one["record"]: one for one in erasure.told}
        assert told["visit_log"]["why"][0]["rule"] == "CN-63"
        assert "art. 68" in told["visit_log"]["why"][0]["source"]["en"]
        assert told["case_file"]["entries"] > 0
        certificate = erasure.certificate
        assert certificate is not None
        text = " ".join(text_of(certificate.file.read()).split())
        assert "CN-63" in text
        assert "Records that were deleted" in text
        assert "已删除的记录" in text
        assert NAME not in text

    def test_of_a_preview_changes_nothing(self) -> None:
        case = closed_case()
        swept(CLOSED)
        plan = preview(case, DUE)
        assert "visit_log" in plan.why
        assert cast.again(case).debtor_name == NAME
        assert gone(case) == {"contact_person", "vulnerability_note"}


class TestDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            "file = '', title = '', filename = '', erased_at = now(), erased_by = 'E-1'",
            "file = ''",
            "sha256 = 'x'",
            "erased_at = now()",
        ],
    )
    def test_lets_no_paper_go_without_its_certificate(self, change: str) -> None:
        paper = closed_case().documents.order_by("pk")[0]
        with pytest.raises(ProgrammingError, match="written once"), transaction.atomic():
            self.attempt(f"update documents_document set {change} where id = %s", paper.pk)

    def test_never_brings_a_paper_back(self) -> None:
        case = closed_case()
        swept(DUE)
        paper = case.documents.exclude(erased_at=None)[0]
        with pytest.raises(ProgrammingError, match="written once"), transaction.atomic():
            self.attempt("update documents_document set erased_at = null where id = %s", paper.pk)

    @staticmethod
    def attempt(sql: str, *given: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute(sql, given)


class TestRest:
    def test_lets_nothing_be_deleted_but_writes_terms_down(self) -> None:
        case = closed_case()
        stop_deleting(why="核查规则包", by=make.compliance_officer(), at=CLOSED)
        swept(DUE)
        assert gone(case) == set()
        assert case.terms.get(record="visit_log").due_on == date(2031, 3, 6)
        with pytest.raises(NothingDue):
            erase(case, by=User.objects.system(), at=DUE)

    def test_is_ended_by_another_person_and_what_is_due_goes(self) -> None:
        case, by = closed_case(), make.compliance_officer()
        stop_deleting(why="核查规则包", by=by, at=CLOSED)
        with pytest.raises(SecondPersonNeeded):
            resume_deleting(why="已核查", by=by, at=DUE)
        resume_deleting(why="已核查", by=make.administrator(), at=DUE)
        swept(DUE)
        assert "case_file" in gone(case)
        kinds = Event.objects.filter(case=None, kind__startswith="retention.").order_by("pk")
        assert [event.kind for event in kinds] == [
            "retention.stopped", "retention.resumed", "retention.erased",
        ]  # fmt: skip

    def test_begins_once_and_with_a_reason_by_those_with_the_right(self) -> None:
        with pytest.raises(RightRefused):
            stop_deleting(why="想停", by=make.clerk(), at=CLOSED)
        with pytest.raises(WrongInput):
            stop_deleting(why=" ", by=make.administrator(), at=CLOSED)
        stop_deleting(why="核查", by=make.administrator(), at=CLOSED)
        with pytest.raises(WrongInput, match="已暂停"):
            stop_deleting(why="再停", by=make.compliance_officer(), at=CLOSED)
