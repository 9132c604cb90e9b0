"""What the notice tells: every part of the sourcebook's 6(a), from what is on record."""

import pytest

from cases.models import Debt
from people.models import OfficerCredential
from tests import make, walk
from visits.models import Visit
from visits.notice import compose

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def told(visit: Visit, part: str, language: str = "zh") -> str:
    return "\n".join(words[language] for words in compose(visit, AT).parts[part])


class TestNotice:
    def test_names_the_officers_with_badge_and_permit(self) -> None:
        visit = walk.planned()
        permit = OfficerCredential.objects.get(officer__badge="021", kind="permit")
        assert f"工号 021，外访证 {permit.number}" in told(visit, "officers")
        assert f"badge 021, permit {permit.number}" in told(visit, "officers", "en")

    def test_tells_how_the_debt_is_made_up_and_as_of_when(self) -> None:
        visit = walk.planned()
        debt = Debt.objects.get(case=visit.case)
        debt.annual_rate = "10.8000"
        debt.save()
        contract = told(visit, "debt").splitlines()[0]
        assert "约定年利率 10.8%" in contract
        assert "债权人结算至 " in contract
        assert "interest 10.8% a year" in told(visit, "debt", "en")

    def test_leaves_out_what_the_contract_does_not_tell(self) -> None:
        visit = walk.planned()
        Debt.objects.filter(case=visit.case).update(annual_rate=None, contract_on=None, due_on=None)
        contract = told(visit, "debt").splitlines()[0]
        assert "年利率" not in contract
        assert "签订于" not in contract

    def test_tells_by_which_ways_the_debt_is_disputed(self) -> None:
        visit = walk.planned()
        house = visit.case.agency
        assert house is not None
        assert f"请致电 {house.phone}或致信{house.address}" in told(visit, "rights")
        assert f"call {house.phone} or write to {house.address}" in told(visit, "rights", "en")
