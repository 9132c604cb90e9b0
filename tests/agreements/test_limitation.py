"""When the limitation period begins anew, and when it does not."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from agreements.actions.paying import record_payment, reverse_payment
from agreements.models import Payment
from cases.models import Case
from tests import make
from tests.agreements import cast

pytestmark = pytest.mark.django_db

ENDED = date(2026, 3, 4)  # the day before the agreement and the payment
PAID = make.moment("2026-03-05 16:00")


def a_case(ends_on: date | None = date(2028, 11, 10), packs: list[str] | None = None) -> Case:
    """A case under the law of China whose one claim ends then."""
    case = make.prepared_case(
        of_creditor=make.creditor(slug="cn-bank", packs=["story", "cn"] if packs is None else packs)
    )
    case.debts.update(limitation_ends_on=ends_on)
    return cast.again(case)


def end_of(case: Case) -> date | None:
    return case.debts.get().limitation_ends_on


def paid(case: Case, amount: str = "500.00", reference: str = "", **given: Any) -> Payment:
    return record_payment(
        case=cast.again(case), amount=Decimal(amount), method="transfer",
        received_at=given.get("received_at", PAID), bank_reference=reference, by=make.clerk(),
        at=given.get("at", PAID),
    )  # fmt: skip


def told(case: Case, kind: str = "limitation.restarted") -> list[dict[str, Any]]:
    return [e.data for e in case.events.filter(kind=kind).order_by("number")]


class TestAgreement:
    def test_restarts_the_period_on_the_day_of_the_signatures(self) -> None:
        case = a_case()
        agreement = cast.signed(case)
        assert end_of(case) == date(2029, 3, 5)
        [data] = told(case)
        assert (data["was"], data["ends_on"]) == ("2028-11-10", "2029-03-05")
        assert (data["cause"], data["number"]) == ("agreement", agreement.number)
        assert cast.chain_holds(case)

    def test_renews_a_period_that_had_ended_for_its_terms_say_so(self) -> None:
        case = a_case(ENDED)
        agreement = cast.signed(case)
        assert "right to refuse" in str(agreement.clauses)
        assert end_of(case) == date(2029, 3, 5)

    def test_leaves_an_unknown_end_unknown(self) -> None:
        case = a_case(None)
        cast.signed(case)
        assert end_of(case) is None
        assert told(case) == []

    def test_never_shortens_the_period(self) -> None:
        case = a_case(date(2030, 1, 1))
        cast.signed(case)
        assert end_of(case) == date(2030, 1, 1)
        assert told(case) == []

    def test_offered_but_not_signed_restarts_nothing(self) -> None:
        case = a_case()
        cast.offered(case)
        assert end_of(case) == date(2028, 11, 10)

    def test_restarts_nothing_where_no_pack_says_how_long_the_period_is(self) -> None:
        case = a_case(packs=["story"])
        cast.signed(case)
        assert end_of(case) == date(2028, 11, 10)


class TestPayment:
    def test_restarts_the_period_on_the_day_the_money_came(self) -> None:
        case = a_case()
        payment = paid(case, received_at=make.moment("2026-03-04 23:59"))
        assert end_of(case) == date(2029, 3, 4)
        assert told(case)[0]["number"] == payment.number

    @pytest.mark.parametrize(
        ("ends_on", "after"),
        [(date(2026, 3, 5), date(2029, 3, 5)), (ENDED, ENDED)],
        ids=["on the last day", "a day too late"],
    )
    def test_restarts_it_only_before_it_has_ended(self, ends_on: date, after: date) -> None:
        case = a_case(ends_on)
        paid(case)
        assert end_of(case) == after

    def test_that_is_taken_back_restores_the_period(self) -> None:
        case = a_case()
        payment = paid(case)
        reverse_payment(payment=payment, why="退票", by=make.clerk(), at=PAID)
        assert end_of(case) == date(2028, 11, 10)
        [data] = told(case, "limitation.restored")
        assert (data["was"], data["ends_on"]) == ("2029-03-05", "2028-11-10")

    def test_that_is_taken_back_leaves_what_a_later_one_did(self) -> None:
        case = a_case()
        first = paid(case, reference="A")
        later = make.moment("2026-03-20 10:00")
        paid(case, reference="B", received_at=later, at=later)
        reverse_payment(payment=first, why="退票", by=make.clerk(), at=later)
        assert end_of(case) == date(2029, 3, 20)

    def test_that_alone_kept_the_period_open_takes_the_later_one_with_it(self) -> None:
        case = a_case(date(2026, 3, 10))
        first = paid(case, reference="A")
        later = make.moment("2026-03-20 10:00")
        paid(case, reference="B", received_at=later, at=later)
        reverse_payment(payment=first, why="退票", by=make.clerk(), at=later)
        assert end_of(case) == date(2026, 3, 10)

    def test_without_an_agreement_restarts_none_of_several_claims(self) -> None:
        case = a_case()
        debt = case.debts.get()
        debt.pk, debt.contract_number = None, "XH-2"
        debt.save()
        paid(case)
        assert set(case.debts.values_list("limitation_ends_on", flat=True)) == {date(2028, 11, 10)}


class TestPage:
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", "The limitation period of XH-2024-5521 begins anew"),
            ("zh-hans", "诉讼时效重新计算"),
        ],
    )
    def test_shows_the_new_end_and_what_moved_it(
        self, client: Client, clock: Any, language: str, words: str
    ) -> None:
        case = a_case()
        cast.signed(case)
        clock.set(PAID)
        client.force_login(make.clerk())
        client.cookies["django_language"] = language
        page = client.get(case.get_absolute_url()).content.decode()
        assert words in page
        assert "2029" in page
