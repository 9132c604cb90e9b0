"""The officers' safety: signs of life, alarms that climb until a person answers, SOS, and where they were."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils.translation import override

from cases.models import Hold
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions import recording, safety
from visits.models import Alarm, AlarmCall, Incident, Position, SignOfLife, Visit
from visits.safety import due_at, levels
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is refused is told in English here."""
    with override("en"):
        yield


HERE = {"lat": "30.274085", "lon": "120.155070", "accuracy_m": 18}


def at(clock: str) -> datetime:
    return make.moment(f"2026-03-05 {clock}")


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def sweep(clock: str) -> None:
    system = make.User.objects.system()
    safety.ask_after_officers(at=at(clock), by=system)
    safety.climb_alarms(at=at(clock), by=system)


@pytest.fixture
def door() -> Visit:
    """Begun at 14:30 by officers 021 and 034; the team has two supervisors."""
    make.supervisor()
    make.supervisor(username="supervisor-2")
    make.compliance_officer()
    return walk.at_the_door(at=at("14:30"))


def called(alarm: Alarm) -> list[tuple[int, str]]:
    return [(call.level, call.person.username) for call in alarm.calls.select_related("person")]


def kinds(visit: Visit) -> list[str]:
    return list(visit.case.events.order_by("number").values_list("kind", flat=True))


def duties(visit: Visit) -> set[tuple[str, str]]:
    return set(Duty.objects.filter(case=visit.case, done_at=None).values_list("kind", "role"))


class TestAskAfterOfficers:
    def test_asks_them_twenty_minutes_after_the_visit_began_and_not_a_second_sooner(
        self, door: Visit
    ) -> None:
        assert due_at(door) == at("14:50")
        sweep("14:49:59")
        assert not Alarm.objects.exists()
        sweep("14:50")
        alarm = Alarm.objects.get()
        assert (alarm.kind, alarm.since, alarm.level) == ("check_in", at("14:50"), 0)
        assert called(alarm) == [(0, "officer021"), (0, "officer034")]
        assert ("safety.check_in", "officer") in duties(door)

    def test_asks_once_however_often_it_is_swept(self, door: Visit) -> None:
        for clock in ("14:50", "14:51", "14:52"):
            sweep(clock)
        assert Alarm.objects.count() == 1
        assert kinds(door).count("safety.asked") == 1

    def test_asks_nobody_whose_visit_is_over(self, door: Visit) -> None:
        recording.finish_visit(
            visit=door, outcome="nobody_in", why="", by=make.crew()[0], at=at("14:40")
        )
        sweep("15:30")
        assert not Alarm.objects.exists()


class TestClimbAlarms:
    def test_tells_the_supervisor_five_minutes_later_and_the_next_people_every_five(
        self, door: Visit
    ) -> None:
        sweep("14:50")
        alarm = Alarm.objects.get()
        seen = {}
        for clock in ("14:54:59", "14:55", "14:59:59", "15:00", "15:05", "16:00"):
            sweep(clock)
            seen[clock] = [name for level, name in called(alarm) if level]
        assert seen == {
            "14:54:59": [],
            "14:55": ["supervisor"],
            "14:59:59": ["supervisor"],
            "15:00": ["supervisor", "supervisor-2"],
            "15:05": ["supervisor", "supervisor-2", "compliance"],
            "16:00": ["supervisor", "supervisor-2", "compliance"],
        }
        assert again(alarm).is_open
        assert ("safety.alarm", "supervisor") in duties(door)
        assert ("safety.alarm", "compliance") in duties(door)

    def test_tells_all_who_are_due_by_now_when_it_comes_late(self, door: Visit) -> None:
        sweep("15:01")
        alarm = Alarm.objects.get()
        assert (alarm.since, alarm.level) == (at("14:50"), 2)
        assert [name for _level, name in called(alarm)][2:] == ["supervisor", "supervisor-2"]

    def test_ends_what_only_the_officers_were_asked_once_they_have_left(self, door: Visit) -> None:
        sweep("14:50")
        recording.finish_visit(
            visit=door, outcome="nobody_in", why="", by=make.crew()[0], at=at("14:52")
        )
        sweep("14:53")
        assert Alarm.objects.get().ended_how == "left"
        assert ("safety.check_in", "officer") not in duties(door)

    def test_goes_on_after_they_left_once_others_were_told(self, door: Visit) -> None:
        sweep("14:55")
        recording.finish_visit(
            visit=door, outcome="nobody_in", why="", by=make.crew()[0], at=at("14:56")
        )
        sweep("15:00")
        assert (Alarm.objects.get().is_open, Alarm.objects.get().level) == (True, 2)


