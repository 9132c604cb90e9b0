"""What a contract costs, from the form to the rules' answer."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.urls import reverse

from cases.actions.preparing import update_terms
from cases.facts import facts_for
from cases.models import Case, Debt
from compliance.ask import ask
from people.models import Organisation
from tests import make
from tests.agreements.cast import again
from tests.world import signed_in
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-02 10:00")
PRICE = {"CN-40", "CN-41", "CN-42", "CN-43", "CN-45"}


def private_case() -> Case:
    return make.case(of_creditor=make.creditor(packs=("cn",), creditor_type="private"))


def price(case: Case) -> set[str]:
    """The rules on the price that stand against a visit."""
    found = ask("visit.plan", facts_for(again(case), at=AT), on=AT.date()).findings
    return {finding.rule for finding in found} & PRICE


def change(case: Case, **changes: Any) -> None:
    update_terms(case=case, debt=case.debts.get(), changes=changes, by=make.clerk(), at=AT)


class TestUpdateTerms:
    def test_lets_the_rules_see_what_the_contract_costs(self) -> None:
        case = private_case()  # of 10 May 2024: four times 3.45 is 13.80
        assert price(case) == set()
        change(case, cost_rate=Decimal("13.81"))
        assert price(case) == {"CN-40"}
        change(case, cost_rate=Decimal("13.80"))
        assert price(case) == set()

    def test_takes_a_stated_rate_as_agreed_until_somebody_says_otherwise(self) -> None:
        case = private_case()
        change(case, interest_basis=Debt.InterestBasis.NONE)
        assert price(case) == {"CN-41"}

    def test_knows_whether_the_lender_is_a_natural_person(self) -> None:
        case = private_case()
        change(case, interest_basis=Debt.InterestBasis.UNCLEAR)
        assert price(case) == set()
        Organisation.objects.filter(pk=case.creditor_id).update(natural_person=True)
        assert price(case) == {"CN-41"}

    def test_reckons_a_loan_that_was_rolled_over_from_its_first_principal(self) -> None:
        case = private_case()  # 40,000.00 are asked
        change(case, first_on=date(2025, 3, 2), first_principal=Decimal("36000.00"))
        assert price(case) == set()
        change(case, first_principal=Decimal("35000.00"))
        assert price(case) == {"CN-42"}

    def test_records_which_terms_were_corrected(self) -> None:
        case = private_case()
        change(case, cost_rate=Decimal("13.0000"))
        told = again(case).events.get(kind="debt.updated").data
        assert told == {"contract": "XH-2024-5521", "changes": {"cost_rate": "13.0000"}}

    def test_is_refused_with_half_of_the_first_loan(self) -> None:
        case = private_case()
        with pytest.raises(WrongInput) as wrong:
            change(case, first_on=date(2025, 3, 2))
        assert wrong.value.field == "first_on"
        assert case.debts.get().first_on is None

    def test_is_refused_to_an_officer(self) -> None:
        case = private_case()
        with pytest.raises(RightRefused):
            update_terms(
                case=case, debt=case.debts.get(), changes={"cost_rate": None}, by=make.officer(),
                at=AT,
            )  # fmt: skip


class TestPage:
    def test_corrects_the_terms_and_shows_them(self, clock: Any) -> None:
        clock.set(AT)
        case = private_case()
        client, debt = signed_in(make.clerk()), case.debts.get()
        address = reverse("cases:terms", args=[case.reference, debt.pk])
        form = client.get(address).context["form"]
        assert form["platform"].value() == "no"
        answer = client.post(
            address,
            {
                "contract_on": "2024-05-10", "paid_out": "50000.00", "interest_basis": "agreed",
                "annual_rate": "12", "cost_rate": "13.5", "platform": "", "default_agreed": "yes",
            },
        )  # fmt: skip
        assert answer.status_code == 302
        debt.refresh_from_db()
        assert (debt.cost_rate, debt.platform, debt.default_agreed) == (
            Decimal("13.5000"), None, True,
        )  # fmt: skip
        page = client.get(f"{case.get_absolute_url()}?tab=debt").content.decode()
        assert "13.5%" in page
