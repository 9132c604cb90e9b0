"""A file that the house does not take, dropped by the officer who has it on the phone: gone, and on record."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from door import uploading
from door.models import Item, Upload
from tests import make
from tests.door.cast import Phone, states
from tests.door.test_uploading import begin, described, patch, sent
from timeline.models import Event
from visits.models import Visit

pytestmark = pytest.mark.django_db

NOT_A_PICTURE = b"not a picture at all"


def dropped(phone: Phone, visit: Visit, number: str, **more: str) -> str:
    told = {"filename": "photo.png", "sha256": "ab" * 32, "why": "No such kind of file."}
    return phone.say(visit, "dropped", "2026-03-05 14:49", id=number, **{**told, **more})


class TestDropFile:
    def test_leaves_on_record_what_it_was_and_why_it_was_not_taken(
        self, phone: Phone, visit: Visit, client: Client
    ) -> None:
        sent(phone, visit, NOT_A_PICTURE)
        upload = Upload.objects.get()
        assert states(phone.send(dropped(phone, visit, str(upload.item)))) == ["applied"]
        upload.refresh_from_db()
        assert (upload.state, upload.dropped_at) == ("refused", make.moment("2026-03-05 14:49"))
        event = Event.objects.get(kind="door.file_dropped")
        assert (event.data["filename"], event.data["sha256"]) == ("photo.png", upload.sha256)
        assert event.data["says"]["en"].startswith("The file calls itself “.png”")
        client.force_login(make.supervisor())
        client.cookies["django_language"] = "en"
        page = client.get(reverse("door:sent", args=[visit.reference])).content.decode()
        assert "Dropped on the phone" in page

    def test_counts_once(self, phone: Phone, visit: Visit) -> None:
        sent(phone, visit, NOT_A_PICTURE)
        item = dropped(phone, visit, str(Upload.objects.get().item))
        phone.send(item)
        phone.send(item)
        assert Event.objects.filter(kind="door.file_dropped").count() == 1

    def test_is_written_down_also_of_a_file_of_which_nothing_had_arrived(
        self, phone: Phone, visit: Visit
    ) -> None:
        item = dropped(phone, visit, str(uuid.uuid4()), filename="../<b>护照.exe")
        assert states(phone.send(item)) == ["applied"]
        data = Event.objects.get(kind="door.file_dropped").data
        assert (data["filename"], data["why"]) == ("b护照.exe", "No such kind of file.")

    def test_takes_the_pieces_away_that_had_arrived(
        self, phone: Phone, visit: Visit, django_capture_on_commit_callbacks: Any
    ) -> None:
        address = begin(phone, described(phone, visit, make.PNG), len(make.PNG))["Location"]
        patch(phone, address, make.PNG[:20], 0)
        upload = Upload.objects.get()
        assert uploading.path_of(upload).exists()
        with django_capture_on_commit_callbacks(execute=True):
            phone.send(dropped(phone, visit, str(upload.item)))
        assert not uploading.path_of(upload).exists()
        assert Upload.objects.get().state == "refused"

    def test_is_not_said_of_a_file_that_the_house_has(self, phone: Phone, visit: Visit) -> None:
        sent(phone, visit, make.PNG)
        upload = Upload.objects.get()
        [result] = phone.send(dropped(phone, visit, str(upload.item)))
        assert (result["state"], result["why"]) == ("applied", "This was on record already.")
        assert not Event.objects.filter(kind="door.file_dropped").exists()
        assert Upload.objects.get().dropped_at is None

    def test_says_of_nonsense_that_it_is_none(self, phone: Phone, visit: Visit) -> None:
        assert states(phone.send(dropped(phone, visit, "7"))) == ["refused"]
        assert Item.objects.get().why == "This is no answer of a phone."

    def test_knows_no_visit_that_the_sender_does_not_see(self, visit: Visit, clock: Any) -> None:
        other = make.user(
            username="o8", role="officer", in_team=make.team(name="成都一组"), badge="088"
        )
        stranger = Phone(clock, other)
        assert states(stranger.send(dropped(stranger, visit, str(uuid.uuid4())))) == ["refused"]
        assert not Event.objects.filter(kind="door.file_dropped").exists()
