"""The pages of the officers' safety: one tap at the door, and who answers at the desk."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from people.models import User
from tests import make, walk
from visits.actions import safety
from visits.models import Alarm, Incident, Position, SignOfLife, Visit

pytestmark = pytest.mark.django_db


def at(clock: str) -> datetime:
    return make.moment(f"2026-03-05 {clock}")


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


@pytest.fixture
def browser_of(clock: Any) -> Callable[..., Client]:
    def signed_in(who: User, moment: str, language: str = "en") -> Client:
        clock.set(f"2026-03-05T{moment}", zone="Asia/Shanghai")
        client = Client()
        client.force_login(who)
        client.cookies["django_language"] = language
        return client

    return signed_in


@pytest.fixture
def door() -> Visit:
    make.supervisor()
    make.compliance_officer()
    return walk.at_the_door(at=at("14:30"))


def words(answer: Any) -> str:
    html = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def missed(clock: str) -> Alarm:
    system = User.objects.system()
    safety.ask_after_officers(at=at(clock), by=system)
    safety.climb_alarms(at=at(clock), by=system)
    return Alarm.objects.get()


class TestAtTheDoor:
    def test_every_screen_says_by_when_and_one_tap_answers(
        self, browser_of: Any, door: Visit
    ) -> None:
        phone = browser_of(make.crew()[0], "14:40")
        screen = phone.get(reverse("visits:door", args=[door.reference]))
        assert "Say by 14:50 that you are well." in words(screen)
        address = reverse("visits:check_in", args=[door.reference])
        assert f'action="{address}"' in screen.content.decode()
        answer = phone.post(
            address,
            {"guard_key": "k", "lat": "30.274085", "lon": "120.15507", "accuracy_m": "18.4"},
            follow=True,
        )
        assert "Noted at 14:40. Say so again by 15:00." in words(answer)
        assert (SignOfLife.objects.count(), Position.objects.get().accuracy_m) == (1, 18)
        phone.post(address, {"guard_key": "k"})
        assert SignOfLife.objects.count() == 1

    def test_a_place_that_cannot_be_read_stops_neither_sign_nor_call(
        self, browser_of: Any, door: Visit
    ) -> None:
        phone = browser_of(make.crew()[0], "14:40")
        wrong = {"lat": "north", "lon": "<b>", "accuracy_m": "\x00"}
        for name in ("check_in", "sos"):
            address = reverse(f"visits:{name}", args=[door.reference])
            assert phone.post(address, {"guard_key": name, **wrong}).status_code == 302
        assert not Position.objects.exists()
        assert again(door).outcome == "unsafe"

    def test_help_is_one_tap_on_every_screen_and_then_says_who_was_told(
        self, browser_of: Any, door: Visit
    ) -> None:
        phone = browser_of(make.crew()[0], "15:05")
        screen = phone.get(reverse("visits:door", args=[door.reference])).content.decode()
        address = reverse("visits:sos", args=[door.reference])
        form = re.search(rf'<form[^>]*action="{address}"[^>]*>', screen)
        assert form
        assert "data-confirm" not in form[0]
        answer = phone.post(
            address,
            {"guard_key": "k", "lat": "30.274085", "lon": "120.15507", "accuracy_m": "18"},
            follow=True,
        )
        said = words(answer)
        for part in ("Help was called", "周敏", "王芳 034", "30.274085, 120.155070", "± 18 m"):
            assert part in said
        assert "李伟" not in said.split("Help was called")[-1]
        safety.take_up_alarm(alarm=Alarm.objects.get(), by=make.supervisor(), at=at("15:06"))
        assert "周敏 is looking after you" in words(phone.get(address))

    def test_help_counts_though_the_case_was_moved_meanwhile(
        self, browser_of: Any, door: Visit
    ) -> None:
        phone = browser_of(make.crew()[0], "15:05")
        screen = phone.get(reverse("visits:door", args=[door.reference])).content.decode()
        address = reverse("visits:sos", args=[door.reference])
        form = screen.split(f'action="{address}"')[1].split("</form>")[0]
        assert "guard_key" in form
        assert "guard_version" not in form

    def test_shows_the_police_of_the_place(self, browser_of: Any) -> None:
        make.supervisor()
        visit = walk.at_the_door(at=at("14:30"))
        type(visit.case).objects.filter(pk=visit.case_id).update(packs=["cn"])
        phone = browser_of(make.crew()[0], "14:40")
        page = phone.get(reverse("visits:sos", args=[visit.reference])).content.decode()
        assert 'href="tel:110"' in page


class TestAlarmBar:
    def test_shows_to_those_who_were_asked_and_to_nobody_else(
        self, browser_of: Any, door: Visit
    ) -> None:
        bar = reverse("visits:alarm_bar")
        missed("14:50")
        crew, chief = make.crew()[0], make.supervisor()
        assert "Are you well?" in words(browser_of(crew, "14:50").get(bar))
        assert words(browser_of(chief, "14:50").get(bar)) == ""
        safety.climb_alarms(at=at("14:55"), by=User.objects.system())
        assert "No check-in since 14:50" in words(browser_of(chief, "14:55").get(bar))
        assert words(browser_of(make.clerk(), "14:55").get(bar)) == ""
        safety.take_up_alarm(alarm=Alarm.objects.get(), by=chief, at=at("14:56"))
        assert words(browser_of(chief, "14:56").get(bar)) == ""

    def test_says_the_day_of_an_alarm_that_began_before_today(
        self, browser_of: Any, door: Visit, clock: Any
    ) -> None:
        missed("14:55")
        desk = browser_of(make.supervisor(), "14:55")
        clock.set("2026-03-06T08:00", zone="Asia/Shanghai")
        assert "since Thu 5 Mar, 14:50" in words(desk.get(reverse("visits:alarm_bar")))
        page = words(desk.get(reverse("visits:safety")))
        assert page.count("Thu 5 Mar, 14:50") == 2, page  # the alarm, and by when they owed a sign

    def test_gives_numbers_that_a_phone_can_dial(self, browser_of: Any, door: Visit) -> None:
        User.objects.filter(pk__in=[one.pk for one in make.crew()]).update(phone="0571-8800 0099")
        page = browser_of(make.supervisor(), "14:40").get(reverse("visits:safety"))
        assert 'href="tel:0571-88000099">0571-8800 0099<' in page.content.decode()

    def test_is_asked_for_on_every_page_of_those_who_may_be_asked(
        self, browser_of: Any, door: Visit
    ) -> None:
        place = f'hx-get="{reverse("visits:alarm_bar")}"'
        for who, there in ((make.supervisor(), True), (make.clerk(), False)):
            page = browser_of(who, "14:40").get(reverse("desk:work")).content.decode()
            assert (place in page) is there

    def test_leads_officers_who_called_for_help_to_who_answers(
        self, browser_of: Any, door: Visit
    ) -> None:
        missed("14:55")
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        for officer in make.crew():
            bar = browser_of(officer, "15:05").get(reverse("visits:alarm_bar"))
            assert words(bar) == "Help was called. See who answers."


class TestAtTheDesk:
    def test_lists_alarms_who_is_out_and_incidents(self, browser_of: Any, door: Visit) -> None:
        desk = browser_of(make.supervisor(), "14:45")
        page = desk.get(reverse("visits:safety"))
        assert "李伟 021" in words(page)
        assert "14:50" in words(page)
        assert page.context["out"][0][2] is False
        missed("14:55")
        desk = browser_of(make.supervisor(), "14:55")
        page = desk.get(reverse("visits:safety"))
        assert page.context["out"][0][2] is True
        assert "due since 14:50" in words(page)
        assert reverse("visits:alarm", args=[Alarm.objects.get().pk]) in page.content.decode()

    def test_an_alarm_is_taken_up_in_one_form_and_the_second_person_is_told(
        self, browser_of: Any, door: Visit
    ) -> None:
        alarm = missed("14:55")
        address = reverse("visits:alarm", args=[alarm.pk])
        chief = browser_of(make.supervisor(), "14:56")
        page = chief.get(address)
        assert "0571-8800 0099" in words(page)
        answer = chief.post(address, {"guard_key": "k", "said": "已通话"}, follow=True)
        assert "The alarm is yours" in words(answer)
        other = browser_of(make.compliance_officer(), "14:57")
        late = other.post(address, {"guard_key": "k2", "said": ""})
        assert late.status_code == 409
        assert again(alarm).taken_up_by == make.supervisor()

    def test_an_incident_is_closed_by_a_supervisor_with_what_was_done(
        self, browser_of: Any, door: Visit
    ) -> None:
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"), remark="有人威胁")
        safety.take_up_alarm(alarm=Alarm.objects.get(), by=make.supervisor(), at=at("15:06"))
        incident = Incident.objects.get()
        desk = browser_of(make.supervisor(), "16:00")
        page = desk.get(incident.get_absolute_url())
        assert "有人威胁" in words(page)
        empty = desk.post(incident.get_absolute_url(), {"guard_key": "a", "done": ""})
        assert empty.status_code == 422
        desk.post(incident.get_absolute_url(), {"guard_key": "b", "done": "已谈话"})
        assert again(incident).closed_by == make.supervisor()
        assert "已谈话" in words(desk.get(incident.get_absolute_url()))

    def test_is_shut_to_clerks_officers_and_strangers(self, browser_of: Any, door: Visit) -> None:
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        alarm, incident = Alarm.objects.get(), Incident.objects.get()
        far = make.supervisor(in_team=make.team(name="成都一组"), username="far")
        pages = [reverse("visits:alarm", args=[alarm.pk]), incident.get_absolute_url()]
        for who, status in ((make.clerk(), 403), (make.crew()[1], 403), (far, 404)):
            client = browser_of(who, "15:06")
            for page in pages:
                assert client.get(page).status_code == status
                assert client.post(page, {"guard_key": "k"}).status_code == status
        assert browser_of(make.clerk(), "15:06").get(reverse("visits:safety")).status_code == 403
        assert alarm.visit.reference not in words(
            browser_of(far, "15:06").get(reverse("visits:safety"))
        )

    def test_costs_the_same_for_one_and_for_six_incidents(
        self, browser_of: Any, door: Visit
    ) -> None:
        desk = browser_of(make.supervisor(), "16:00")

        def add() -> None:
            Incident.objects.create(
                case=door.case, visit=door, kind="unsafe", what="x", opened_at=at("15:00"),
                opened_by=make.crew()[0],
            )  # fmt: skip

        def cost() -> int:
            desk.get(reverse("visits:safety"))
            with CaptureQueriesContext(connection) as seen:
                desk.get(reverse("visits:safety")).content  # noqa: B018
            return len(seen)

        add()
        few = cost()
        for _n in range(5):
            add()
        assert cost() == few
