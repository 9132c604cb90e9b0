"""Accounts of the demo on which interest runs: a rate, another for the time after the due day, a cost."""

from datetime import datetime, timedelta
from decimal import Decimal

from agreements.actions import accounting
from cases.actions.preparing import update_terms
from common.clock import local_day
from demo import files
from demo.diary import ZONE
from demo.thread import Thread


class Bearing(Thread):
    """A contract that bears interest by the day."""

    def bears(self, days: int, default_days: int, cost_days: int) -> None:
        """The contract's rate is stated, then that for default, then the costs of a court."""
        self.on(days, 10, 20, self._state)
        self.on(default_days, 10, 25, self._default)
        self.on(cost_days, 10, 30, self._cost)

    def _state(self, at: datetime) -> None:
        case, day = self.fresh(), local_day(at, ZONE)
        accounting.state_rate(
            case=case, debt=case.debts.get(), kind="contract", percent=Decimal("10.8"),
            since=day - timedelta(days=5), source="借款合同第三条", by=self.clerk, at=at,
        )  # fmt: skip

    def _default(self, at: datetime) -> None:
        case = self.fresh()
        debt = case.debts.get()
        update_terms(case=case, debt=debt, changes={"default_agreed": True}, by=self.clerk, at=at)
        accounting.state_rate(
            case=self.fresh(), debt=debt, kind="default", percent=Decimal("14.4"),
            since=local_day(at, ZONE), source="借款合同第七条（逾期罚息）", by=self.clerk, at=at,
        )  # fmt: skip

    def _cost(self, at: datetime) -> None:
        case = self.fresh()
        accounting.book_charge(
            case=case, debt=case.debts.get(), charge="court", amount=Decimal("325.00"),
            booked_on=local_day(at, ZONE), remark="借款合同第九条；法院收费票据",
            filename="诉讼费票据.pdf", content=files.paper("诉讼费票据", "Receipt for court costs"),
            by=self.clerk, at=at,
        )  # fmt: skip
