"""An alarm by e-mail: to whom, in which words, once a level, and no more once somebody answers."""

from datetime import datetime
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from notices import to_staff
from notices.models import StaffMessage
from people.models import User
from tests import make, walk
from tests.conftest import Mailbox
from tests.desk.test_invariants import complaints
from visits.actions import safety
from visits.models import Alarm, Visit

pytestmark = pytest.mark.django_db


def at(clock: str) -> datetime:
    return make.moment(f"2026-03-05 {clock}")


def sweep(clock: str) -> None:
    system = User.objects.system()
    safety.ask_after_officers(at=at(clock), by=system)
    safety.climb_alarms(at=at(clock), by=system)


def mailed() -> list[tuple[str, str]]:
    return [(one.person.username, one.state) for one in StaffMessage.objects.order_by("pk")]


@pytest.fixture
def door() -> Visit:
    """Begun at 14:30 by officers 021 and 034; the team has two supervisors."""
    make.supervisor()
    make.supervisor(username="supervisor-2")
    make.compliance_officer()
    return walk.at_the_door(at=at("14:30"))


class TestMissedCheckIn:
    def test_is_mailed_to_each_level_as_it_climbs_and_never_to_the_officers(
        self, door: Visit
    ) -> None:
        seen = {}
        for clock in ("14:50", "14:55", "14:56", "15:00", "15:05", "15:30"):
            sweep(clock)
            seen[clock] = [name for name, _state in mailed()]
        assert seen["14:50"] == []
        assert seen["14:55"] == seen["14:56"] == ["supervisor"]
        assert seen["15:00"] == ["supervisor", "supervisor-2"]
        assert seen["15:05"] == seen["15:30"] == ["supervisor", "supervisor-2", "compliance"]

    def test_says_who_since_when_whom_to_call_and_where_in_two_languages(
        self, door: Visit, mailbox: Mailbox, settings: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("visits.calling.police_of", lambda visit: "110")
        sweep("14:55")
        assert to_staff.send_due(at("14:55")) == 1
        (mail,) = mailbox.messages
        assert mail["To"] == "supervisor@doorstep.example"
        assert " ".join(mail["Subject"].split()) == (
            f"未报平安：外访 {door.reference} / No check-in at visit {door.reference}"
        )
        text = mail.get_content()
        link = f"{settings.PUBLIC_URL}/safety/alarms/{Alarm.objects.get().pk}/"
        assert text.count(link) == 2
        zh, en = text.split(link)[:2]
        for part in (
            "外访员 李伟 021，电话：0571-8800 0099",
            "王芳 034",
            "14:50",
            "当地报警电话：110",
        ):
            assert part in zh
        for part in (
            "Officer 李伟 021, telephone: 0571-8800 0099",
            "王芳 034",
            "14:50",
            "there: 110",
        ):
            assert part in en

    def test_tells_nothing_of_debtor_creditor_place_or_debt(self, door: Visit) -> None:
        sweep("14:55")
        message = StaffMessage.objects.get()
        said = message.subject + message.text
        case = door.case
        for part in (
            case.debtor.name, case.creditor.name, case.reference, str(door.place),
            str(case.principal), "欠", "债", "debt",
        ):  # fmt: skip
            assert part
            assert part not in said

    def test_calls_off_what_has_not_gone_once_a_person_answers(
        self, door: Visit, mailbox: Mailbox
    ) -> None:
        sweep("14:55")
        to_staff.send_due(at("14:55"))
        sweep("15:00")
        safety.take_up_alarm(alarm=Alarm.objects.get(), by=make.supervisor(), at=at("15:00"))
        assert to_staff.send_due(at("15:01")) == 0
        assert mailed() == [("supervisor", "sent"), ("supervisor-2", "suppressed")]
        assert len(mailbox.messages) == 1


class TestCallForHelp:
    def test_is_mailed_at_once_and_names_who_called(self, door: Visit) -> None:
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        message = StaffMessage.objects.get()
        assert message.person == make.supervisor()
        assert message.subject.startswith(f"紧急求助：外访 {door.reference}")
        assert "李伟 021 已发出求助" in message.text
        assert "李伟 021 called for help: Thursday, 5 March 2026, 15:05." in message.text

    def test_pressed_again_mails_nobody_twice(self, door: Visit) -> None:
        for clock in ("15:05", "15:06"):
            safety.call_sos(visit=door, by=make.crew()[0], at=at(clock))
        assert mailed() == [("supervisor", "queued")]

    def test_goes_on_without_mail_for_whoever_has_no_address(self, door: Visit) -> None:
        User.objects.filter(username="supervisor").update(email="")
        safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
        sweep("15:10")
        assert mailed() == [("supervisor-2", "queued")]
        assert Alarm.objects.get().calls.count() == 2


class TestAlarmPage:
    def page(self, clock: Any, moment: str) -> str:
        clock.set(at(moment))
        client = Client(headers={"accept-language": "en"})
        client.force_login(make.compliance_officer())
        address = reverse("visits:alarm", args=[Alarm.objects.get().pk])
        return " ".join(client.get(address).content.decode().split())

    def test_says_of_each_what_became_of_their_mail(
        self, door: Visit, mailbox: Mailbox, clock: Any
    ) -> None:
        User.objects.filter(username="supervisor").update(email="")
        User.objects.filter(username="supervisor-2").update(email="nobody at all")
        sweep("15:05")
        assert "Waiting to be sent" in self.page(clock, "15:05")
        to_staff.send_due(at("15:05"))
        said = self.page(clock, "15:06")
        assert "has no e-mail address" in said
        assert "“nobody at all” is no e-mail address." in said
        assert "Sent" in said


class TestInvariants:
    def test_hold_while_mail_waits_goes_or_is_called_off(
        self, door: Visit, mailbox: Mailbox, clock: Any, settings: Any, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        sweep("15:05")
        clock.set(at("15:06"))
        assert [line for line in complaints() if "staff" in line] == []
        to_staff.send_due(at("15:06"))
        assert [line for line in complaints() if "staff" in line] == []

    def test_find_what_nobody_sends(
        self, door: Visit, clock: Any, settings: Any, tmp_path: Any
    ) -> None:
        settings.MEDIA_ROOT = tmp_path
        sweep("14:55")
        clock.set(at("15:20"))
        row = StaffMessage.objects.get()
        assert f"m{row.pk}: a message to staff is stuck (queued)" in complaints()
        StaffMessage.objects.update(state="sending", claimed_at=at("15:00"))
        assert f"m{row.pk}: a message to staff is stuck (sending)" in complaints()


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_woken_sends_it_without_any_tick(
    door: Visit, worker: Any, mailbox: Mailbox, clock: Any
) -> None:
    clock.set(at("15:05"))
    safety.call_sos(visit=door, by=make.crew()[0], at=at("15:05"))
    [mail] = [one for one in _to_staff(mailbox) if "紧急求助" in str(one["Subject"])]
    assert mail["To"] == "supervisor@doorstep.example"


def _to_staff(mailbox: Mailbox) -> list[Any]:
    """What came to staff, once anything did; notices to the debtor may come first."""
    count = 1
    while True:
        found = [one for one in mailbox.wait(count) if "doorstep.example" in str(one["To"])]
        if found:
            return found
        count = len(mailbox.messages) + 1
