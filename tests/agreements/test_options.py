"""The ways to pay side by side, reckoned from what the debtor can bear and judged one by one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from agreements import options
from agreements.models import Agreement
from agreements.options import Option, Wishes
from cases.actions.preparing import assess_ability
from cases.models import Case
from common.clock import local_day
from people.models import User
from tests import make
from tests.agreements import cast
from timeline.models import Event

pytestmark = pytest.mark.django_db

AT = make.moment("2026-03-05 15:00")


def assessed(income: str = "9000.00", outgoings: str = "5000.00") -> Case:
    """The case of the stories, with what the debtor can spare."""
    case = make.prepared_case()
    assess_ability(
        case=case, income=Decimal(income), outgoings=Decimal(outgoings), dependants=1, assets="",
        source="债务人自述", by=make.clerk(), at=make.moment("2026-03-04 10:00"),
    )  # fmt: skip
    return cast.again(case)


def ways(case: Case, wishes: Wishes | None = None) -> tuple[list[Option], set[str]]:
    ability = options.ability_of(case, local_day(AT, case.zone))
    found, common = options.options_for(
        case, ability, wishes or Wishes(), by=make.clerk(), at=AT
    )  # fmt: skip
    return found, {finding.rule for finding in common}


def of_kind(found: list[Option], kind: str) -> Option:
    return next(option for option in found if option.way.kind == kind)


class TestAbilityOf:
    def test_is_the_share_of_what_is_left_that_the_pack_allows(self) -> None:
        ability = options.ability_of(assessed(), date(2026, 3, 5))
        assert (ability.left, ability.percent) == (Decimal("4000.00"), 70)
        assert ability.most == Decimal("2800.00")
        assert ability.rests_on is not None
        assert ability.rests_on.id == "ST-39"

    def test_is_unknown_where_nobody_asked(self) -> None:
        ability = options.ability_of(make.prepared_case(), date(2026, 3, 5))
        assert (ability.left, ability.most) == (None, None)


class TestOptionsFor:
    def test_puts_first_the_shortest_plan_that_can_be_borne(self) -> None:
        found, _common = ways(assessed())
        assert found[0].way.proposed
        assert (found[0].way.kind, len(found[0].way.rows)) == ("equal", 15)
        assert found[0].heaviest == Decimal("2666.67")
        assert (found[0].fits, found[0].share) == (True, 67)

    def test_has_every_kind_once_the_months_of_income_are_known(self) -> None:
        found, _common = ways(assessed(), Wishes(season=(9, 10)))
        assert {option.way.kind for option in found} == {
            "equal", "full", "stepped", "balloon", "deferred", "seasonal", "settlement",
        }  # fmt: skip

    def test_ties_each_to_what_is_owed_less_what_is_waived(self) -> None:
        found, _common = ways(assessed(), Wishes(season=(9, 10)))
        assert {option.total + option.waived_total for option in found} == {Decimal("40000.00")}

    def test_waives_with_one_sum_what_the_mandate_leaves_to_the_agency(self) -> None:
        found, _common = ways(assessed())
        full = of_kind(found, "full")
        assert (full.total, full.waived_total) == (Decimal("39500.00"), Decimal("500.00"))
        assert full.way.rows[0].due_on == date(2026, 3, 12)
        assert full.verdict.allowed

    def test_waits_as_long_as_the_debtor_asks(self) -> None:
        found, _common = ways(assessed(), Wishes(wait=5))
        assert of_kind(found, "deferred").way.rows[0].due_on == date(2026, 9, 5)

    def test_says_which_rule_stands_against_one_alone(self) -> None:
        found, common = ways(assessed(), Wishes(settle_for=Decimal("30000.00")))
        settlement = of_kind(found, "settlement")
        assert settlement.waived_total == Decimal("10000.00")
        assert [finding.rule for finding in settlement.own] == ["ST-27"]
        assert "ST-27" not in common
        assert all(option.verdict.allowed for option in found if option is not settlement)

    def test_says_once_what_is_said_of_all(self) -> None:
        case = assessed()
        Case.objects.filter(pk=case.pk).update(packs=["cn"])
        case.debts.update(limitation_ends_on=date(2026, 3, 1))
        found, common = ways(cast.again(case))
        assert "CN-49" in common
        assert all("CN-49" not in {one.rule for one in option.own} for option in found)

    def test_says_what_can_be_carried_where_no_plan_within_the_term_can(self) -> None:
        found, _common = ways(assessed(income="5500.00"))
        assert found[0].way.proposed
        assert found[0].heaviest <= Decimal("350.00")
        assert found[0].waived_total == Decimal("40000.00") - found[0].total
        assert not found[0].verdict.allowed

    def test_proposes_nothing_where_nobody_asked_what_can_be_spared(self) -> None:
        found, _common = ways(make.prepared_case())
        assert not any(option.way.proposed for option in found)
        assert {option.fits for option in found} == {None}

    def test_starts_from_the_waiver_that_was_granted(self) -> None:
        case = assessed()
        cast.waiver_granted(case, at=make.moment("2026-03-05 14:52"))
        found, _common = ways(cast.again(case))
        assert of_kind(found, "equal").total == Decimal("39000.00")

    def test_keeps_nothing(self) -> None:
        case = assessed()
        before = Event.objects.count()
        ways(case)
        assert (Event.objects.count(), Agreement.objects.count()) == (before, 0)


@pytest.fixture
def look(client: Client, clock: Any) -> Callable[..., Any]:
    """Open the page of a case, by default as its clerk."""

    def get(case: Case, query: str = "", who: User | None = None, language: str = "en") -> Any:
        clock.set("2026-03-05T15:00", zone="Asia/Shanghai")
        client.force_login(who or make.clerk())
        client.cookies["django_language"] = language
        return client.get(reverse("agreements:options", args=[case.reference]) + query)

    return get


class TestThePage:
    def test_tells_ability_totals_days_and_shares(self, look: Any) -> None:
        page = look(assessed()).content.decode()
        for said in ("2,800.00", "2,666.67", "67%", "39,500.00", "ST-39"):
            assert said in page

    def test_speaks_chinese(self, look: Any) -> None:
        page = look(assessed(), language="zh-hans").content.decode()
        for said in ("还款方案对比", "可承受", "部分清偿，其余减免", "每月结余"):
            assert said in page

    @pytest.mark.parametrize("kind", ["equal", "full", "deferred", "seasonal", "stepped"])
    def test_leads_into_a_form_that_holds_the_very_plan(
        self, look: Any, client: Client, kind: str
    ) -> None:
        case = assessed()
        page = look(case, "?season=9&season=10&wait=4")
        option = of_kind(page.context["options"], kind)
        form = client.get(page.context["take"] + option.query).context["form"]
        data = {
            name: form[name].value() for name in form.fields if form[name].value() not in (None, "")
        }
        data |= {"channel": "phone", "new_loan": "no"}
        assert client.post(page.context["take"], data).status_code == 302
        agreement = case.agreements.get()
        kept = list(agreement.instalments.order_by("number").values_list("due_on", "amount"))
        assert kept == [tuple(due) for due in option.way.rows]
        assert agreement.waived == option.waived_total

    def test_goes_on_with_the_draft_that_stands(self, look: Any) -> None:
        agreement = cast.draft(assessed())
        page = look(agreement.case)
        assert page.context["take"] == reverse("agreements:redraft", args=[agreement.number])

    def test_leads_to_a_new_version_of_what_is_signed(self, look: Any) -> None:
        agreement = cast.signed(assessed())
        page = look(agreement.case)
        assert page.context["take"] == reverse(
            "agreements:renegotiate", args=[agreement.case.reference]
        )

    def test_says_at_its_field_what_cannot_be_read(self, look: Any) -> None:
        page = look(assessed(), "?wait=99&settle_for=x&season=13")
        assert page.status_code == 200
        assert set(page.context["form"].errors) == {"wait", "settle_for", "season"}
        assert page.context["options"]

    def test_tells_that_ability_was_never_asked(self, look: Any) -> None:
        assert "Ask that first" in look(make.prepared_case()).content.decode()

    def test_is_not_there_for_an_outsider(self, look: Any) -> None:
        assert look(make.prepared_case(), who=make.outsider()).status_code == 404

    def test_is_refused_to_whoever_draws_nothing_up(self, look: Any) -> None:
        assert look(make.prepared_case(), who=make.compliance_officer()).status_code == 403

    def test_costs_the_same_queries_however_many_ways_there_are(self, look: Any) -> None:
        case = assessed()
        look(case)
        with CaptureQueriesContext(connection) as few:
            fewer = look(case).context["options"]
        with CaptureQueriesContext(connection) as many:
            more = look(case, "?season=1&season=2&settle_for=1").context["options"]
        assert len(more) == len(fewer) + 1
        assert len(many) == len(few) <= 22
