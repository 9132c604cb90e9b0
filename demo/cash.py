"""Cash at the demo's doors: in the bank the next day, in the bank too late, short of a note, and still to be handed in."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from agreements.actions import cash, depositing, slips
from agreements.models import CashTaken
from common.clock import local_day
from common.money import total
from demo import files
from demo.diary import ZONE
from demo.visiting import Visiting
from workflow.approvals import decide_approval
from workflow.models import Approval

FAKE = "一张百元纸币经银行鉴定为假币，已被没收，附没收凭证"


class Payer:
    """The debtor of one case, who pays something at the door."""

    def __init__(
        self, story: Visiting, notes: dict[str, int], *, days: int = 0, short: int = 0, spoils: str = "",
        more: dict[str, int] | None = None,
    ) -> None:  # fmt: skip
        self.story, self.handed, self.days, self.short, self.spoils = (
            story, [notes, *([more] if more else [])], days, short, spoils,
        )  # fmt: skip

    def take(self, at: datetime) -> None:
        """Both officers count; the receipt's number was taken along."""
        s = self.story
        device = uuid.uuid5(uuid.NAMESPACE_URL, f"door:demo:{s.number}")
        numbers = cash.take_numbers(visit=s._now(), device=device, by=s.crew[0], at=at)
        if self.spoils:
            cash.spoil_number(number=numbers.pop(0), why=self.spoils, by=s.crew[0], at=at)
        taken = [
            cash.take_cash(
                visit=s._now(), number=number, by=s.crew[0], at=at + timedelta(minutes=2 * turn),
                confirmed=True, counts={officer.badge: notes for officer in s.crew},
            )
            for turn, (number, notes) in enumerate(zip(numbers, self.handed, strict=False))
        ]  # fmt: skip
        if self.days:
            s.diary.enter(at + timedelta(days=self.days), lambda then: self.pay_in(taken, then))

    def pay_in(self, taken: list[CashTaken], at: datetime) -> None:
        """An officer goes to the bank, and brings its slip: one for all receipts that come to the sum of it."""
        s = self.story
        slip: dict[str, Any] = {
            "bank": "西湖银行武林支行", "reference": f"CK{local_day(at, ZONE):%Y%m%d}-{s.number:04d}",
            "paid_in_at": at - timedelta(minutes=20), "filename": "存款凭条.pdf",
            "content": files.paper("存款凭条", "Deposit slip"), "by": s.crew[0], "at": at,
        }  # fmt: skip
        if len(taken) > 1:
            slips.record_slip(receipts=taken, amount=total(one.amount for one in taken), **slip)
            return
        depositing.record_deposit(
            taken=CashTaken.objects.get(pk=taken[0].pk), amount=taken[0].amount - self.short,
            explanation=FAKE if self.short else "", **slip,
        )  # fmt: skip
        if self.short:
            s.diary.enter(at + timedelta(hours=3), self.accept)

    def accept(self, at: datetime) -> None:
        """The supervisor has looked at the bank's certificate."""
        asked = Approval.objects.get(case=self.story.case, kind="cash_difference", state="waiting")
        decide_approval(
            approval=asked, granted=True, answer="已核对没收凭证", by=self.story.supervisor, at=at
        )


def pays_in_cash(
    story: Visiting, notes: dict[str, int], *, days: int = 0, short: int = 0, spoils: str = "",
    more: dict[str, int] | None = None,
) -> None:  # fmt: skip
    """After the talk the debtor pays in notes, and then finds ``more``; ``days`` later the officer is at the bank.

    Without ``days`` it is still due there.
    """
    payer = Payer(story, notes, days=days, short=short, spoils=spoils, more=more)
    story.at_the_door.append((11, payer.take))
