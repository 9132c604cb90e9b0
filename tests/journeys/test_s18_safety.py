"""S18: no sign of life at a door, then a call for help; people are told until one of them answers."""

from typing import Any

import pytest

from cases.models import Hold
from notices.models import StaffMessage
from notices.tasks import send_to_staff
from tests import make, walk
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.actions import safety
from visits.models import Alarm, Incident, Position, SignOfLife, Visit
from visits.tasks import sweep_safety

pytestmark = [
    pytest.mark.journey, pytest.mark.browser, pytest.mark.django_db(transaction=True),
]  # fmt: skip

HERE = {"latitude": 30.274085, "longitude": 120.15507, "accuracy": 18}


def again(thing: Any) -> Any:
    return type(thing).objects.get(pk=thing.pk)


def tick(clock: Any, moment: str) -> None:
    """Beat's tick at that moment."""
    clock.set(f"2026-03-05T{moment}", zone="Asia/Shanghai")
    sweep_safety()
    send_to_staff()


@pytest.fixture
def visit(clock: Any) -> Visit:
    """Begun at 14:30; two supervisors of the team, and compliance above it."""
    make.supervisor()
    make.supervisor(username="supervisor-2")
    make.compliance_officer()
    clock.set("2026-03-05T14:30", zone="Asia/Shanghai")
    return walk.at_the_door(at=make.moment("2026-03-05 14:30"))


@pytest.fixture
def officers_phone(open_page: Any, live_server: Any, sign_in: Any) -> Any:
    """The phone of officer 021, which says where it is."""
    page = open_page(
        width=390, height=844, language="zh", has_touch=True, is_mobile=True, geolocation=HERE,
        permissions=["geolocation"],
    )  # fmt: skip
    return sign_in(page, make.crew()[0])


