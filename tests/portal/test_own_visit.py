"""The visit in the debtor's hands: it suits, another time or place, one way alone, or no visit at all."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.actions import preferring
from cases.actions.calling import begin_call
from cases.models import Refusal
from notices import relay
from notices.models import Notice, StaffMessage
from notices.ways import all_ways_of, by_channel
from people.models import Address, ContactPoint, OfficerCredential
from tests import make, walk
from tests.notices.cast import chain_holds, queued
from tests.portal.own_cast import TUESDAY, Inside, inside
from visits.finding import Finder
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import WrongInput

pytestmark = pytest.mark.django_db

HANGZHOU = ZoneInfo("Asia/Shanghai")
SATURDAY = make.moment("2026-03-07 10:00")


@pytest.fixture(autouse=True)
def at(clock: Any) -> Any:
    """Tuesday evening, two days before the visit."""
    clock.set(TUESDAY)
    return clock


@pytest.fixture
def visit() -> Visit:
    return walk.noticed()


@pytest.fixture
def came(visit: Visit) -> Inside:
    return inside(visit.case, TUESDAY)


def starts(visit: Visit, place: Address | None = None) -> list[datetime]:
    found = Finder(visit, place or visit.place, TUESDAY).days()
    return [slot.starts_at.astimezone(HANGZHOU) for _day, slots in found for slot in slots]


def again(visit: Visit) -> Visit:
    return Visit.objects.select_related("case", "place").get(pk=visit.pk)


class TestFinder:
    def test_offers_lawful_hours_alone(self, visit: Visit) -> None:
        found = starts(visit)
        assert found
        assert {one.hour for one in found} <= set(range(8, 20))
        assert all(one.weekday() != 6 for one in found)

    def test_keeps_the_lead_time_of_a_notice_that_is_still_to_come(self, visit: Visit) -> None:
        first = min(starts(visit))
        assert first >= (TUESDAY + timedelta(hours=72)).astimezone(HANGZHOU)
        assert first == datetime(2026, 3, 7, 8, tzinfo=HANGZHOU)

    def test_leaves_out_hours_at_which_too_few_officers_are_free(self, visit: Visit) -> None:
        walk.planned(
            case=make.prepared_case(reference="HZ-2026-0912", external_reference="N-2"),
            starts_at=SATURDAY, at=TUESDAY,
        )  # fmt: skip
        hours = {one.hour for one in starts(visit) if one.day == 7}
        assert 10 not in hours
        assert 11 in hours

    def test_sends_somebody_else_where_one_of_them_is_not_free(self, visit: Visit) -> None:
        third = make.officer(badge="055", full_name="赵强")
        walk.planned(
            case=make.prepared_case(reference="HZ-2026-0912", external_reference="N-2"),
            starts_at=SATURDAY, at=TUESDAY, officers=[make.crew()[0], make.officer(badge="077", full_name="钱勇")],
        )  # fmt: skip
        slot = Finder(visit, visit.place, TUESDAY).slot_at(SATURDAY)
        assert slot is not None
        assert {one.badge for one in slot.officers} == {"034", third.badge}

    def test_sends_nobody_whose_permit_ends_before(self, visit: Visit) -> None:
        OfficerCredential.objects.filter(officer__badge="034", kind="permit").update(
            valid_until="2026-03-06"
        )
        assert starts(visit) == []
        make.officer(badge="055", full_name="赵强")
        slot = Finder(visit, visit.place, TUESDAY).slot_at(SATURDAY)
        assert slot is not None
        assert {one.badge for one in slot.officers} == {"021", "055"}

    def test_asks_the_database_the_same_for_one_day_and_for_all(
        self, visit: Visit, django_assert_max_num_queries: Any
    ) -> None:
        with django_assert_max_num_queries(8):
            list(Finder(visit, visit.place, TUESDAY).days())


class TestMeeting:
    def test_shows_who_comes_and_when(self, came: Inside) -> None:
        text = came.read("meeting")
        for word in (
            "Thu 5 Mar 2026, 14:30",
            "李伟",
            "Badge 021",
            "王芳",
            "This time suits me",
        ):
            assert word in text, word

    def test_does_not_show_a_visit_of_which_nobody_was_told(self) -> None:
        planned = walk.planned()
        came = inside(planned.case, TUESDAY)
        assert "No visit is planned." in came.read("meeting")
        assert came.get("move").status_code == 404

    def test_is_confirmed_once(self, came: Inside, visit: Visit) -> None:
        for _press in range(2):
            assert came.post("confirm").status_code == 302
        assert again(visit).confirmed_at == TUESDAY or again(visit).confirmed_at
        (told,) = came.told("visit.confirmed")
        assert told == {"reference": visit.reference, "link": came.link.pk}
        assert "You said that this time suits you." in came.read("meeting")


class TestMove:
    """S17: the debtor moves the visit to Saturday, to a tea house, without any login."""

    def moved(self, came: Inside) -> Any:
        answer = came.post("move", city="杭州", text="青藤茶馆（元华店）")
        [place] = [one for one in Address.objects.all() if one.text == "青藤茶馆（元华店）"]
        assert answer.headers["Location"].endswith(f"?place={place.pk}")
        text = came.read("move", query=f"?place={place.pk}")
        assert "Sat 7 Mar 2026" in text
        return came.post("move", place=str(place.pk), starts_at=SATURDAY.isoformat())

    def test_goes_to_the_time_and_the_place_that_were_chosen(
        self, came: Inside, visit: Visit
    ) -> None:
        answer = self.moved(came)
        assert answer.headers["Location"] == came.address("meeting") + "?said=1"
        now = again(visit)
        assert (now.starts_at, now.ends_at) == (SATURDAY, SATURDAY + timedelta(hours=1))
        assert (now.place_kind, str(now.place)) == ("agreed", "杭州青藤茶馆（元华店）")
        assert (now.place.source, now.place.consented) == ("debtor", True)

    def test_is_on_the_timeline_with_the_link(self, came: Inside) -> None:
        self.moved(came)
        (told,) = came.told("visit.moved")
        assert told["link"] == came.link.pk
        assert came.told("address.added")[-1]["link"] == came.link.pk
        assert chain_holds(came.case)

    def test_tells_both_officers_once(self, came: Inside) -> None:
        self.moved(came)
        rows = StaffMessage.objects.filter(kind="visit")
        assert sorted(row.person.badge for row in rows) == ["021", "034"]
        for row in rows:
            assert "10:00" in row.text
            assert "王海燕" not in row.text + row.subject

    def test_announces_it_anew_at_once(self, came: Inside, visit: Visit) -> None:
        self.moved(came)
        now = again(visit)
        assert now.state == "announced"
        new = now.notices.filter(state="queued")
        assert {one.channel for one in new} == {"portal"}
        relay.send_due(TUESDAY + timedelta(minutes=1))
        text = came.read("meeting")
        assert "Sat 7 Mar 2026, 10:00" in text
        now = again(visit)
        assert (now.state, now.case.state) == ("noticed", "notice")
        assert chain_holds(came.case)

    def test_offers_and_takes_no_unlawful_time(self, came: Inside, visit: Visit) -> None:
        for wrong in ("2026-03-08 10:00", "2026-03-07 21:00", "2026-03-05 10:00"):
            answer = came.post(
                "move", place=str(visit.place_id), starts_at=make.moment(wrong).isoformat()
            )
            assert answer.status_code == 422, wrong
        assert again(visit).starts_at == walk.VISIT_AT

    @pytest.mark.parametrize("given", ["", "x", "2026-03-07T10:00", "9999-99-99", "0"])
    def test_bears_any_words(self, came: Inside, given: str, visit: Visit) -> None:
        for place in (str(visit.place_id), "abc", "999999999"):
            answer = came.post("move", place=place, starts_at=given)
            assert answer.status_code in {302, 422}
        assert again(visit).starts_at == walk.VISIT_AT

    def test_says_so_where_the_time_was_taken_meanwhile(self, came: Inside, visit: Visit) -> None:
        walk.planned(
            case=make.prepared_case(reference="HZ-2026-0912", external_reference="N-2"),
            starts_at=SATURDAY, at=TUESDAY,
        )  # fmt: skip
        answer = came.post("move", place=str(visit.place_id), starts_at=SATURDAY.isoformat())
        assert answer.status_code == 422
        assert "not free any more" in answer.content.decode()

    def test_is_not_there_once_they_stand_at_the_door(self, clock: Any) -> None:
        there = walk.at_the_door()
        clock.set(make.moment("2026-03-05 14:33"))
        came = inside(there.case, make.moment("2026-03-05 14:33"))
        assert came.get("move").status_code == 404

    def test_asks_a_clerk_where_no_way_is_open(self, came: Inside, visit: Visit) -> None:
        ContactPoint.objects.update(do_not_contact=True)
        Address.objects.filter(person=came.case.debtor).update(kind="agreed")
        place = visit.place
        place.refresh_from_db()
        Address.objects.filter(pk=place.pk).update(source="contract")
        Address.objects.exclude(pk=place.pk).delete()
        from visits.actions.debtors import move_to

        case = came.now()
        case.only_by = "sms"
        case.save(update_fields=["only_by"])
        move_to(visit=again(visit), place=place, starts_at=SATURDAY, by=came_by(), at=TUESDAY)
        duty = Duty.objects.get(case=case, kind="visit.announce_anew")
        assert (duty.role, duty.due_at) == ("clerk", TUESDAY + timedelta(hours=4))


def came_by() -> Any:
    from people.models import User

    return User.objects.system()


class TestRefuse:
    def test_cancels_bars_and_suppresses_in_one_press(self, came: Inside, visit: Visit) -> None:
        waiting = queued(came.case, due_at=TUESDAY + timedelta(days=1), at=TUESDAY)
        assert came.post("refuse").status_code == 302
        waiting.refresh_from_db()
        assert (again(visit).state, waiting.state) == ("cancelled", "suppressed")
        refusal = Refusal.objects.get(case=came.case)
        assert refusal.how == "in_writing"
        (told,) = came.told("refusal.recorded")
        assert told["link"] == came.link.pk
        assert "You said that nobody should visit you." in came.read("meeting")
        assert "You said that nobody should visit you." in came.read("home")
        assert chain_holds(came.case)


class TestOneWay:
    @pytest.fixture
    def waiting(self, came: Inside) -> dict[str, Notice]:
        tomorrow = TUESDAY + timedelta(days=1)
        return {
            channel: queued(came.case, channel=channel, key=channel, due_at=tomorrow, at=TUESDAY)
            for channel in ("email", "letter")
        }

    def test_turns_what_waits_elsewhere_into_suppressed_notices(
        self, came: Inside, waiting: dict[str, Notice]
    ) -> None:
        assert came.post("one_way", channel="email").status_code == 302
        for notice in waiting.values():
            notice.refresh_from_db()
        assert (waiting["email"].state, waiting["letter"].state) == ("queued", "suppressed")
        assert came.told("channel.chosen") == [{"channel": "email", "link": came.link.pk}]
        assert "You asked for this alone: E-mail." in came.read("meeting")
        assert chain_holds(came.case)

    def test_holds_for_all_that_comes(self, came: Inside) -> None:
        came.post("one_way", channel="email")
        case = came.now()
        assert by_channel(case, "letter", TUESDAY) is None
        assert {way.means for way in all_ways_of(case, TUESDAY)} == {"email"}
        late = queued(case, channel="letter", key="late", at=TUESDAY)
        from notices.actions import unreachable

        late.case = case
        assert unreachable(late)

    def test_stops_calls_to_the_debtor_too(self, came: Inside) -> None:
        came.post("one_way", channel="email")
        point = ContactPoint.objects.get(person=came.case.debtor, channel="phone")
        with pytest.raises(WrongInput):
            begin_call(case=came.now(), point=point, by=make.clerk(), at=TUESDAY)

    def test_is_taken_back_by_the_debtor(self, came: Inside) -> None:
        came.post("one_way", channel="email")
        came.post("one_way", channel="")
        assert by_channel(came.now(), "letter", TUESDAY) is not None

    def test_offers_only_ways_that_are_open(self, came: Inside) -> None:
        assert set(preferring.choices_of(came.case, TUESDAY)) == {"email", "letter"}
        assert came.post("one_way", channel="sms").status_code == 422
        assert came.now().only_by == ""
