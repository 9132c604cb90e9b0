"""Closed before the packs' first term: kept, shown to compliance with a duty, and two people decide."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Case
from people.models import User
from retention.actions.deciding import ask_for_terms
from retention.actions.erasing import sweep
from retention.models import Erasure, Term, TermDecision
from retention.reckoning import has_no_term
from tests import make
from tests.retention.closed import CLOSED, closed_case
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval, Duty
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = pytest.mark.django_db
NOW = make.moment("2026-03-10 10:00")
OLD = make.moment("2021-10-31 16:00")


@pytest.fixture
def old() -> Case:
    """Closed on the last day before the first term."""
    return backdated(closed_case())


def backdated(case: Case) -> Case:
    Case.objects.filter(pk=case.pk).update(closed_at=OLD)
    case.debts.update(limitation_ends_on=date(2021, 12, 31))
    return Case.objects.get(pk=case.pk)


def asked(case: Case, by: User | None = None) -> Approval:
    return ask_for_terms(
        case=case, why="无任何争议或诉讼", by=by or make.compliance_officer(), at=NOW
    )


def granted(approval: Approval, by: User | None = None) -> None:
    decide_approval(
        approval=approval, granted=True, answer="同意", by=by or make.supervisor(), at=NOW
    )


def swept() -> None:
    sweep(NOW, by=User.objects.system())


class TestUnknown:
    def test_is_only_what_was_closed_before_the_first_term(self, old: Case) -> None:
        assert has_no_term(old)
        Case.objects.filter(pk=old.pk).update(closed_at=make.moment("2021-11-01 00:30"))
        assert not has_no_term(Case.objects.get(pk=old.pk))

    def test_is_kept_by_the_clock_which_raises_one_duty_for_compliance(self, old: Case) -> None:
        swept()
        swept()
        assert not Erasure.objects.exists()
        assert {term.due_on for term in Term.objects.filter(case=old)} == {None}
        duty = Duty.objects.get(kind="records.no_term")
        assert (duty.role, duty.case_id) == ("compliance", old.pk)

    def test_is_in_the_list_with_the_way_to_decide(self, old: Case) -> None:
        swept()
        client = Client()
        client.force_login(make.compliance_officer())
        page = client.get(reverse("retention:kept") + "?view=unknown").content.decode()
        assert old.reference in page
        assert reverse("retention:terms", args=[old.reference]) in page
        assert "由人员决定" in page


class TestAskForTerms:
    def test_lets_todays_terms_count_from_the_closing_once_a_second_person_agrees(
        self, old: Case
    ) -> None:
        approval = asked(old)
        assert not TermDecision.objects.exists()
        granted(approval)
        made = TermDecision.objects.get()
        assert (made.terms_on, made.case) == (date(2026, 3, 10), old)
        assert Term.objects.get(case=old, record="visit_log").due_on == date(2026, 11, 1)
        told = Event.objects.get(kind="records.terms_decided").data
        assert (told["terms_on"], told["why"]) == ("2026-03-10", "无任何争议或诉讼")
        assert not Duty.objects.filter(kind="records.no_term", done_at=None).exists()

    def test_lets_the_clock_delete_what_is_due_by_then_with_a_certificate(self, old: Case) -> None:
        granted(asked(old))
        swept()
        assert {one["record"] for one in Erasure.objects.get().told} >= {"contact_person"}

    def test_is_refused_where_there_are_terms(self) -> None:
        case = closed_case()
        assert case.closed_at == CLOSED
        with pytest.raises(WrongInput):
            asked(case)

    def test_is_refused_without_a_reason_and_where_no_pack_has_a_term_today(
        self, old: Case
    ) -> None:
        with pytest.raises(WrongInput):
            ask_for_terms(case=old, why=" ", by=make.compliance_officer(), at=NOW)
        old.packs = ["no-such-pack"]
        with pytest.raises(WrongInput):
            asked(old)

    def test_is_never_decided_by_who_asked(self, old: Case) -> None:
        approval = asked(old)
        with pytest.raises(SecondPersonNeeded):
            granted(approval, by=make.compliance_officer())

    def test_is_refused_to_who_holds_no_records_and_to_an_outsider(self, old: Case) -> None:
        with pytest.raises(RightRefused):
            asked(old, by=make.clerk())
        with pytest.raises((Outsider, RightRefused)):
            asked(old, by=make.outsider())
