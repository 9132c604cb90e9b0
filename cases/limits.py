"""Whether the debtor may refuse to pay because the period of limitation has ended."""

from datetime import date

from cases.models import Case


def barred_on(case: Case, day: date) -> date | None:
    """The last day of the first period that had ended by that day; none while all of them run."""
    ends = [end for end in case.debts.values_list("limitation_ends_on", flat=True) if end]
    first = min(ends, default=None)
    return first if first and first < day else None
