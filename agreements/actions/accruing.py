"""The ledger kept in step with what is known: interest of the days, set-off, what came late.

Nothing here adds to a running figure. What is owed is reckoned anew from all that is known
(``agreements.reckoning``), and what the ledger lacks of it is booked as further entries: the interest of the
days since the last booking, and what a payment, a charge or a rate that was learnt late makes different in days
that are booked already. Whatever arrives in whatever order, the ledger ends the same.
"""

import logging
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from agreements.models import Agreement, Payment
from agreements.payments import TooMuch, set_off
from agreements.policy import COMPONENTS, order_of, orders_of, owed_by_component
from agreements.reckoning import Fact, Loan, Rated, Reckoning, Stop, reckon
from cases.models import Case, Debt, LedgerEntry
from cases.models.case import Step as CaseStep
from common.clock import day_ends, local_day
from common.money import ZERO, money, total
from people.models import User
from timeline.models import Event
from workflow.guard import Guard, guarded
from workflow.steps import note

log = logging.getLogger(__name__)

Kind = LedgerEntry.Kind
Place = tuple[int, str]  # the debt and the component
A_DAY = timedelta(days=1)
BATCH = 500
AGAIN_AFTER_FAULT = timedelta(minutes=15)
MOVED = (Kind.OPENING, Kind.CORRECTION, Kind.CHARGE)


@dataclass(frozen=True)
class Known:
    """All that the sum of a case is reckoned from, as it is known now."""

    case: Case
    debts: list[Debt]
    entries: list[LedgerEntry]
    payments: list[Payment]
    loans: tuple[Loan, ...]
    facts: tuple[Fact, ...]
    stops: tuple[Stop, ...]

    @property
    def opened_on(self) -> date:
        """The day of which the creditor's first figures speak."""
        return min(loan.opened_on for loan in self.loans)

    def until(self, day: date, *more: Fact, cuts: tuple[date, ...] = ()) -> Reckoning:
        """What was or will be owed on the morning of that day, with what happened on it."""
        facts = (*self.facts, *more)
        return reckon(self.loans, facts, stops=self.stops, until=day, cuts=cuts)


def is_reckoned(case: Case) -> bool:
    """Whether a rate was ever stated for one of the case's contracts, so that interest may run."""
    return case.accrue_at is not None


def learn(case: Case) -> Known:
    """Read what the sum is made of, in as many queries for a long ledger as for a short one."""
    debts = list(case.debts.order_by("pk").prefetch_related("rates"))
    entries = list(case.ledger.order_by("pk"))
    payments = list(case.payments.order_by("received_at", "pk"))
    loans = tuple(_loan(debt, entries, debts[0]) for debt in debts)
    opened_on = min(loan.opened_on for loan in loans)
    facts = [*_movements(entries, loans), *_payments(case, payments, opened_on)]
    return Known(case, debts, entries, payments, loans, tuple(facts), tuple(_stops(case)))


def accrue(*, case: Case, at: datetime, by: User | None = None) -> None:
    """Book the interest of all days before today that is not booked yet, in a change of its own.

    Called before whatever leans on the balance, and once a day by the clock; a second call finds nothing.
    The form that is being handled stays unspent.
    """
    if case.accrue_at is None or case.accrue_at > at or case.state == CaseStep.CLOSURE:
        return
    today = local_day(at, case.zone)
    due = _lacking(learn(case), today)
    if not due:  # nothing ran: paid, on hold, or while an agreement is kept
        Case.objects.filter(pk=case.pk).update(accrue_at=day_ends(today, case.zone))
        return
    with guarded(Guard(key="")):
        note(
            case, event="interest.accrued", by=by or User.objects.system(), at=at,
            data=lambda locked: _booked(locked, keep_in_step(locked, at)),
        )  # fmt: skip
    case.refresh_from_db(fields=[*COMPONENTS, "accrue_at"])


def sweep(at: datetime, *, most: int = BATCH) -> int:
    """Book the interest of every case of which a day has ended; says how many were looked at."""
    due = Case.objects.open().filter(accrue_at__lte=at).select_related("debtor")
    rows = list(due.order_by("accrue_at", "pk")[:most])
    by = User.objects.system() if rows else None
    for case in rows:
        try:
            accrue(case=case, at=at, by=by)
        except Exception:
            log.exception("The interest of case %s could not be booked.", case.pk)
            Case.objects.filter(pk=case.pk).update(accrue_at=at + AGAIN_AFTER_FAULT)
    return len(rows)


