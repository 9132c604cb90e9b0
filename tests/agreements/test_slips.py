"""One slip of the bank for the cash of several receipts, tied out to the cent."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from agreements.actions.paying import record_payment
from agreements.actions.slips import record_slip
from agreements.cash import house_of
from agreements.models import CashDeposit, CashNumber, CashTaken, Payment
from documents.models import Document
from people.models import User
from tests import make, walk
from tests.agreements import cash_cast as cast
from tests.agreements.cast import again, chain_holds
from workflow.models import Duty
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]


def elsewhere() -> CashTaken:
    """600.00 that the same officers took in another case, as rows."""
    visit = walk.planned(
        case=make.prepared_case(reference="HZ-2026-0251", external_reference="W-251"),
        starts_at=make.moment("2026-03-06 14:30"),
    )
    first, second = make.crew()
    number = CashNumber.objects.create(
        organisation=house_of(visit.case), number=900, visit=visit, device=cast.PHONE,
        given_to=first, given_at=cast.TAKEN,
    )  # fmt: skip

    def tie(payment: Payment, _by: User, _at: datetime) -> None:
        CashTaken.objects.create(
            number=number, payment=payment, visit=visit, first=first, second=second,
            notes=cast.SIX_HUNDRED, taken_at=cast.TAKEN, due_at=cast.FRIDAY + timedelta(hours=8),
        )  # fmt: skip

    record_payment(
        case=visit.case, amount=Decimal("600.00"), method="cash", received_at=cast.TAKEN,
        number=str(number), by=make.clerk(), at=cast.TAKEN, also=tie,
    )  # fmt: skip
    return CashTaken.objects.get(number=number)


@pytest.fixture
def two(clock: Any) -> list[CashTaken]:
    """600.00 in each of two cases."""
    found = [cast.take(cast.talking()), elsewhere()]
    clock.set(cast.FRIDAY)
    return found


def slip(receipts: list[CashTaken], **changed: Any) -> list[CashDeposit]:
    given: dict[str, Any] = {
        "receipts": receipts, "amount": Decimal("1200.00"), "bank": "西湖银行武林支行",
        "reference": "CK20260306-0018", "paid_in_at": cast.FRIDAY, "filename": "存款凭条.pdf",
        "content": make.PDF, "by": make.crew()[0], "at": cast.FRIDAY, **changed,
    }  # fmt: skip
    return record_slip(**given)


class TestRecordSlip:
    def test_accounts_for_every_receipt(self, two: list[CashTaken]) -> None:
        made = slip(two)
        assert [one.amount for one in made] == [Decimal("600.00")] * 2
        assert {one.reference for one in made} == {"CK20260306-0018"}
        for taken in two:
            assert again(taken).settled_at == cast.FRIDAY
        assert not Duty.objects.filter(kind="cash.to_deposit", done_at=None).exists()

    def test_tells_each_case_of_its_own_and_keeps_both_chains(self, two: list[CashTaken]) -> None:
        slip(two)
        for taken in two:
            told = taken.case.events.get(kind="cash.deposited").data
            assert (told["amount"], told["slip_total"], told["receipts"]) == (
                "600.00", "1200.00", 2,
            )  # fmt: skip
            other = next(one for one in two if one != taken)
            assert str(other.number) not in str(told)
            assert any(
                "CK20260306" in one.title for one in Document.objects.filter(case=taken.case)
            )
            assert chain_holds(taken.case)

    @pytest.mark.parametrize("amount", ["1199.99", "1200.01", "600.00", "0.00"])
    def test_is_refused_where_it_does_not_tie_out(self, two: list[CashTaken], amount: str) -> None:
        with pytest.raises(WrongInput) as wrong:
            slip(two, amount=Decimal(amount))
        assert wrong.value.field == "amount"
        assert not CashDeposit.objects.exists()

    def test_counts_only_what_is_still_out(self, two: list[CashTaken]) -> None:
        cast.deposit(two[0], amount=Decimal("100.00"), explanation="分两次缴存")
        slip(two, amount=Decimal("1100.00"))
        assert again(two[0]).paid_in == Decimal("600.00")

    def test_is_refused_for_none_for_one_accounted_for_and_for_a_known_slip(
        self, two: list[CashTaken]
    ) -> None:
        with pytest.raises(WrongInput):
            slip([])
        cast.deposit(two[0])
        with pytest.raises(WrongInput):
            slip(two)
        with pytest.raises(WrongInput) as wrong:
            slip(two[1:], amount=Decimal("600.00"), reference="CK20260306-0017")
        assert wrong.value.field == "reference"
        assert again(two[1]).settled_at is None

    def test_is_refused_before_the_last_was_taken_and_in_the_future(
        self, two: list[CashTaken]
    ) -> None:
        for moment in (cast.TAKEN.replace(hour=0), cast.FRIDAY.replace(day=9)):
            with pytest.raises(WrongInput) as wrong:
                slip(two, paid_in_at=moment)
            assert wrong.value.field == "paid_in_at"

    def test_is_refused_to_an_outsider_and_to_who_hands_in_no_cash(
        self, two: list[CashTaken]
    ) -> None:
        with pytest.raises(Outsider):
            slip(two, by=make.outsider())
        with pytest.raises(RightRefused):
            slip(two, by=make.compliance_officer())
        assert not CashDeposit.objects.exists()


class TestPages:
    @pytest.fixture
    def client(self, two: list[CashTaken]) -> Client:
        client = Client()
        client.force_login(make.clerk())
        return client

    def test_lead_from_the_list_to_the_slip_and_back(
        self, client: Client, two: list[CashTaken]
    ) -> None:
        address, listed = reverse("agreements:cash_slip"), reverse("agreements:cash")
        assert address in client.get(listed).content.decode()
        page = client.get(address).content.decode()
        assert all(one.payment.number in page for one in two)
        sent = client.post(
            address,
            {
                "receipts": [one.pk for one in two], "amount": "1200.00", "bank": "西湖银行",
                "paid_in_at": "2026-03-06 10:00", "reference": "CK-9", "file": SimpleUploadedFile("slip.pdf", make.PDF, "application/pdf"),
            },
        )  # fmt: skip
        assert sent.status_code == 302, sent.content.decode()
        settled = client.get(listed + "?view=settled").content.decode()
        assert "CK-9" in settled
        assert "1,200.00" in settled

    def test_show_nothing_of_another_team(self, two: list[CashTaken]) -> None:
        client = Client()
        client.force_login(make.outsider())
        page = client.get(reverse("agreements:cash_slip"))
        assert page.status_code in {200, 403}
        assert two[0].payment.number not in page.content.decode()
