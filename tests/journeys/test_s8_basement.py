"""S8: three quarters of an hour without a signal: nothing lost, nothing doubled, nothing overwritten."""

import hashlib
import os
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.actions.correcting import correct_number, stamp_of
from cases.models import Case
from door.models import Item, Upload
from tests import make, walk
from tests.door.on_phone import Phone
from timeline.chain import Verified, verify
from visits.models import Evidence, Position, Visit

pytestmark = [
    pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.journey,
]  # fmt: skip

PHOTOS = [make.PNG + os.urandom(280_000 + 1000 * number) for number in range(5)]


def take_photos(phone: Phone) -> None:
    """Five photos of what stands outside."""
    phone.press("#screen [data-tool=evidence]")
    for number, content in enumerate(PHOTOS):
        photo = {"name": f"photo{number}.png", "mimeType": "image/png", "buffer": content}
        phone.page.set_input_files("[data-capture=outside]", photo)
        phone.page.locator("[data-taken] li").nth(number).wait_for()


def record_eleven_minutes(phone: Phone) -> None:
    """Eleven minutes by the phone's clock, of which the test waits for a few seconds."""
    phone.press("#screen [data-do=record]")
    expect(phone.page.locator("#recording")).to_be_visible()
    phone.page.wait_for_timeout(3300)
    phone.later(minutes=11)
    phone.page.wait_for_timeout(3300)
    phone.press("#recording [data-do=stop-recording]")
    expect(phone.page.locator("#recording")).to_be_hidden()


def sign(phone: Phone) -> None:
    """A name, drawn with a finger."""
    phone.press("#screen [data-tool=evidence]")
    phone.press("#screen [data-tool=sign]")
    box = phone.page.locator("#screen canvas").bounding_box()
    assert box
    phone.page.mouse.move(box["x"] + 30, box["y"] + 50)
    phone.page.mouse.down()
    phone.page.mouse.move(box["x"] + 220, box["y"] + 80, steps=10)
    phone.page.mouse.up()
    phone.go_on()
    phone.at("evidence")


class TestBasement:
    @pytest.mark.timeout(300)
    def test_keeps_all_of_it_and_sends_each_once(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = walk.noticed()
        clock.set("2026-03-05T14:20", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.depart()
        phone.sent()

        phone.no_signal()  # 14:20 by the office's clock; the phone's own clock goes on by itself
        phone.arrive()
        phone.ask_to_record()
        phone.identify()
        phone.show_credentials()
        phone.consents(entry="no")
        phone.show_papers(visit)
        phone.at("talk_open")
        phone.go_on()
        phone.at("talk")
        record_eleven_minutes_and_photos(phone)
        sign(phone)
        phone.press("#screen [data-do=to-question]")

        # Meanwhile the office writes down another number, and so do the officers.
        point = visit.case.debtor.contact_points.get(channel="phone")
        correct_number(
            case=Case.objects.get(), point=point, stamp=stamp_of(point), value="13900000009",
            proof="来电核实", by=make.clerk(), at=make.moment("2026-03-05 14:40"),
        )  # fmt: skip
        phone.press("#foot [data-tool=more]")
        phone.press("#screen [data-tool=contact]")
        phone.page.locator("#screen select").select_option(str(point.pk))
        phone.page.locator("#screen [name=value]").fill("13700000007")
        phone.go_on()
        expect(phone.page.locator("#card")).to_contain_text("Kept on this phone")

        phone.kill()  # the battery
        phone.at("talk")
        expect(phone.page.locator("#sync")).to_contain_text("Kept on this phone: 0 of 7 sent")
        phone.page.locator("#screen [name=reason]").select_option("lost_work")
        phone.page.locator("#screen [name=willingness]").select_option("ready")
        phone.go_on()
        phone.end()
        phone.attest()

        clock.move(minutes=45)
        phone.later(minutes=34)  # with the eleven of the recording as many: 15:05 on both
        seen = watch(phone)
        phone.signal()
        for _twice in range(2):
            phone.page.evaluate("document.querySelector('#sync [data-do=send]').click()")
        phone.sent()
        assert "Kept on this phone: 3 of 7 sent" in " ".join(seen())
        everything_arrived(visit)
        phone.press("#foot [data-tool=more]")
        phone.press("#screen [data-tool=office]")
        said = phone.page.locator(".door-said")
        expect(said).to_contain_text("A number or address is another")
        expect(said).to_contain_text("The office changed this number meanwhile.")
        expect(phone.page.locator("[data-drift]")).to_contain_text("days ahead")
        assert said.locator("li", has_text="kept").count() == 7
        point.refresh_from_db()
        assert point.value == "13900000009"  # the office's; the officers' waits to be settled
        assert Item.objects.get(question="contact").state == "conflict"


def record_eleven_minutes_and_photos(phone: Phone) -> None:
    take_photos(phone)
    record_eleven_minutes(phone)


def watch(phone: Phone) -> Any:
    """Note every sentence of the bar; the office is slow, so that a person could read them."""
    phone.page.evaluate(
        """() => {
          globalThis.seen = [];
          new MutationObserver(() => seen.push(document.querySelector('#sync').innerText))
            .observe(document.querySelector('#sync'), { subtree: true, childList: true, characterData: true });
        }"""
    )
    return lambda: phone.page.evaluate("seen")


def everything_arrived(visit: Visit) -> None:
    """Seven files and every answer, each once, with its digest, its clocks and its place."""
    visit = Visit.objects.get(pk=visit.pk)
    became = [(item.question, item.state, item.because) for item in visit.door_items.all()]
    assert (visit.state, visit.outcome) == ("finished", "talked"), became
    assert Upload.objects.count() == Evidence.objects.count() == 7
    assert {upload.state for upload in Upload.objects.all()} == {"kept"}
    digests = {row.document.sha256 for row in Evidence.objects.select_related("document")}
    assert digests == {upload.sha256 for upload in Upload.objects.all()}
    assert {hashlib.sha256(content).hexdigest() for content in PHOTOS} < digests
    assert [u.kind for u in Upload.objects.order_by("kind")] == [
        "audio",
        *["photo"] * 5,
        "signature",
    ]
    sound = Evidence.objects.get(document__mime="audio/webm")
    assert sound.begins_at
    assert sound.ends_at
    assert 11 * 60 <= (sound.ends_at - sound.begins_at).total_seconds() < 12 * 60
    items = list(Item.objects.exclude(question="contact"))
    assert {item.state for item in items} == {"applied"}
    assert len({item.uuid for item in items}) == len(items)
    places = Position.objects.filter(visit=visit)
    assert {place.kind for place in places} == {"check_in", "check_out"}
    assert {place.accuracy_m for place in places} == {18}
    case = Case.objects.get()
    assert verify(case) == Verified(case.event_count, case.head)
