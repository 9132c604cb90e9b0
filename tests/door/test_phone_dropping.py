"""A file that the office does not take, on the phone: said so, dropped by a press, and told to the office."""

from typing import Any

import pytest
from playwright.sync_api import expect

from door.models import Upload
from tests import walk
from tests.door.on_phone import Phone
from tests.door.test_phone_accessible import amiss
from timeline.models import Event

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

REFUSED = {
    "name": "plan.exe",
    "mimeType": "application/octet-stream",
    "buffer": b"MZ" + bytes(400_000),
}


@pytest.fixture
def phone(open_page: Any, sign_in: Any, clock: Any) -> Phone:
    """A phone with a file that the office has refused."""
    visit = walk.talking()
    clock.set("2026-03-05T14:40", zone="Asia/Shanghai")
    found = Phone(
        open_page, sign_in, service_workers="block", bypass_csp=True, width=360, height=740
    ).open()
    found.press(f'[data-visit="{visit.reference}"]')
    found.at("talk")
    found.press("#screen [data-tool=evidence]")
    found.page.set_input_files("[data-capture=file]", REFUSED)
    expect(found.page.locator("#sync [data-says]")).to_contain_text("0 of 1 sent")
    while not Upload.objects.filter(state="refused").exists():
        found.page.wait_for_timeout(100)
    found.press("#screen [data-do=to-question]")
    found.press("#screen [data-tool=evidence]")
    return found


class TestRefusedFile:
    def test_stays_on_the_phone_and_says_why(self, phone: Phone) -> None:
        row = phone.page.locator("[data-taken] li")
        expect(row).to_contain_text("The office does not take it. It is on this phone alone.")
        expect(row).to_contain_text("Files of the kind “.exe” cannot be taken in.")
        assert (phone.rows("files"), phone.rows("chunks")) == (1, 1)

    def test_can_be_read_and_pressed_by_everybody(self, phone: Phone) -> None:
        expect(phone.page.locator("[data-drop]")).to_be_visible()
        found = amiss(phone.page)
        phone.press("[data-drop]")
        expect(phone.page.locator("#ask")).to_be_visible()
        assert found + amiss(phone.page) == []

    def test_is_kept_where_the_officer_thinks_again(self, phone: Phone) -> None:
        phone.press("[data-drop]")
        dialog = phone.page.locator("#ask")
        expect(dialog).to_contain_text("Once dropped it is gone for good")
        expect(dialog).to_contain_text("plan.exe")
        dialog.get_by_role("button", name="Keep it here").click()
        assert (phone.rows("files"), phone.rows("chunks")) == (1, 1)
        assert not Event.objects.filter(kind="door.file_dropped").exists()

    def test_is_dropped_without_a_signal_and_told_with_the_first(self, phone: Phone) -> None:
        phone.no_signal()
        phone.press("[data-drop]")
        phone.page.locator("#ask").get_by_role("button", name="Drop the file").click()
        row = phone.page.locator("[data-taken] li")
        expect(row).to_contain_text("not taken, and dropped on this phone")
        assert (phone.rows("files"), phone.rows("chunks"), phone.rows("items")) == (0, 0, 1)
        phone.signal()
        phone.sent()
        expect(phone.page.locator("#sync")).to_contain_text("Everything is sent")
        assert Upload.objects.get().dropped_at is not None
        event = Event.objects.get(kind="door.file_dropped")
        assert event.data["filename"] == "plan.exe"
