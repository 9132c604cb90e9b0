"""What a phone keeps: sealed, for one person, through a killed browser, a full phone and a sign-out."""

import os
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import make, walk
from tests.door.on_phone import DUMP, NAME, Phone
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

STATEMENT = "我想还，但要分期。"
PURPOSE = "商谈逾期贷款的还款安排"


@pytest.fixture
def at_two(clock: Any) -> Any:
    """Thursday 14:22, eight minutes before the visit."""
    clock.set("2026-03-05T14:22", zone="Asia/Shanghai")
    return clock


def through_to_the_talk(phone: Phone, visit: Visit) -> None:
    phone.depart()
    phone.arrive()
    phone.ask_to_record()
    phone.identify()
    phone.show_credentials()
    phone.consents()
    phone.show_papers(visit)
    phone.at("talk_open")
    phone.go_on()
    phone.at("talk")


class TestSealedStore:
    def test_holds_nothing_that_can_be_read_without_the_session(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.no_signal()
        phone.depart()
        phone.press("[data-tool=more]")
        phone.press("#screen [data-tool=remark]")
        phone.page.locator("#screen textarea").fill(STATEMENT)
        phone.go_on()
        phone.at("arrive")
        assert phone.rows("items") == 2
        kept = phone.page.evaluate(DUMP)
        assert "door/app" in kept  # the page and its files
        assert visit.reference in kept  # which visits, but nothing of them
        for secret in (
            NAME,
            "Wang Haiyan",
            STATEMENT,
            PURPOSE,
            "38,600",
            "38600",
            "翠苑",
            "XH-2024",
            "WF-021",
        ):
            assert secret not in kept, secret
        assert (
            phone.page.evaluate(
                """async () => {
              const { Store } = await import("/static/js/door/store.js");
              const store = await Store.open();
              await store.resume(new Date(0));
              return crypto.subtle.exportKey("raw", store.session.key).catch((error) => error.name);
            }"""
            )
            == "InvalidAccessError"
        )

    def test_shows_another_person_on_the_same_phone_nothing(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        mine, other = make.crew()
        phone = Phone(open_page, sign_in, user=mine).open()
        phone.take_along()
        phone.to_the_door(visit)
        phone.no_signal()
        phone.depart()
        phone.at("arrive")
        phone.signal()
        sign_in(phone.page, other)
        # Whoever comes next with a signal is known by the office, and the first one's key is gone.
        phone.page.route("**/items/", lambda route: route.abort())
        phone.kill()
        phone.page.locator("#where", has_text="王芳").wait_for()
        phone.at("list")
        expect(phone.page.locator("#sync")).to_contain_text("Everything")
        expect(phone.page.locator("#screen")).to_contain_text("Not taken along yet")
        assert phone.rows("items") == 1
        phone.page.unroute_all()
        sign_in(phone.page, mine)
        phone.kill()
        phone.page.locator("#where", has_text="王海燕").wait_for()
        phone.sent()
        assert Visit.objects.get(pk=visit.pk).departed_at is not None

    def test_is_shut_when_the_session_ends_and_opens_again_for_the_same_person(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.no_signal()
        phone.depart()
        phone.at("arrive")
        phone.later(hours=13)
        phone.kill()
        phone.at("locked")
        assert NAME not in phone.page.content()
        assert phone.rows("items") == 1
        phone.later(hours=-13)
        phone.signal()
        phone.kill()
        phone.at("arrive").sent()
        assert Visit.objects.get(pk=visit.pk).departed_at is not None


class TestSignOut:
    def test_asks_first_while_something_is_not_sent_and_then_leaves_nothing_readable(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.no_signal()
        phone.depart()
        phone.at("arrive")
        phone.press("[data-do=menu]")
        phone.press("#ask button[value=out]")
        expect(phone.page.locator("#ask")).to_contain_text("1 things wait on this phone")
        phone.press('#ask button[value=""]')
        phone.at("arrive")
        phone.page.route("**/items/", lambda route: route.abort())
        phone.signal()
        phone.press("[data-do=menu]")
        phone.press("#ask button[value=out]")
        phone.press("#ask button[value=out]")
        phone.page.wait_for_url("**/sign-in/**")
        kept = phone.page.evaluate(DUMP)
        assert "SESSION KEPT" not in kept
        assert NAME not in kept
        assert phone.rows("items") == 1
        phone.page.unroute_all()
        phone.page.goto("/door/app/")
        phone.page.wait_for_url("**/sign-in/**")  # the office does not know this phone any more
        sign_in(phone.page, make.crew()[0])
        phone.open()
        phone.sent()
        assert Visit.objects.get(pk=visit.pk).departed_at is not None

    def test_clears_what_was_taken_along_where_nothing_waits(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        walk.noticed()
        phone = Phone(open_page, sign_in).open()
        phone.take_along()
        assert phone.rows("packs") == 1
        phone.press("[data-do=menu]")
        phone.press("#ask button[value=out]")
        phone.page.wait_for_url("**/sign-in/**")
        assert [
            phone.rows(name) for name in ("packs", "visits", "papers", "notes", "receipts")
        ] == [0] * 5


class TestKilledBrowser:
    def test_comes_back_to_the_same_question_with_what_was_typed(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.no_signal()
        through_to_the_talk(phone, visit)
        phone.page.locator("#screen [name=statement]").fill(STATEMENT)
        phone.page.locator("#screen [name=hardship]").nth(1).check()
        phone.page.wait_for_timeout(600)
        phone.kill()
        phone.at("talk")
        expect(phone.page.locator("#screen [name=statement]")).to_have_value(STATEMENT)
        expect(phone.page.locator("#screen [name=hardship]").nth(1)).to_be_checked()

    def test_completes_a_recording_from_its_pieces(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.no_signal()
        through_to_the_talk(phone, visit)
        phone.press("#screen [data-tool=evidence]")
        phone.press("#screen [data-do=record]")
        expect(phone.page.locator("#recording")).to_be_visible()
        phone.page.wait_for_timeout(3600)  # one piece is on the disk by then
        assert phone.rows("chunks") == 1
        phone.kill()
        phone.at("talk")
        expect(phone.page.locator("#recording")).to_be_hidden()
        phone.press("#screen [data-tool=evidence]")
        expect(phone.page.locator("[data-taken] li")).to_contain_text("waits to be sent")


class TestFullPhone:
    def test_says_so_in_words_keeps_what_is_kept_and_still_takes_answers(
        self, open_page: Any, sign_in: Any, at_two: Any
    ) -> None:
        visit = walk.noticed()
        phone = Phone(open_page, sign_in)
        phone.page.goto(
            "/door/"
        )  # before the app has written anything: browsers remember how much room there was
        cdp = phone.page.context.new_cdp_session(phone.page)
        origin = phone.page.evaluate("location.origin")
        cdp.send("Storage.overrideQuotaForOrigin", {"origin": origin, "quotaSize": 9_000_000})
        phone.open()
        phone.take_along().installed()
        phone.to_the_door(visit)
        phone.no_signal()
        through_to_the_talk(phone, visit)
        phone.press("#screen [data-tool=evidence]")
        taken = 0
        while taken < 20 and phone.page.locator("#card .note").count() == 0:
            photo = {
                "name": f"{taken}.png",
                "mimeType": "image/png",
                "buffer": make.PNG + os.urandom(700_000),
            }
            phone.page.set_input_files("[data-capture=outside]", photo)
            phone.page.locator("[data-taken] li").nth(taken).or_(
                phone.page.locator("#card .note")
            ).first.wait_for()
            taken = phone.rows("files")
        expect(phone.page.locator("#card")).to_contain_text(
            "This phone has no room for that. Nothing was lost"
        )
        assert 0 < taken < 20

        kept = phone.rows("items")
        phone.press("#screen [data-do=to-question]")
        phone.page.locator("#screen [name=reason]").select_option("illness")
        phone.page.locator("#screen [name=willingness]").select_option("partly")
        phone.page.locator("#screen [name=statement]").fill(STATEMENT * 20)
        phone.go_on()
        phone.at("outcome")
        assert phone.rows("items") == kept + 1
        phone.end()
        phone.attest()
        assert (phone.rows("items"), phone.rows("files")) == (kept + 4, taken)

        cdp.send("Storage.overrideQuotaForOrigin", {"origin": origin})
        phone.signal()
        phone.press("[data-do=send]")
        phone.sent()
        visit = Visit.objects.get(pk=visit.pk)
        assert visit.talk.reason == "illness"
        assert visit.evidence.count() == taken
        assert visit.state == "finished"
