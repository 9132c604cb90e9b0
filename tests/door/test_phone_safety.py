"""S18 on the phone: it asks whether all is well, and an SOS goes out with the place, signal or not."""

from typing import Any

import pytest
from playwright.sync_api import expect

from cases.models import Case
from door.models import Item
from tests import walk
from tests.door.on_phone import PLACE, Phone
from visits.models import Alarm, SignOfLife, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def there(open_page: Any, sign_in: Any, clock: Any) -> tuple[Phone, Visit, Any]:
    """At the door since 14:31; the phone knows the pack."""
    visit = walk.asked()
    clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
    phone = Phone(open_page, sign_in, service_workers="block").open()
    phone.press(f'[data-visit="{visit.reference}"]')
    phone.at("who")
    return phone, visit, clock


class TestTimedCheckIn:
    def test_is_asked_for_every_twenty_minutes_and_answered_by_one_tap(
        self, there: tuple[Phone, Visit, Any]
    ) -> None:
        phone, visit, clock = there
        asked = phone.page.locator("#all-well")
        for _moment in range(2):
            expect(asked).to_be_hidden()
            phone.sent()  # or the clocks would be moved while they are being compared
            phone.later(minutes=20)
            clock.move(minutes=20)
            expect(asked).to_be_visible()
            asked.get_by_role("button").click()
            expect(asked).to_be_hidden()
        phone.sent()
        assert SignOfLife.objects.filter(visit=visit).count() == 2
        assert {item.state for item in Item.objects.all()} == {"applied"}


class TestSos:
    def test_goes_out_with_the_place_and_ends_the_visit_as_unsafe(
        self, there: tuple[Phone, Visit, Any]
    ) -> None:
        phone, visit, _clock = there
        phone.press("#foot [data-tool=sos]")
        phone.at("sos")
        expect(phone.screen).to_contain_text("王芳 034")
        phone.press("#screen [data-do=sos-now]")
        expect(phone.screen).to_contain_text("Sent. People are being asked now.", timeout=20_000)
        expect(phone.screen).to_contain_text(f"to about {PLACE['accuracy']} m")
        visit = Visit.objects.get(pk=visit.pk)
        assert (visit.state, visit.outcome) == ("aborted", "unsafe")
        assert Alarm.objects.get(visit=visit).kind == "sos"
        assert Case.objects.get().held_until is not None

    def test_goes_by_itself_after_five_seconds_and_says_when_there_is_no_signal(
        self, there: tuple[Phone, Visit, Any]
    ) -> None:
        phone, visit, _clock = there
        phone.no_signal()
        phone.press("#foot [data-tool=sos]")
        phone.at("sos")
        expect(phone.screen).to_contain_text(
            "No signal: it goes out with the first one", timeout=20_000
        )
        assert Visit.objects.get(pk=visit.pk).state == "started"
        phone.signal()
        phone.sent()
        assert Visit.objects.get(pk=visit.pk).state == "aborted"

    def test_pressed_by_mistake_is_taken_back_in_time(
        self, there: tuple[Phone, Visit, Any]
    ) -> None:
        phone, visit, _clock = there
        phone.press("#foot [data-tool=sos]")
        phone.press("#screen [data-do=to-question]")
        phone.at("who")
        phone.page.wait_for_timeout(6500)
        assert phone.rows("items") == 0
        assert not Alarm.objects.exists()
        assert Visit.objects.get(pk=visit.pk).state == "started"
