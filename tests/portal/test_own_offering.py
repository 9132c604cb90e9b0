"""What I can pay: figures tried out freely, the ways that are open, one offered and taken up without writing it again."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.test import Client
from django.urls import reverse

from agreements import options
from agreements.actions.wishing import offer_to_pay
from agreements.options import Option, Wishes
from cases.models import Assessment, Case, Debt
from common.clock import local_day
from people.models import User
from tests import make
from tests.agreements import cast
from tests.notices.cast import chain_holds
from tests.portal.own_cast import TUESDAY, Inside, inside, words_of
from timeline.models import Event
from workflow.models import Duty
from workflow.steps import Outsider, PolicyRefused, RightRefused, StateRefused

pytestmark = pytest.mark.django_db

FIGURES = {"wages": "9,000", "home": "2500", "living": "2500", "wait": "0"}


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    clock.set(TUESDAY)
    return clock


@pytest.fixture
def came() -> Inside:
    return inside(make.prepared_case(), TUESDAY)


def open_ways(came: Inside, **figures: Any) -> list[Option]:
    answer = came.post("ways", act="look", **figures)
    assert answer.status_code == 200, words_of(answer)
    found: list[Option] = answer.context["open_ways"]
    return found


def refused_way(case: Case) -> Option:
    """The principal alone in full settlement: far above what the mandate leaves to the agency."""
    ability = options.ability_of(case, local_day(TUESDAY, case.zone))
    found, _common = options.options_for(
        case, ability, Wishes(), by=User.objects.system(), at=TUESDAY
    )
    return next(one for one in found if one.way.kind == "settlement")


class TestTryingOut:
    def test_asks_nothing_obligatory_and_keeps_nothing(self, came: Inside) -> None:
        assert "Wages, pension or trade" in came.read("ways")
        assert open_ways(came)
        assert open_ways(came, **FIGURES)
        assert not Assessment.objects.filter(case=came.case).exists()
        assert came.told("debtor.said") == []

    def test_proposes_first_what_the_figures_can_bear(self, came: Inside) -> None:
        found = open_ways(came, **FIGURES)
        assert found[0].fits
        assert found[0].heaviest <= Decimal("2800.00")  # 70 per cent of the 4,000 that is left
        answer = came.post("ways", act="look", **FIGURES)
        assert "CNY 4,000.00 a month is left. A plan should take no more than 2,800.00" in words_of(
            answer
        )

    def test_shows_none_that_the_rules_refuse_or_that_takes_more_than_there_is(
        self, came: Inside
    ) -> None:
        assert not refused_way(came.case).verdict.allowed
        for figures in ({}, FIGURES, {**FIGURES, "at_once": "20000"}):
            found = open_ways(came, **figures)
            assert all(one.verdict.allowed and not one.too_much for one in found)
            assert "settlement" not in {one.way.kind for one in found}

    def test_begins_later_where_that_is_wished(self, came: Inside) -> None:
        found = open_ways(came, **{**FIGURES, "wait": "2"})
        assert {one.way.kind for one in found} == {"deferred"}

    def test_says_what_to_do_where_nothing_is_possible(self, came: Inside) -> None:
        poor = {"wages": "2000", "home": "1500", "living": "1500"}
        assert open_ways(came, **poor) == []
        assert "ask us to call you" in words_of(came.post("ways", act="look", **poor))

    def test_reads_no_nonsense(self, came: Inside) -> None:
        for wrong in ("x", "-5", "1e99", "NaN", "9" * 40):
            assert came.post("ways", act="look", wages=wrong).status_code == 422

    def test_speaks_chinese(self, came: Inside) -> None:
        came.language = "zh"
        assert "您可以选择以下方案" in words_of(came.post("ways", act="look", **FIGURES))

    def test_tells_on_the_timeline_that_ways_were_shown(self, came: Inside) -> None:
        count = len(open_ways(came, **FIGURES))
        shown = [row for row in came.told("portal.shown") if row["page"] == "offer"]
        assert [row.get("count") for row in shown] == [str(count)]

    def test_warns_whoever_may_refuse_to_pay(self, came: Inside) -> None:
        Debt.objects.filter(case=came.case).update(
            limitation_ends_on=TUESDAY.date() - timedelta(days=9)
        )
        assert "whoever signs a plan gives that right up" in came.read("ways")


class TestOffer:
    def offered(self, came: Inside, **more: Any) -> Option:
        option = open_ways(came, **FIGURES)[0]
        answer = came.post("ways", act="offer", choice=option.query, **FIGURES, **more)
        assert answer.status_code == 302, words_of(answer)
        return option

    def test_comes_to_the_work_list_with_its_clock_and_the_plan(self, came: Inside) -> None:
        option = self.offered(came, text="每月 10 日发工资")
        duty = Duty.objects.get(case=came.case, kind="debtor.said.offer")
        assert abs((duty.due_at - TUESDAY - timedelta(days=2)).total_seconds()) < 300
        assert f"共 {len(option.way.rows)} 期" in duty.says["zh"]
        assert "每月 10 日发工资" in duty.says["zh"]
        (told,) = came.told("debtor.said")
        assert (told["what"], told["plan"], told["link"]) == ("offer", "equal", came.link.pk)
        assert Decimal(told["total"]) == option.total
        assert chain_holds(came.case)

    def test_keeps_the_figures_as_what_can_be_borne(self, came: Inside) -> None:
        self.offered(came)
        made = Assessment.objects.get(case=came.case)
        assert (made.income, made.outgoings) == (Decimal(9000), Decimal(5000))
        assert len(came.told("ability.assessed")) == 1

    def test_can_be_followed_and_is_made_once(self, came: Inside) -> None:
        self.offered(came)
        assert "What I can pay: Equal instalments" in came.read("answers")
        assert "We have your offer, and answer by" in came.read("ways")
        option = open_ways(came, **FIGURES)[0]
        again = came.post("ways", act="offer", choice=option.query, **FIGURES)
        assert again.status_code == 422
        assert len(came.told("debtor.said")) == 1

    def test_is_only_one_of_those_that_were_open(self, came: Inside) -> None:
        forged = refused_way(came.case).query
        for choice in ("", "x", "?plan=equal&count=120", forged):
            answer = came.post("ways", act="offer", choice=choice, **FIGURES)
            assert answer.status_code == 422, choice
        assert came.told("debtor.said") == []

    def test_is_taken_up_by_a_clerk_without_writing_it_again(
        self, came: Inside, client: Client
    ) -> None:
        option = self.offered(came)
        duty = Duty.objects.get(case=came.case, kind="debtor.said.offer")
        client.force_login(make.clerk())
        page = client.get(reverse("desk:duty", args=[duty.pk]))
        where = page.context["take_up"]
        form = client.get(where).context["form"]
        for name, given in parse_qs(option.query.lstrip("?")).items():
            assert str(form.initial[name]) == given[0], name
        sent = {
            **{name: str(given) for name, given in form.initial.items() if given},
            "channel": "phone", "new_loan": "no",
        }  # fmt: skip
        answer = client.post(where.partition("?")[0], sent)
        assert answer.status_code == 302, words_of(answer)[-1500:]
        drawn = came.now().agreements.get()
        assert [row.amount for row in drawn.instalments.all()] == [
            row.amount for row in option.way.rows
        ]
        duty.refresh_from_db()
        assert duty.done_at

    def test_is_ticked_off_where_it_was_answered_otherwise(
        self, came: Inside, client: Client
    ) -> None:
        self.offered(came)
        duty = Duty.objects.get(case=came.case, kind="debtor.said.offer")
        client.force_login(make.clerk())
        client.post(reverse("desk:duty", args=[duty.pk]), {"remark": "已电话说明"})
        assert "✓ Settled" in came.read("answers")

    def test_opens_to_no_foreign_link(self, came: Inside) -> None:
        option = open_ways(came, **FIGURES)[0]
        stranger = Client()
        sent = {"act": "offer", "choice": option.query, **FIGURES}
        assert stranger.post(came.address("ways"), sent).status_code == 302
        assert came.told("debtor.said") == []


class TestOfferToPay:
    def test_is_refused_by_the_rules_and_that_is_told(self, came: Inside) -> None:
        with pytest.raises(PolicyRefused):
            offer_to_pay(
                case=came.case, option=refused_way(came.case), text="", at=TUESDAY,
                by=User.objects.system(),
            )  # fmt: skip
        assert not Duty.objects.filter(kind="debtor.said.offer").exists()
        assert Event.objects.filter(case=came.case, kind="policy.refused").exists()

    def test_is_refused_to_who_may_not_and_to_outsiders(self, came: Inside) -> None:
        option = open_ways(came, **FIGURES)[0]
        for by, refusal in (
            (make.compliance_officer(), RightRefused),
            (make.outsider(), Outsider),
        ):
            with pytest.raises(refusal):
                offer_to_pay(case=came.case, option=option, text="", by=by, at=TUESDAY)

    def test_is_refused_once_the_case_is_closed(self, came: Inside) -> None:
        option = open_ways(came, **FIGURES)[0]
        Case.objects.filter(pk=came.case.pk).update(state="closure", closed_at=TUESDAY)
        with pytest.raises(StateRefused):
            offer_to_pay(
                case=cast.again(came.case), option=option, text="", by=User.objects.system(),
                at=TUESDAY,
            )  # fmt: skip
        assert "Nothing is owed any more." in came.read("ways")
