"""What came in too much is lost nowhere: kept, asked for, granted by a second person, paid back and receipted."""

import io
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import translation
from pypdf import PdfReader

from agreements import papers
from agreements.actions import closing, paying, refunding
from agreements.models import Payment, Refund
from cases.models import Case
from desk.management.commands import check_invariants
from documents.models import Document
from tests import make
from tests.agreements import cast
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval, Duty
from workflow.steps import Outsider, RightRefused, StateRefused, WrongInput

pytestmark = pytest.mark.django_db
DUE = make.moment("2026-04-15 09:30")
LATER = make.moment("2026-04-16 10:00")


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How papers look is told by the tests at the end; what is refused is read in English here."""
    for name in ("agreement_pdf", "receipt_pdf", "refund_pdf", "reversal_pdf"):
        monkeypatch.setattr(f"agreements.papers.{name}", lambda _subject: make.PDF)
    with translation.override("en"):
        yield


def pay(case: Case, amount: str, **given: Any) -> Payment:
    said = {
        "method": "transfer", "received_at": DUE, "by": make.clerk(), "at": DUE, "payer": "王海燕", **given,
    }  # fmt: skip
    return paying.record_payment(case=cast.again(case), amount=Decimal(amount), **said)


def exceeded() -> Payment:
    """A payment of a hundred more than was owed."""
    case = cast.signed().case
    owed = cast.again(case).balance
    return pay(case, str(owed + 100), keep_rest=True)


def asked(payment: Payment, **given: Any) -> Approval:
    said = {
        "to_name": "王海燕", "to_account": "6217000000000001", "reason": "多还了一百元",
        "by": make.clerk(), "at": DUE, **given,
    }  # fmt: skip
    return refunding.request_refund(payment=payment, **said)


def granted() -> Refund:
    payment = exceeded()
    decide_approval(
        approval=asked(payment), granted=True, answer="同意", by=make.supervisor(), at=DUE
    )
    return Refund.objects.get(payment=payment)


def told(case: Case) -> list[str]:
    return list(Event.objects.filter(case=case).order_by("number").values_list("kind", flat=True))


def open_duties(case: Case) -> set[str]:
    return set(Duty.objects.filter(case=case, done_at=None).values_list("kind", flat=True))


def test_what_was_too_much_of_one_payment_is_not_forgotten_over_another() -> None:
    first = exceeded()
    pay(first.case, "30.00", keep_rest=True)

    def waiting(kind: str) -> int:
        return Duty.objects.filter(case=first.case, kind=kind, done_at=None).count()

    assert waiting("refund.to_ask") == 2
    decide_approval(
        approval=asked(first), granted=True, answer="同意", by=make.supervisor(), at=DUE
    )
    assert waiting("refund.to_ask") == 1


class TestRecordPaymentOfMoreThanIsOwed:
    def test_is_refused_and_says_how_the_rest_is_kept(self) -> None:
        case = cast.signed().case
        with pytest.raises(WrongInput, match="kept for paying back"):
            pay(case, str(cast.again(case).balance + 1))

    def test_pays_the_debt_and_keeps_the_rest(self) -> None:
        payment = exceeded()
        case = cast.again(payment.case)
        assert (payment.excess, case.balance) == (Decimal("100.00"), Decimal("0.00"))
        assert -sum(entry.amount for entry in payment.entries.all()) == payment.amount - 100
        assert case.agreements.get().state == "kept"
        assert "payment.exceeded" in told(case)
        assert {"refund.to_ask", "case.to_close"} <= open_duties(case)

    def test_keeps_nothing_of_what_is_owed(self) -> None:
        case = cast.signed().case
        payment = pay(case, "6500.00", keep_rest=True)
        assert payment.excess == Decimal("0.00")
        assert "refund.to_ask" not in open_duties(case)

    def test_keeps_the_whole_of_what_comes_when_nothing_is_owed(self) -> None:
        case = exceeded().case
        payment = pay(case, "30.00", keep_rest=True)
        assert (payment.excess, payment.entries.count()) == (Decimal("30.00"), 0)
        assert cast.again(case).balance == Decimal("0.00")

    def test_keeps_the_whole_of_what_comes_after_the_closing(self) -> None:
        case = make.prepared_case()
        approval = closing.request_early_closure(
            case=case, closed_as="withdrawn", reason="债权人撤回", by=make.clerk(), at=DUE
        )
        decide_approval(
            approval=approval, granted=True, answer="同意", by=make.supervisor(), at=DUE
        )
        owed = cast.again(case).balance
        payment = pay(case, "30.00", keep_rest=True)
        assert (payment.excess, cast.again(case).balance) == (Decimal("30.00"), owed)
        assert cast.again(case).state == "closure"
        with pytest.raises(StateRefused):
            pay(case, "30.00")

    def test_leaves_every_sum_in_order(self) -> None:
        payment = exceeded()
        pay(payment.case, "30.00", keep_rest=True)
        with connection.cursor() as cursor:
            cursor.execute(check_invariants.NOT_TO_BE["a payment was not booked in full"])
            assert cursor.fetchall() == []

    def test_takes_all_of_it_back_when_it_is_reversed(self) -> None:
        payment = exceeded()
        paying.reverse_payment(payment=payment, why="银行退票", by=make.clerk(), at=LATER)
        assert cast.again(payment.case).balance == payment.amount - 100
        assert "refund.to_ask" not in open_duties(payment.case)
        with pytest.raises(WrongInput, match="reversed already"):
            asked(payment, at=LATER)


class TestRequestRefund:
    def test_waits_for_a_second_person(self) -> None:
        payment = exceeded()
        approval = asked(payment)
        assert (approval.kind, approval.subject, approval.details["amount"]) == (
            "refund", payment.number, "100.00",
        )  # fmt: skip
        assert not Refund.objects.exists()
        with pytest.raises(SecondPersonNeeded):
            decide_approval(approval=approval, granted=True, answer="", by=make.clerk(), at=DUE)

    def test_is_asked_once(self) -> None:
        payment = exceeded()
        asked(payment)
        with pytest.raises(WrongInput, match="asked for this already"):
            asked(payment)

    def test_is_refused_where_nothing_was_too_much(self) -> None:
        payment = pay(cast.signed().case, "6500.00")
        with pytest.raises(WrongInput, match="Nothing of this payment was too much"):
            asked(payment)

    @pytest.mark.parametrize("missing", ["to_name", "to_account", "reason"])
    def test_is_refused_without_any_of_its_words(self, missing: str) -> None:
        with pytest.raises(WrongInput) as refused:
            asked(exceeded(), **{missing: " "})
        assert refused.value.field == missing

    def test_is_refused_to_outsiders_and_other_roles(self) -> None:
        payment = exceeded()
        with pytest.raises(Outsider):
            asked(payment, by=make.outsider())
        with pytest.raises(RightRefused):
            asked(payment, by=make.officer())

    def test_grants_nothing_of_a_payment_that_was_reversed_since(self) -> None:
        payment = exceeded()
        approval = asked(payment)
        paying.reverse_payment(payment=payment, why="银行退票", by=make.clerk(), at=LATER)
        with pytest.raises(WrongInput, match="reversed already"):
            decide_approval(
                approval=approval, granted=True, answer="同意", by=make.supervisor(), at=LATER
            )
        assert not Refund.objects.exists()

    def test_can_be_asked_again_after_a_no(self) -> None:
        payment = exceeded()
        decide_approval(
            approval=asked(payment), granted=False, answer="账号不符", by=make.supervisor(), at=DUE
        )
        assert asked(payment, at=LATER).state == "waiting"


class TestRecordRefund:
    def test_is_recorded_with_its_note(self) -> None:
        refund = granted()
        assert open_duties(refund.payment.case) >= {"refund.to_pay"}
        document = refunding.record_refund(
            refund=refund, bank_reference="T-1", paid_at=LATER, by=make.clerk(), at=LATER
        )
        assert (refund.amount, refund.bank_reference, refund.paid_at) == (
            Decimal("100.00"),
            "T-1",
            LATER,
        )
        assert (document.kind, refund.receipt) == (Document.Kind.RECEIPT, document)
        assert told(refund.payment.case)[-2:] == ["refund.paid", "document.made"]
        assert "refund.to_pay" not in open_duties(refund.payment.case)
        assert "paper.hand_over" in open_duties(refund.payment.case)

    def test_is_recorded_once(self) -> None:
        refund = granted()
        said = {
            "refund": refund,
            "bank_reference": "T-1",
            "paid_at": LATER,
            "by": make.clerk(),
            "at": LATER,
        }
        refunding.record_refund(**said)
        with pytest.raises(WrongInput, match="paid back already"):
            refunding.record_refund(**said)

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            ({"bank_reference": " "}, "reference of the refund"),
            ({"paid_at": make.moment("2026-04-17 00:00")}, "future"),
            ({"paid_at": make.moment("2026-04-15 09:00")}, "granted only later"),
        ],
    )
    def test_is_refused(self, given: dict[str, Any], says: str) -> None:
        said = {"bank_reference": "T-1", "paid_at": LATER, "by": make.clerk(), "at": LATER, **given}
        refund = granted()
        with pytest.raises(WrongInput, match=says):
            refunding.record_refund(refund=refund, **said)

    def test_is_refused_to_outsiders_and_other_roles(self) -> None:
        refund = granted()
        said = {"refund": refund, "bank_reference": "T-1", "paid_at": LATER, "at": LATER}
        with pytest.raises(Outsider):
            refunding.record_refund(by=make.outsider(), **said)
        with pytest.raises(RightRefused):
            refunding.record_refund(by=make.officer(), **said)

    def test_keeps_its_payment_from_being_reversed_as_well(self) -> None:
        refund = granted()
        with pytest.raises(WrongInput, match="cannot be reversed as well"):
            paying.reverse_payment(payment=refund.payment, why="退票", by=make.clerk(), at=LATER)


class TestPages:
    def test_lead_from_the_payment_to_the_note(self, client: Any, clock: Any) -> None:
        clock.set("2026-04-15T09:40", zone="Asia/Shanghai")
        case = cast.signed().case
        client.force_login(make.clerk())
        sent = {
            "amount": str(cast.again(case).balance + 100), "received_at": "2026-04-15T09:30",
            "method": "transfer", "received_by": "creditor", "payer": "王海燕", "bank_reference": "B-9", "keep_rest": "on",
        }  # fmt: skip
        client.post(f"/cases/{case.reference}/pay/", sent)
        payment = Payment.objects.get(excess=100)
        tab = f"/cases/{case.reference}/?tab=agreement"
        assert f"/payments/{payment.number}/refund/" in client.get(tab).content.decode()
        client.post(
            f"/payments/{payment.number}/refund/",
            {"to_name": "王海燕", "to_account": "6217", "reason": "多还"},
        )
        approval = Approval.objects.get(kind="refund")
        decide_approval(
            approval=approval, granted=True, answer="同意", by=make.supervisor(), at=DUE
        )
        refund = Refund.objects.get()
        assert f"/refunds/{refund.number}/paid/" in client.get(tab).content.decode()
        client.post(
            f"/refunds/{refund.number}/paid/",
            {"paid_at": "2026-04-15T09:35", "bank_reference": "T-1"},
        )
        refund.refresh_from_db()
        assert refund.receipt is not None
        assert refund.receipt.number in client.get(tab).content.decode()


class TestPapers:
    def test_say_what_was_too_much_and_of_which_payment(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.undo()
        refund = granted()
        with translation.override("en"):
            refunding.record_refund(
                refund=refund, bank_reference="T-1", paid_at=LATER, by=make.clerk(), at=LATER
            )
        for content in (papers.refund_pdf(refund), papers.receipt_pdf(refund.payment)):
            text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
            assert "100.00" in text
            assert refund.payment.number in text
