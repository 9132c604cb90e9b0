"""Cash at the door: what notes there are, what they come to, and by when it has to be in the bank."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements.models import CashTaken
from cases.models import Case
from common.clock import day_ends, local_day
from common.money import ZERO, money, show, total
from compliance.ask import value
from compliance.calendars import CalendarUnknown, working_days_after
from people.models import Organisation
from visits.models import Visit
from visits.policy import packs_at
from workflow.steps import WrongInput

NOTES: dict[str, Decimal] = {
    "100": Decimal(100), "50": Decimal(50), "20": Decimal(20), "10": Decimal(10),
    "5": Decimal(5), "1": Decimal(1), "jiao": Decimal("0.10"),
}  # fmt: skip
"""The notes and coins that are counted, each by its name; what is less than a yuan is counted in jiao."""
MOST_OF_ONE = 10_000
DEPOSIT_DAYS = "cash.deposit_days"


def house_of(case: Case) -> Organisation:
    """Whose cash book it is: the agency's that works on the case, else the creditor's."""
    return case.agency or case.creditor


def deposit_days(visit: Visit, at: datetime) -> int | None:
    """In how many working days cash of this visit is to be in the bank; None where no pack says: none is taken."""
    days = value(packs_at(visit), DEPOSIT_DAYS, local_day(at, visit.zone))
    return None if days is None else int(days)


def may_be_taken(visit: Visit, at: datetime) -> bool:
    """Whether the mandate speaks of cash and a pack says by when it is paid in, so that numbers are taken along."""
    mandate = visit.case.mandate
    return bool(mandate and mandate.cash_limit and deposit_days(visit, at) is not None)


def deposit_due(case: Case, country: str, region: str, days: int, at: datetime) -> datetime:
    """The end of the last day on which it may be paid in; where nobody knows the holidays every day counts."""
    day = local_day(at, case.zone)
    try:
        last = working_days_after(day, days, country, region)
    except CalendarUnknown:
        last = day + timedelta(days=days)
    return day_ends(last, case.zone)


def taken_before(visit: Visit) -> Decimal:
    """What was taken at this visit already; a payment that was reversed has left the debtor's hand all the same."""
    return total(CashTaken.objects.filter(visit=visit).values_list("payment__amount", flat=True))


def counted(counts: Mapping[str, Mapping[str, Any]]) -> tuple[dict[str, int], Decimal]:
    """The notes on which all counts agree, and what they come to. Raises ``WrongInput``."""
    read = [_notes(notes) for notes in counts.values()]
    if not read or not any(read):
        raise WrongInput(_("Nothing was counted."))
    sums = [_worth(notes) for notes in read]
    if any(notes != read[0] for notes in read):
        raise WrongInput(
            _("The officers counted differently: %(sums)s. Count again until both counts are the same.")
            % {"sums": " / ".join(show(one) for one in sums)}
        )  # fmt: skip
    return read[0], sums[0]


def _notes(notes: Mapping[str, Any]) -> dict[str, int]:
    """How many of each, without those of which there are none."""
    if set(notes) - set(NOTES):
        raise WrongInput(_("There is no such note."))
    found = {name: _number(notes.get(name, 0)) for name in NOTES}
    return {name: count for name, count in found.items() if count}


def _number(said: Any) -> int:
    text = str(said).strip() or "0"
    if text.isascii() and text.isdigit() and len(text) < 6 and int(text) <= MOST_OF_ONE:
        return int(text)
    raise WrongInput(
        _("Give the number of notes in whole figures, from 0 to %(most)s.") % {"most": MOST_OF_ONE}
    )


def _worth(notes: Mapping[str, int]) -> Decimal:
    return money(sum((NOTES[name] * count for name, count in notes.items()), ZERO))
