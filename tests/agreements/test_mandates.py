"""A mandate ends while the case is open: the clock has the agency part with data and originals."""

from datetime import date
from typing import Any

import pytest

from agreements.actions.closing import return_paper
from agreements.actions.leaving import certify_data
from agreements.actions.mandates import sweep_mandates
from cases.models import Case, Mandate
from tests import make
from tests.agreements.cast import again, chain_holds
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]
LAST = date(2026, 3, 31)
BEFORE, AFTER = make.moment("2026-03-31 23:30"), make.moment("2026-04-01 00:30")


@pytest.fixture
def case() -> Case:
    found = make.prepared_case()
    Mandate.objects.filter(pk=found.mandate_id).update(valid_until=LAST)
    return again(found)


def duties(**more: Any) -> list[str]:
    return sorted(
        Duty.objects.filter(key__startswith="mandate_ended:", done_at=None, **more).values_list(
            "kind", flat=True
        )
    )


class TestSweepMandates:
    def test_raises_the_duty_of_the_data_the_day_after_the_last(self, case: Case) -> None:
        case.papers.update(original_held=False)
        assert sweep_mandates(BEFORE) == 0
        assert sweep_mandates(AFTER) == 1
        assert duties(case=case) == ["CN-56"]
        duty = Duty.objects.get(kind="CN-56")
        assert "2026-03-31" in duty.says["zh"]
        assert duty.due_at == make.moment("2026-04-05 00:00")
        told = Event.objects.get(kind="mandate.ended").data
        assert (told["mandate"], told["until"]) == (case.mandate.number, "2026-03-31")
        assert chain_holds(case)

    def test_raises_that_of_originals_where_some_are_held(self, case: Case) -> None:
        case.papers.update(original_held=True)
        sweep_mandates(AFTER)
        assert duties(case=case) == ["CN-56", "CN-HANDBACK"]

    def test_tells_it_once_however_often_and_late_it_runs(self, case: Case) -> None:
        sweep_mandates(make.moment("2027-04-01 00:30"))
        assert sweep_mandates(make.moment("2027-04-01 01:30")) == 0
        assert Event.objects.filter(kind="mandate.ended").count() == 1

    def test_tells_nothing_of_a_creditor_alone_of_a_closed_case_or_of_one_certified(
        self, case: Case
    ) -> None:
        agency = case.agency
        Case.objects.filter(pk=case.pk).update(agency=None)
        assert sweep_mandates(AFTER) == 0
        Case.objects.filter(pk=case.pk).update(agency=agency, state="closure", closed_at=BEFORE)
        assert sweep_mandates(AFTER) == 0

    def test_is_over_once_the_agency_has_certified_it(self, case: Case) -> None:
        case.papers.update(original_held=False)
        sweep_mandates(AFTER)
        certify_data(
            case=again(case), how="deleted", done_on=date(2026, 4, 1), what="全部案件资料",
            signed_by="赵敏", by=make.clerk(), at=AFTER,
        )  # fmt: skip
        assert duties(case=case) == []
        assert sweep_mandates(AFTER) == 0

    def test_lets_the_originals_go_back_though_money_is_owed(self, case: Case) -> None:
        case.papers.update(original_held=True)
        paper = case.papers.order_by("pk")[0]
        with pytest.raises(WrongInput):
            return_paper(paper=paper, returned_to="西湖银行", by=make.clerk(), at=BEFORE)
        sweep_mandates(AFTER)
        for one in case.papers.all():
            return_paper(paper=one, returned_to="西湖银行", by=make.administrator(), at=AFTER)
        assert duties(case=case) == ["CN-56"]

    def test_ends_the_duties_where_the_case_has_a_mandate_again(self, case: Case) -> None:
        sweep_mandates(AFTER)
        Mandate.objects.filter(pk=case.mandate_id).update(valid_until=date(2026, 12, 31))
        sweep_mandates(make.moment("2026-04-02 08:00"))
        assert duties(case=case) == []
        assert Event.objects.filter(kind="mandate.renewed").count() == 1
        sweep_mandates(make.moment("2026-04-02 09:00"))
        assert Event.objects.filter(kind="mandate.renewed").count() == 1