# ---------------------------------------------------------------- money in, money back


def left_after(payment: Payment, at: datetime) -> Decimal:
    """What will be owed when this payment is booked; negative by what was paid too much."""
    case = payment.case
    if not _must_reckon(payment):
        return money(case.balance - payment.counted)
    known = learn(case)
    after = known.until(local_day(at, case.zone), *_payments(case, [payment], known.opened_on))
    return after.balance - after.excess


def enter_payment(payment: Payment, at: datetime) -> dict[str, Decimal]:
    """Book a payment that was saved, under the case's lock; says what went to each component.

    It counts from the day on which it was received: interest that was booked for later days on what it
    paid is taken back. Raises ``TooMuch``.
    """
    case = payment.case
    if not _must_reckon(payment):
        parts = set_off(payment.counted, owed_by_component(case), order_of(case, at))
        moved = {name: -part for name, part in parts.items()}
        write(case, _entries_of(payment, Kind.PAYMENT, moved, at))
        return parts
    keep_in_step(case, at, cause=payment.number, since=_value_day(payment))
    return {
        name: -amount for name, amount in _net(payment.entries.exclude(kind=Kind.REVERSAL)).items()
    }


def enter_reversal(payment: Payment, at: datetime) -> dict[str, Decimal]:
    """Take a payment back under the case's lock, as if it had never come; says what is owed again."""
    parts = {name: -amount for name, amount in _net(payment.entries.all()).items()}
    case = payment.case
    if not _must_reckon(payment):
        write(case, _entries_of(payment, Kind.REVERSAL, parts, at))
    else:
        Payment.objects.filter(pk=payment.pk).update(reversed_at=at)
        keep_in_step(case, at, cause=payment.number, since=_value_day(payment))
    return parts


def _must_reckon(payment: Payment) -> bool:
    """Whether more hangs on its day than the order among what is owed now."""
    case = payment.case
    if is_reckoned(case) or payment.debt_id or case.payments.filter(debt__isnull=False).exists():
        return True
    later = case.ledger.exclude(kind=Kind.OPENING).filter(booked_on__gt=_value_day(payment))
    return later.filter(kind=Kind.CHARGE).exists()


def _entries_of(
    payment: Payment, kind: str, parts: Mapping[str, Decimal], at: datetime
) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            case=payment.case, component=name, kind=kind, amount=parts[name],
            booked_on=local_day(at, payment.case.zone), recorded_at=at, payment=payment,
        )
        for name in COMPONENTS
        if parts.get(name)
    ]  # fmt: skip


def _net(entries: Any) -> dict[str, Decimal]:
    """What entries come to by component; what cancels out is left out."""
    sums: dict[str, Decimal] = defaultdict(lambda: ZERO)
    for entry in entries:
        sums[entry.component] += entry.amount
    return {name: sums[name] for name in COMPONENTS if sums[name]}


def _value_day(payment: Payment) -> date:
    """The day on which it was received, where the debtor lives."""
    return local_day(payment.received_at, payment.case.zone)


# ---------------------------------------------------------------- what the ledger lacks


def keep_in_step(
    case: Case, at: datetime, *, cause: str = "", since: date | None = None
) -> list[LedgerEntry]:
    """Book under the case's lock what the ledger lacks, and keep the case's parts and clock in step.

    ``cause`` and ``since`` explain what changes in days that were booked already. Raises ``TooMuch``
    where more was paid than was ever owed.
    """
    today = local_day(at, case.zone)
    lacking = _lacking(learn(case), today, cause=cause, since=since)
    for entry in lacking:
        entry.recorded_at = at
    write(case, lacking)
    if case.accrue_at is not None:
        case.accrue_at = day_ends(today, case.zone)
    return lacking


def write(case: Case, entries: list[LedgerEntry]) -> None:
    """Add entries to the ledger, and to the sums that the case shows."""
    for entry in entries:
        setattr(case, entry.component, getattr(case, entry.component) + entry.amount)
    LedgerEntry.objects.bulk_create(entries)


