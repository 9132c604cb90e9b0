"""Before a claim is lost to limitation somebody decides: warned so many days ahead, once each.

Level-triggered: a run raises what is due by now and was not raised, and ticks off what speaks of an end that has
moved since, by whatever it was moved.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

from django.db.models import Count, Q, QuerySet

from agreements.terms import day_en, day_zh
from cases.models import Case, Debt
from cases.models.case import OPEN_STEPS
from common.clock import local_day
from compliance.ask import value
from people.models import User
from workflow.duties import raise_duty, set_next_due
from workflow.models import Duty
from workflow.steps import StateRefused, note

NEAR = "limitation.near"
FARTHEST = 400  # days; no pack warns earlier
BATCH = 500


def warn_of_limitation(at: datetime, *, by: User, most: int = BATCH) -> int:
    """Raise the warnings that are due by now, and tick off those of an end that has moved; says how many were raised."""
    _tick_off_moved(at, by)
    raised = 0
    for debt, step in _to_warn(at):
        raised += _warn(debt, step, by, at)
        if raised >= most:
            break
    return raised


def tick_off_warnings(case: Case, debt: Debt, by: User, at: datetime) -> None:
    """The end has moved: what was raised for the old one has lost its sense; inside a running change."""
    stale = Duty.objects.filter(
        case=case, kind=NEAR, done_at=None, key__startswith=f"{NEAR}:{debt.pk}:"
    ).exclude(key__startswith=_of_this_end(debt))
    if stale.update(done_at=at, done_by=by):
        set_next_due(case)


def days_ahead(case: Case, day: date) -> list[int]:
    """How many days before the end somebody is warned, the earliest first, as the case's packs say."""
    keys = ("limitation.warn_days", "limitation.warn_again_days")
    found = {value(tuple(case.packs), key, day) for key in keys}
    return sorted(found - {None}, reverse=True)


def _to_warn(at: datetime) -> Iterable[tuple[Debt, int]]:
    """Each claim whose warning is due and was not raised, with the days that it is warned of; soonest first."""
    debts = (
        Debt.objects.filter(
            case__state__in=[step.value for step in OPEN_STEPS],
            limitation_ends_on__gte=at.date() - timedelta(days=1),
            limitation_ends_on__lte=at.date() + timedelta(days=FARTHEST),
        )
        .annotate(
            taken_back=Count("interruptions", filter=Q(interruptions__taken_back_at__isnull=False))
        )
        .select_related("case__debtor")
        .order_by("limitation_ends_on", "pk")
    )
    for some in _by_batch(debts):
        steps = [(debt, _step(debt, at)) for debt in some]
        due = {_key(debt, step): (debt, step) for debt, step in steps if step is not None}
        known = set(Duty.objects.filter(key__in=due).order_by().values_list("key", flat=True))
        yield from (found for key, found in due.items() if key not in known)


def _by_batch(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All of them, a batch at a time, so that a million claims need no more room than a few."""
    every = rows.iterator(chunk_size=BATCH)
    while some := list(islice(every, BATCH)):
        yield some


def _step(debt: Debt, at: datetime) -> int | None:
    """The warning that fits now: the nearest of those whose day has come."""
    today = local_day(at, debt.case.zone)
    assert debt.limitation_ends_on is not None  # noqa: S101 - such debts were not asked for
    left = (debt.limitation_ends_on - today).days
    come = [days for days in days_ahead(debt.case, today) if 0 <= left <= days]
    return come[-1] if come else None


def _of_this_end(debt: Debt) -> str:
    """How the key of every warning begins that speaks of the claim's end as it is now."""
    return f"{NEAR}:{debt.pk}:{debt.limitation_ends_on}:"


def _key(debt: Any, step: int) -> str:
    """One warning: of this claim, this end and this many days; told anew where a payment was taken back."""
    return f"{_of_this_end(debt)}{step}:{debt.taken_back}"


def _warn(debt: Debt, step: int, by: User, at: datetime) -> bool:
    case, ends = debt.case, debt.limitation_ends_on
    assert ends is not None  # noqa: S101 - as above
    left = (ends - local_day(at, case.zone)).days
    last = step == days_ahead(case, local_day(at, case.zone))[-1]

    def ask_people(locked: Case, _by: User, _at: datetime) -> None:
        fresh = Debt.objects.get(pk=debt.pk)
        if fresh.limitation_ends_on != ends or Duty.objects.filter(key=_key(debt, step)).exists():
            raise StateRefused(locked, "warn")
        says = {
            "en": f"Limitation of {debt.contract_number} ends on {day_en(ends)}, in {left} days. Decide with counsel: a demand with proof, a promise to pay, or a suit.",
            "zh": f"合同 {debt.contract_number} 的诉讼时效将于 {day_zh(ends)}届满，还剩 {left} 天。请会同法务决定：有证据的催告、债务人承诺还款或提起诉讼。",
        }
        given: dict[str, Any] = {"case": locked, "kind": NEAR, "says": says, "at": at}
        due_at = at + timedelta(days=max(min(step // 6, left), 1))
        raise_duty(**given, due_at=due_at, key=_key(debt, step), role=User.Role.SUPERVISOR)
        if last:  # compliance hears of it where the time runs short
            raise_duty(
                **given, due_at=due_at, key=f"{_key(debt, step)}:c", role=User.Role.COMPLIANCE
            )

    try:
        note(
            case, event="limitation.warned", by=by, at=at, then=ask_people,
            data={
                "contract": debt.contract_number, "debt": debt.pk, "ends_on": ends, "left": left,
                "days": step,
            },
        )  # fmt: skip
    except StateRefused:  # moved, or told by another run, between looking and locking
        return False
    return True


def _tick_off_moved(at: datetime, by: User) -> None:
    """Warnings whose end is no longer that of their claim, such as after a correction by the creditor."""
    open_ones = Duty.objects.filter(key__startswith=f"{NEAR}:", done_at=None)
    for rows in _by_batch(open_ones.select_related("case").order_by("pk")):
        spoken_of = {row.pk: int(row.key.split(":")[1]) for row in rows}
        debts = Debt.objects.in_bulk(set(spoken_of.values()))
        for row in rows:
            debt = debts.get(spoken_of[row.pk])
            if debt and not row.key.startswith(_of_this_end(debt)):
                tick_off_warnings(row.case, debt, by, at)
