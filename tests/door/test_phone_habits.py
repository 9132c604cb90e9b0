"""What a hand does with any phone: presses Back, puts it away, types words where a figure belongs."""

from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.models import Hold
from tests import make, walk
from tests.door.on_phone import Phone
from visits.actions.checking import want_to_be_left
from visits.models import TalkRecord, Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def phone(open_page: Any, sign_in: Any, clock: Any) -> Phone:
    clock.set("2026-03-05T14:22", zone="Asia/Shanghai")
    return Phone(open_page, sign_in)


def test_back_goes_up_one_screen_and_never_into_the_history(phone: Phone) -> None:
    visit = walk.noticed()
    phone.open().press(f'[data-visit="{visit.reference}"]')
    phone.at("overview").press('[data-tool=page][data-page="minimum"]')
    expect(phone.page.locator("#screen")).to_contain_text("38,600.00")
    phone.page.keyboard.press("Escape")  # what Back is on a phone is Escape at a desk
    phone.at("overview")
    phone.page.keyboard.press("Escape")
    phone.at("list")
    assert phone.page.url.endswith("/door/app/")
    assert phone.page.evaluate("history.length") <= 2


def test_back_shows_nothing_to_somebody_else(phone: Phone) -> None:
    visit = walk.noticed()
    phone.open().to_the_door(visit)
    phone.at("depart")
    phone.press("#foot [data-do=third]")
    phone.at("third-party")
    phone.page.keyboard.press("Escape")
    phone.at("third-party")
    assert "王海燕" not in phone.page.locator("body").inner_text()


def test_a_phone_that_was_put_away_asks_for_the_time_again(phone: Phone) -> None:
    walk.noticed()
    phone.open()
    with phone.page.expect_request(lambda request: "/hello/" in request.url):
        phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def to_the_talk(phone: Phone, visit: Visit) -> None:
    phone.depart()
    phone.arrive()
    phone.ask_to_record()
    phone.identify()
    phone.show_credentials()
    phone.consents()
    phone.show_papers(visit)
    phone.at("talk_open")
    phone.go_on()


@pytest.mark.parametrize(
    ("wrong", "right", "kept"),
    [("六千五", "¥6,500.00", "6500.00"), ("-1", "６５００．５", "6500.50")],
)
def test_words_for_an_amount_are_refused_before_anybody_leaves(
    phone: Phone, wrong: str, right: str, kept: str
) -> None:
    visit = walk.noticed()
    phone.open().take_along().installed().to_the_door(visit)
    phone.no_signal()
    to_the_talk(phone, visit)
    phone.at("talk").page.locator("#screen [name=reason]").select_option("lost_work")
    phone.page.locator("#screen [name=willingness]").select_option("ready")
    income = phone.page.locator("#screen [name=income]")
    income.fill(wrong)
    phone.go_on()
    assert "6500.00" in income.evaluate("field => field.validationMessage")
    phone.at("talk")
    income.fill(right)
    phone.go_on()
    phone.end()
    phone.attest()
    phone.signal()
    phone.sent()
    assert Visit.objects.get(pk=visit.pk).state == "finished"
    assert TalkRecord.objects.get(visit=visit).income == Decimal(kept)


def test_special_care_stands_where_it_is_thought_of(phone: Phone) -> None:
    visit = walk.noticed()
    phone.open().to_the_door(visit)
    phone.depart()
    phone.arrive()
    phone.ask_to_record("no")
    phone.identify()
    phone.show_credentials()
    phone.at("willing").press("#screen [data-way=care]")
    phone.press("#ask button[value=yes]")
    phone.at("left:care")
    phone.sent()
    assert Hold.objects.filter(case=visit.case, ended_at=None).exists()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_who_sends_the_officers_away_by_the_code_is_obeyed_on_their_phone(
    open_page: Any, sign_in: Any, clock: Any, language: str
) -> None:
    visit = walk.noticed()
    clock.set("2026-03-05T14:22", zone="Asia/Shanghai")
    phone = Phone(open_page, sign_in, language=language).open()
    phone.to_the_door(visit)
    phone.depart()
    phone.arrive()
    phone.ask_to_record("no")
    phone.at("who")
    want_to_be_left(row=visit.tokens.get(), at=make.moment("2026-03-05 14:23"))
    words = {"en": "You were asked to leave. Leave now.", "zh": "对方要求离开，请立即离开。"}
    expect(phone.page.locator("#card")).to_contain_text(words[language], timeout=20_000)
    phone.at("attest")
    assert phone.rows("items") == 0