def test_from_the_missed_check_in_to_the_closed_incident(
    visit: Visit, officers_phone: Any, open_page: Any, sign_in: Any, clock: Any, mailbox: Any
) -> None:
    door = f"/door/{visit.reference}/"
    # 14:50: none came. The officers are asked, on whatever page they look at, and nobody else is.
    tick(clock, "14:50")
    officers_phone.goto("/door/")
    bar = officers_phone.locator(".alarm-bar")
    bar.wait_for()
    assert "您是否平安" in bar.inner_text()
    chief = sign_in(open_page(language="en"), make.supervisor())
    chief.goto("/")
    chief.wait_for_timeout(400)
    assert chief.locator(".alarm-bar").count() == 0
    # 14:55: the supervisor is told; 15:00: the other one too.
    tick(clock, "14:55")
    chief.goto("/")
    chief.locator(".alarm-bar").wait_for()
    assert "No check-in since 14:50" in chief.locator(".alarm-bar").inner_text()
    # On the road she has it by e-mail, and its link opens the alarm.
    [mail] = mailbox.messages
    assert mail["To"] == make.supervisor().email
    alarm = Alarm.objects.get()
    assert f"/safety/alarms/{alarm.pk}/" in mail.get_content()
    tick(clock, "15:00")
    assert [call.person.username for call in alarm.calls.filter(level__gt=0)] == [
        "supervisor", "supervisor-2",
    ]  # fmt: skip
    # The officer's own answer is kept, and does not end it.
    clock.set("2026-03-05T15:01", zone="Asia/Shanghai")
    officers_phone.goto(door)
    officers_phone.click(".door-well button")
    officers_phone.wait_for_selector(".note, .toast, [role=status]")
    assert SignOfLife.objects.count() == 1
    assert again(alarm).is_open
    # A person takes it up.
    clock.set("2026-03-05T15:02", zone="Asia/Shanghai")
    chief.click(".alarm-bar")
    chief.fill("[name=said]", "已通话，两人平安")
    chief.click("main form button.btn-primary")
    chief.wait_for_selector(".note.tone-green")
    assert again(alarm).taken_up_by == make.supervisor()
    # 15:05: SOS, one tap.
    clock.set("2026-03-05T15:05", zone="Asia/Shanghai")
    officers_phone.goto(door)
    officers_phone.click(f"form[action='{door}sos/'] button")
    officers_phone.wait_for_url("**/sos/")
    said = officers_phone.locator("main").inner_text()
    for part in ("已发出求助", "王芳 034", "30.274085", "18", "周敏"):
        assert part in said
    visit = again(visit)
    assert (visit.state, visit.outcome) == ("aborted", "unsafe")
    assert Hold.objects.get(case=visit.case).reason == "incident"
    assert Incident.objects.get().kind == "sos"
    # Nobody but another person ends it, level by level.
    tick(clock, "15:11")
    tick(clock, "15:16")
    sos = Alarm.objects.get(kind="sos")
    assert [call.person.username for call in sos.calls.all()] == [
        "supervisor", "supervisor-2", "compliance",
    ]  # fmt: skip
    clock.set("2026-03-05T15:17", zone="Asia/Shanghai")
    above = sign_in(open_page(language="zh"), make.compliance_officer())
    above.goto(f"/safety/alarms/{sos.pk}/")
    said = above.locator("main").inner_text()
    assert "30.274085" in said
    assert said.count("已发送") == 3
    assert [mail["To"].partition("@")[0] for mail in mailbox.messages] == [
        "supervisor", "supervisor-2", "supervisor", "supervisor-2", "compliance",
    ]  # fmt: skip
    assert set(StaffMessage.objects.values_list("state", flat=True)) == {"sent"}
    above.click("main form button.btn-primary")
    above.wait_for_selector(".note.tone-green")
    assert again(sos).ended_how == "taken_up"
    # The incident is closed by a supervisor, with what was done.
    clock.set("2026-03-05T16:00", zone="Asia/Shanghai")
    chief.goto("/safety/")
    chief.click("a.row-link:has-text('SOS')")
    chief.fill("[name=done]", "已分别谈话，改用书面沟通")
    chief.click("main form button.btn-primary")
    chief.wait_for_url("**/incidents/**")
    assert Incident.objects.get().closed_by == make.supervisor()
    # Places are on record for the check-in and the SOS alone, and nowhere on the timeline.
    assert list(Position.objects.values_list("kind", flat=True)) == ["check_in", "sos"]
    told = str(list(Event.objects.values_list("data", flat=True)))
    assert "30.27" not in told
    case = again(visit.case)
    assert verify(case) == Verified(case.event_count, case.head)


def test_help_is_called_without_script(
    visit: Visit, open_page: Any, sign_in: Any, clock: Any
) -> None:
    clock.set("2026-03-05T15:05", zone="Asia/Shanghai")
    page = open_page(width=360, height=740, language="zh", java_script_enabled=False)
    sign_in(page, make.crew()[0])
    page.goto(f"/door/{visit.reference}/")
    page.click(f"form[action='/door/{visit.reference}/sos/'] button")
    page.wait_for_url("**/sos/")
    assert again(visit).outcome == "unsafe"
    assert Alarm.objects.get().is_open


def test_a_late_check_in_that_was_made_in_time_settles_what_had_climbed(
    visit: Visit, clock: Any
) -> None:
    tick(clock, "14:55")
    safety.answer_check_in(
        visit=visit, by=make.crew()[0], at=make.moment("2026-03-05 14:48"),
        arrived_at=make.moment("2026-03-05 15:03"),
    )  # fmt: skip
    assert Alarm.objects.get().ended_how == "in_time"
    settled = Event.objects.get(kind="safety.settled")
    assert settled.data["ended"] == "in_time"
    tick(
        clock, "15:07"
    )  # the next sign is owed at 15:08, twenty minutes after the one that was made
    assert not Alarm.objects.filter(ended_at=None).exists()
