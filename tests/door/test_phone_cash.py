"""Cash on the phone: two officers count, the debtor confirms, and the number of the receipt stands there at once."""

from typing import Any

import pytest
from playwright.sync_api import expect

from agreements.models import CashTaken
from tests import make
from tests.agreements import cash_cast as cast
from tests.door.on_phone import Phone
from visits.models import Visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def paying(clock: Any) -> Visit:
    """They talk; up to 5,000.00 may be taken in cash."""
    visit = cast.talking()
    clock.set("2026-03-05T14:45", zone="Asia/Shanghai")
    return visit


def to_the_cash(phone: Phone, visit: Visit) -> None:
    """Through "More"."""
    phone.press(f'[data-visit="{visit.reference}"]')
    phone.at("talk")
    phone.press("#foot [data-tool=more]")
    phone.at("more")
    phone.press("#screen [data-tool=cash]")
    phone.at("cash")


def count(phone: Phone, **notes: str) -> None:
    """One officer's count, and on."""
    for name, how_many in notes.items():
        phone.page.locator(f'#screen input[name="{name.removeprefix("n")}"]').fill(how_many)
    phone.go_on()


def alone(phone: Phone) -> None:
    phone.page.locator("#cash-nobody").check()


class TestCash:
    def test_is_counted_twice_confirmed_and_receipted_without_a_signal(
        self, open_page: Any, sign_in: Any, paying: Visit
    ) -> None:
        phone = Phone(open_page, sign_in).open()
        phone.take_along().installed()
        phone.no_signal()
        to_the_cash(phone, paying)
        alone(phone)
        count(phone, n100="5", n50="2")
        expect(phone.screen).to_contain_text("王芳 034 counts.")
        count(phone, n100="5", n50="2")
        expect(phone.screen).to_contain_text("600.00")
        phone.go_on()
        number = phone.page.locator("#screen .door-cash-number")
        expect(number).to_have_text("CLEAR-WATER-X000001")
        assert not CashTaken.objects.exists()
        phone.signal()
        phone.press("[data-do=send]")
        phone.sent()
        assert CashTaken.objects.get().payment.number == "CLEAR-WATER-X000001"

    def test_is_counted_anew_where_the_counts_differ(
        self, open_page: Any, sign_in: Any, paying: Visit
    ) -> None:
        phone = Phone(open_page, sign_in).open()
        phone.take_along()
        to_the_cash(phone, paying)
        alone(phone)
        count(phone, n100="6")
        count(phone, n100="5")
        expect(phone.page.locator("#card")).to_contain_text("600.00 and 500.00")
        expect(phone.screen).to_contain_text("李伟 021 counts.")
        assert not CashTaken.objects.exists()

    def test_is_refused_on_the_phone_before_others_and_beyond_the_limit(
        self, open_page: Any, sign_in: Any, paying: Visit
    ) -> None:
        phone = Phone(open_page, sign_in).open()
        phone.take_along()
        to_the_cash(phone, paying)
        phone.page.locator("#cash-somebody").check()
        count(phone, n100="5")
        expect(phone.page.locator("#card")).to_contain_text("CN-CASH-OTHERS")
        alone(phone)
        count(phone, n100="51")
        expect(phone.page.locator("#card")).to_contain_text("5,100.00")
        assert not CashTaken.objects.exists()

    def test_is_not_offered_where_the_mandate_says_nothing_of_it(
        self, open_page: Any, sign_in: Any, clock: Any
    ) -> None:
        visit = cast.talking(limit=None)
        clock.set("2026-03-05T14:45", zone="Asia/Shanghai")
        phone = Phone(open_page, sign_in, user=make.crew()[0]).open()
        phone.take_along()
        phone.press(f'[data-visit="{visit.reference}"]')
        phone.press("#foot [data-tool=more]")
        phone.at("more")
        expect(phone.page.locator("#screen [data-tool=cash]")).to_be_hidden()
