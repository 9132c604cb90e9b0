"""What is entered into a debt's account by hand: a rate of interest from a day on, a charge, a rate withdrawn."""

from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from agreements.actions import accruing
from agreements.actions.drawing import in_force, in_the_making
from agreements.models import Agreement
from agreements.payments import TooMuch
from cases.actions.days import must_not_lie_ahead
from cases.actions.still_open import while_open
from cases.facts import facts_for
from cases.models import Case, Debt, DebtRate, LedgerEntry
from common.clock import local_day
from common.money import ZERO, money
from compliance.ask import ask
from compliance.verdict import Verdict
from documents.models import Document
from documents.storing import store
from people.models import User
from workflow.steps import Policy, WrongInput, case_of, note

KEEP = "keep_account"
MOST_PERCENT, MOST_MONEY, PLACES = Decimal(1000), Decimal("1e12"), Decimal("0.0001")


def may_state(debt: Debt, kind: str, percent: Decimal) -> Policy:
    """Whether the contract may bear this rate: the ceilings of its lender and day, and what was agreed."""

    def policy(subject: Any, /, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        facts = facts_for(case, at=at)
        order = list(case.debts.order_by("pk").values_list("pk", flat=True))
        known = (facts.debts or ())[order.index(debt.pk)]
        costs = max(percent, known.cost_rate or ZERO)
        if kind == DebtRate.Kind.DEFAULT:
            stated = replace(known, cost_rate=costs, default_rate=percent)
        else:
            stated = replace(known, cost_rate=costs, annual_rate=percent)
        return ask(
            "rate.state", replace(facts, debts=(stated,)), on=local_day(at, facts.zone or case.zone)
        )

    return policy


def state_rate(
    *,
    case: Case,
    debt: Debt,
    kind: str,
    percent: Decimal,
    since: date,
    source: str,
    by: User,
    at: datetime,
    basis: str = DebtRate.Basis.ACT_365,
    until: date | None = None,
) -> DebtRate:
    """State what a contract bears a year from a day on, by which clause; interest runs from then.

    The creditor's own figures stand until the day of which they speak; no day before it bears twice. Not
    while an agreement is kept or in the making. Refuses what is dearer than the packs allow. Raises ``WrongInput``, ``PolicyRefused``, ``StateRefused``.
    """
    if kind not in DebtRate.Kind.values or basis not in DebtRate.Basis.values:
        raise WrongInput(_("Choose one of the list."), "kind")
    if not (percent.is_finite() and ZERO <= percent < MOST_PERCENT):
        raise WrongInput(_("Give a rate between 0 and 1,000 per cent a year."), "percent")
    if not source.strip():
        raise WrongInput(_("Name the clause or the paper on which the rate rests."), "source")
    if until and until < since:
        raise WrongInput(_("A rate cannot end before it begins."), "until")
    row = DebtRate(
        debt=debt, kind=kind, percent=percent.quantize(PLACES), basis=basis, since=since, until=until,
        source=source.strip()[:200], stated_by=by, stated_at=at,
    )  # fmt: skip

    def write(locked: Case, _by: User, _at: datetime) -> None:
        _must_be_free(locked)
        row.debt = Debt.objects.get(pk=debt.pk, case=locked)
        row.save(force_insert=True)
        locked.accrue_at = at  # from now on the clock looks at it
        _in_step(locked, at, debt.contract_number, since)

    note(
        case, event="rate.stated", right=KEEP, policy=may_state(debt, kind, percent), by=by, at=at,
        data={
            "contract": debt.contract_number, "kind": kind, "percent": str(percent), "basis": basis,
            "since": since, "until": until, "source": row.source,
        },
        then=while_open("rate.stated", write),
    )  # fmt: skip
    return row


def withdraw_rate(*, rate: DebtRate, why: str, by: User, at: datetime) -> None:
    """Take a rate back that should never have been stated; what it bore is taken back by further entries."""
    why = why.strip()[:200]
    if not why:
        raise WrongInput(_("Say why it is withdrawn."), "why")

    def write(locked: Case, _by: User, _at: datetime) -> None:
        _must_be_free(locked)
        fresh = DebtRate.objects.select_for_update(of=("self",)).get(pk=rate.pk, debt__case=locked)
        if fresh.withdrawn_at:
            raise WrongInput(_("This rate was withdrawn already."))
        fresh.withdrawn_at, fresh.withdrawn_why = at, why
        fresh.save(update_fields=["withdrawn_at", "withdrawn_why"])
        _in_step(locked, at, fresh.debt.contract_number, fresh.since)

    note(
        rate.debt.case, event="rate.withdrawn", right=KEEP, by=by, at=at,
        data={
            "contract": rate.debt.contract_number, "kind": rate.kind, "percent": str(rate.percent),
            "since": rate.since, "why": why,
        },
        then=while_open("rate.withdrawn", write),
    )  # fmt: skip


def book_charge(
    *,
    case: Case,
    debt: Debt,
    charge: str,
    amount: Decimal,
    booked_on: date,
    remark: str,
    filename: str,
    content: bytes,
    by: User,
    at: datetime,
) -> LedgerEntry:
    """Put a cost on the debtor's account, by which clause or decision, with its paper.

    Not while an agreement is kept or in the making: its instalments come to the sum that was agreed on.
    Raises ``WrongInput``, ``StateRefused``, or ``documents.storing.Unreadable``.
    """
    if charge not in LedgerEntry.Charge.values:
        raise WrongInput(_("Choose one of the list."), "charge")
    if not (amount.is_finite() and ZERO < amount < MOST_MONEY) or money(amount) != amount:
        raise WrongInput(
            _("Give an amount above zero with at most two places after the point."), "amount"
        )
    if not remark.strip():
        raise WrongInput(_("Name the clause or the decision that puts it on the debtor."), "remark")
    must_not_lie_ahead(case, booked_on, "booked_on", at)
    entry = LedgerEntry(
        component=LedgerEntry.Component.FEES, kind=LedgerEntry.Kind.CHARGE, amount=money(amount),
        booked_on=booked_on, recorded_at=at, charge=charge, remark=remark.strip()[:200],
    )  # fmt: skip

    def write(locked: Case, _by: User, _at: datetime) -> None:
        _must_be_free(locked)
        entry.case, entry.debt = locked, Debt.objects.get(pk=debt.pk, case=locked)
        entry.document = store(
            case=locked, kind=Document.Kind.OTHER, filename=filename, content=content,
            title=f"{_('Charge')}{_(': ')}{LedgerEntry.Charge(charge).label}", by=by, at=at,
        )  # fmt: skip
        accruing.write(locked, [entry])
        if accruing.is_reckoned(locked):
            _in_step(locked, at, debt.contract_number, booked_on)

    note(
        case, event="charge.booked", right=KEEP, by=by, at=at,
        data={
            "contract": debt.contract_number, "charge": charge, "amount": entry.amount,
            "booked_on": booked_on, "basis": entry.remark,
        },
        then=while_open("charge.booked", write),
    )  # fmt: skip
    return entry


def _must_be_free(case: Case) -> None:
    """Nothing moves the sum that was agreed on, while that agreement is kept or in the making."""
    held = in_force(case)
    if in_the_making(case) or (held and held.state == Agreement.State.SIGNED):
        raise WrongInput(
            _("The terms of an agreement hold. What changes the sum belongs into new terms.")
        )


def _in_step(case: Case, at: datetime, cause: str, since: date) -> None:
    """Book what follows of it for days that are over; never to less than was paid already."""
    try:
        accruing.keep_in_step(case, at, cause=cause, since=since)
    except TooMuch as too_much:
        raise WrongInput(
            _("More was paid than would be owed. Take the payment back first.")
        ) from too_much
