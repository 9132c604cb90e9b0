"""What a guarantor promised, and that nobody goes there once the guarantee is dead."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from agreements.policy import may_reach
from cases.actions.preparing import update_guarantee
from cases.guarantees import guarantors_of, target_of
from cases.models import Case
from common.money import ZERO
from people.models import Address
from tests import make, walk
from tests.agreements.cast import again
from tests.world import signed_in
from workflow.steps import PolicyRefused, RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")


def a_case() -> Case:
    """Due on 10 November 2025: the six months end on 10 May 2026."""
    return make.prepared_case(of_creditor=make.creditor(packs=("cn",)))


def visit(case: Case, **terms: Any) -> set[str]:
    """What stands against a visit to the guarantor's home in March 2026."""
    party = make.guarantor(case, **terms)
    Address.objects.create(
        person=party.person, kind="home", city="杭州", text="文一路 1 号", source="contract"
    )
    place = party.person.addresses.get()
    from visits.actions.planning import plan_visit

    try:
        plan_visit(
            case=again(case), place=place, starts_at=walk.VISIT_AT,
            ends_at=make.moment("2026-03-05 15:30"), officers=make.crew(), purpose="商谈",
            intended_outcome="达成方案", by=make.clerk(), at=AT,
        )  # fmt: skip
    except PolicyRefused as refused:
        return {finding.rule for finding in refused.findings}
    return set()


class TestVisitToAGuarantor:
    def test_is_lawful_while_a_joint_guarantee_runs(self) -> None:
        assert "CN-52" not in visit(a_case(), guarantee="joint")

    def test_is_refused_once_the_agreed_period_is_over(self) -> None:
        assert "CN-52" in visit(a_case(), guarantee="joint", guarantee_months=3)

    def test_is_refused_for_a_guarantee_of_which_nobody_knows_the_form(self) -> None:
        assert "CN-52" in visit(a_case())

    def test_is_lawful_for_a_general_one_once_the_debtor_was_enforced_against(self) -> None:
        terms = {"claimed_on": date(2026, 1, 5), "enforced_on": date(2026, 2, 20)}
        assert "CN-52" not in visit(a_case(), guarantee="general", **terms)


class TestTargetOf:
    def test_knows_debtor_party_and_stranger(self) -> None:
        case = a_case()
        party = make.guarantor(case, guarantee="joint")
        assert target_of(case, case.debtor_id) == {"target_role": "debtor"}
        assert target_of(case, party.person_id)["guarantee"].due_on == date(2025, 11, 10)
        assert target_of(case, 0) == {"target_role": "third_party"}


class TestTermsWithAGuarantor:
    def test_are_warned_of_until_the_guarantor_agreed_in_writing(self) -> None:
        case = a_case()
        party = make.guarantor(case)

        def warned() -> set[str]:
            policy = may_reach(total=case.balance, waived={}, months=6, channel="phone")
            verdict = policy(again(case), by=make.clerk(), at=AT)
            return {finding.rule for finding in verdict.warnings}

        assert case.balance > ZERO
        assert "CN-53" in warned()
        update_guarantee(
            case=case,
            party=party,
            changes={"consented_on": date(2026, 3, 1)},
            by=make.clerk(),
            at=AT,
        )
        assert "CN-53" not in warned()
        assert [one.consented for one in guarantors_of(case)] == [True]


class TestUpdateGuarantee:
    def test_records_what_was_changed(self) -> None:
        case = a_case()
        make.guarantor(case, guarantee="joint")
        told = again(case).events.get(kind="party.guarantee_updated").data
        assert told == {"name": "孙国梁", "changes": {"guarantee": "joint"}}

    def test_is_refused_for_a_contact_person_and_to_an_officer(self) -> None:
        case = a_case()
        party = make.guarantor(case)
        with pytest.raises(RightRefused):
            update_guarantee(
                case=case, party=party, changes={"guarantee": "joint"}, by=make.officer(), at=AT
            )
        party.role = "contact"
        with pytest.raises(WrongInput):
            update_guarantee(case=case, party=party, changes={}, by=make.clerk(), at=AT)


class TestPage:
    def test_takes_the_terms_in_and_shows_them(self, clock: Any) -> None:
        clock.set(AT)
        case = a_case()
        party = make.guarantor(case)
        client = signed_in(make.clerk())
        answer = client.post(
            reverse("cases:guarantee", args=[case.reference, party.pk]),
            {"guarantee": "joint", "guarantee_months": "12", "claimed_on": "2026-02-01"},
        )
        assert answer.status_code == 302
        party.refresh_from_db()
        assert (party.guarantee, party.guarantee_months) == ("joint", 12)
        page = client.get(f"{case.get_absolute_url()}?tab=people").content.decode()
        assert "Joint and several guarantee" in page
