"""Cash on the phone: the numbers that go along with the pack, what is on record of it, and what a phone sends of it."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from agreements.actions.cash import still_out, take_cash, take_numbers
from agreements.cash import NOTES, may_be_taken
from agreements.models import CashNumber, CashTaken
from people.models import User
from visits.models import Visit
from workflow.steps import WrongInput

COUNT = "count:"
OFFICERS = 2  # so many the phone asks to count; the rules may ask for more


def take_along(visit: Visit, device: uuid.UUID, *, by: User, at: datetime) -> None:
    """Give the phone its numbers, in a change of their own, so that they stand in the signed pack."""
    take_numbers(visit=visit, device=device, by=by, at=at)


def of_pack(visit: Visit, device: uuid.UUID, at: datetime) -> dict[str, Any] | None:
    """What the phone needs to take cash where there is no signal; None where none may be taken.

    Sums are in tenths of a yuan, whole figures: no phone reckons money in fractions.
    """
    if not may_be_taken(visit, at):
        return None
    mandate = visit.case.mandate
    numbers = [str(one) for one in still_out(visit).filter(device=device)]
    if mandate is None or mandate.cash_limit is None:
        return None
    return {
        "numbers": numbers,
        "limit": int(mandate.cash_limit * 10),
        "officers": OFFICERS,
        "notes": [
            {"name": name, "label": _label(name), "tenths": int(worth * 10)}
            for name, worth in NOTES.items()
        ],
    }


def _label(name: str) -> str:
    return _("1 jiao") if name == "jiao" else _("%(worth)s yuan") % {"worth": name}


def facts_of(visit: Visit) -> dict[str, Any]:
    """The receipts that were written at this visit, and the numbers that were spoiled."""
    taken = CashTaken.objects.filter(visit=visit).select_related("payment").order_by("pk")
    spoiled = CashNumber.objects.filter(visit=visit, spoiled_at__isnull=False)
    return {
        "cash": [
            {
                "number": one.payment.number, "amount": f"{one.payment.amount:.2f}",
                "at": one.taken_at.isoformat(),
            }
            for one in taken
        ],
        "cash_spoiled": [str(one) for one in spoiled.select_related("organisation")],
    }  # fmt: skip


def number_of(visit: Visit, said: str) -> CashNumber:
    """The number of that name, if it was given out for this visit."""
    numbers = CashNumber.objects.filter(visit=visit).select_related("organisation")
    found = next((one for one in numbers if str(one) == said), None)
    if found is None:
        raise WrongInput(_("This number was given out for another visit."))
    return found


def written_under(number: CashNumber) -> str:
    """The sum on the receipt that stands under the number; nothing where none does."""
    taken = CashTaken.objects.filter(number=number).select_related("payment").first()
    return f"{taken.payment.amount:.2f}" if taken else ""


def take(
    visit: Visit,
    number: CashNumber,
    data: Mapping[str, list[str]],
    *,
    confirmed: bool,
    others: bool,
    by: User,
    at: datetime,
) -> CashTaken:
    """Book what the phone says; the sum is reckoned from the notes, not taken from it."""
    counts = {
        name.removeprefix(COUNT): dict(_pair(one) for one in said)
        for name, said in data.items()
        if name.startswith(COUNT)
    }
    return take_cash(
        visit=visit, number=number, counts=counts, confirmed=confirmed, others_present=others,
        by=by, at=at,
    )  # fmt: skip


def _pair(said: str) -> tuple[str, str]:
    name, _equals, count = said.partition("=")
    return name, count


def counted_by(name: str) -> str:
    """What a field that holds a count is called; nothing for any other."""
    if not name.startswith(COUNT):
        return ""
    return _("Counted by %(badge)s") % {"badge": name.removeprefix(COUNT)}
