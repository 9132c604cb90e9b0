"""S7: somebody else opens; one tap, and nothing of the matter stands on the phone, signal or not."""

from typing import Any

import pytest
from playwright.sync_api import expect

from cases.models import Case
from tests import make, walk
from tests.door.on_phone import NAME, Phone
from timeline.chain import Verified, verify
from timeline.models import Event
from visits.models import Visit

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.journey,
]  # fmt: skip

# What would tell a father what his daughter's visitors came for.
MATTER = (
    NAME, "王海燕", "Wang", "西湖银行", "West Lake", "清水", "Clear Water", "38,600", "40,000", "XH-2024",
    "债", "欠", "还款", "贷款", "催收", "HZ-2026-0147", "loan", "overdue", "repay", "creditor", "amount",
    "现金", "in cash",
)  # fmt: skip


def nothing_of_the_matter(phone: Phone) -> None:
    """Neither on the screen, nor in the page behind it, its title, its address or the way back."""
    shown = phone.page.locator("body").inner_text()
    behind = phone.page.evaluate(
        "document.documentElement.outerHTML.replace(/<script[^]*?<\\/script>/g, '')"
    )
    for word in MATTER:
        assert word not in shown, word
        assert word not in behind, word
    assert phone.page.title() == "Doorstep"
    assert phone.page.url.endswith("/door/app/")
    assert phone.page.evaluate("history.length") <= 2  # the empty page before it, and this one


@pytest.mark.parametrize("language", ["zh", "en"])
class TestSomeoneElse:
    def test_hides_everything_at_one_tap_without_a_signal_and_ends_the_visit_unmet(
        self, open_page: Any, sign_in: Any, clock: Any, language: str
    ) -> None:
        visit = walk.noticed()
        clock.set("2026-03-05T14:29", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in, language=language).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.depart()
        phone.no_signal()
        phone.arrive()
        phone.ask_to_record()
        phone.at("who")
        phone.press("#foot [data-do=third]")
        phone.at("third-party")
        nothing_of_the_matter(phone)
        expect(phone.page.locator("header")).to_be_hidden()
        expect(phone.page.locator("#foot button:visible")).to_have_count(1)  # the SOS stays
        assert phone.page.locator("input[type=file], [data-do=record]").count() == 0

        phone.kill()  # the phone slips, and the app is opened anew before his eyes
        phone.at("third-party")
        nothing_of_the_matter(phone)

        phone.answer("sealed_note")
        phone.at("left:someone-else")
        nothing_of_the_matter(phone)
        phone.press("#screen .door-thumb [data-do=left-behind]")
        phone.at("attest")  # away from the door the phone shows the visit again
        phone.signal()
        phone.press("[data-do=send]")
        phone.sent()
        visit = Visit.objects.get(pk=visit.pk)
        assert (visit.state, visit.outcome) == ("finished", "someone_else")
        assert visit.evidence.count() == 0
        kinds = Event.objects.filter(case=visit.case).values_list("kind", flat=True)
        assert "third_party.present" in kinds
        case = Case.objects.get()
        assert verify(case) == Verified(case.event_count, case.head)

    def test_goes_back_to_the_question_when_it_is_the_person_after_all(
        self, open_page: Any, sign_in: Any, clock: Any, language: str
    ) -> None:
        visit = walk.asked()
        clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in, language=language).open()
        phone.press(f'[data-visit="{visit.reference}"]')
        phone.at("who")
        phone.press("#foot [data-do=third]")
        phone.at("third-party")
        phone.answer("back")
        phone.ask_to_record()  # what the first to open had said holds for nobody else
        phone.identify()
        phone.at("credentials:021").sent()
        visit = Visit.objects.get(pk=visit.pk)
        assert visit.state == "started"
        assert visit.identified_at is not None


class TestRecordingAndSomeoneElse:
    def test_stops_the_microphone_in_the_same_tap(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = walk.talking()
        clock.set("2026-03-05T14:40", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in).open()
        phone.press(f'[data-visit="{visit.reference}"]')
        phone.at("talk")
        phone.press("#screen [data-tool=evidence]")
        phone.press("#screen [data-do=record]")
        recording = phone.page.locator("#recording")
        expect(recording).to_be_visible()
        phone.press("#foot [data-do=third]")
        phone.at("third-party")
        expect(recording).to_be_hidden()
        nothing_of_the_matter(phone)
        assert phone.rows("files") <= 1
        assert make.crew()[0].badge not in phone.page.locator("header").inner_text()
