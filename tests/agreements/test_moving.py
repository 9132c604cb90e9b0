"""A payment that was booked for the wrong debtor goes to the right case in one step."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from agreements.actions.moving import move_payment
from agreements.actions.paying import record_payment, reverse_payment
from agreements.models import Payment
from agreements.policy import ledger_sums, owed_by_component
from banking.actions.booking import book_certain
from cases.models import Case
from notices.models import Notice
from people.models import Organisation, User
from tests import make
from tests.agreements import cast
from tests.banking import cast as bank
from timeline.chain import Verified, verify
from workflow.guard import Guard, guarded
from workflow.models import Duty
from workflow.steps import AlreadyDone, Outsider, RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_papers")]
AT = bank.AT
OTHER = "HZ-2026-0300"


def other() -> Case:
    """The case where the money belongs."""
    return make.prepared_case(reference=OTHER, external_reference="W-300")


def paid(case: Case, amount: str = "6500.00", number: str = "B1", **more: Any) -> Payment:
    """A payment by hand."""
    return record_payment(
        case=cast.again(case), amount=Decimal(amount), method="transfer", received_at=cast.PAID,
        payer="王海燕", bank_reference=number, by=make.clerk(), at=AT, **more,
    )  # fmt: skip


def moved(payment: Payment, to: Case, **given: Any) -> Payment:
    """Moved by the clerk."""
    said: dict[str, Any] = {"why": "付款人填错编号", "by": make.clerk(), "at": AT, **given}
    return move_payment(payment=cast.again(payment), to=cast.again(to), **said)


def ties(case: Case) -> bool:
    """What the case says is what its ledger says."""
    fresh = cast.again(case)
    return ledger_sums(fresh) == owed_by_component(fresh)


class TestMovePayment:
    def test_takes_it_back_here_and_books_it_there(self) -> None:
        agreement, there = cast.signed(), other()
        here, owed = agreement.case, there.balance
        payment = paid(here)
        new = moved(payment, there)
        payment.refresh_from_db()
        assert payment.reversed_at == AT
        assert cast.again(here).balance == Decimal("39000.00")
        assert agreement.instalments.get(number=1).paid == Decimal("0.00")
        assert (new.case, new.number) == (there, f"{OTHER}-P1")
        assert (new.amount, new.received_at, new.payer, new.bank_reference) == (
            payment.amount, payment.received_at, "王海燕", "B1",
        )  # fmt: skip
        assert cast.again(there).balance == owed - Decimal("6500.00")
        assert ties(here)
        assert ties(there)

    def test_stands_on_both_timelines_and_keeps_both_chains(self) -> None:
        here, there = cast.signed().case, other()
        payment = paid(here)
        moved(payment, there)
        out = cast.again(here).events.get(kind="payment.reversed").data
        came = cast.again(there).events.get(kind="payment.received").data
        assert (out["moved_to"], out["reason"]) == (OTHER, "付款人填错编号")
        assert (came["moved_from"], came["why"]) == (payment.number, "付款人填错编号")
        assert isinstance(verify(cast.again(here)), Verified)
        assert isinstance(verify(cast.again(there)), Verified)

    def test_tells_each_debtor_in_writing_and_neither_of_the_other(self) -> None:
        here, there = cast.signed().case, other()
        payment = paid(here)
        new = moved(payment, there)
        payment.refresh_from_db()
        assert payment.reversed_why == "该款项属于其他账户，系误记。"
        assert payment.reversal_note is not None
        assert Duty.objects.filter(case=here, kind="paper.hand_over", done_at=None).exists()
        assert new.receipt is not None
        told = Notice.objects.filter(case=there, dedupe_key__contains=f"payment:{new.pk}:receipt")
        assert told.exists()
        assert not any(OTHER in notice.body for notice in Notice.objects.filter(case=here))

    def test_takes_its_line_of_a_statement_along(self) -> None:
        case, there = cast.signed().case, other()
        bank.take(bank.csv_of(bank.row(1)))
        book_certain(AT)
        new = moved(case.payments.get(), there)
        (line,) = bank.lines()
        assert (line.state, line.payment, line.case) == ("booked", new, there)
        assert bank.told("statement.line_moved")[0]["payment"] == new.number

    def test_books_nothing_half(self, monkeypatch: pytest.MonkeyPatch) -> None:
        here, there = cast.signed().case, other()
        payment = paid(here)

        def break_off(_payment: Any) -> bytes:
            raise RuntimeError("no printer")

        monkeypatch.setattr("agreements.papers.receipt_pdf", break_off)
        with pytest.raises(RuntimeError):
            moved(payment, there)
        payment.refresh_from_db()
        assert payment.reversed_at is None
        assert not there.payments.exists()
        assert not cast.again(here).events.filter(kind="payment.reversed").exists()

    def test_is_done_once_however_often_it_is_pressed(self) -> None:
        here, there = cast.signed().case, other()
        payment = paid(here)
        with guarded(Guard(key="one press")):
            moved(payment, there)
        with pytest.raises((AlreadyDone, WrongInput)), guarded(Guard(key="one press")):
            moved(payment, there)
        assert there.payments.count() == 1

    def test_keeps_what_is_too_much_there_only_if_it_is_said(self) -> None:
        here, there = cast.signed().case, other()
        owed = there.balance
        payment = paid(here, "30000.00")
        paid(there, str(owed - Decimal("100.00")), "B2")
        with pytest.raises(WrongInput, match=r"more than the 100\.00 that is owed"):
            moved(payment, there)
        assert cast.again(payment).reversed_at is None
        new = moved(payment, there, keep_rest=True)
        assert new.excess == Decimal("29900.00")

    def test_is_refused_to_the_same_case_and_without_a_reason(self) -> None:
        case = cast.signed().case
        payment = paid(case)
        with pytest.raises(WrongInput, match="booked on this case already"):
            moved(payment, case)
        with pytest.raises(WrongInput, match="Say why"):
            moved(payment, other(), why=" ")

    def test_is_refused_to_another_creditors_case(self) -> None:
        payment, there = paid(cast.signed().case), other()
        elsewhere: Organisation = make.creditor(slug="lotus-finance", name="荷塘金融")
        Case.objects.filter(pk=there.pk).update(creditor=elsewhere)
        with pytest.raises(WrongInput, match="another creditor"):
            moved(payment, there)

    def test_is_refused_when_it_was_reversed_already(self) -> None:
        payment, there = paid(cast.signed().case), other()
        reverse_payment(payment=payment, why="误记", by=make.clerk(), at=AT)
        with pytest.raises(WrongInput, match="reversed already"):
            moved(payment, there)

    def test_is_refused_to_a_closed_case_and_that_is_recorded_there(self) -> None:
        here, there = cast.signed().case, other()
        payment = paid(here)
        Case.objects.filter(pk=there.pk).update(state="closure", closed_at=AT)
        with pytest.raises(StateRefused):
            moved(payment, there)
        assert cast.again(there).events.filter(kind="state.refused").exists()
        assert not cast.again(here).events.filter(kind="payment.reversed").exists()

    def test_is_refused_from_a_closed_case_and_that_is_recorded_there(self) -> None:
        here, there = cast.signed().case, other()
        payment = paid(here)
        Case.objects.filter(pk=here.pk).update(state="closure", closed_at=AT)
        with pytest.raises(StateRefused):
            moved(payment, there)
        assert cast.again(here).events.filter(kind="state.refused").exists()

    def test_is_refused_to_an_outsider_and_to_an_officer(self) -> None:
        payment, there = paid(cast.signed().case), other()
        with pytest.raises(Outsider):
            moved(payment, there, by=make.outsider())
        with pytest.raises(RightRefused):
            moved(payment, there, by=make.officer())


class TestPage:
    def test_moves_it_and_says_where_it_is(self, clock: Any) -> None:
        clock.set(AT)
        here, there = cast.signed().case, other()
        payment = paid(here)
        client = Client()
        client.force_login(make.clerk())
        client.cookies["django_language"] = "en"
        address = reverse("agreements:move_payment", args=[payment.number])
        assert address in client.get(f"{here.get_absolute_url()}?tab=agreement").content.decode()
        wrong = client.post(address, {"reference": "HZ-0", "why": "错", "guard_key": "a"})
        assert wrong.status_code == 422
        done = client.post(address, {"reference": OTHER.lower(), "why": "错", "guard_key": "b"}, follow=True)  # fmt: skip
        assert f"is booked on case {OTHER} as {OTHER}-P1" in done.content.decode()
        assert there.payments.get().amount == Decimal("6500.00")


@pytest.mark.django_db(transaction=True)
class TestTwoMovers:
    def test_who_cross_each_other_wait_for_no_deadlock(self) -> None:
        here, there = cast.signed().case, other()
        one, two = paid(here, "100.00"), paid(there, "200.00", "B2")
        clerk, faults = make.clerk(), list[BaseException]()
        start = threading.Barrier(2)

        def go(payment: Payment, to: Case, by: User) -> None:
            try:
                start.wait(timeout=30)
                moved(payment, to, by=by)
            except BaseException as fault:
                faults.append(fault)
            finally:
                connection.close()

        threads = [
            threading.Thread(target=go, args=(one, there, clerk)),
            threading.Thread(target=go, args=(two, here, clerk)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
        assert faults == []
        live = Payment.objects.filter(reversed_at=None).values_list("case__reference", "amount")
        assert set(live) == {(OTHER, Decimal("100.00")), (here.reference, Decimal("200.00"))}
        assert ties(here)
        assert ties(there)