class TestAnswerCheckIn:
    def test_begins_the_time_anew_and_is_recorded(self, door: Visit) -> None:
        first = make.crew()[0]
        safety.answer_check_in(visit=door, by=first, at=at("14:45"), position=HERE)
        assert due_at(again(door)) == at("15:05")
        sweep("15:00")
        assert not Alarm.objects.exists()
        event = Event.objects.get(kind="safety.checked_in")
        assert event.data["officer"] == "李伟 021"
        assert "30.27" not in str(event.data)
        place = Position.objects.get()
        assert (place.kind, place.accuracy_m, str(place.place[0])) == ("check_in", 18, "30.274085")

    def test_settles_the_alarm_while_only_the_officers_were_asked(self, door: Visit) -> None:
        sweep("14:50")
        safety.answer_check_in(visit=door, by=make.crew()[1], at=at("14:53"))
        alarm = Alarm.objects.get()
        assert (alarm.ended_how, alarm.ended_at) == ("answered", at("14:53"))
        assert "safety.settled" in kinds(door)
        assert ("safety.check_in", "officer") not in duties(door)
        sweep("14:56")
        assert called(alarm) == [(0, "officer021"), (0, "officer034")]

    def test_does_not_end_an_alarm_that_others_were_told_of(self, door: Visit) -> None:
        sweep("14:55")
        alarm = safety.answer_check_in(visit=door, by=make.crew()[0], at=at("14:57"))
        assert alarm == Alarm.objects.get()
        assert (alarm.is_open, alarm.answered_at) == (True, at("14:57"))
        sweep("15:00")
        assert again(alarm).level == 2

    @pytest.mark.parametrize(("said", "how"), [("14:49", "in_time"), ("14:54", "answered")])
    def test_that_comes_late_settles_what_had_climbed_and_says_so(
        self, door: Visit, said: str, how: str
    ) -> None:
        sweep("14:55")
        safety.answer_check_in(visit=door, by=make.crew()[0], at=at(said), arrived_at=at("15:02"))
        alarm = Alarm.objects.get()
        assert (alarm.ended_how, alarm.ended_at) == (how, at("15:02"))
        event = Event.objects.get(kind="safety.settled")
        assert (event.data["ended"], event.data["level"]) == (how, 1)
        assert {kind for kind, _role in duties(door)} & {"safety.alarm", "safety.check_in"} == set()

    def test_counts_once_when_it_is_sent_twice(self, door: Visit) -> None:
        given: dict[str, Any] = {"visit": door, "by": make.crew()[0], "at": at("14:45")}
        safety.answer_check_in(**given)
        assert safety.answer_check_in(**given) is None
        assert SignOfLife.objects.count() == 1
        assert kinds(door).count("safety.checked_in") == 1

    def test_is_refused_where_nobody_is_at_the_door(self, door: Visit) -> None:
        recording.finish_visit(
            visit=door, outcome="nobody_in", why="", by=make.crew()[0], at=at("14:40")
        )
        with pytest.raises(StateRefused):
            safety.answer_check_in(visit=door, by=make.crew()[0], at=at("14:45"))
        safety.answer_check_in(visit=door, by=make.crew()[0], at=at("14:39"))  # came late
        assert SignOfLife.objects.get().at == at("14:39")

    def test_is_nobody_elses_to_give(self, door: Visit) -> None:
        other = make.user(username="o9", role="officer", in_team=make.team(), badge="099")
        for by in (other, make.supervisor()):
            with pytest.raises(WrongInput, match="not one of the officers"):
                safety.answer_check_in(visit=door, by=by, at=at("14:45"))
        assert not SignOfLife.objects.exists()


