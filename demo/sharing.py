"""Who works on what in the demo's first team: rules of allocation, cases that are nobody's, absences."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from allocation import actions
from cases.actions.assigning import assign_case
from cases.models import Case
from cases.models.case import Step
from common.clock import local_day
from demo.cast import Cast
from demo.diary import ZONE
from people.models import User

TEAM = "杭州一组"
NOTHING: dict[str, Any] = {
    "creditor": None, "zone": "", "at_least": None, "below": None, "language": "", "step": "",
    "person": None,
}  # fmt: skip


def share_out(cast: Cast, now: datetime) -> None:
    """The supervisor keeps the large sums, one officer a lender's, and the rest goes round."""
    boss, team = cast.users["supervisor"], cast.teams[TEAM]
    for asks in (
        {"at_least": Decimal("100000.00"), "person": boss},
        {"creditor": cast.creditors["jinjiang-finance"], "person": cast.users["officer2"]},
        {},
    ):
        actions.add_rule(team=team, asks={**NOTHING, **asks}, by=boss, at=now)
    _take_some_back(cast, boss, now)
    today = local_day(now, ZONE)
    actions.enter_absence(  # who is back before anybody has to go in their place
        person=cast.users["officer4"], first_day=today, last_day=today + timedelta(days=2),
        stand_in=cast.users["officer3"], by=cast.users["officer4"], at=now,
    )  # fmt: skip
    actions.enter_absence(
        person=cast.users["officer2"], first_day=today + timedelta(days=9),
        last_day=today + timedelta(days=13), stand_in=cast.users["officer"], by=boss, at=now,
    )  # fmt: skip


def _take_some_back(cast: Cast, boss: User, now: datetime) -> None:
    """Some cases of the second officer wait to be given out anew."""
    theirs = Case.objects.open().filter(
        team=cast.teams[TEAM],
        officer=cast.users["officer2"],
        state=Step.PREPARATION,
        kept_from=None,
    )
    for case in theirs.order_by("pk")[:4]:
        assign_case(case=case, officer=None, by=boss, at=now, why="重新分配")
