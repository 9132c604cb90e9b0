"""How long the records of a case are kept once it is closed, with what the database knows."""

from datetime import date
from typing import Any

from cases.models import Case, ContactAttempt, Hold
from common.clock import local_day
from common.money import ZERO
from compliance.packs import PackUnreadable
from compliance.records import RECORDS
from compliance.retention import Kept, keep

OF_THE_HOUSE = {"impact_assessment"}  # kept by compliance, not in a case
HELD_FOR = {Hold.Reason.COMPLAINT: "complaint", Hold.Reason.NO_CONTACT_ORDER: "police"}
REACHED = (ContactAttempt.Result.REACHED, ContactAttempt.Result.PROMISED)


def kept_of(case: Case, *, closed_on: date) -> list[Kept]:
    """Each class of its records with its days, if the case is closed on that day.

    Nothing where a pack of the case cannot be read: then nobody may say when anything goes.
    """
    ends = [debt.limitation_ends_on for debt in case.debts.all() if debt.limitation_ends_on]
    known: dict[str, Any] = {
        "packs": tuple(case.packs),
        "creditor_type": case.creditor.creditor_type or None,
        "closed_on": closed_on,
        "events": {
            "settled": closed_on if case.balance == ZERO else None,
            "contact_restored": _reached_on(case) or closed_on,
        },
        "limitation_ends_on": max(ends, default=None),
        "holds": _held_for(case),
    }
    try:
        return [keep(record, **known) for record in RECORDS if record not in OF_THE_HOUSE]
    except PackUnreadable:
        return []


def _held_for(case: Case) -> list[str]:
    """What keeps records from being deleted, whatever their terms say."""
    held = [
        HELD_FOR[Hold.Reason(reason)]
        for reason in case.holds.filter(ended_at=None, reason__in=list(HELD_FOR)).values_list(
            "reason", flat=True
        )
    ]
    return [*held, *(["suit"] if case.closed_as == Case.ClosedAs.COURT else [])]


def _reached_on(case: Case) -> date | None:
    """The day on which the debtor was last reached without anybody's help."""
    reached = case.contacts.filter(result__in=REACHED).order_by("-at").first()
    return local_day(reached.at, case.zone) if reached else None
