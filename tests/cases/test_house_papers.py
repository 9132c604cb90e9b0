"""What a creditor or an agency must hold, from the page to the rules' answer."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from cases.actions.house_papers import enter_house_paper, withdraw_house_paper
from cases.facts import facts_for
from compliance.ask import ask
from compliance.circumstances import HOUSE_PAPERS
from people.models import HousePaper
from tests import make
from tests.world import signed_in
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def ids(case: Any, at: Any = AT) -> set[str]:
    """The rules that stand against a telephone call."""
    found = facts_for(case, at=at, channel="phone", contact_sources=("contract",))
    return {finding.rule for finding in ask("contact.log", found, on=at.date()).blocks}


class TestKinds:
    def test_are_those_that_the_rules_know(self) -> None:
        assert set(HousePaper.Kind.values) == set(HOUSE_PAPERS)


class TestEnterHousePaper:
    def test_lets_an_agency_act_once_contract_and_assessment_are_in_force(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        assert {"CN-56", "CN-59"} <= ids(case)
        make.house_paper(kind="impact_assessment")
        assert "CN-59" not in ids(case)
        assert "CN-56" in ids(case)
        make.house_paper(of=make.agency(), kind="processing_contract", number="WTCL-1")
        assert not {"CN-56", "CN-59"} & ids(case)

    def test_counts_on_the_last_day_and_not_on_the_day_after(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        make.house_paper(valid_until=date(2026, 3, 2))
        assert "CN-59" not in ids(case)
        assert "CN-59" in ids(case, make.moment("2026-03-03 10:00"))

    def test_of_another_house_does_not_count(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        make.house_paper(of=make.creditor(slug="other", name="别家银行"))
        assert "CN-59" in ids(case)

    def test_is_refused_twice_under_the_same_number(self) -> None:
        make.house_paper()
        with pytest.raises(WrongInput):
            make.house_paper()
        assert HousePaper.objects.count() == 1

    def test_is_refused_when_it_would_end_before_it_begins(self) -> None:
        with pytest.raises(WrongInput):
            make.house_paper(valid_from=date(2026, 3, 2), valid_until=date(2026, 3, 1))

    def test_is_refused_to_a_clerk(self) -> None:
        with pytest.raises(RightRefused):
            enter_house_paper(
                organisation=make.creditor(), kind="licence", number="1", issued_by="x",
                valid_from=date(2026, 1, 1), by=make.clerk(), at=AT,
            )  # fmt: skip


class TestWithdrawHousePaper:
    def test_stops_what_leans_on_it_at_once(self) -> None:
        case = make.case(of_creditor=make.creditor(packs=("cn",)))
        paper = make.house_paper()
        assert "CN-59" not in ids(case)
        withdraw_house_paper(paper=paper, why="评估范围有误", by=make.compliance_officer(), at=AT)
        assert "CN-59" in ids(case)

    def test_is_refused_a_second_time_and_to_a_clerk(self) -> None:
        paper = make.house_paper()
        with pytest.raises(RightRefused):
            withdraw_house_paper(paper=paper, why="x", by=make.clerk(), at=AT)
        withdraw_house_paper(paper=paper, why="x", by=make.compliance_officer(), at=AT)
        with pytest.raises(WrongInput):
            withdraw_house_paper(paper=paper, why="y", by=make.compliance_officer(), at=AT)


class TestPage:
    def test_takes_a_paper_in_shows_its_state_and_withdraws_it(self, clock: Any) -> None:
        clock.set(AT)
        client, bank = signed_in(make.compliance_officer()), make.creditor()
        make.house_paper(number="PIA-OLD", valid_until=date(2026, 3, 1))
        answer = client.post(
            reverse("cases:house_papers"),
            {
                "organisation": bank.pk, "kind": "impact_assessment", "number": "PIA-NEW",
                "issued_by": "西湖银行", "valid_from": "2026-03-02", "valid_until": "",
            },
        )  # fmt: skip
        assert answer.status_code == 302
        new = HousePaper.objects.get(number="PIA-NEW")
        assert new.entered_by == make.compliance_officer()
        rows = client.get(reverse("cases:house_papers")).context["rows"]
        assert {row["paper"].number: row["state"] for row in rows} == {
            "PIA-NEW": "in_force", "PIA-OLD": "ended",
        }  # fmt: skip
        client.post(reverse("cases:withdraw_house_paper", args=[new.pk]), {"why": "作废"})
        new.refresh_from_db()
        assert new.withdrawn_why == "作废"