class TestTakeUpAlarm:
    def test_ends_the_alarm_and_begins_the_time_anew(self, door: Visit) -> None:
        sweep("14:55")
        alarm = Alarm.objects.get()
        safety.take_up_alarm(
            alarm=alarm, by=make.supervisor(), at=at("14:58"), said="已通话，两人平安"
        )
        assert (alarm.ended_how, alarm.taken_up_by) == ("taken_up", make.supervisor())
        event = Event.objects.get(kind="safety.taken_up")
        assert (event.actor, event.data["said"]) == (make.supervisor(), "已通话，两人平安")
        assert {kind for kind, _role in duties(door)} & {"safety.alarm", "safety.check_in"} == set()
        sweep("15:17")
        assert Alarm.objects.count() == 1
        sweep("15:18")
        assert Alarm.objects.count() == 2
        assert isinstance(verify(again(door.case)), Verified)

    def test_is_refused_to_officers_and_to_outsiders(self, door: Visit) -> None:
        sweep("14:55")
        alarm = Alarm.objects.get()
        with pytest.raises(WrongInput, match="does not stand at that door"):
            safety.take_up_alarm(alarm=alarm, by=make.crew()[0], at=at("14:56"))
        with pytest.raises(RightRefused):
            safety.take_up_alarm(alarm=alarm, by=make.clerk(), at=at("14:56"))
        far = make.supervisor(in_team=make.team(name="成都一组"), username="far")
        with pytest.raises(Outsider):
            safety.take_up_alarm(alarm=alarm, by=far, at=at("14:56"))
        assert again(alarm).is_open

    def test_is_refused_once_it_is_over(self, door: Visit) -> None:
        sweep("14:55")
        alarm = Alarm.objects.get()
        safety.take_up_alarm(alarm=alarm, by=make.supervisor(), at=at("14:58"))
        with pytest.raises(StateRefused):
            safety.take_up_alarm(alarm=alarm, by=make.compliance_officer(), at=at("14:59"))
        assert again(alarm).taken_up_by == make.supervisor()

    def test_takes_up_whatever_else_is_open_of_the_visit(self, door: Visit) -> None:
        sweep("14:55")
        sos = safety.call_sos(visit=door, by=make.crew()[0], at=at("14:57"))
        safety.take_up_alarm(alarm=sos, by=make.supervisor(), at=at("14:58"))
        assert set(Alarm.objects.values_list("kind", "ended_how")) == {
            ("check_in", "taken_up"), ("sos", "taken_up"),
        }  # fmt: skip


