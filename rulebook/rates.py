"""The loan prime rate of a month: entered by compliance, and the cases that waited for it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from cases.models import Case, Debt
from common.clock import HOUSE_ZONE, local_day
from compliance import packs
from compliance.drafting import with_value
from compliance.entry import Entry
from compliance.shelf import Pack, PackUnreadable, values_in
from desk.rates import KEY, PUBLISHED_ON, TIMES
from people.models import User
from rulebook import actions
from rulebook.models import PackVersion

PACK, TOPIC, ROW, SOURCE = "cn", "lpr", "CN-46", "lpr"
MOST_SHOWN = 50
DAY = timedelta(days=1)


def known_until() -> date | None:
    """The last day for which the newest version of the pack knows a rate."""
    try:
        rates = [entry for entry in packs.load(PACK).entries if KEY in entry.keys]
    except PackUnreadable:
        return None
    return max((entry.until or date.max for entry in rates), default=None)


def next_span() -> tuple[date, date] | None:
    """The days of the first month whose rate nobody has entered: up to the eve of the next publication."""
    last = known_until()
    if last is None or last == date.max:
        return None
    first = last + DAY
    year, month = divmod(first.year * 12 + first.month, 12)  # the month after it
    return first, date(year, month + 1, PUBLISHED_ON) - DAY


def enter_rate(
    *, since: date, until: date, percent: str, url: str, note: str, by: User, at: datetime
) -> PackVersion:
    """Write a month's rate into this person's open draft of the pack, which is begun if there is none."""
    table = {
        "id": ROW, "since": since, "until": until, "percent": percent, "force": "regulation",
        "confidence": "high", "source": SOURCE, "url": url, "note": note,
        "keys": {KEY: "percent"},
    }  # fmt: skip
    table = {name: part for name, part in table.items() if part not in ("", None)}
    tomorrow = local_day(at, HOUSE_ZONE) + DAY
    return actions.write_into_draft(
        name=PACK,
        in_force_from=tomorrow,
        reason=_("Loan prime rate from %(day)s on") % {"day": since.isoformat()},
        write=lambda files: with_value(files, file=f"{TOPIC}.toml", table=table),
        event="rules.value_added",
        told={"row": ROW, "since": since.isoformat()},
        by=by,
        at=at,
    )


@dataclass(frozen=True)
class Waiting:
    """A contract whose day falls on a rate that this version brings, with what was known and what is."""

    case: Case
    contract_on: date
    before: Decimal | None
    after: Decimal

    @property
    def ceiling(self) -> Decimal:
        """Four times the rate."""
        return self.after * TIMES


def brought(base: Pack | None, pack: Pack) -> list[Entry]:
    """The rates that one version has and the one before it had not."""
    had = {(e.since, e.keys[KEY]) for e in base.entries if KEY in e.keys} if base else set()
    return [e for e in pack.entries if KEY in e.keys and (e.since, e.keys[KEY]) not in had]


def waiting(rates: Sequence[Entry], base: Pack, user: User) -> tuple[list[Waiting], int]:
    """The contracts of open cases that fall on these days, some of them and how many, as this person may see."""
    if not rates:
        return [], 0
    days = Q()
    for entry in rates:
        days |= Q(contract_on__gte=entry.since) & (
            Q(contract_on__lte=entry.until) if entry.until else Q()
        )
    cases = Case.objects.visible_to(user).open().filter(packs__overlap=list(_leaning(base.name)))
    debts = Debt.objects.filter(days, case__in=cases)
    shown = debts.select_related("case").order_by("contract_on", "pk")[:MOST_SHOWN]
    found = []
    for debt in shown:
        if debt.contract_on is None:
            continue
        rate = next(entry for entry in rates if entry.in_force_on(debt.contract_on))
        known = values_in([base], KEY, debt.contract_on)
        before = Decimal(known[0]) if known else None
        found.append(Waiting(debt.case, debt.contract_on, before, Decimal(rate.keys[KEY])))
    return found, debts.count()


def _leaning(name: str) -> Iterable[str]:
    """The pack and those that tighten it: whoever is judged by one of them is judged by it."""
    yield name
    for other in packs.names():
        try:
            if name in packs.load(other).tightens:
                yield other
        except PackUnreadable:
            continue


def four_times(percent: Any) -> Decimal | None:
    """What four times this rate is; nothing where it is no figure."""
    try:
        return Decimal(str(percent)) * TIMES
    except ArithmeticError:
        return None
