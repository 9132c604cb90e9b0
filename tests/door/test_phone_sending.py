"""Between phone and office: slow, flapping, pressed twice, refused, and nothing lost or doubled by any of it."""

import time
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from door.models import Item
from tests import make, walk
from tests.door.on_phone import Phone
from visits.actions import refusing
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

SLOW_TO_READ = """
(() => {
  Object.defineProperty(navigator, "onLine", { get: () => false }); // no answer is waited for, all goes out behind it
  const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
  crypto.subtle.decrypt = async (how, key, sealed) => {
    if (sealed.byteLength > 20_000) await new Promise((go) => setTimeout(go, 600)); // what was taken along
    return decrypt(how, key, sealed);
  };
})();
"""


@pytest.fixture
def at_the_door(open_page: Any, sign_in: Any, clock: Any) -> tuple[Phone, Visit]:
    """An officer's phone at 14:33, the question being who it is."""
    visit = walk.asked()
    clock.set("2026-03-05T14:33", zone="Asia/Shanghai")
    phone = Phone(open_page, sign_in, service_workers="block").open()
    phone.press(f'[data-visit="{visit.reference}"]')
    phone.at("who")
    return phone, visit


class TestSlowOffice:
    def test_is_waited_for_four_seconds_and_no_longer(
        self, at_the_door: tuple[Phone, Visit]
    ) -> None:
        phone, visit = at_the_door
        held: list[Route] = []
        phone.page.route("**/door/app/items/", lambda route: held.append(route))
        begun = time.monotonic()
        phone.identify()
        phone.at("credentials:021")
        assert 3.5 < time.monotonic() - begun < 8
        begun = time.monotonic()
        phone.go_on()  # the next one does not wait again
        phone.at("credentials:034")
        assert time.monotonic() - begun < 3
        expect(phone.page.locator("#sync")).to_contain_text("2 answers wait")
        phone.page.unroute_all(behavior="ignoreErrors")
        phone.press("[data-do=send]")
        phone.sent()
        assert Visit.objects.get(pk=visit.pk).identified_at is not None
        assert Item.objects.filter(state="applied").count() == 2

    def test_that_answers_after_all_has_each_answer_once(
        self, at_the_door: tuple[Phone, Visit]
    ) -> None:
        """The office has carried it out, and the answer is lost on the way: the same text goes again."""
        phone, _visit = at_the_door

        def lose(route: Route) -> None:
            route.fetch()
            route.abort()

        phone.page.route("**/door/app/items/", lose)
        phone.identify()
        phone.at("credentials:021")
        assert Item.objects.count() == 1
        phone.page.unroute_all(behavior="wait")
        phone.press("[data-do=send]")
        phone.sent()
        assert [(item.question, item.state) for item in Item.objects.all()] == [("who", "applied")]


class TestSlowPhone:
    def test_never_goes_back_to_a_screen_that_was_answered(
        self, at_the_door: tuple[Phone, Visit]
    ) -> None:
        """While it reads how things stand the office's answer comes in: both are read as of one moment."""
        phone, _visit = at_the_door
        phone.page.evaluate(SLOW_TO_READ)
        phone.identify()
        phone.show_credentials()
        phone.consents(entry="no")
        phone.at("papers")
        phone.sent()


class TestClock:
    def test_that_the_network_sets_back_a_little_lets_every_answer_count_in_its_order(
        self, at_the_door: tuple[Phone, Visit]
    ) -> None:
        phone, visit = at_the_door
        phone.no_signal()
        phone.identify()
        phone.at("credentials:021")
        phone.later(seconds=-20)
        phone.show_credentials()
        phone.consents(entry="no")
        phone.at("papers")
        phone.signal()
        phone.sent()
        items = Item.objects.order_by("seq")
        assert {item.state for item in items} == {"applied"}, [item.because for item in items]
        moments = [item.happened_at for item in items]
        assert moments == sorted(moments)
        assert Visit.objects.get(pk=visit.pk).identified_at is not None


class TestFlappingSignal:
    def test_loses_and_doubles_nothing(self, at_the_door: tuple[Phone, Visit]) -> None:
        phone, visit = at_the_door
        phone.no_signal()
        phone.identify()
        for _again in range(3):
            phone.signal()
            phone.no_signal()
        phone.show_credentials()
        phone.signal()
        phone.no_signal()
        phone.consents(entry="no")
        phone.signal()
        phone.page.evaluate("dispatchEvent(new Event('online'))")
        phone.sent()
        phone.at("papers")
        items = Item.objects.order_by("seq")
        assert [item.question for item in items] == [
            "who", "credentials", "credentials", "willing", "entry",
        ]  # fmt: skip
        assert {item.state for item in items} == {"applied"}
        assert Visit.objects.get(pk=visit.pk).consents.count() == 3


class TestSendNow:
    def test_pressed_twice_is_one_run(self, at_the_door: tuple[Phone, Visit]) -> None:
        phone, _visit = at_the_door
        phone.no_signal()
        phone.identify()
        phone.at("credentials:021")
        answered: list[
            str
        ] = []  # what reached the office: a line that has just come back may drop the first try
        phone.page.on(
            "response",
            lambda answer: answered.append(answer.url) if "/items/" in answer.url else None,
        )

        def slowly(route: Route) -> None:
            time.sleep(0.5)
            route.continue_()

        phone.page.route("**/door/app/items/", slowly)
        phone.signal()
        phone.page.evaluate("document.querySelector('#sync [data-do=send]').click()")
        phone.page.evaluate("document.querySelector('#sync [data-do=send]').click()")
        phone.sent()
        assert len(answered) == 1
        assert Item.objects.count() == 1


class TestRefusedByTheOffice:
    def test_shows_the_card_and_does_not_move_on(self, at_the_door: tuple[Phone, Visit]) -> None:
        phone, visit = at_the_door
        refusing.refuse_at_door(
            visit=visit, remark="", by=make.crew()[1], at=make.moment("2026-03-05 14:33")
        )
        phone.identify()
        expect(phone.page.locator("#card")).to_contain_text("The visit is over by now")
        phone.at("attest")  # where the visit stands in truth
        phone.press("[data-tool=more]")
        phone.press("#screen [data-tool=office]")
        said = phone.page.locator(".door-said")
        expect(said).to_contain_text("does not fit; a supervisor settles it")
        expect(phone.page.locator("[data-drift]")).to_contain_text("ahead; times are put right")
