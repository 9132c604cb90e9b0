"""How long a complaint may wait: what the case's packs say, in days of the place where the debtor is."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from cases.models import Case
from common.clock import day_ends, local_day
from compliance.ask import value
from compliance.calendars import CalendarUnknown, working_days_after
from compliance.entry import Entry
from compliance.packs import PackUnreadable, entries_under

LETTER, ANSWER = "complaint.letter_days", "complaint.answer_days"
STRICT = ("intl-strict",)
"""What holds where no pack of the case says anything."""


@dataclass(frozen=True)
class Clocks:
    """Until when the holding letter and the answer go, and by which rules."""

    letter_due_at: datetime
    answer_due_at: datetime
    answer_by: date
    rules: list[str]


def clocks_of(case: Case, at: datetime) -> Clocks:
    """The two clocks of a complaint that comes in at that moment; each ends with its last day."""
    day = local_day(at, case.zone)
    letter, by_letter = _days(case, LETTER, day)
    answer, by_answer = _days(case, ANSWER, day)
    answer_by = day + timedelta(days=answer)
    return Clocks(
        letter_due_at=day_ends(_working(case, day, letter), case.zone),
        answer_due_at=day_ends(answer_by, case.zone),
        answer_by=answer_by,
        rules=list(dict.fromkeys([*by_letter, *by_answer])),
    )


def sources(complaint: Any) -> list[Entry]:
    """The values of the packs from which the clocks of the complaint come, each with its citation."""
    case, day = complaint.case, local_day(complaint.received_at, complaint.case.zone)
    found: dict[str, Entry] = {}
    for packs in (case.packs, STRICT):
        for key in (LETTER, ANSWER):
            for entry in entries_under(packs, key, day):
                if entry.id in complaint.rules:
                    found.setdefault(entry.id, entry)
    return list(found.values())


def _days(case: Case, key: str, day: date) -> tuple[int, list[str]]:
    """The strictest figure of the case's packs, else of the strict default, with the rules that give it."""
    for packs in (tuple(case.packs), STRICT):
        try:
            given = value(packs, key, day)
        except PackUnreadable:
            continue
        if given is not None:
            return int(given), [
                e.id for e in entries_under(packs, key, day) if e.keys[key] == given
            ]
    return 1, []


def _working(case: Case, day: date, count: int) -> date:
    """The last of so many working days there; where nobody knows the holidays every day counts."""
    try:
        return working_days_after(day, count, case.debtor.country, case.debtor.region or None)
    except CalendarUnknown:
        return day + timedelta(days=count)
