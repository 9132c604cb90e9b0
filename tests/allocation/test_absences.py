"""Who is away is given nothing new, and what newly falls due comes to the stand-in; why is never asked."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from allocation import actions
from cases.actions.assigning import assign_case
from cases.models import Case
from notices.models import StaffMessage
from people.absences import Absence
from tests import make, walk
from tests.allocation.cast import AT, browser, cases
from timeline.models import Event
from workflow.duties import raise_duty
from workflow.steps import Outsider, RightRefused, WrongInput, note

pytestmark = pytest.mark.django_db

MONDAY, FRIDAY = date(2026, 3, 2), date(2026, 3, 6)


def away(**given: Any) -> Absence:
    first, second = make.crew()
    return actions.enter_absence(
        **{
            "person": first, "first_day": MONDAY, "last_day": FRIDAY, "stand_in": second,
            "by": first, "at": AT, **given,
        }
    )  # fmt: skip


class TestEnterAbsence:
    def test_is_kept_with_who_entered_it_and_stands_on_the_houses_timeline(self) -> None:
        absence = away()
        assert (absence.entered_by, absence.stand_in) == tuple(make.crew())
        event = Event.objects.get(case=None, kind="absence.entered")
        assert event.data["person"] == "李伟"

    def test_tells_the_stand_in_and_the_person_where_somebody_else_entered_it(self) -> None:
        first, second = make.crew()
        away(by=make.supervisor())
        assert {m.person for m in StaffMessage.objects.all()} == {first, second}

    def test_is_the_persons_own_or_the_supervisors_of_the_team(self) -> None:
        _first, second = make.crew()
        with pytest.raises(RightRefused):
            away(by=second)
        with pytest.raises(RightRefused):
            away(by=make.clerk())
        elsewhere = make.supervisor(
            in_team=make.team(name="成都一组", city="成都"), username="supervisor2"
        )
        with pytest.raises(Outsider):
            away(by=elsewhere)

    @pytest.mark.parametrize(
        ("first_day", "last_day"),
        [
            (FRIDAY, MONDAY), (date(2026, 2, 2), date(2026, 3, 1)),
            (MONDAY, date(2027, 3, 4)),
        ],
    )  # fmt: skip
    def test_refuses_days_that_make_no_sense(self, first_day: date, last_day: date) -> None:
        with pytest.raises(WrongInput):
            away(first_day=first_day, last_day=last_day)

    def test_is_refused_in_days_that_are_entered_already(self) -> None:
        away()
        with pytest.raises(WrongInput):
            away(first_day=FRIDAY, last_day=FRIDAY)
        away(first_day=FRIDAY + timedelta(days=1), last_day=FRIDAY + timedelta(days=1))

    def test_refuses_a_stand_in_who_is_absent_too_or_of_another_team(self) -> None:
        first, second = make.crew()
        away()
        with pytest.raises(WrongInput):
            away(person=second, stand_in=first, by=second)
        stranger = make.officer(badge="900", in_team=make.team(name="成都一组", city="成都"))
        with pytest.raises(WrongInput):
            away(person=second, stand_in=stranger, by=second)
        with pytest.raises(WrongInput):
            away(person=second, stand_in=second, by=second)


class TestWithdrawAbsence:
    def test_ends_it_and_is_told(self) -> None:
        first, second = make.crew()
        absence = away()
        actions.withdraw_absence(absence=absence, by=first, at=AT)
        assert not Absence.objects.on(MONDAY).exists()
        assert Event.objects.filter(case=None, kind="absence.withdrawn").exists()
        assert StaffMessage.objects.filter(person=second).count() == 2

    def test_is_refused_once_it_is_withdrawn_or_over(self) -> None:
        first, _second = make.crew()
        absence = away()
        with pytest.raises(WrongInput):
            actions.withdraw_absence(absence=absence, by=first, at=AT + timedelta(days=9))
        actions.withdraw_absence(absence=absence, by=first, at=AT)
        with pytest.raises(WrongInput):
            actions.withdraw_absence(absence=absence, by=first, at=AT)

    def test_is_refused_to_others(self) -> None:
        _first, second = make.crew()
        with pytest.raises(RightRefused):
            actions.withdraw_absence(absence=away(), by=second, at=AT)


class TestStandIn:
    def mine(self, who: Any) -> set[str]:
        page = browser(who).get(f"{reverse('desk:work')}?view=mine")
        return {case.reference for case in page.context["page"].cases}

    def duty(self, case: Case, key: str, at: Any) -> None:
        def put(locked: Case, _by: Any, _at: Any) -> None:
            raise_duty(
                case=locked, kind="call", says={"en": "Call.", "zh": "致电。"}, due_at=at, key=key,
                at=at,
            )  # fmt: skip

        note(case, event="case.written_to", by=make.clerk(), at=at, then=put)

    def test_sees_under_mine_what_newly_falls_due_and_nothing_else(self, clock: Any) -> None:
        clock.set(AT)
        first, second = make.crew()
        old, new, quiet = cases(3)
        for case in (old, new, quiet):
            assign_case(case=case, officer=first, by=make.supervisor(), at=AT)
        away()
        self.duty(old, "old", AT - timedelta(days=3))
        self.duty(new, "new", AT)
        assert self.mine(second) == {"HZ-2026-0701"}
        assert self.mine(first) == {case.reference for case in (old, new, quiet)}

    def test_sees_it_no_more_when_the_absence_is_over(self, clock: Any) -> None:
        first, second = make.crew()
        case = cases(1)[0]
        assign_case(case=case, officer=first, by=make.supervisor(), at=AT)
        away()
        self.duty(case, "new", AT)
        clock.set(AT + timedelta(days=4))
        assert self.mine(second) == {"HZ-2026-0700"}
        clock.set(AT + timedelta(days=5))
        assert self.mine(second) == set()


class TestPages:
    def test_let_an_officer_enter_the_own_absence_and_see_no_others(self, clock: Any) -> None:
        clock.set(AT)
        first, second = make.crew()
        away(person=second, stand_in=None, by=second)
        client, address = browser(first), reverse("allocation:absences")
        sent = {"first_day": "2026-03-09", "last_day": "2026-03-10", "stand_in": second.pk}
        assert client.post(address, {**sent, "guard_key": "g"}).status_code == 302
        shown = client.get(address).context["absences"]
        assert [one.person for one in shown] == [first]

    def test_let_the_supervisor_enter_it_for_the_team(self, clock: Any) -> None:
        clock.set(AT)
        first, _second = make.crew()
        client, address = browser(make.supervisor()), reverse("allocation:absences")
        sent = {"person": first.pk, "first_day": "2026-03-02", "last_day": "2026-03-03"}
        assert client.post(address, {**sent, "guard_key": "g"}).status_code == 302
        absence = Absence.objects.get()
        assert absence.person == first
        client.post(reverse("allocation:withdraw_absence", args=[absence.pk]))
        assert not Absence.objects.standing().exists()

    def test_name_the_visits_in_which_somebody_absent_is_named(self, clock: Any) -> None:
        visit = walk.planned()  # Thursday
        clock.set(AT)
        away()
        page = browser(make.supervisor()).get(reverse("allocation:workload"))
        assert [part.visit for part in page.context["without"]] == [visit]
        assert [part.officer for part in page.context["without"]] == [make.crew()[0]]
