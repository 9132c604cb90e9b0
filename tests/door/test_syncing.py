"""What phones send: carried out once, in its order, at the moment at which it happened, or kept aside."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.urls import reverse

from cases.models import Case, Refusal
from door.models import Item
from tests import make, walk
from tests.door.cast import Phone, states
from timeline.models import Event
from visits.actions import planning
from visits.models import Consent, Position, Visit, VisitOfficer
from workflow.models import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def phone(clock: Any) -> Phone:
    clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
    return Phone(clock)


def again(visit: Visit) -> Visit:
    return Visit.objects.get(pk=visit.pk)


def way_there(phone: Phone, visit: Visit) -> list[str]:
    """Set out, arrive, ring, ask about the recording and who it is: as S8's phone kept it in the basement."""
    return [
        phone.say(visit, "depart", "2026-03-05 14:05", people="2", props="no"),
        phone.say(visit, "arrive", "2026-03-05 14:20", badge="021"),
        phone.say(visit, "arrive", "2026-03-05 14:21", badge="034"),
        phone.say(visit, "arrive", "2026-03-05 14:31", begin="1"),
        phone.say(visit, "recording", "2026-03-05 14:31:20", answer="yes"),
        phone.say(visit, "who", "2026-03-05 14:32", name_said="王海燕", second_fact="2427"),
    ]


def whole_visit(phone: Phone, visit: Visit) -> list[str]:
    """The doorstep part of S2 from setting out to the officers' confirmation."""
    papers = list(visit.case.papers.order_by("pk").values_list("pk", flat=True))
    return [
        *way_there(phone, visit),
        phone.say(visit, "credentials", "2026-03-05 14:33", badge="021", reaction="Read it closely"),
        phone.say(visit, "credentials", "2026-03-05 14:34", badge="034"),
        phone.say(visit, "willing", "2026-03-05 14:35", answer="yes"),
        phone.say(visit, "entry", "2026-03-05 14:37", answer="no"),
        *(phone.say(visit, "papers", "2026-03-05 14:38", paper=str(pk)) for pk in papers),
        phone.say(visit, "talk_open", "2026-03-05 14:40"),
        phone.say(
            visit, "talk", "2026-03-05 14:50", met="王海燕", reason="lost_work",
            willingness="ready", statement="我想还，但要分期。",
        ),
        phone.say(visit, "outcome", "2026-03-05 14:55", outcome="talked", why=""),
        phone.say(visit, "attest", "2026-03-05 14:57", badge="021"),
        phone.say(visit, "attest", "2026-03-05 14:58", badge="034"),
    ]  # fmt: skip


