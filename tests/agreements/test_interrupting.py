"""The log of what begins limitation anew: what counts, what does not, and how the page shows it."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from agreements.actions.limitation import record_interruption
from agreements.actions.paying import reverse_payment
from cases.models import Case, Interruption
from compliance import limitation as law
from tests import make
from tests.agreements import cast
from tests.agreements.test_limitation import a_case, end_of, paid
from tests.world import signed_in
from workflow.models import Duty
from workflow.steps import RightRefused, WrongInput

pytestmark = pytest.mark.django_db
AT = make.moment("2026-03-10 10:00")
DAY = date(2026, 3, 9)


def recorded(case: Case, kind: str = "demand", **given: Any) -> Interruption:
    given = {"on": DAY, "way": "by_hand" if kind == "demand" else "", **given}
    return record_interruption(
        case=cast.again(case), debt=case.debts.get(), kind=kind, filename="回执.pdf",
        content=make.PDF, by=given.pop("by", make.clerk()), at=AT, **given,
    )  # fmt: skip


class TestWhyNot:
    @pytest.mark.parametrize(
        ("way", "signer", "arrived", "why"),
        [
            ("by_hand", "debtor", False, ""),
            ("by_hand", "relative", False, ""),
            ("by_hand", "authorised", False, ""),
            ("by_hand", "nobody", False, "unsigned"),
            ("by_hand", "nobody", True, ""),
            ("post", "", False, "not_arrived"),
            ("post", "", True, ""),
            ("data_message", "", False, "not_arrived"),
            ("data_message", "", True, ""),
        ],
    )
    def test_asks_of_a_demand_that_it_reached_the_debtor(
        self, way: str, signer: str, arrived: bool, why: str
    ) -> None:
        one = law.Interruption("demand", DAY, way=way, signer=signer, arrived=arrived)
        assert law.why_not(one) == why


class TestEndsAfter:
    def test_counts_three_years_from_the_day_and_never_beyond_the_twenty(self) -> None:
        one = law.Interruption("promise", DAY)
        assert law.ends_after(date(2026, 3, 9), one, years=3) == date(2029, 3, 9)
        assert law.ends_after(date(2026, 3, 8), one, years=3) == date(2026, 3, 8)
        stop = date(2028, 1, 1)
        assert law.ends_after(date(2026, 3, 9), one, years=3, stop=stop) == stop

    def test_counts_a_suit_from_the_end_of_the_procedure(self) -> None:
        one = law.Interruption("suit", DAY, ended_on=date(2027, 5, 1))
        assert law.ends_after(date(2026, 3, 9), one, years=3) == date(2030, 5, 1)


class TestRecordInterruption:
    @pytest.mark.parametrize("kind", ["promise", "security", "extension", "suit", "arbitration"])
    def test_begins_the_period_anew(self, kind: str) -> None:
        case = a_case()
        row = recorded(case, kind)
        assert end_of(case) == date(2029, 3, 9)
        assert (row.was, row.ends_on, row.why_not) == (
            date(2028, 11, 10), date(2029, 3, 9), "",
        )  # fmt: skip
        assert row.proof is not None
        assert cast.chain_holds(case)

    def test_counts_a_demand_that_a_relative_signed_for_and_asks_who_saw_it(self) -> None:
        case = a_case()
        recorded(case, signer="relative")
        assert end_of(case) == date(2029, 3, 9)
        duty = Duty.objects.get(case=case, kind="limitation.unsealed")
        assert (duty.role, duty.rule) == ("compliance", "CN-48")

    def test_asks_nobody_where_the_envelope_was_sealed(self) -> None:
        case = a_case()
        recorded(case, signer="relative", sealed=True)
        assert not Duty.objects.filter(kind="limitation.unsealed").exists()

    def test_keeps_a_demand_that_nobody_signed_for_without_moving_the_end(self) -> None:
        case = a_case()
        row = recorded(case, signer="nobody")
        assert end_of(case) == date(2028, 11, 10)
        assert row.why_not == "unsigned"

    def test_comes_too_late_once_the_period_has_ended(self) -> None:
        case = a_case(date(2026, 3, 8))
        assert recorded(case, "promise").why_not == "too_late"
        assert end_of(case) == date(2026, 3, 8)

    def test_moves_nothing_beyond_twenty_years_from_the_due_day(self) -> None:
        case = a_case(date(2026, 11, 10))
        case.debts.update(due_on=date(2006, 11, 10))
        recorded(case, "promise")
        assert end_of(case) == date(2026, 11, 10)

    @pytest.mark.parametrize(
        ("given", "field"),
        [
            ({"kind": "payment"}, "kind"),
            ({"way": ""}, "way"),
            ({"on": date(2026, 3, 11)}, "on"),
            ({"kind": "suit", "ended_on": date(2026, 3, 8)}, "ended_on"),
        ],
    )
    def test_is_refused_where_it_makes_no_sense(self, given: dict[str, Any], field: str) -> None:
        with pytest.raises(WrongInput) as wrong:
            recorded(a_case(), **given)
        assert wrong.value.field == field
        assert not Interruption.objects.exists()

    def test_is_refused_to_an_officer(self) -> None:
        with pytest.raises(RightRefused):
            recorded(a_case(), "promise", by=make.officer())


class TestLog:
    def test_writes_signatures_and_payments_by_itself_and_takes_a_payment_back(self) -> None:
        case = a_case()
        cast.signed(case)
        payment = paid(case, received_at=AT, at=AT)
        rows = list(Interruption.objects.order_by("pk"))
        assert [(row.kind, row.ends_on) for row in rows] == [
            ("agreement", date(2029, 3, 5)), ("payment", date(2029, 3, 10)),
        ]  # fmt: skip
        reverse_payment(payment=payment, why="退票", by=make.clerk(), at=AT)
        rows[1].refresh_from_db()
        assert rows[1].taken_back_at == AT
        assert end_of(case) == date(2029, 3, 5)


class TestPage:
    def test_records_with_a_proof_and_shows_how_the_end_was_reckoned(self, clock: Any) -> None:
        clock.set(AT)
        case = a_case()
        client = signed_in(make.clerk())
        answer = client.post(
            reverse("agreements:interrupt", args=[case.reference]),
            {
                "debt": case.debts.get().pk, "kind": "demand", "on": "2026-03-09",
                "way": "by_hand", "signer": "debtor", "sealed": "on",
                "file": SimpleUploadedFile("receipt.pdf", make.PDF),
            },
        )  # fmt: skip
        assert answer.status_code == 302
        page = client.get(f"{case.get_absolute_url()}?tab=debt").content.decode()
        for word in ["Fri 10 Nov 2028", "Fri 9 Mar 2029", "Fri 10 Nov 2045", "receipt.pdf"]:
            assert word in page, word

    def test_asks_for_the_proof(self, clock: Any) -> None:
        clock.set(AT)
        case = a_case()
        answer = signed_in(make.clerk()).post(
            reverse("agreements:interrupt", args=[case.reference]),
            {"debt": case.debts.get().pk, "kind": "promise", "on": "2026-03-09"},
        )
        assert answer.status_code == 422
        assert "file" in answer.context["form"].errors
