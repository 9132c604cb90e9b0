"""Cash at the door for the tests: a visit at which it may be taken, and what two officers count."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from agreements.actions import cash, depositing
from agreements.actions.paying import record_payment
from agreements.models import CashDeposit, CashNumber, CashTaken, Payment
from cases.models import Case
from people.models import User
from tests import make, walk
from visits.models import Visit
from workflow.approvals import decide_approval
from workflow.models import Approval

PHONE = uuid.UUID("7d0f6a52-0000-4000-8000-000000000021")
TAKEN = make.moment("2026-03-05 14:45")  # a Thursday; it is to be paid in by Friday night
FRIDAY = make.moment("2026-03-06 10:20")
SIX_HUNDRED = {"100": 5, "50": 2}
PACKS = ["cn", "story"]


def with_power(visit: Visit, *, limit: str | None = "5000.00") -> Visit:
    """The visit, of a case whose mandate gives the power to take so much in cash."""
    mandate = visit.case.mandate
    mandate.may_receive_money = True
    mandate.cash_limit = Decimal(limit) if limit else None
    mandate.save()
    Case.objects.filter(pk=visit.case_id).update(packs=PACKS)
    return Visit.objects.get(pk=visit.pk)


def talking(*, limit: str | None = "5000.00", **given: Any) -> Visit:
    """They talk, and cash may be taken."""
    return with_power(walk.talking(**given), limit=limit)


def numbers(visit: Visit, *, device: uuid.UUID = PHONE, at: datetime = TAKEN) -> list[CashNumber]:
    """What the first officer's phone takes along."""
    return cash.take_numbers(visit=visit, device=device, by=make.crew()[0], at=at)


def counts(
    notes: Mapping[str, int] = SIX_HUNDRED, other: Mapping[str, int] | None = None
) -> dict[str, Mapping[str, int]]:
    """Both officers' counts, by badge."""
    return {"021": notes, "034": notes if other is None else other}


def take(visit: Visit, *, number: CashNumber | None = None, **changed: Any) -> CashTaken:
    """600.00 in notes, counted by both."""
    given: dict[str, Any] = {
        "counts": counts(), "confirmed": True, "by": make.crew()[0], "at": TAKEN, **changed,
    }  # fmt: skip
    return cash.take_cash(visit=visit, number=number or numbers(visit)[0], **given)


def deposit(taken: CashTaken, **changed: Any) -> CashDeposit:
    """It is paid in on Friday morning."""
    given: dict[str, Any] = {
        "amount": Decimal("600.00"), "bank": "西湖银行武林支行", "reference": "CK20260306-0017",
        "paid_in_at": FRIDAY, "filename": "存款凭条.pdf", "content": make.PDF,
        "by": make.crew()[0], "at": FRIDAY, **changed,
    }  # fmt: skip
    return depositing.record_deposit(taken=taken, **given)


def on_record(visit: Visit, *, at: datetime, amount: str = "50.00") -> CashTaken:
    """Cash that was taken at the visit, as rows, with a second number that nobody has used."""
    first, second = make.crew()
    used, _spare = (
        CashNumber.objects.create(
            organisation=cash.house_of(visit.case), number=number, visit=visit, device=PHONE,
            given_to=first, given_at=at,
        )
        for number in (1, 2)
    )  # fmt: skip

    def tie(payment: Payment, _by: User, _at: datetime) -> None:
        CashTaken.objects.create(
            number=used, payment=payment, visit=visit, first=first, second=second,
            notes={"50": 1}, taken_at=at, due_at=at + timedelta(days=1),
        )  # fmt: skip

    record_payment(
        case=visit.case, amount=Decimal(amount), method="cash", received_at=at, number=str(used),
        by=make.clerk(), at=at, also=tie,
    )  # fmt: skip
    return CashTaken.objects.get(number=used)


def short(taken: CashTaken, *, at: datetime) -> None:
    """Ten yuan less were paid in, and the second person did not accept why."""
    deposit(
        taken,
        amount=taken.amount - 10,
        explanation="一张假币",
        paid_in_at=at,
        by=make.clerk(),
        at=at,
    )
    approval = Approval.objects.get(kind="cash_difference", case=taken.case)
    decide_approval(
        approval=approval, granted=False, answer="请补凭证", by=make.supervisor(), at=at
    )
