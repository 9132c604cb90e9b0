"""Cash from doors on its way to the bank: paid in, late, different."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.utils.translation import override

from agreements.actions import depositing
from agreements.models import CashDeposit, CashNumber, CashTaken
from notices.models import StaffMessage
from people.models import User
from tests import make
from tests.agreements import cash_cast as cast
from tests.agreements.cast import again, chain_holds, kinds
from timeline.models import Event
from visits.actions import recording
from visits.models import Visit
from workflow.approvals import SecondPersonNeeded, decide_approval
from workflow.models import Approval, Duty
from workflow.reasons import kept
from workflow.steps import Outsider, RightRefused, WrongInput

pytestmark = pytest.mark.django_db

SATURDAY = make.moment("2026-03-07 00:00")  # the first moment after the day on which it was due
WHY = "一张百元纸币经银行鉴定为假币"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """What is said is read in English."""
    with override("en"):
        yield


@pytest.fixture
def taken() -> CashTaken:
    return cast.take(cast.talking())


def short(taken: CashTaken) -> Approval:
    """500.00 of 600.00 were paid in; a second person is asked."""
    cast.deposit(taken, amount=Decimal("500.00"), explanation=WHY)
    return Approval.objects.get(kind="cash_difference", state="waiting")


def decide(approval: Approval, *, granted: bool = True, by: User | None = None) -> None:
    decide_approval(
        approval=approval, granted=granted, answer="已核对", by=by or make.supervisor(),
        at=cast.FRIDAY,
    )  # fmt: skip


class TestRecordDeposit:
    def test_accounts_for_the_receipt_and_ends_the_duty(self, taken: CashTaken) -> None:
        made = cast.deposit(taken)
        taken = again(taken)
        assert (taken.settled_at, taken.missing, taken.difference) == (cast.FRIDAY, 0, 0)
        assert made.slip.filename == "存款凭条.pdf"
        assert not Duty.objects.filter(kind="cash.to_deposit", done_at=None).exists()
        told = Event.objects.get(kind="cash.deposited")
        assert told.data["slip_number"] == "CK20260306-0017"
        assert chain_holds(taken.case)

    def test_of_less_needs_an_explanation(self, taken: CashTaken) -> None:
        with pytest.raises(WrongInput, match=r"100\.00.*600\.00.*Explain") as wrong:
            cast.deposit(taken, amount=Decimal("500.00"))
        assert wrong.value.field == "explanation"
        assert not CashDeposit.objects.exists()

    def test_of_less_with_an_explanation_asks_a_second_person(self, taken: CashTaken) -> None:
        approval = short(taken)
        assert again(taken).settled_at is None
        assert approval.reason == WHY
        assert approval.details == {
            "amount": "600.00", "paid_in": "500.00", "difference": "100.00",
        }  # fmt: skip
        assert kinds(taken.case)[-2:] == ["cash.deposited", "approval.requested"]

    def test_of_the_rest_later_accounts_for_it_all_the_same(self, taken: CashTaken) -> None:
        decide(short(taken), granted=False)
        cast.deposit(taken, amount=Decimal("100.00"), reference="CK20260306-0031")
        assert again(taken).settled_at is not None
        assert again(taken).accepted_by is None

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"amount": Decimal("0.00")}, "amount"),
            ({"amount": Decimal("NaN")}, "amount"),
            ({"amount": Decimal("600.001")}, "amount"),
            ({"bank": " "}, "reference"),
            ({"reference": ""}, "reference"),
            ({"paid_in_at": make.moment("2026-03-06 10:21")}, "paid_in_at"),
            ({"paid_in_at": make.moment("2026-03-05 14:44")}, "paid_in_at"),
        ],
    )
    def test_is_refused_for_what_cannot_be(
        self, taken: CashTaken, changed: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(WrongInput) as wrong:
            cast.deposit(taken, **changed)
        assert wrong.value.field == field
        assert not CashDeposit.objects.exists()

    def test_is_refused_for_a_slip_that_is_recorded(self, taken: CashTaken) -> None:
        short(taken)
        with pytest.raises(WrongInput, match="recorded already"):
            cast.deposit(taken, amount=Decimal("100.00"))

    def test_is_refused_once_all_is_accounted_for(self, taken: CashTaken) -> None:
        cast.deposit(taken)
        with pytest.raises(WrongInput, match="accounted for already"):
            cast.deposit(taken, reference="2")

    def test_is_refused_to_compliance_and_to_an_outsider(self, taken: CashTaken) -> None:
        with pytest.raises(RightRefused):
            cast.deposit(taken, by=make.compliance_officer())
        with pytest.raises(Outsider):
            cast.deposit(taken, by=make.outsider())
        assert not CashDeposit.objects.exists()


class TestADifference:
    def test_is_accepted_by_a_second_person(self, taken: CashTaken) -> None:
        decide(short(taken))
        taken = again(taken)
        assert (taken.difference, taken.accepted_by) == (Decimal("100.00"), make.supervisor())
        assert taken.settled_at == cast.FRIDAY
        assert Event.objects.get(kind="cash.difference_accepted").data["why"] == WHY
        assert not Duty.objects.filter(kind="cash.to_deposit", done_at=None).exists()

    def test_is_never_accepted_by_whoever_explained_it(self, taken: CashTaken) -> None:
        with pytest.raises(SecondPersonNeeded):
            decide(short(taken), by=make.crew()[0])

    def test_is_never_accepted_by_whoever_took_the_cash(self, taken: CashTaken) -> None:
        CashTaken.objects.update(second=make.supervisor())
        with pytest.raises(WrongInput, match="took this cash yourself"):
            decide(short(taken))
        assert again(taken).settled_at is None

    def test_that_was_denied_stays_open_and_can_be_explained_again(self, taken: CashTaken) -> None:
        decide(short(taken), granted=False)
        assert again(taken).settled_at is None
        depositing.explain_difference(
            taken=taken, explanation="附银行假币没收凭证", by=make.crew()[0], at=cast.FRIDAY
        )
        decide(Approval.objects.get(kind="cash_difference", state="waiting"))
        assert again(taken).difference == Decimal("100.00")

    def test_is_asked_for_once_at_a_time(self, taken: CashTaken) -> None:
        short(taken)
        with pytest.raises(WrongInput, match="asked for this already"):
            depositing.explain_difference(
                taken=taken, explanation="又一次", by=make.crew()[0], at=cast.FRIDAY
            )

    def test_is_not_explained_before_anything_was_paid_in(self, taken: CashTaken) -> None:
        with pytest.raises(WrongInput, match="Record the deposit first"):
            depositing.explain_difference(
                taken=taken, explanation=WHY, by=make.crew()[0], at=cast.FRIDAY
            )

    def test_that_is_no_longer_the_same_is_not_accepted(self, taken: CashTaken) -> None:
        approval = short(taken)
        CashDeposit.objects.update(amount=Decimal("450.00"))
        with pytest.raises(WrongInput, match="meanwhile"):
            decide(approval)


class TestSweep:
    def test_finds_nothing_until_the_day_is_over(self, taken: CashTaken) -> None:
        assert depositing.sweep(make.moment("2026-03-06 23:59")) == 0
        assert not StaffMessage.objects.exists()

    def test_makes_it_the_supervisor_s_task_and_writes_to_them(self, taken: CashTaken) -> None:
        make.supervisor()
        assert depositing.sweep(SATURDAY) == 1
        duty = Duty.objects.get(kind="cash.overdue")
        assert (duty.role, duty.due_at) == ("supervisor", make.moment("2026-03-08 00:00"))
        message = StaffMessage.objects.get(kind="cash")
        assert message.person == make.supervisor()
        assert "600.00" in message.subject
        assert "王海燕" not in message.text
        assert again(taken).told_at == SATURDAY
        assert kinds(taken.case)[-1] == "cash.overdue"

    def test_tells_it_once(self, taken: CashTaken) -> None:
        make.supervisor()
        depositing.sweep(SATURDAY)
        assert depositing.sweep(SATURDAY) == 0
        assert StaffMessage.objects.filter(kind="cash").count() == 1

    def test_writes_to_nobody_about_what_was_paid_in_meanwhile(self, taken: CashTaken) -> None:
        make.supervisor()
        depositing.sweep(SATURDAY)
        message = StaffMessage.objects.get(kind="cash")
        assert depositing.paid_in_meanwhile(message) == ""
        cast.deposit(taken, at=SATURDAY)
        why = depositing.paid_in_meanwhile(message)
        assert "accounted for" in why
        assert kept(why, 300)[1] == {
            "en": "The cash was accounted for meanwhile.", "zh": "该笔现金已核销。",
        }  # fmt: skip
        assert not Duty.objects.filter(kind="cash.overdue", done_at=None).exists()

    def test_takes_back_the_numbers_of_a_visit_that_has_long_been_over(
        self, taken: CashTaken
    ) -> None:
        left = make.moment("2026-03-05 15:00")
        recording.finish_visit(
            visit=again(taken.visit), outcome=Visit.Outcome.POSTPONED, why="", by=make.crew()[0],
            at=left,
        )  # fmt: skip
        depositing.sweep(make.moment("2026-03-06 14:59"))
        assert not CashNumber.objects.exclude(unused_at=None).exists()
        depositing.sweep(make.moment("2026-03-06 15:00"))
        assert CashNumber.objects.exclude(unused_at=None).count() == 2
