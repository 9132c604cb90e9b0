"""A hold ends within what the packs say."""

from datetime import date

import pytest
from django.utils.translation import override

from cases.actions.holding import hold_case
from cases.models import Case, Hold
from tests import make
from workflow.steps import WrongInput

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-02 10:00")


def held(case: Case, until: date, reason: str = "hardship") -> Hold:
    return hold_case(
        case=case, reason=reason, scope="all", starts_on=date(2026, 3, 2),
        review_on=date(2026, 3, 20), until=until, remark="停工", by=make.clerk(), at=AT,
    )  # fmt: skip


class TestHoldCase:
    def test_lasts_up_to_sixty_days(self) -> None:
        assert held(make.case(), date(2026, 5, 1)).until == date(2026, 5, 1)

    def test_is_refused_over_sixty_days_with_the_citation(self) -> None:
        with override("en"), pytest.raises(WrongInput, match=r"60 days.*2026-05-01.*ST-HOLD") as no:
            held(make.case(), date(2026, 5, 2))
        assert no.value.field == "until"
        assert not Hold.objects.exists()

    def test_is_bound_by_the_strictest_of_several_packs(self) -> None:
        lender = make.creditor(slug="bank-two", packs=["cn", "story"])
        with pytest.raises(WrongInput, match="60"):
            held(make.case(of_creditor=lender), date(2026, 5, 2))

    def test_of_any_length_where_no_pack_says_anything(self) -> None:
        who = make.debtor()
        who.country, who.zone = "GB", "Europe/London"
        case = make.case(of_creditor=make.creditor(slug="abroad", packs=[]), who=who)
        assert held(case, date(2026, 9, 1)).until == date(2026, 9, 1)

    def test_of_a_court_s_order_lasts_as_long_as_the_order(self) -> None:
        assert held(make.case(), date(2026, 9, 1), "order").until == date(2026, 9, 1)
