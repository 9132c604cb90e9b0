"""What a phone says and the office does not: side by side, settled by a supervisor, nothing overwritten."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.preparing import update_contact_point
from door.models import Item
from door.settling import settle_item
from door.sweeping import sweep_all
from tests import make, walk
from tests.door.cast import Phone, states
from tests.door.test_syncing import again, way_there
from timeline.models import Event
from visits.actions import planning
from visits.models import Visit
from workflow.models import Duty
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db

LATER = make.moment("2026-03-05 15:30")


@pytest.fixture
def phone(clock: Any) -> Phone:
    clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
    return Phone(clock)


@pytest.fixture
def clash(phone: Phone) -> Item:
    """S8: the office corrects a number at 14:30; at 14:40 the debtor says another to the officers."""
    visit = walk.noticed()
    told = phone.take(visit)["contacts"][0]
    point = visit.case.debtor.contact_points.get(pk=told["id"])
    update_contact_point(
        case=visit.case, point=point, changes={"value": "138 7777 8888"}, by=make.clerk(),
        at=make.moment("2026-03-05 14:30"),
    )  # fmt: skip
    item = phone.say(
        visit, "contact", "2026-03-05 14:40", id=str(told["id"]), stamp=told["stamp"],
        value="139 0000 1111",
    )  # fmt: skip
    assert states(phone.send(item, at="2026-03-05 15:05")) == ["conflict"]
    return Item.objects.get()


def number_of(item: Item) -> str:
    return str(item.visit.case.debtor.contact_points.order_by("pk")[0].value)


class TestSettle:
    def test_shows_both_numbers_side_by_side(self, clash: Item, client: Client) -> None:
        client.force_login(make.supervisor())
        client.cookies["django_language"] = "en"
        listed = client.get(reverse("door:to_settle")).content.decode()
        address = reverse("door:settle", args=[clash.pk])
        assert address in listed
        page = client.get(address).content.decode()
        assert "139 0000 1111" in page
        assert "138 7777 8888" in page

    def test_takes_the_phone_s_number_where_the_supervisor_says_so(self, clash: Item) -> None:
        settle_item(item=clash, how="taken", reason="已回电核实", by=make.supervisor(), at=LATER)
        assert number_of(clash) == "139 0000 1111"
        assert Event.objects.get(kind="door.taken").data["why"] == "已回电核实"
        assert Item.objects.get().settled == "taken"
        assert not Duty.objects.filter(kind="door.settle", done_at=None).exists()

    def test_leaves_the_office_s_number_and_keeps_the_other_as_a_statement(
        self, clash: Item
    ) -> None:
        settle_item(
            item=clash, how="statement", reason="办公室号码正确", by=make.supervisor(), at=LATER
        )
        assert number_of(clash) == "138 7777 8888"
        told = Event.objects.get(kind="door.statement")
        assert told.data["said"]["value"] == ["139 0000 1111"]

    def test_is_done_once(self, clash: Item) -> None:
        given: dict[str, Any] = {"item": clash, "how": "statement", "reason": "x", "at": LATER}
        settle_item(**given, by=make.supervisor())
        with pytest.raises(WrongInput):
            settle_item(**given, by=make.supervisor())

    def test_is_for_supervisors_alone(self, clash: Item) -> None:
        for who in (make.clerk(), make.crew()[0], make.compliance_officer()):
            with pytest.raises(RightRefused):
                settle_item(item=clash, how="statement", reason="x", by=who, at=LATER)

    def test_is_not_there_for_another_team(self, clash: Item, client: Client) -> None:
        other = make.supervisor(in_team=make.team(name="成都一组"), username="s2")
        client.force_login(other)
        assert client.get(reverse("door:settle", args=[clash.pk])).status_code == 404
        assert "HZ-2026" not in client.get(reverse("door:to_settle")).content.decode()

    def test_is_sent_from_the_page(self, clash: Item, client: Client) -> None:
        client.force_login(make.supervisor())
        answer = client.post(
            reverse("door:settle", args=[clash.pk]),
            {"how": "statement", "reason": "办公室号码正确", "guard_key": "s1"},
        )
        assert answer.status_code == 302
        assert Item.objects.get().settled == "statement"

    def test_takes_what_happened_at_another_moment_than_the_phone_said(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        early = phone.say(visit, "depart", "2026-03-05 13:50", people="2", props="no")
        assert states(phone.send(early, at="2026-03-05 14:10")) == ["conflict"]
        settle_item(
            item=Item.objects.get(), how="taken", reason="手机时间有误", by=make.supervisor(),
            at=LATER, happened_at=make.moment("2026-03-05 14:05"),
        )  # fmt: skip
        assert again(visit).departed_at == make.moment("2026-03-05 14:05")

    def test_says_what_can_be_taken_no_more(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        planning.cancel_visit(
            visit=visit, why="债务人来电", by=make.clerk(), at=make.moment("2026-03-05 14:02")
        )
        phone.send(*way_there(phone, visit), at="2026-03-05 15:05")
        item = Item.objects.get(question="depart")
        with pytest.raises(WrongInput, match=r"statement|陈述"):
            settle_item(item=item, how="taken", reason="x", by=make.supervisor(), at=LATER)
        assert Item.objects.get(pk=item.pk).is_open
        for one in Item.objects.all():
            settle_item(item=one, how="statement", reason="x", by=make.supervisor(), at=LATER)
        assert Event.objects.filter(kind="door.statement").count() == 6
        assert again(visit).state == Visit.State.CANCELLED


class TestSweep:
    def test_gives_up_waiting_after_two_hours_and_asks_a_supervisor(self, phone: Phone) -> None:
        visit = walk.noticed()
        phone.take(visit)
        items = way_there(phone, visit)
        assert states(phone.send(items[3], at="2026-03-05 15:05")) == ["kept"]
        received = Item.objects.get().received_at
        sweep_all(at=received + timedelta(minutes=119))
        assert Item.objects.get().state == "kept"
        sweep_all(at=received + timedelta(minutes=120))
        assert Item.objects.get().state == "conflict"
        assert Duty.objects.filter(kind="door.settle").count() == 1
        sweep_all(at=received + timedelta(minutes=121))
        assert Duty.objects.filter(kind="door.settle").count() == 1
