"""Which records of a closed case are due, which are held, and when each is to be looked at again."""

from datetime import date, datetime, timedelta
from typing import Any

from agreements.models import Agreement
from cases.models import Case
from cases.models.case import Step
from cases.retention import OF_THE_HOUSE, kept_of
from common.clock import local_day
from compliance.records import RECORDS
from compliance.retention import Kept, rest
from retention.models import Term

DAY = timedelta(days=1)
NO_TERM = "records.no_term"
"""The duty to decide what becomes of records for which no term is known."""
LOOK_AGAIN = timedelta(days=7)
"""A term that is neither due nor held is reckoned anew so often: packs and limitation may have changed."""


def reckoned(case: Case) -> list[Kept]:
    """Each class of records of the closed case; where no pack can be read each is kept, and says so."""
    if case.closed_at is None:
        return []
    kept = kept_of(case, closed_on=local_day(case.closed_at, case.zone))
    if not kept:
        codes = [record for record in RECORDS if record not in OF_THE_HOUSE]
        kept = [Kept(record, None, None, None, (), ()) for record in codes]
    # Where nothing was agreed there is no recording of it, for which the rest would have to wait.
    agreed = Agreement.objects.filter(case=case).exists()
    return [*kept, rest(one for one in kept if agreed or one.record != "agreement_recording")]


def has_no_term(case: Case) -> bool:
    """Whether it is closed and nothing of it has a term, since the packs' first came later: a person decides."""
    return case.closed_at is not None and not any(one.why for one in reckoned(case))


def due(kept: Kept, day: date) -> bool:
    """Whether its day has come, held or not."""
    return kept.due_on is not None and kept.due_on <= day


def shelve(case: Case, *, day: date) -> None:
    """Write down, or write anew, the terms of a closed case; to be called under its lock.

    What was deleted stays so, even where the case was opened and closed again: its term ran out.
    """
    closed_at = case.closed_at
    if closed_at is None:  # opened again: nothing runs
        case.terms.filter(erased_at=None).delete()
        return
    for kept in reckoned(case):
        term, _made = Term.objects.get_or_create(
            case=case, record=kept.record, defaults={"closed_at": closed_at, "look_on": day}
        )
        if term.erased_at and term.closed_at == closed_at:
            continue
        term.closed_at, term.due_on, term.held_by = closed_at, kept.due_on, list(kept.held_by)
        term.erased_at = term.erasure = None
        term.why = [said_of(reason) for reason in kept.why]
        term.look_on = _again(kept, day)
        term.save()


def said_of(reason: Any, *, dated: bool = True) -> dict[str, Any]:
    """A term's reason as a row keeps it; not ``dated`` for a case whose closure is still to come."""
    says = reason.says if dated else reason.undated
    return {
        "rule": reason.rule, "force": reason.force.value, "says": dict(says),
        "source": dict(reason.citation.text),
    }  # fmt: skip


def newly_closed(last: int, most: int = 100) -> list[int]:
    """The keys after that one of closed cases whose terms are not written down."""
    cases = Case.objects.filter(state=Step.CLOSURE, terms=None, pk__gt=last)
    return list(cases.order_by("pk").values_list("pk", flat=True)[:most])


def day_of(case: Case, at: datetime) -> date:
    """The day that it is where the debtor lives."""
    return local_day(at, case.zone)


def _again(kept: Kept, day: date) -> date:
    if kept.held_by:
        return day + DAY
    return min(day + LOOK_AGAIN, kept.due_on or day + LOOK_AGAIN)
