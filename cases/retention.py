"""How long the records of a case are kept once it is closed, with what the database knows."""

from datetime import date
from typing import Any

from django.db.models import Q

from cases.models import Case, ContactAttempt, Hold
from common.clock import local_day
from common.money import ZERO
from compliance.packs import PackUnreadable
from compliance.records import RECORDS
from compliance.retention import Kept, has_terms, keep

OF_THE_HOUSE = {"impact_assessment"}  # kept by compliance, not in a case
HELD_FOR = {
    Hold.Reason.COMPLAINT: "complaint",
    Hold.Reason.INQUIRY: "complaint",
    Hold.Reason.NO_CONTACT_ORDER: "police",
    Hold.Reason.DISPUTE: "dispute",
}
REACHED = (ContactAttempt.Result.REACHED, ContactAttempt.Result.PROMISED)


def kept_of(case: Case, *, closed_on: date) -> list[Kept]:
    """Each class of its records with its days, if the case is closed on that day.

    Nothing where a pack of the case cannot be read: then nobody may say when anything goes. Where the packs have no term
    for that day, the terms of the day count on which two people decided so (``retention.actions.deciding``).
    """
    ends = [debt.limitation_ends_on for debt in case.debts.all() if debt.limitation_ends_on]
    known: dict[str, Any] = {
        "packs": tuple(case.packs),
        "creditor_type": case.creditor.creditor_type or None,
        "closed_on": closed_on,
        "events": {
            "settled": closed_on if case.balance == ZERO else None,
            "contact_restored": _reached_on(case) or closed_on,
            "made": _recorded_on(case) or closed_on,
        },
        "limitation_ends_on": max(ends, default=None),
        "holds": _held_for(case),
    }
    try:
        if not has_terms(case.packs, closed_on):  # closed before the packs' first
            decided = case.term_decisions.order_by("-pk").first()
            known["terms_on"] = decided.terms_on if decided else None
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
    # Holds that a person has set for keeping alone; retention stands above cases.
    set_by_hand = list(case.legal_holds.filter(lifted_at=None).values_list("kind", flat=True))
    return [
        *held, *set_by_hand, *(["suit"] if case.closed_as == Case.ClosedAs.COURT else []),
    ]  # fmt: skip


def reached_persons_data(case: Case, *, on: date) -> Kept | None:
    """What becomes of the data of contact persons of a case that is open: they go once the debtor is reached.

    None where nobody has reached the debtor yet, or where a pack of the case cannot be read.
    """
    reached = _reached_on(case)
    if reached is None:
        return None
    try:
        return keep(
            "contact_person", packs=tuple(case.packs),
            creditor_type=case.creditor.creditor_type or None, closed_on=on,
            events={"contact_restored": reached}, holds=_held_for(case),
        )  # fmt: skip
    except PackUnreadable:
        return None


def _recorded_on(case: Case) -> date | None:
    """The day of the last recording of sound or film."""
    sound = Q(mime__startswith="audio/") | Q(mime__startswith="video/")
    last = case.documents.filter(sound).order_by("-created_at").first()
    return local_day(last.created_at, case.zone) if last else None


def _reached_on(case: Case) -> date | None:
    """The day on which the debtor was last reached without anybody's help."""
    reached = case.contacts.filter(result__in=REACHED).order_by("-at").first()
    return local_day(reached.at, case.zone) if reached else None