def _lacking(
    known: Known, today: date, *, cause: str = "", since: date | None = None
) -> list[LedgerEntry]:
    """The entries by which the ledger comes to say what is reckoned."""
    last = _last_booked(known)
    reckoned = known.until(today, cuts=tuple(day + A_DAY for day in last.values()))
    if reckoned.excess:
        raise TooMuch(str(reckoned.excess))
    found = _interest(known, reckoned, last, cause, since)
    found += _set_offs(known, reckoned.effects, cause)
    return found


def _last_booked(known: Known) -> dict[int, date]:
    """Per debt the last day whose interest is booked."""
    last: dict[int, date] = {}
    for entry in known.entries:
        if entry.kind == Kind.ACCRUAL:
            key = _debt_of(entry, known.debts)
            last[key] = max(last.get(key, entry.booked_on), entry.booked_on)
    return last


def _interest(
    known: Known, reckoned: Reckoning, last: Mapping[int, date], cause: str, since: date | None
) -> list[LedgerEntry]:
    booked: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for entry in known.entries:
        if entry.kind == Kind.ACCRUAL:
            booked[_debt_of(entry, known.debts)] += entry.amount
    found = []
    for debt in known.debts:
        until = last.get(debt.pk, date.min)
        spans = [span for span in reckoned.spans if span.loan == debt.pk]
        before = total(span.amount for span in spans if span.until <= until)
        if before != booked[debt.pk]:
            found.append(
                LedgerEntry(
                    case=known.case, debt=debt, component="interest", kind=Kind.ACCRUAL,
                    amount=before - booked[debt.pk], since=since, booked_on=until, remark=cause,
                )
            )  # fmt: skip
        found += [
            LedgerEntry(
                case=known.case, debt=debt, component="interest", kind=Kind.ACCRUAL,
                amount=span.amount, since=span.since, booked_on=span.until, base=span.principal,
                rate_id=span.rate.key,
            )
            for span in spans
            if span.until > until and span.amount
        ]  # fmt: skip
    return found