class TestTakeItems:
    def test_carries_out_a_whole_visit_at_the_moments_at_which_it_happened(
        self, phone: Phone
    ) -> None:
        visit = walk.noticed()
        phone.take(visit)
        results = phone.send(*whole_visit(phone, visit), at="2026-03-05 15:05")
        assert set(states(results)) == {"applied"}
        visit = again(visit)
        assert (visit.state, visit.outcome) == ("finished", "talked")
        assert visit.started_at == make.moment("2026-03-05 14:31")
        assert visit.finished_at == make.moment("2026-03-05 14:55")
        assert phone.facts[visit.reference]["question"] == "done"
        started = Event.objects.get(kind="visit.started")
        assert started.occurred_at == make.moment("2026-03-05 14:31")

    def test_reckons_the_phone_s_clock_by_how_far_it_is_off(self, clock: Any) -> None:
        clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
        phone, visit = Phone(clock, drift=timedelta(minutes=7)), walk.noticed()
        phone.take(visit)
        phone.send(*way_there(phone, visit), at="2026-03-05 15:05")
        assert again(visit).started_at == make.moment("2026-03-05 14:31")
        item = Item.objects.get(question="who")
        assert item.drift_seconds == 7 * 60
        assert item.device_at == make.moment("2026-03-05 14:39")
        assert item.happened_at == make.moment("2026-03-05 14:32")
        assert item.received_at - make.moment("2026-03-05 15:05") < timedelta(seconds=9)

    def test_shows_both_clocks_and_how_sure_the_place_is(self, clock: Any) -> None:
        clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
        phone, visit = Phone(clock, drift=timedelta(minutes=7)), walk.noticed()
        phone.take(visit)
        here = {"lat": 30.25012, "lon": 120.16524, "accuracy_m": 18}
        items = [
            phone.say(visit, "depart", "2026-03-05 14:05", people="2", props="no"),
            phone.say(visit, "arrive", "2026-03-05 14:22", position=here, badge="021"),
        ]
        assert states(phone.send(*items, at="2026-03-05 15:05")) == ["applied", "applied"]
        page = phone.client.get(reverse("door:sent", args=[visit.reference])).content.decode()
        for words in ("14:22", "14:29", "420 s", "15:05", "± 18 m"):
            assert words in page
        assert Position.objects.get(kind="check_in").accuracy_m == 18

    def test_answers_the_same_text_again_as_it_did_first(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        items = way_there(phone, visit)
        first = phone.send(*items, at="2026-03-05 15:05")
        events = Event.objects.count()
        assert phone.send(*items, at="2026-03-05 15:06") == first
        assert Event.objects.count() == events
        assert Item.objects.count() == 6

    def test_does_nothing_a_second_time_when_its_answer_was_lost_in_a_crash(
        self, phone: Phone
    ) -> None:
        visit = walk.noticed()
        phone.take(visit)
        items = way_there(phone, visit)
        phone.send(*items, at="2026-03-05 15:05")
        Item.objects.update(state="kept", why="")  # as if the house had died before it noted so
        events = Event.objects.count()
        assert set(states(phone.send(*items, at="2026-03-05 15:06"))) == {"applied"}
        assert Event.objects.count() == events

    def test_keeps_something_else_under_the_same_number_beside_the_first(
        self, phone: Phone
    ) -> None:
        visit = walk.noticed()
        phone.take(visit)
        first = phone.say(visit, "depart", "2026-03-05 14:05", people="2", props="no")
        other = json.dumps({**json.loads(first), "data": {"people": ["3"], "props": ["no"]}})
        assert states(phone.send(first, other, at="2026-03-05 14:10")) == ["applied", "conflict"]
        assert again(visit).people_going == 2
        assert states(phone.send(other)) == ["conflict"]

    def test_holds_what_comes_too_soon_until_what_comes_before_it_is_there(
        self, phone: Phone
    ) -> None:
        visit = walk.noticed()
        phone.take(visit)
        items = way_there(phone, visit)
        assert states(phone.send(*reversed(items[1:]), at="2026-03-05 15:05")) == ["kept"] * 5
        assert states(phone.send(items[0])) == ["applied"]
        assert set(states(phone.send(*items))) == {"applied"}
        assert again(visit).identified_at == make.moment("2026-03-05 14:32")

    def test_believes_no_clock_that_is_ahead_of_the_house(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        near = phone.say(visit, "depart", "2026-03-05 14:01:59", people="2", props="no")
        assert states(phone.send(near, at="2026-03-05 14:00")) == ["applied"]
        far = phone.say(visit, "arrive", "2026-03-05 14:22:01", badge="021")
        assert states(phone.send(far, at="2026-03-05 14:20")) == ["conflict"]
        assert not VisitOfficer.objects.exclude(checked_in_at=None).exists()

    def test_believes_nothing_from_before_the_phone_took_anything_along(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        item = phone.say(visit, "depart", "2026-03-05 13:57:59", people="2", props="no")
        assert states(phone.send(item, at="2026-03-05 14:10")) == ["conflict"]
        assert again(visit).departed_at is None

    def test_believes_no_clock_that_was_moved_back_meanwhile(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        first = phone.say(visit, "depart", "2026-03-05 14:05", people="2", props="no")
        second = phone.say(visit, "arrive", "2026-03-05 14:04", badge="021")
        assert states(phone.send(first, second, at="2026-03-05 14:10")) == ["applied", "conflict"]

    def test_shows_the_card_with_the_rule_where_a_rule_refuses(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        phone.send(*way_there(phone, visit)[:2], at="2026-03-05 14:20")
        alone = phone.say(visit, "arrive", "2026-03-05 14:31", begin="1")
        [result] = phone.send(alone, at="2026-03-05 14:31")
        assert result["state"] == "refused"
        assert "ST-" in result["html"]
        assert again(visit).state == "noticed"
        assert Event.objects.filter(kind="policy.refused").exists()

    def test_calls_nobody_for_what_was_refused_before_the_officers_eyes(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        phone.send(*way_there(phone, visit)[:2], at="2026-03-05 14:20")
        alone = phone.say(visit, "arrive", "2026-03-05 14:31", begin="1")
        phone.send(alone, at="2026-03-05 14:31")
        assert not Duty.objects.filter(kind="door.settle").exists()
        both = [
            phone.say(visit, "arrive", "2026-03-05 14:32", badge="034"),
            phone.say(visit, "arrive", "2026-03-05 14:33", begin="1"),
        ]
        assert states(phone.send(*both, at="2026-03-05 14:33")) == ["applied", "applied"]
        assert Item.objects.get(state="refused").settled == "anew"

    def test_calls_a_supervisor_where_the_office_cancelled_the_visit_meanwhile(
        self, phone: Phone
    ) -> None:
        visit = walk.noticed()
        phone.take(visit)
        planning.cancel_visit(
            visit=visit, why="债务人来电", by=make.clerk(), at=make.moment("2026-03-05 14:02")
        )
        results = phone.send(*way_there(phone, visit), at="2026-03-05 15:05")
        assert set(states(results)) == {"conflict"}
        assert "cancelled in the office" in results[0]["why"]
        assert again(visit).state == "cancelled"
        assert Duty.objects.filter(kind="door.settle", role="supervisor").count() == 6
        told = Event.objects.filter(kind="door.set_aside").first()
        assert told is not None
        assert told.data["question"] == "depart"

    def test_takes_a_colleague_s_word_for_what_both_phones_say(self, clock: Any) -> None:
        clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
        visit = walk.noticed()
        one, two = (Phone(clock, who) for who in make.crew())
        for phone in (one, two):
            phone.take(visit)
        one.send(*way_there(one, visit), at="2026-03-05 15:05")
        assert set(states(two.send(*way_there(two, visit), at="2026-03-05 15:06"))) <= {
            "applied",
            "conflict",  # a second answer to "how many of you go"
        }
        assert Event.objects.filter(kind="visit.started").count() == 1
        assert Event.objects.filter(kind="debtor.identified").count() == 1

    def test_tells_a_stranger_of_no_visit(self, clock: Any) -> None:
        clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
        visit = walk.noticed()
        other = make.user(
            username="o8", role="officer", in_team=make.team(name="成都一组"), badge="088"
        )
        phone = Phone(clock, other)
        item = phone.say(visit, "way:refused", "2026-03-05 14:00")
        [result] = phone.send(item)
        none = json.dumps({**json.loads(item), "visit": "V-0"})
        [absent] = phone.send(none)
        assert (result["state"], result["why"]) == (absent["state"], absent["why"])
        assert not Item.objects.exists()

    def test_keeps_what_an_officer_sends_who_was_sent_elsewhere_meanwhile(
        self, phone: Phone
    ) -> None:
        visit = walk.noticed()
        phone.take(visit)
        items = way_there(phone, visit)
        phone.who.team = make.team(name="成都一组")
        phone.who.save(update_fields=["team"])
        assert set(states(phone.send(*items, at="2026-03-05 15:05"))) <= {"refused", "kept"}
        assert Item.objects.count() == 6

    @pytest.mark.parametrize(
        "text",
        ["", "{", "[]", "null", "3", '{"id": 1}', '{"id":"x","seq":-1}', "[" * 5000, "\u0000", 7, None],
    )  # fmt: skip
    def test_says_of_nonsense_that_it_is_none(self, phone: Phone, text: Any) -> None:
        answer = phone.post("items", body={"device": str(phone.device), "items": [text]})
        assert answer.status_code == 200
        assert states(answer.json()["results"]) == ["refused"]
        assert not Item.objects.exists()

    def test_wants_to_know_the_phone_s_clock(self, phone: Phone) -> None:
        answer = phone.client.post(
            "/door/app/items/",
            json.dumps({"device": str(phone.device), "items": []}),
            content_type="application/json",
        )
        assert answer.status_code == 422


class TestRefusal:
    def test_ends_the_visit_at_the_moment_at_which_the_debtor_said_so(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        said = [
            *way_there(phone, visit)[:4],
            phone.say(visit, "way:refused", "2026-03-05 14:33", remark="不同意上门"),
        ]
        assert set(states(phone.send(*said, at="2026-03-05 15:05"))) == {"applied"}
        visit = again(visit)
        assert (visit.outcome, visit.finished_at) == ("refused", make.moment("2026-03-05 14:33"))
        assert Refusal.objects.get().remark == "不同意上门"

    def test_says_when_it_reached_the_office_and_called_off_the_rest(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        phone.send(phone.say(visit, "way:leave", "2026-03-05 14:33"), at="2026-03-05 15:05")
        refusal = Refusal.objects.get()
        assert refusal.at == make.moment("2026-03-05 14:33")
        late = refusal.honoured_at - make.moment("2026-03-05 15:05")
        assert timedelta() <= late < timedelta(minutes=1)

    @pytest.mark.parametrize("way", ["way:refused", "way:leave"])
    def test_is_honoured_where_the_visit_had_not_begun(self, phone: Phone, way: str) -> None:
        visit = walk.noticed()
        phone.take(visit)
        item = phone.say(visit, way, "2026-03-05 14:33", remark="不同意上门")
        assert states(phone.send(item, at="2026-03-05 15:05")) == ["applied"]
        assert Refusal.objects.count() == 1
        assert again(visit).state == "cancelled"
        assert Case.objects.get().refused_until is not None

    def test_is_honoured_whatever_the_phone_s_clock_says(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        item = phone.say(visit, "way:refused", "2026-03-06 14:33", remark="不同意上门")
        assert states(phone.send(item, at="2026-03-05 15:05")) == ["conflict"]
        assert Refusal.objects.get().at - make.moment("2026-03-05 15:05") < timedelta(seconds=9)
        assert states(phone.send(item, at="2026-03-05 15:06")) == ["conflict"]
        assert Refusal.objects.count() == 1

    def test_is_honoured_once_when_both_phones_tell_of_it(self, clock: Any) -> None:
        clock.set("2026-03-05T14:32", zone="Asia/Shanghai")
        visit = walk.at_the_door()
        for who in make.crew():
            phone = Phone(clock, who)
            item = phone.say(visit, "way:refused", "2026-03-05 14:33")
            assert states(phone.send(item, at="2026-03-05 14:40")) == ["applied"]
        assert Refusal.objects.count() == 1


class TestOldOrder:
    def test_counts_from_a_phone_that_asks_about_the_recording_later(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        items = [
            *way_there(phone, visit)[:4],
            phone.say(visit, "who", "2026-03-05 14:32", name_said="王海燕", second_fact="2427"),
            phone.say(visit, "credentials", "2026-03-05 14:33", badge="021"),
            phone.say(visit, "credentials", "2026-03-05 14:34", badge="034"),
            phone.say(visit, "willing", "2026-03-05 14:35", answer="yes"),
            phone.say(visit, "recording", "2026-03-05 14:36", answer="yes"),
            phone.say(visit, "entry", "2026-03-05 14:37", answer="no"),
        ]
        assert phone.send(*items, at="2026-03-05 15:05")
        assert set(Item.objects.values_list("state", flat=True)) == {"applied"}
        assert Consent.objects.get(visit=visit, kind="recording").by_whom == "王海燕"


class TestThirdParty:
    def test_ends_the_visit_as_not_met(self, clock: Any) -> None:
        clock.set("2026-03-05T14:32", zone="Asia/Shanghai")
        visit, phone = walk.at_the_door(), Phone(clock)
        item = phone.say(visit, "third-party", "2026-03-05 14:32", left="sealed_note")
        assert states(phone.send(item)) == ["applied"]
        assert again(visit).outcome == "someone_else"
        assert Event.objects.get(kind="third_party.present").data["left"] == "sealed_note"

    def test_ends_it_for_another_time_where_the_debtor_was_met(self, clock: Any) -> None:
        clock.set("2026-03-05T14:36", zone="Asia/Shanghai")
        visit, phone = walk.talking(), Phone(clock)
        item = phone.say(visit, "third-party", "2026-03-05 14:36", left="nothing")
        assert states(phone.send(item)) == ["applied"]
        assert again(visit).outcome == "postponed"

    def test_goes_on_when_the_person_came_after_all(self, clock: Any) -> None:
        clock.set("2026-03-05T14:32", zone="Asia/Shanghai")
        visit, phone = walk.at_the_door(), Phone(clock)
        item = phone.say(visit, "third-party", "2026-03-05 14:32", left="back")
        assert states(phone.send(item)) == ["applied"]
        assert again(visit).state == "started"
        assert Event.objects.filter(kind="third_party.present").exists()


class TestConsent:
    def test_is_taken_back_at_any_time_also_after_the_visit(self, clock: Any) -> None:
        clock.set("2026-03-05T14:36", zone="Asia/Shanghai")
        visit, phone = walk.talking(), Phone(clock)
        items = [
            phone.say(visit, "way:later", "2026-03-05 14:37"),
            phone.say(visit, "consent", "2026-03-05 14:39", kind="recording", answer="no"),
        ]
        assert states(phone.send(*items, at="2026-03-05 14:40")) == ["applied", "applied"]
        last = Consent.objects.filter(visit=visit, kind="recording").last()
        assert last is not None
        assert (last.given, last.at) == (False, make.moment("2026-03-05 14:39"))
        assert Event.objects.filter(kind="consent.withdrawn").count() == 1

    def test_is_not_given_back_by_an_answer_that_comes_late(self, clock: Any) -> None:
        clock.set("2026-03-05T14:36", zone="Asia/Shanghai")
        visit = walk.talking()
        one, two = (Phone(clock, who) for who in make.crew())
        taken_back = two.say(visit, "consent", "2026-03-05 14:39", kind="recording", answer="no")
        two.send(taken_back, at="2026-03-05 14:40")
        earlier = one.say(visit, "consent", "2026-03-05 14:38", kind="recording", answer="yes")
        assert states(one.send(earlier, at="2026-03-05 14:50")) == ["conflict"]
        last = Consent.objects.filter(visit=visit, kind="recording").last()
        assert last is not None
        assert not last.given


class TestCorrection:
    def test_changes_the_number_as_the_debtor_said_it(self, phone: Phone) -> None:
        visit = walk.noticed()
        point = phone.take(visit)["contacts"][0]
        item = phone.say(
            visit, "contact", "2026-03-05 14:40", id=str(point["id"]), stamp=point["stamp"],
            value="139 0000 1111",
        )  # fmt: skip
        assert states(phone.send(item, at="2026-03-05 14:41")) == ["applied"]
        number = visit.case.debtor.contact_points.get(pk=point["id"])
        assert (number.value, number.source) == ("139 0000 1111", "debtor")
        assert Event.objects.filter(kind="contact_point.corrected").count() == 1

    def test_stands_beside_what_the_office_wrote_meanwhile(self, phone: Phone) -> None:
        visit = walk.noticed()
        point = phone.take(visit)["contacts"][0]
        number = visit.case.debtor.contact_points.get(pk=point["id"])
        number.value = "138 7777 8888"
        number.save(update_fields=["value"])
        item = phone.say(
            visit, "contact", "2026-03-05 14:40", id=str(point["id"]), stamp=point["stamp"],
            value="139 0000 1111",
        )  # fmt: skip
        assert states(phone.send(item, at="2026-03-05 15:05")) == ["conflict"]
        number.refresh_from_db()
        assert number.value == "138 7777 8888"
        assert Duty.objects.filter(kind="door.settle").exists()


class TestBusyHouse:
    def test_says_ask_again_where_the_database_is_busy(
        self, phone: Phone, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def busy(*_args: Any, **_given: Any) -> None:
            raise OperationalError("canceling statement due to lock timeout")

        monkeypatch.setattr("door.views.take_items", busy)
        answer = phone.post("items", body={"device": str(phone.device), "items": []})
        assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
