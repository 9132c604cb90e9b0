"""Cash at the door: numbers that are taken along, and money that two officers take under one of them."""

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from agreements.actions.paying import record_payment
from agreements.cash import (
    counted,
    deposit_days,
    deposit_due,
    house_of,
    may_be_taken,
    taken_before,
)
from agreements.models import CashBook, CashNumber, CashTaken, Payment
from cases.facts import facts_for
from cases.models import Case
from common.money import show
from people.models import User
from visits import policy
from visits.actions.arriving import CONDUCT, only_the_crew
from visits.models import Visit
from workflow.duties import raise_duty
from workflow.steps import RightRefused, StateRefused, Step, WrongInput, carry_out

HAND_IN = "hand_in_cash"
TO_DEPOSIT = "cash.to_deposit"
GIVEN = "cash.numbers_given"
A_PHONE = 3  # numbers that a phone takes along: one to use, and two in case that one is spoiled
OUT_FOR = timedelta(hours=24)  # a phone may come back so late and have used one
AHEAD = {Visit.State.PLANNED, Visit.State.ANNOUNCED, Visit.State.NOTICED, Visit.State.STARTED}


def still_out(visit: Visit) -> QuerySet[CashNumber]:
    """The numbers of this visit that were given out and of which nobody has said what became of them."""
    numbers = CashNumber.objects.filter(visit=visit, taken=None, spoiled_at=None, unused_at=None)
    return numbers.select_related("organisation").order_by("number")


def take_numbers(*, visit: Visit, device: uuid.UUID, by: User, at: datetime) -> list[CashNumber]:
    """Give a phone the numbers under which it can write receipts where there is no signal; the same ones again.

    None where the mandate does not speak of cash. Raises ``RightRefused`` for whoever does not go.
    """
    if not visit.crew.filter(officer=by, active=True).exists():
        raise RightRefused(by, CONDUCT)
    if visit.state not in AHEAD or not may_be_taken(visit, at):
        return []
    there = list(still_out(visit).filter(device=device))
    if there:
        return there
    house = house_of(visit.case)
    given: list[CashNumber] = []

    def give(fresh: Visit) -> Mapping[str, Any]:
        given.extend(still_out(fresh).filter(device=device))  # another press was quicker
        if not given:
            CashBook.objects.get_or_create(organisation=house)
            book = CashBook.objects.select_for_update(of=("self",)).get(organisation=house)
            first, book.last = book.last + 1, book.last + A_PHONE
            book.save(update_fields=["last"])
            given.extend(
                CashNumber.objects.create(
                    organisation=house, number=number, visit=fresh, device=device, given_to=by,
                    given_at=at,
                )
                for number in range(first, first + A_PHONE)
            )  # fmt: skip
        return {
            "reference": fresh.reference,
            "numbers": [str(one) for one in given],
            "device": str(device)[:8],
        }

    carry_out(Step(subject=visit, event=GIVEN, right=CONDUCT, data=give), by=by, at=at)
    return given


def spoil_number(*, number: CashNumber, why: str, by: User, at: datetime) -> None:
    """Say that no receipt stands under this number and none will, and why."""
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why the number is spoiled."), "why")

    def spoil(_visit: Visit) -> Mapping[str, Any]:
        fresh = _free(number)
        fresh.spoiled_at, fresh.spoiled_by, fresh.spoiled_why = at, by, why
        fresh.unused_at = None
        fresh.save(update_fields=["spoiled_at", "spoiled_by", "spoiled_why", "unused_at"])
        return {"number": str(fresh), "why": why}

    carry_out(
        Step(subject=number.visit, event="cash.number_spoiled", right=HAND_IN, data=spoil),
        by=by,
        at=at,
    )


def bring_back_numbers(*, visit: Visit, by: User, at: datetime) -> int:
    """Say of a visit that is over which of its numbers were not used; says how many."""
    if not still_out(visit).exists():
        return 0
    back: list[CashNumber] = []

    def bring(fresh: Visit) -> Mapping[str, Any]:
        if fresh.state in AHEAD:
            raise StateRefused(fresh, "cash.numbers_unused")
        back.extend(still_out(fresh).select_for_update(of=("self",)))
        CashNumber.objects.filter(pk__in=[one.pk for one in back]).update(unused_at=at)
        return {"reference": fresh.reference, "numbers": [str(one) for one in back]}

    carry_out(Step(subject=visit, event="cash.numbers_unused", data=bring), by=by, at=at)
    return len(back)


