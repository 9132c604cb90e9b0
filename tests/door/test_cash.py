"""Cash on the phone as the office sees it: numbers in the pack, a receipt taken in late, once, or kept aside."""

from decimal import Decimal
from typing import Any

import pytest

from agreements.models import CashNumber, CashTaken
from door.models import Item
from door.settling import phone_says
from tests import make
from tests.agreements import cash_cast as cast
from tests.door.cast import Phone, states
from visits.actions import refusing
from visits.models import Visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def paying(visit: Visit) -> Visit:
    """The same visit; its mandate lets officers take up to 5,000.00 in cash."""
    return cast.with_power(visit)


def said(pack: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """600.00 under the first number that went along."""
    return {
        "number": pack["cash"]["numbers"][0], "amount": "600.00", "others": "no",
        "confirmed": "yes", "count:021": ["100=5", "50=2"], "count:034": ["100=5", "50=2"],
        **changed,
    }  # fmt: skip


class TestPack:
    def test_takes_three_numbers_along_and_what_may_be_taken(
        self, phone: Phone, paying: Visit
    ) -> None:
        pack = phone.take(paying)
        assert pack["cash"]["numbers"] == [str(one) for one in CashNumber.objects.order_by("pk")]
        assert len(pack["cash"]["numbers"]) == 3
        assert pack["cash"]["limit"] == 50000
        assert {"name": "jiao", "label": "1 jiao", "tenths": 1} in pack["cash"]["notes"]

    def test_takes_the_same_ones_along_again_and_is_no_staler_for_it(
        self, phone: Phone, paying: Visit
    ) -> None:
        first, second = phone.take(paying), phone.take(paying)
        assert first["cash"]["numbers"] == second["cash"]["numbers"]
        assert first["stamp"] == second["stamp"]

    def test_says_nothing_of_cash_where_the_mandate_gives_no_power(
        self, phone: Phone, visit: Visit
    ) -> None:
        assert phone.take(cast.with_power(visit, limit=None))["cash"] is None
        assert not CashNumber.objects.exists()


class TestAnItem:
    def test_is_booked_as_of_when_the_cash_was_taken(self, phone: Phone, paying: Visit) -> None:
        pack = phone.take(paying)
        item = phone.say(paying, "cash", "2026-03-05 14:51", **said(pack))
        assert states(phone.send(item, at="2026-03-05 18:00")) == ["applied"]
        taken = CashTaken.objects.get()
        assert taken.taken_at == make.moment("2026-03-05 14:51")
        assert taken.payment.number == pack["cash"]["numbers"][0]
        assert phone.facts[paying.reference]["cash"] == [
            {
                "number": taken.payment.number, "amount": "600.00",
                "at": "2026-03-05T06:51:00+00:00",
            }
        ]  # fmt: skip

    def test_counts_once(self, phone: Phone, paying: Visit) -> None:
        item = phone.say(paying, "cash", "2026-03-05 14:51", **said(phone.take(paying)))
        phone.send(item)
        assert states(phone.send(item)) == ["applied"]
        again = phone.say(paying, "cash", "2026-03-05 14:52", **said(phone.take(paying)))
        assert CashTaken.objects.count() == 1
        assert states(phone.send(again, at="2026-03-05 14:53")) == ["applied"]
        assert CashTaken.objects.count() == 2  # under the next number

    def test_of_another_sum_under_the_same_number_does_not_fit(
        self, phone: Phone, paying: Visit
    ) -> None:
        pack = phone.take(paying)
        phone.send(phone.say(paying, "cash", "2026-03-05 14:51", **said(pack)))
        other = said(pack, amount="100.00") | {"count:021": ["100=1"], "count:034": ["100=1"]}
        item = phone.say(paying, "cash", "2026-03-05 14:52", **other)
        assert states(phone.send(item, at="2026-03-05 14:53")) == ["conflict"]

    def test_is_refused_by_rule_with_the_rule_on_its_card(
        self, phone: Phone, paying: Visit
    ) -> None:
        item = phone.say(
            paying, "cash", "2026-03-05 14:50", **said(phone.take(paying), others="yes")
        )
        (told,) = phone.send(item)
        assert told["state"] == "refused"
        assert "CN-CASH-OTHERS" in told["html"]
        assert not CashTaken.objects.exists()

    def test_from_before_a_refusal_counts_though_it_comes_after_it(
        self, phone: Phone, paying: Visit
    ) -> None:
        item = phone.say(paying, "cash", "2026-03-05 14:51", **said(phone.take(paying)))
        refusing.refuse_at_door(
            visit=paying, remark="", by=make.crew()[0], at=make.moment("2026-03-05 14:55")
        )
        assert states(phone.send(item, at="2026-03-05 18:00")) == ["applied"]
        assert CashTaken.objects.get().payment.amount == Decimal("600.00")

    def test_reckons_the_sum_from_the_notes_and_not_from_what_the_phone_says(
        self, phone: Phone, paying: Visit
    ) -> None:
        item = phone.say(
            paying, "cash", "2026-03-05 14:51", **said(phone.take(paying), amount="9999.00")
        )
        phone.send(item, at="2026-03-05 14:52")
        assert CashTaken.objects.get().payment.amount == Decimal("600.00")

    @pytest.mark.parametrize(
        "changed",
        [
            {"number": "X"}, {"number": ""}, {"confirmed": ""}, {"count:021": ["100"]},
            {"count:021": ["100=x"]}, {"count:021": ["7=1"]}, {"count:034": ["100=6"]},
        ],
    )  # fmt: skip
    def test_that_makes_no_sense_is_refused(
        self, phone: Phone, paying: Visit, changed: dict[str, Any]
    ) -> None:
        item = phone.say(
            paying, "cash", "2026-03-05 14:50", **{**said(phone.take(paying)), **changed}
        )
        assert states(phone.send(item)) == ["refused"]
        assert not CashTaken.objects.exists()

    def test_is_told_to_whoever_settles_it(self, phone: Phone, paying: Visit) -> None:
        item = phone.say(
            paying, "cash", "2026-03-05 14:51", **said(phone.take(paying), others="yes")
        )
        phone.send(item, at="2026-03-05 18:00")
        lines = {line.label: line.said for line in phone_says(Item.objects.get())}
        assert lines["Counted by 021"] == "100=5, 50=2"
        assert lines["Answer"] == "Cash at the door"
