"""Cases are given out by rules and by hand: looked at before, all or none, and never to just anybody."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from allocation import actions
from allocation.models import AllocationRule
from allocation.proposing import propose
from cases.actions.assigning import Handing, assign_case, hand_over
from cases.models import Case
from notices.models import StaffMessage
from people.models import User
from tests import make
from tests.allocation.cast import AT, NOTHING, again, browser, cases, owing, rule
from timeline.models import Event
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


def last(case: Case) -> Event:
    return Event.objects.filter(case=case).order_by("-number")[0]


def who(by: User | None = None) -> list[tuple[str, str]]:
    """What is proposed: reference and badge."""
    found = propose(make.team(), by or make.supervisor(), AT)
    return [(move.case.reference[-2:], move.to.badge) for move in found.moves]


def keys() -> list[str]:
    return [move.key for move in propose(make.team(), make.supervisor(), AT).moves]


def absent(person: User) -> None:
    actions.enter_absence(
        person=person, first_day=date(2026, 3, 2), last_day=date(2026, 3, 6), stand_in=None,
        by=make.supervisor(), at=AT,
    )  # fmt: skip


class TestPropose:
    def test_gives_each_case_by_the_first_rule_that_fits(self) -> None:
        first, second = make.crew()
        small, large = cases(2)
        owing(small, "500.00")
        owing(large, "90000.00")
        rule(below=1000, person=second)
        rule(person=first)
        assert who() == [("00", "034"), ("01", "021")]

    @pytest.mark.parametrize(
        ("asks", "fits"),
        [
            ({"zone": "Asia/Shanghai"}, True), ({"zone": "Asia/Urumqi"}, False),
            ({"language": "zh"}, True), ({"language": "en"}, False),
            ({"step": "preparation"}, True), ({"step": "notice"}, False),
            ({"at_least": 500, "below": 501}, True), ({"at_least": 501}, False),
            ({"below": 500}, False),
        ],
    )  # fmt: skip
    def test_asks_only_what_the_rule_names(self, asks: dict[str, Any], fits: bool) -> None:
        make.crew()
        owing(cases(1)[0], "500.00")
        rule(**asks)
        assert bool(who()) is fits

    def test_asks_for_the_creditor(self) -> None:
        make.crew()
        cases(1)
        rule(creditor=make.creditor(slug="other-bank", name="他行"))
        assert who() == []
        rule(creditor=make.creditor())
        assert len(who()) == 1

    def test_goes_round_by_the_least_load(self) -> None:
        first, _second = make.crew()
        old = make.case()
        assign_case(case=old, officer=first, by=make.supervisor(), at=AT)
        cases(3)
        rule(at_least=0)
        make.supervisor()  # can have cases as well, has none, and gets none by this
        assert [badge for _case, badge in who()] == ["034", "021", "034"]

    def test_gives_nothing_to_whoever_is_absent_today(self) -> None:
        first, second = make.crew()
        cases(1)
        rule(person=first)
        rule(person=second)
        absent(first)
        assert who() == [("00", "034")]

    def test_gives_nothing_to_whoever_is_complained_of_in_the_case(self) -> None:
        first, second = make.crew()
        case = cases(1)[0]
        Case.objects.filter(pk=case.pk).update(kept_from=[first.pk])
        rule(person=first)
        rule(person=second)
        assert who() == [("00", "034")]

    def test_gives_nothing_to_whoever_has_left(self) -> None:
        first, _second = make.crew()
        cases(1)
        rule(person=first)
        User.objects.filter(pk=first.pk).update(is_active=False)
        found = propose(make.team(), make.supervisor(), AT)
        assert (found.moves, [case.reference for case in found.left]) == ([], ["HZ-2026-0700"])

    def test_takes_up_the_cases_of_whoever_has_left(self) -> None:
        first, second = make.crew()
        case = cases(1)[0]
        assign_case(case=case, officer=first, by=make.supervisor(), at=AT)
        rule(person=second)
        assert who() == []
        User.objects.filter(pk=first.pk).update(is_active=False)
        assert who() == [("00", "034")]

    def test_leaves_other_teams_and_ended_mandates_alone(self) -> None:
        make.crew()
        rule()
        ended, theirs = cases(2)
        Case.objects.filter(pk=theirs.pk).update(team=make.team(name="成都一组", city="成都"))
        type(ended.mandate).objects.filter(pk=ended.mandate_id).update(valid_until=date(2026, 3, 1))
        assert who() == []
        assert who(make.administrator()) == []

    def test_writes_nothing(self) -> None:
        make.crew()
        cases(2)
        rule()
        before = Event.objects.count(), StaffMessage.objects.count()
        who()
        assert (Event.objects.count(), StaffMessage.objects.count()) == before


class TestCarryOutMoves:
    def test_gives_the_cases_out_and_writes_down_from_whom_and_by_which_rule(self) -> None:
        first, _second = make.crew()
        found = cases(2)
        rule(person=first)
        done = actions.carry_out_moves(team=make.team(), keys=keys(), by=make.supervisor(), at=AT)
        assert done == 2
        assert [again(case).officer for case in found] == [first, first]
        event = last(found[0])
        assert (event.kind, event.data["officer"]) == ("case.assigned", "李伟")
        assert event.data["rule"]

    def test_tells_each_person_once_of_all_their_cases_and_nothing_of_debtors(self) -> None:
        first, _second = make.crew()
        cases(2)
        rule(person=first)
        actions.carry_out_moves(team=make.team(), keys=keys(), by=make.supervisor(), at=AT)
        message = StaffMessage.objects.get()
        assert (message.person, message.kind) == (first, "cases")
        assert "HZ-2026-0700" in message.text
        assert "HZ-2026-0701" in message.text
        assert "王" not in message.text

    def test_does_nothing_at_all_when_one_has_changed_hands_meanwhile(self) -> None:
        first, second = make.crew()
        one, two = cases(2)
        rule(person=first)
        seen = keys()
        assign_case(case=two, officer=second, by=make.supervisor(), at=AT)
        with pytest.raises(WrongInput, match="HZ-2026-0701"):
            actions.carry_out_moves(team=make.team(), keys=seen, by=make.supervisor(), at=AT)
        assert (again(one).officer, again(two).officer) == (None, second)

    def test_is_refused_when_the_rule_no_longer_says_so(self) -> None:
        first, _second = make.crew()
        cases(1)
        asked = rule(person=first)
        seen = keys()
        actions.remove_rule(rule=asked, by=make.supervisor(), at=AT)
        with pytest.raises(WrongInput):
            actions.carry_out_moves(team=make.team(), keys=seen, by=make.supervisor(), at=AT)

    def test_cannot_be_used_to_give_to_anybody_else(self) -> None:
        first, second = make.crew()
        case = cases(1)[0]
        asked = rule(person=first)
        stranger = make.officer(badge="900", in_team=make.team(name="成都一组", city="成都"))
        for to in (second, stranger):
            with pytest.raises(WrongInput):
                actions.carry_out_moves(
                    team=make.team(), keys=[f"{case.pk}:0:{to.pk}:{asked.pk}"],
                    by=make.supervisor(), at=AT,
                )  # fmt: skip

    def test_is_refused_to_clerks_and_to_supervisors_of_other_teams(self) -> None:
        make.crew()
        cases(1)
        rule()
        seen = keys()
        with pytest.raises(RightRefused):
            actions.carry_out_moves(team=make.team(), keys=seen, by=make.clerk(), at=AT)
        elsewhere = make.supervisor(
            in_team=make.team(name="成都一组", city="成都"), username="supervisor2"
        )
        with pytest.raises(Outsider):
            actions.carry_out_moves(team=make.team(), keys=seen, by=elsewhere, at=AT)


class TestHandOver:
    def test_gives_cases_on_with_the_reason(self) -> None:
        first, second = make.crew()
        case = cases(1)[0]
        assign_case(case=case, officer=first, by=make.supervisor(), at=AT)
        hand_over(
            handings=[Handing(again(case), second)], why="片区调整", by=make.supervisor(), at=AT
        )
        assert again(case).officer == second
        assert last(case).data == {"officer": "王芳", "was": "李伟", "why": "片区调整"}
        assert "片区调整" in StaffMessage.objects.get(person=second).text

    def test_is_refused_for_a_closed_case_and_that_is_on_its_timeline(self) -> None:
        first, _second = make.crew()
        one, two = cases(2)
        Case.objects.filter(pk=two.pk).update(state="closure", closed_at=AT, closed_as="withdrawn")
        with pytest.raises(StateRefused):
            hand_over(
                handings=[Handing(one, first), Handing(again(two), first)], why="调整",
                by=make.supervisor(), at=AT,
            )  # fmt: skip
        assert again(one).officer is None
        assert last(two).kind == "state.refused"

    def test_is_refused_to_an_outsider(self) -> None:
        first, _second = make.crew()
        elsewhere = make.supervisor(
            in_team=make.team(name="成都一组", city="成都"), username="supervisor2"
        )
        with pytest.raises(Outsider):
            hand_over(handings=[Handing(cases(1)[0], first)], why="调整", by=elsewhere, at=AT)

    def test_names_nobody_who_is_absent(self) -> None:
        first, _second = make.crew()
        absent(first)
        with pytest.raises(WrongInput, match="2026-03-06"):
            hand_over(
                handings=[Handing(cases(1)[0], first)], why="调整", by=make.supervisor(), at=AT
            )

    def test_names_nobody_who_is_complained_of_and_does_not_say_why(self) -> None:
        first, _second = make.crew()
        case = cases(1)[0]
        Case.objects.filter(pk=case.pk).update(kept_from=[first.pk])
        with pytest.raises(WrongInput) as refused:
            assign_case(case=again(case), officer=first, by=make.supervisor(), at=AT)
        assert "complain" not in str(refused.value)
        assert "投诉" not in str(refused.value)


class TestRules:
    def test_are_asked_in_their_order_and_can_change_places(self) -> None:
        first, second = make.crew()
        cases(1)
        rule(person=first)
        other = rule(person=second)
        actions.move_rule_up(rule=other, by=make.supervisor(), at=AT)
        assert who() == [("00", "034")]
        assert Event.objects.filter(case=None, kind="allocation.rule_moved").exists()

    def test_keep_their_place_when_they_are_changed(self) -> None:
        first, second = make.crew()
        cases(1)
        old = rule(person=first)
        rule(person=first)
        actions.change_rule(
            rule=old, asks={**NOTHING, "person": second}, by=make.supervisor(), at=AT
        )
        assert who() == [("00", "034")]
        assert AllocationRule.objects.count() == 3
        with pytest.raises(WrongInput):
            actions.change_rule(rule=old, asks=NOTHING, by=make.supervisor(), at=AT)

    def test_refuse_a_band_that_holds_nothing_and_somebody_of_another_team(self) -> None:
        stranger = make.officer(badge="900", in_team=make.team(name="成都一组", city="成都"))
        for asks in ({"at_least": 5, "below": 5}, {"person": stranger}):
            with pytest.raises(WrongInput):
                rule(**asks)

    def test_are_refused_to_clerks(self) -> None:
        with pytest.raises(RightRefused):
            actions.add_rule(team=make.team(), asks=NOTHING, by=make.clerk(), at=AT)


class TestPages:
    def test_show_every_move_before_it_is_made_and_carry_out_what_is_ticked(
        self, clock: Any
    ) -> None:
        clock.set(AT)
        first, _second = make.crew()
        one, two = cases(2)
        rule(person=first)
        client = browser(make.supervisor())
        page = client.get(reverse("allocation:give_out"))
        assert [move.case.pk for move in page.context["moves"]] == [one.pk, two.pk]
        ticked = page.context["moves"][0].key
        answer = client.post(
            reverse("allocation:give_out"), {"move": [ticked], "guard_key": "g"}, follow=True
        )
        assert "1 case was given out." in answer.content.decode()
        assert (again(one).officer, again(two).officer) == (first, None)

    def test_give_ticked_cases_on_with_a_reason(self, clock: Any) -> None:
        clock.set(AT)
        _first, second = make.crew()
        one, two = cases(2)
        client, address = browser(make.supervisor()), reverse("allocation:give_on")
        sent = {"case": [one.pk], "person": second.pk, "guard_key": "g"}
        assert client.post(address, sent).status_code == 422
        answer = client.post(address, {**sent, "why": "片区调整", "guard_key": "h"})
        assert answer.status_code == 302
        assert (again(one).officer, again(two).officer) == (second, None)

    def test_name_the_closed_case_that_stood_against_it(self, clock: Any) -> None:
        clock.set(AT)
        _first, second = make.crew()
        case = cases(1)[0]
        Case.objects.filter(pk=case.pk).update(state="closure", closed_at=AT, closed_as="withdrawn")
        answer = browser(make.supervisor()).post(
            reverse("allocation:give_on"),
            {"case": [case.pk], "person": second.pk, "why": "调整", "guard_key": "g"},
        )
        assert answer.status_code == 422
        assert "HZ-2026-0700 is closed" in answer.content.decode()

    def test_say_how_much_lies_with_each(self, clock: Any) -> None:
        clock.set(AT)
        first, second = make.crew()
        for case in cases(2):
            assign_case(case=case, officer=first, by=make.supervisor(), at=AT)
        page = browser(make.supervisor()).get(reverse("allocation:workload"))
        counted = {load.person: load.cases for load in page.context["loads"]}
        assert (counted[first], counted[second]) == (2, 0)

    def test_let_an_administrator_choose_the_team(self, clock: Any) -> None:
        clock.set(AT)
        make.crew()
        other = make.team(name="成都一组", city="成都")
        officer = make.officer(badge="900", in_team=other)
        page = browser(make.administrator()).get(
            f"{reverse('allocation:workload')}?team={other.pk}"
        )
        assert [load.person for load in page.context["loads"]] == [officer]
