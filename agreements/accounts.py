"""What the account of a case shows: what was owed on a day and how it came about, and every entry. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from agreements.actions.accruing import is_reckoned, key_of, learn
from agreements.policy import COMPONENTS
from agreements.reckoning import Span
from cases.models import Case, LedgerEntry
from common.money import ZERO, money, total

ENTRIES = ("payment", "debt", "rate")


@dataclass(frozen=True, slots=True)
class Standing:
    """What was owed on the morning after all that came on a day, by component, and what made it so."""

    day: date
    owed: dict[str, Decimal]
    moved: dict[str, dict[str, Decimal]]  # by kind of entry, what it moved of each component
    spans: list[Span]  # the interest, span by span

    @property
    def balance(self) -> Decimal:
        """What was owed in all."""
        return total(self.owed.values())


def standing(case: Case, day: date) -> Standing:
    """What was owed on that day, as it is known today: what came late counts from its own day."""
    moved = {kind: dict.fromkeys(COMPONENTS, ZERO) for kind in LedgerEntry.Kind.values}
    if not is_reckoned(case):
        rows = case.ledger.filter(booked_on__lte=day).values_list("kind", "component")
        for kind, component, amount in (
            rows.annotate(sum=Sum("amount")).order_by().values_list("kind", "component", "sum")
        ):
            moved[kind][component] += amount
        return _standing(day, moved, [])
    known = learn(case)
    found = known.until(day)
    kinds = {key_of(entry): entry.kind for entry in known.entries}
    for key, parts in found.effects.items():
        for (_loan, component), amount in parts.items():
            moved[kinds.get(key, LedgerEntry.Kind.PAYMENT.value)][component] += amount
    for span in found.spans:
        moved[LedgerEntry.Kind.ACCRUAL.value]["interest"] += span.amount
    return _standing(day, moved, found.spans)


def _standing(day: date, moved: dict[str, dict[str, Decimal]], spans: list[Span]) -> Standing:
    owed = {name: money(total(parts[name] for parts in moved.values())) for name in COMPONENTS}
    shown = {kind: parts for kind, parts in moved.items() if any(parts.values())}
    return Standing(day, owed, shown, spans)


def entries_with_balance(
    case: Case, *, after: int = 0, most: int | None = None
) -> Iterator[tuple[LedgerEntry, Decimal]]:
    """The entries in the order in which they were made, each with what was owed after it."""
    before = case.ledger.filter(pk__lte=after).aggregate(sum=Sum("amount"))["sum"] or ZERO
    rows = case.ledger.filter(Q(pk__gt=after)).select_related(*ENTRIES).order_by("pk")
    for entry in rows[:most] if most else rows.iterator(chunk_size=500):
        before += entry.amount
        yield entry, money(before)