def take_cash(
    *,
    visit: Visit,
    number: CashNumber,
    counts: Mapping[str, Mapping[str, Any]],
    confirmed: bool,
    by: User,
    at: datetime,
    currency: str = "CNY",
    others_present: bool = False,
) -> CashTaken:
    """Take what two officers have counted, each alone, and book it under the number that the debtor now holds.

    ``counts`` is how many of each note (``agreements.cash.NOTES``) by badge; ``confirmed`` is whether the debtor
    has said that it is so much. What is more than is owed is kept for paying back. Raises ``WrongInput``,
    ``PolicyRefused``, ``StateRefused``, ``RightRefused``, ``Outsider``.
    """
    only_the_crew(visit, by)
    case: Case = visit.case
    people = _counters(visit, counts, by)
    notes, amount = counted(counts)
    days = deposit_days(visit, at)
    if days is None:
        raise WrongInput(
            _("No rule pack of this case says by when cash is paid in, so none is taken.")
        )
    if not confirmed:
        raise WrongInput(_("The debtor has to confirm the sum first."), "confirmed")
    facts = facts_for(case, at=at)
    due = deposit_due(case, facts.country or "", facts.region or "", days, at)
    taken = CashTaken(
        number=_free(number, of=visit), visit=visit, first=people[0], second=people[-1],
        notes=notes, taken_at=at, due_at=due,
    )  # fmt: skip

    def tie(payment: Payment, _by: User, _at: datetime) -> None:
        _must_be_there(Visit.objects.get(pk=visit.pk), at)
        taken.number, taken.payment = _free(number, of=visit), payment
        if taken.number.unused_at:  # the phone came late and had used it all the same
            taken.number.unused_at = None
            taken.number.save(update_fields=["unused_at"])
        taken.save(force_insert=True)
        _have_it_paid_in(taken, at)

    record_payment(
        case=case, amount=amount, method=Payment.Method.CASH, received_at=at,
        payer=case.debtor.name, by=by, at=at, keep_rest=True, also=tie, number=str(taken.number),
        received_by=Payment.To.AGENCY if case.agency_id else Payment.To.CREDITOR,
        right=CONDUCT,
        besides=[
            Step(
                subject=visit, event="cash.taken", right=CONDUCT,
                policy=policy.may_take_cash(
                    amount=amount + taken_before(visit), currency=currency,
                    counted_by=tuple(sorted(counts)), others_present=others_present,
                ),
                data={
                    "reference": visit.reference, "number": str(taken.number), "amount": amount,
                    "notes": notes, "first": str(people[0]), "second": str(people[-1]),
                    "due_at": due,
                },
            )
        ],
    )  # fmt: skip
    return taken


def _counters(visit: Visit, counts: Mapping[str, Any], by: User) -> list[User]:
    """Those who counted, whoever brings it first."""
    crew = {
        part.officer.badge: part.officer
        for part in visit.crew.filter(active=True).select_related("officer")
    }
    if set(counts) - set(crew):
        raise WrongInput(_("This officer was not named for the visit."))
    return sorted((crew[badge] for badge in counts), key=lambda one: (one.pk != by.pk, one.badge)) or [by]  # fmt: skip


def _free(number: CashNumber, *, of: Visit | None = None) -> CashNumber:
    """The number as it is now, if nothing stands under it yet; locked where a change runs."""
    fresh = CashNumber.objects.select_related("organisation").get(pk=number.pk)
    if of is not None and fresh.visit_id != of.pk:
        raise WrongInput(_("This number was given out for another visit."), "number")
    if CashTaken.objects.filter(number=fresh).exists():
        raise WrongInput(
            _("A receipt was written already under number %(number)s.") % {"number": fresh},
            "number",
        )
    if fresh.spoiled_at:
        raise WrongInput(
            _("Number %(number)s was spoiled: %(why)s")
            % {"number": fresh, "why": fresh.spoiled_why}, "number",
        )  # fmt: skip
    return fresh


def _must_be_there(visit: Visit, at: datetime) -> None:
    """Judged by the moments, not by the state: an answer that comes late counts as of when it was given."""
    began, left = visit.started_at, visit.finished_at
    if began is None or at < began or (left is not None and at > left):
        raise StateRefused(visit, "cash.taken")


def _have_it_paid_in(taken: CashTaken, at: datetime) -> None:
    amount = show(taken.amount)
    raise_duty(
        case=taken.case, kind=TO_DEPOSIT, key=f"{TO_DEPOSIT}:{taken.number_id}", at=at,
        role=User.Role.OFFICER, due_at=taken.due_at,
        says={
            "en": f"Pay {amount} in cash (receipt {taken.number}) into the bank and record the slip.",
            "zh": f"请将现金 {amount} 元（收据 {taken.number}）缴存银行，并登记存款凭条。",
        },
    )  # fmt: skip
