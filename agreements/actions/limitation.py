"""When the limitation period of a claim begins anew, and when it does not.

Civil Code art. 195: the debtor's agreement to perform interrupts the period, which is counted anew from
then. Limitation interpretation art. 14: a plan of instalments and a part payment are such an agreement.
Once the period has ended nothing interrupts it any more (Civil Code art. 192); only an express agreement to
pay renews it (limitation interpretation art. 19), never a payment, which settles just what was paid.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from cases.models import Case, Debt
from compliance.ask import value
from people.models import User
from timeline.models import Event
from workflow.steps import tell

RESTARTED = "limitation.restarted"
RESTORED = "limitation.restored"
AGREEMENT = "agreement"


@dataclass(frozen=True)
class Cause:
    """What the debtor did: ``kind`` is agreement or payment, ``number`` names it, ``on`` is its day."""

    kind: str
    number: str
    on: date


def restart(case: Case, cause: Cause, by: User, at: datetime) -> None:
    """Count the period of the case's claims anew; to be called under the case's lock.

    Nothing happens to a claim whose period is unknown or ended before (unless it is expressly agreed to),
    nor where the new end would not lie later, nor where no pack of the case says how long the period is.
    """
    years = value(tuple(case.packs), "limitation.years", cause.on)
    if years is None:
        return
    for debt in _concerned(case, cause):
        was = debt.limitation_ends_on
        ends = ends_after(was, cause.kind, cause.on, years)
        if was is None or ends is None or ends == was:
            continue
        debt.limitation_ends_on = ends
        debt.save(update_fields=["limitation_ends_on"])
        tell(
            case, RESTARTED, by, at,
            {
                "contract": debt.contract_number, "debt": debt.pk, "was": was, "ends_on": ends,
                "cause": cause.kind, "number": cause.number, "day": cause.on, "years": years,
            },
        )  # fmt: skip


def take_back(case: Case, number: str, by: User, at: datetime) -> None:
    """A payment was reversed: reckon the period as if it had never come; under the case's lock.

    A claim whose end was corrected by the creditor since then keeps what the creditor says.
    """
    events = list(
        Event.objects.filter(case=case, kind__in=[RESTARTED, RESTORED]).order_by("number")
    )
    gone = {number} | {e.data["number"] for e in events if e.kind == RESTORED}
    for debt in case.debts.order_by("pk"):
        told = [e.data for e in events if e.data["debt"] == debt.pk]
        restarts = [e.data for e in events if e.kind == RESTARTED and e.data["debt"] == debt.pk]
        if not any(data["number"] == number for data in restarts):
            continue
        was = debt.limitation_ends_on
        if was is None or was.isoformat() != told[-1]["ends_on"]:
            continue
        ends = _reckoned(restarts, gone)
        if ends == was:
            continue
        debt.limitation_ends_on = ends
        debt.save(update_fields=["limitation_ends_on"])
        tell(
            case, RESTORED, by, at,
            {
                "contract": debt.contract_number, "debt": debt.pk, "was": was, "ends_on": ends,
                "number": number,
            },
        )  # fmt: skip


def ends_after(was: date | None, kind: str, on: date, years: int) -> date | None:
    """The last day of the period after such an act on that day; never earlier than before."""
    if was is None or (on > was and kind != AGREEMENT):
        return was
    return max(was, years_on(on, years))


def years_on(day: date, years: int) -> date:
    """The same day so many years on; the last of February for the 29th (Civil Code art. 202)."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def _concerned(case: Case, cause: Cause) -> Iterable[Debt]:
    """An agreement names every claim of the case; a payment without one may mean any of several."""
    debts = list(case.debts.order_by("pk"))
    agreed = case.agreements.filter(state__in=["signed", "broken", "kept"]).exists()
    return debts if cause.kind == AGREEMENT or agreed or len(debts) == 1 else []


def _reckoned(restarts: list[dict[str, Any]], gone: set[str]) -> date:
    """The end after the restarts that still count, from the end that stood before the first."""
    ends = date.fromisoformat(restarts[0]["was"])
    for data in restarts:
        if data["number"] not in gone:
            then = ends_after(ends, data["cause"], date.fromisoformat(data["day"]), data["years"])
            ends = then or ends
    return ends
