"""Settling anew which rule packs apply: when the debtor's place, the agency or the creditor's list changes."""

from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet

from cases.models import Case
from cases.settling import applied_to, situation_of
from compliance.applying import all_readable, packs_for
from people.models import Organisation, Person, User
from workflow.steps import note, tell

CHANGED = "packs.changed"
PLACE, AGENCY, CREDITOR = "place", "agency", "creditor"


def settle_packs(locked: Case, cause: str, by: User, at: datetime) -> None:
    """Settle them inside a running change; the timeline tells from what to what, and why.

    While a pack cannot be read the old ones stay, and refuse by themselves what they cannot judge.
    """
    found = _told(locked, cause)
    if found["to"] != locked.packs and all_readable():
        locked.packs = found["to"]
        tell(locked, CHANGED, by, at, found)


def settle_case(*, case: Case, cause: str, by: User, at: datetime) -> bool:
    """Settle them for a case at rest; whether anything changed."""
    found = _told(case, cause)
    if found["to"] == case.packs or not all_readable():
        return False

    def write(locked: Case, _by: User, _at: datetime) -> None:
        locked.packs = found["to"]

    note(case, event=CHANGED, by=by, at=at, data=found, then=write)
    return True


def settle_all(*, by: User, at: datetime) -> int:
    """Settle every open case whose packs are no longer those that apply; how many there were.

    A change of the creditor's list, of a pack or of a debtor with several cases is found so, at the
    latest the night after.
    """
    return sum(settle_case(case=case, cause=CREDITOR, by=by, at=at) for case in _unsettled())


def _unsettled() -> list[Case]:
    """The open cases of every combination of facts to which other packs apply than are written down."""
    facts = {
        "list": F("creditor__packs"), "type": F("creditor__creditor_type"),
        "home": F("creditor__country"), "country": F("debtor__country"),
        "region": F("debtor__region"), "locality": F("debtor__locality"),
    }  # fmt: skip
    found: list[Case] = []
    for own in (True, False):
        cases: QuerySet[Case] = Case.objects.open().filter(agency__isnull=own)
        rows: QuerySet[Any, Any] = cases.order_by().values("packs", **facts).distinct()
        for row in rows:
            creditor = Organisation(
                packs=row["list"], creditor_type=row["type"], country=row["home"]
            )
            debtor = Person(country=row["country"], region=row["region"], locality=row["locality"])
            expected = packs_for(situation_of(creditor=creditor, debtor=debtor, by_agency=not own))
            if [one.pack for one in expected] != row["packs"]:
                found += cases.filter(packs=row["packs"], **_named(row)).select_related(
                    "creditor", "debtor", "team"
                )
    return found


def _named(row: dict[str, Any]) -> dict[str, Any]:
    return {
        "creditor__packs": row["list"], "creditor__creditor_type": row["type"],
        "creditor__country": row["home"], "debtor__country": row["country"],
        "debtor__region": row["region"], "debtor__locality": row["locality"],
    }  # fmt: skip


def _told(case: Case, cause: str) -> dict[str, Any]:
    found = applied_to(case)
    return {
        "from": list(case.packs),
        "to": [one.pack for one in found],
        "cause": cause,
        "applies": {one.pack: one.code for one in found},
    }