class TestCallSos:
    def test_ends_the_visit_opens_an_incident_holds_the_case_and_tells_the_supervisor(
        self, door: Visit
    ) -> None:
        first = make.crew()[0]
        alarm = safety.call_sos(visit=door, by=first, at=at("15:05"), position=HERE)
        visit = again(door)
        assert (visit.state, visit.outcome, visit.finished_at) == (
            "aborted", "unsafe", at("15:05"),
        )  # fmt: skip
        incident = Incident.objects.get()
        assert (incident.kind, incident.opened_by, incident.visit) == ("sos", first, visit)
        hold = Hold.objects.get(case=visit.case)
        assert (hold.reason, hold.placed_at) == ("incident", at("15:05"))
        assert again(visit.case).state == "preparation"
        assert called(alarm) == [(1, "supervisor")]
        event = Event.objects.get(kind="sos.called")
        assert event.data["colleague"] == ["王芳 034"]
        assert "120.15" not in str(event.data)
        assert ("safety.alarm", "supervisor") in duties(visit)
        assert isinstance(verify(again(visit.case)), Verified)

    def test_climbs_until_a_person_takes_it_up_never_the_officer_herself(self, door: Visit) -> None:
        alarm = safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        sweep("15:10")
        assert called(alarm)[-1] == (2, "supervisor-2")
        with pytest.raises(WrongInput):
            safety.take_up_alarm(alarm=alarm, by=make.crew()[0], at=at("15:11"))
        sweep("15:15")
        assert called(alarm)[-1] == (3, "compliance")
        safety.take_up_alarm(alarm=alarm, by=make.compliance_officer(), at=at("15:16"))
        assert again(alarm).ended_how == "taken_up"

    def test_ends_the_check_in_that_only_the_officers_were_asked_for(self, door: Visit) -> None:
        sweep("14:50")
        safety.call_sos(visit=door, by=make.crew()[0], at=at("14:52"))
        assert Alarm.objects.get(kind="check_in").ended_how == "left"

    def test_pressed_twice_keeps_the_new_place_and_the_same_alarm(self, door: Visit) -> None:
        first = make.crew()[0]
        alarm = safety.call_sos(visit=door, by=first, at=at("15:05"), position=HERE)
        safety.call_sos(
            visit=again(door), by=first, at=at("15:06"), position={**HERE, "lat": "30.28"}
        )
        assert (Alarm.objects.get(), Incident.objects.count()) == (alarm, 1)
        places = [str(one.place[0]) for one in Position.objects.filter(kind="sos")]
        assert places == ["30.274085", "30.280000"]
        assert "sos.called_again" in kinds(door)

    def test_is_heard_before_the_visit_began_and_after_it_ended(self) -> None:
        make.supervisor()
        ahead = walk.departed()
        safety.call_sos(visit=ahead, by=make.crew()[0], at=at("14:20"))
        assert again(ahead).state == "cancelled"
        assert again(ahead.case).state == "preparation"
        assert Incident.objects.get().kind == "sos"

    def test_is_heard_on_the_stairs_when_the_visit_is_over(self, door: Visit) -> None:
        by = make.crew()[0]
        recording.finish_visit(visit=door, outcome="nobody_in", why="", by=by, at=at("14:40"))
        safety.call_sos(visit=again(door), by=by, at=at("14:41"))
        assert Alarm.objects.get(kind="sos").is_open
        assert Hold.objects.filter(case=door.case, reason="incident").exists()

    def test_reaches_those_above_where_the_team_has_no_supervisor(self) -> None:
        make.compliance_officer()
        visit = walk.at_the_door()
        assert [[str(one) for one in level] for level in levels(visit)] == [["林静"]]
        alarm = safety.call_sos(visit=visit, by=make.crew()[0], at=at("14:40"))
        assert called(alarm) == [(1, "compliance")]

    def test_is_refused_to_an_officer_of_another_visit_and_to_an_outsider(
        self, door: Visit
    ) -> None:
        other = make.user(username="o9", role="officer", in_team=make.team(), badge="099")
        with pytest.raises(WrongInput):
            safety.call_sos(visit=door, by=other, at=at("15:05"))
        far = make.supervisor(in_team=make.team(name="成都一组"), username="far")
        with pytest.raises(Outsider):
            safety.call_sos(visit=door, by=far, at=at("15:05"))
        with pytest.raises(RightRefused):
            safety.call_sos(visit=door, by=make.clerk(), at=at("15:05"))
        assert again(door).state == "started"


