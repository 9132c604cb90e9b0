"""Why something was kept aside or not taken: in the language of whoever reads it, whatever the sender's was."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from desk.told import told
from door.models import Item, Upload
from tests import make, walk
from tests.door.cast import Phone
from tests.door.test_syncing import way_there
from tests.door.test_uploading import sent
from timeline.models import Event
from visits.actions import planning
from visits.models import Evidence, Visit
from workflow.models import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client: Client) -> Client:
    client.force_login(make.supervisor())
    client.cookies["django_language"] = "en"
    return client


def aside(clock: Any, language: str = "zh") -> Item:
    """A visit that the office had cancelled, of which a phone in Chinese says that it began."""
    clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
    visit, phone = walk.noticed(), Phone(clock, language=language)
    phone.take(visit)
    planning.cancel_visit(
        visit=visit, why="债务人来电", by=make.clerk(), at=make.moment("2026-03-05 14:02")
    )
    [first, *_rest] = phone.send(*way_there(phone, visit)[:1], at="2026-03-05 15:05")
    assert "办公室已取消" in first["why"] if language == "zh" else "cancelled" in first["why"]
    return Item.objects.get()


class TestReasonOfAnAnswer:
    def test_is_read_in_the_reader_s_language(self, clock: Any, reader: Client) -> None:
        item = aside(clock)
        for page in (
            reverse("door:settle", args=[item.pk]),
            reverse("door:to_settle"),
            reverse("door:sent", args=[item.visit.reference]),
        ):
            said = reader.get(page).content.decode()
            assert "The visit was cancelled in the office: 债务人来电" in said, page
            assert "办公室已取消" not in said, page

    def test_is_told_on_the_timeline_in_the_reader_s_language(self, clock: Any) -> None:
        aside(clock)
        event = Event.objects.get(kind="door.set_aside")
        with override("en"):
            assert "was cancelled in the office: 债务人来电" in told(event).sentence
        with override("zh-hans"):
            assert "办公室已取消" in told(event).sentence

    @pytest.mark.parametrize(
        ("language", "why"), [("zh", "每月收入：请用数字"), ("en", "Income a month: Give")]
    )
    def test_names_the_field_as_that_language_writes_it(
        self, clock: Any, language: str, why: str
    ) -> None:
        clock.set("2026-03-05T14:51", zone="Asia/Shanghai")
        visit, phone = walk.talking(), Phone(clock, language=language)
        said = phone.say(
            visit, "talk", "2026-03-05 14:50", met="王海燕", reason="lost_work",
            willingness="ready", income="五千",
        )  # fmt: skip
        [refused] = phone.send(said)
        assert refused["why"].startswith(why)

    def test_is_told_to_a_phone_in_the_language_in_which_it_asks_again(
        self, clock: Any, visit: Visit
    ) -> None:
        phone = Phone(clock, language="zh")
        item = phone.say(visit, "consent", "2026-03-05 14:49", kind="filming", answer="maybe")
        [first] = phone.send(item)
        phone.client.cookies["django_language"] = "en"
        [again] = phone.send(item)
        assert (first["state"], again["state"]) == ("refused", "refused")
        assert (first["why"], again["why"]) == ("请选择一项。", "Choose one of the answers.")

    def test_leaves_nothing_behind_of_being_asked_again(self, clock: Any, visit: Visit) -> None:
        before = Event.objects.count()
        phone = Phone(clock, language="zh")
        item = phone.say(visit, "consent", "2026-03-05 14:49", kind="filming", answer="maybe")
        phone.send(item)
        assert [event.kind for event in Event.objects.order_by("pk")[before:]] == ["door.set_aside"]


class TestReasonOfAFile:
    def test_that_is_refused_is_read_in_the_reader_s_language(
        self, clock: Any, visit: Visit, reader: Client
    ) -> None:
        answer = sent(Phone(clock, language="zh"), visit, b"not a picture at all")
        assert answer["Upload-State"] == "refused"
        assert "请" in Upload.objects.get().why
        said = reader.get(reverse("door:sent", args=[visit.reference])).content.decode()
        assert "The file calls itself “.png” but is something else." in said

    def test_that_is_in_quarantine_is_read_in_the_reader_s_language(
        self, clock: Any, visit: Visit, client: Client
    ) -> None:
        answer = sent(Phone(clock, language="zh"), visit, make.PNG, inside="1")
        assert answer["Upload-State"] == "quarantined"
        client.force_login(make.compliance_officer())
        client.cookies["django_language"] = "en"
        english = "The debtor had not agreed to photos inside when it was taken."
        for page in (
            reverse("visits:quarantine"),
            reverse("visits:decide_quarantine", args=[Evidence.objects.get().pk]),
        ):
            assert english in client.get(page).content.decode(), page
        assert Event.objects.get(kind="evidence.quarantined").data["says"]["en"] == english


class TestDuty:
    def test_leads_to_where_it_is_settled(self, clock: Any, reader: Client) -> None:
        item = aside(clock)
        duty = Duty.objects.get(kind="door.settle")
        page = reader.get(reverse("desk:duty", args=[duty.pk]))
        assert page["Location"] == reverse("door:settle", args=[item.pk])
        pressed = reader.post(reverse("desk:duty", args=[duty.pk]), {"remark": "done"})
        assert pressed.status_code == 302
        duty.refresh_from_db()
        assert duty.done_at is None

    def test_of_a_file_in_quarantine_leads_to_its_page(
        self, clock: Any, visit: Visit, client: Client
    ) -> None:
        sent(Phone(clock), visit, make.PNG, inside="1")
        client.force_login(make.compliance_officer())
        duty = Duty.objects.get(kind="evidence.quarantine")
        page = client.get(reverse("desk:duty", args=[duty.pk]))
        evidence = Evidence.objects.get()
        assert page["Location"] == reverse("visits:decide_quarantine", args=[evidence.pk])
        assert client.get(page["Location"]).status_code == 200