def _set_offs(
    known: Known, effects: Mapping[str, Mapping[Place, Decimal]], cause: str
) -> list[LedgerEntry]:
    """What payments and waivers come to now, less what is booked of them."""
    booked: dict[str, dict[Place, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    wanted: dict[str, dict[Place, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    sources: dict[str, dict[str, Any]] = {}
    for payment in known.payments:
        key = key_of(payment)
        day = max(_value_day(payment), known.opened_on)
        sources[key] = {"payment": payment, "booked_on": day}
        for place, amount in effects.get(key, {}).items():
            wanted[key][place] += amount
    for entry in known.entries:
        place = _debt_of(entry, known.debts), entry.component
        if entry.payment_id:
            booked[_numbered("payment", entry.payment_id)][place] += entry.amount
        elif entry.kind in {Kind.WAIVER, Kind.SET_OFF}:
            key = f"waivers:{entry.agreement_id}"
            booked[key][place] += entry.amount
            if entry.kind == Kind.WAIVER:
                sources[key] = {"agreement_id": entry.agreement_id, "booked_on": entry.booked_on}
                for where, amount in effects.get(key_of(entry), {}).items():
                    wanted[key][where] += amount
    found = []
    for key, source in sources.items():
        kind = _kind_of(source.get("payment"), bool(booked[key]))
        for place in sorted({*booked[key], *wanted[key]}):
            amount = wanted[key][place] - booked[key][place]
            if amount:
                found.append(
                    LedgerEntry(
                        case=known.case, debt_id=place[0], component=place[1], kind=kind,
                        amount=amount, remark=cause if kind == Kind.SET_OFF else "", **source,
                    )
                )  # fmt: skip
    return found


def _kind_of(payment: Payment | None, known: bool) -> str:
    if payment and not known:
        return Kind.PAYMENT
    if payment and payment.reversed_at:
        return Kind.REVERSAL
    return Kind.SET_OFF


def _booked(case: Case, entries: list[LedgerEntry]) -> dict[str, Any]:
    """What the timeline tells of it."""
    of_days = [entry for entry in entries if entry.kind == Kind.ACCRUAL]
    return {
        "amount": total(entry.amount for entry in of_days),
        "until": max((entry.booked_on for entry in of_days), default=None),
        "balance": money(case.balance),
    }


# ---------------------------------------------------------------- what is known


def _loan(debt: Debt, entries: list[LedgerEntry], first: Debt) -> Loan:
    opened = [
        entry.booked_on
        for entry in entries
        if entry.kind == Kind.OPENING and (entry.debt_id or first.pk) == debt.pk
    ]
    rates = tuple(
        Rated(
            since=max(rate.since, debt.stated_on), percent=rate.percent, until=rate.until,
            basis=rate.basis, default=rate.kind == rate.Kind.DEFAULT, key=rate.pk,
        )
        for rate in debt.rates.all()
        if rate.withdrawn_at is None
    )  # fmt: skip
    return Loan(debt.pk, min([debt.stated_on, *opened]), rates, debt.due_on)


def _debt_of(entry: LedgerEntry, debts: list[Debt]) -> int:
    return entry.debt_id or debts[0].pk


def key_of(source: Payment | LedgerEntry) -> str:
    """By what the reckoning names it; what is not saved yet comes last of its day."""
    kind = "payment" if isinstance(source, Payment) else "entry"
    return _numbered(kind, source.pk or 10**12 - 1)


def _numbered(kind: str, pk: int) -> str:
    return f"{kind}:{pk:012}"


def _movements(entries: list[LedgerEntry], loans: tuple[Loan, ...]) -> list[Fact]:
    opened = {loan.key: loan.opened_on for loan in loans}
    found = []
    for entry in entries:
        loan = entry.debt_id or loans[0].key
        if entry.kind in MOVED:
            on = opened[loan] if entry.kind == Kind.OPENING else entry.booked_on
            parts = {entry.component: entry.amount}
            found.append(Fact(on, "moved", key_of(entry), loan, parts))
        elif entry.kind == Kind.WAIVER:
            parts = {entry.component: -entry.amount}
            found.append(Fact(entry.booked_on, "waiver", key_of(entry), loan, parts))
    return found


def _payments(case: Case, payments: list[Payment], opened_on: date) -> list[Fact]:
    """Each from the day on which it was received, but none before the creditor's own figures."""
    found, order_on = [], orders_of(case)
    for payment in payments:
        if payment.reversed_at is None and payment.counted:
            day = max(_value_day(payment), opened_on)
            found.append(
                Fact(
                    day, "payment", key_of(payment), payment.debt_id, amount=payment.counted,
                    order=order_on(day),
                )
            )  # fmt: skip
    return found


def _stops(case: Case) -> list[Stop]:
    """The days of an agreement that is kept or in the making, and of holds that stop interest."""
    stops = [
        Stop(hold.starts_on, _last_day(hold.until, hold.ended_at, case.zone))
        for hold in case.holds.filter(interest_runs=False)
    ]
    agreements = list(case.agreements.order_by("version"))
    broken = _broken_at(case) if any(a.ended_at for a in agreements) else {}
    for agreement in agreements:
        if agreement.signed_at is None and agreement.state == Agreement.State.VOID:
            continue  # nobody was ever bound
        ended = broken.get(agreement.number) or agreement.ended_at
        if agreement.state in {Agreement.State.SIGNED, Agreement.State.KEPT}:
            ended = None
        until = local_day(ended, case.zone) - A_DAY if ended else None
        if until is None or until >= agreement.balance_on:
            stops.append(Stop(agreement.balance_on, until))
    return stops


def _last_day(until: date, ended_at: datetime | None, zone: str) -> date:
    return min(until, local_day(ended_at, zone)) if ended_at else until


def _broken_at(case: Case) -> dict[str, datetime]:
    """When each agreement broke, unless it was mended since: what replaced it later does not heal it."""
    broken: dict[str, datetime] = {}
    told = Event.objects.filter(case=case, kind__in=["agreement.broken", "agreement.mended"])
    for event in told.order_by("number"):
        if event.kind == "agreement.broken":
            broken[event.data["number"]] = event.occurred_at
        else:
            broken.pop(event.data["number"], None)
    return broken