class TestRecordPosition:
    def test_keeps_it_sealed_with_its_accuracy(self, door: Visit) -> None:
        safety.record_position(
            visit=door, kind="check_in", **HERE, by=make.crew()[0], at=at("14:31")
        )
        with connection.cursor() as cursor:
            cursor.execute("select sealed, accuracy_m from visits_position")
            kept, accuracy = cursor.fetchone()
        assert "30.27" not in kept
        assert accuracy == 18
        assert "30.27" not in str(Event.objects.get(kind="position.kept").data)

    def test_is_refused_for_any_other_moment(self, door: Visit) -> None:
        by = make.crew()[0]
        with pytest.raises(WrongInput, match="alone"):
            safety.record_position(visit=door, kind="way", **HERE, by=by, at=at("14:31"))
        for kind in ("check_out", "sos"):
            with pytest.raises(StateRefused):
                safety.record_position(visit=door, kind=kind, **HERE, by=by, at=at("14:31"))
        assert not Position.objects.exists()

    def test_is_refused_by_the_database_for_any_other_kind(self, door: Visit) -> None:
        with pytest.raises(IntegrityError, match="position_kind_known"), transaction.atomic():
            Position(
                visit=door, kind="way", officer=make.crew()[0], sealed="1,1", accuracy_m=5,
                at=at("14:31"),
            ).save()  # fmt: skip

    @pytest.mark.parametrize(
        "wrong",
        [{"lat": "91"}, {"lon": "181"}, {"lat": "north"}, {"accuracy_m": -1}, {"lat": "NaN"}],
    )
    def test_is_refused_for_what_is_no_place(self, door: Visit, wrong: dict[str, Any]) -> None:
        with pytest.raises(WrongInput, match="no place on earth"):
            safety.record_position(
                visit=door, kind="check_in", **{**HERE, **wrong}, by=make.crew()[0], at=at("14:31")
            )

    def test_is_refused_to_whoever_was_not_there(self, door: Visit) -> None:
        with pytest.raises(WrongInput):
            safety.record_position(
                visit=door, kind="check_in", **HERE, by=make.supervisor(), at=at("14:31")
            )


class TestCloseIncident:
    def closing(self, **given: Any) -> None:
        given = {
            "done": "已核实，两人平安离开", "by": make.supervisor(), "at": at("16:00"),
            "incident": Incident.objects.get(), **given,
        }  # fmt: skip
        safety.close_incident(**given)

    def test_says_what_was_done_and_ticks_off_the_review(self, door: Visit) -> None:
        alarm = safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        safety.take_up_alarm(alarm=alarm, by=make.supervisor(), at=at("15:06"))
        self.closing()
        incident = Incident.objects.get()
        assert (incident.closed_by, incident.done) == (make.supervisor(), "已核实，两人平安离开")
        assert ("incident.review", "supervisor") not in duties(door)
        assert Hold.objects.get(case=door.case).ended_at is None
        assert Event.objects.get(kind="incident.closed").data["done"] == incident.done

    def test_is_refused_while_an_alarm_is_open(self, door: Visit) -> None:
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        with pytest.raises(WrongInput, match="still open"):
            self.closing()

    def test_is_refused_without_words_twice_and_to_whoever_may_not(self, door: Visit) -> None:
        alarm = safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        safety.take_up_alarm(alarm=alarm, by=make.supervisor(), at=at("15:06"))
        with pytest.raises(WrongInput, match="what was done"):
            self.closing(done="  ")
        with pytest.raises(WrongInput, match="was not there"):
            self.closing(by=make.crew()[0])
        with pytest.raises(RightRefused):
            self.closing(by=make.administrator())
        with pytest.raises(Outsider):
            self.closing(by=make.supervisor(in_team=make.team(name="成都一组"), username="far"))
        self.closing()
        with pytest.raises(StateRefused):
            self.closing(by=make.compliance_officer())


class TestDatabase:
    def test_lets_no_call_for_help_end_without_a_person(self, door: Visit) -> None:
        alarm = safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        with pytest.raises(IntegrityError, match="ends_by_a_person"), transaction.atomic():
            Alarm.objects.filter(pk=alarm.pk).update(ended_at=at("15:06"), ended_how="left")

    def test_asks_a_person_once_for_an_alarm(self, door: Visit) -> None:
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        sweep("15:05")
        sweep("15:05")
        assert AlarmCall.objects.count() == 1
