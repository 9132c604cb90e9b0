"""How long a record is kept, when it goes, and from when on it is only stored.

The terms are dated values of the packs (key ``retention.terms``). Of several minimum terms the longest
counts, of several ends the soonest; but what the law wants kept is kept, and whatever a complaint, a suit or
the police hold stays until they let go. Between the purpose and the end the record is stored and no more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from compliance.entry import Entry
from compliance.packs import entries_under
from compliance.records import EVENTS, HOLDS
from compliance.spans import after, span_words
from compliance.verdict import Citation, Force
from compliance.words import Both, filled

KEY = "retention.terms"
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reason:
    """One term that was looked at: its row and source, and what it says of this record.

    ``undated`` says it without a day that hangs on a closure, for a case that is still open.
    """

    rule: str
    force: Force
    citation: Citation
    checked_by: str
    says: Mapping[str, str]
    undated: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Kept:
    """What becomes of one class of records.

    ``due_on`` is the day on which it would go if nothing held it, ``keep_until`` is the last day on which it must be kept, ``delete_on`` the day on which it goes (none:
    nobody may say yet), ``restricted_from`` the first day on which it is stored and used for nothing else.
    """

    record: str
    keep_until: date | None
    delete_on: date | None
    restricted_from: date | None
    held_by: tuple[str, ...]
    why: tuple[Reason, ...]
    due_on: date | None = None


def keep(
    record: str,
    *,
    packs: Iterable[str],
    creditor_type: str | None,
    closed_on: date,
    events: Mapping[str, date | None] | None = None,
    limitation_ends_on: date | None = None,
    holds: Iterable[str] = (),
    terms_on: date | None = None,
) -> Kept:
    """What becomes of this class of records of a case that is closed on that day.

    The terms are those of the closing; ``terms_on`` names another day where a person has decided so, since the packs
    have none for a closing so long ago.

    ``events`` are the days of other events from which a term may run (``compliance.records.EVENTS``), none
    for those that have not come yet; ``holds`` what keeps it from being deleted (``HOLDS``). A kind of creditor
    that nobody knows gets every minimum, for deleting cannot be taken back.
    """
    days = {**(events or {}), "closure": closed_on}
    lasting = limitation_ends_on if limitation_ends_on and limitation_ends_on > closed_on else None
    least: list[date | None] = []
    ends: list[date | None] = []
    why: list[Reason] = []
    for entry, term in _terms(record, tuple(packs), creditor_type, terms_on or closed_on):
        begins = days.get(term["from"])
        for part, found in (("minimum", least), ("default", ends), ("maximum", ends)):
            if part not in term:
                continue
            end = after(begins, term[part]) if begins else None
            extends = end and lasting and term.get("extended_by") == "limitation"
            end = max(end, lasting) if extends and end and lasting else end
            found.append(end)
            why.append(_reason(entry, term, part, end))
    held = tuple(sorted(set(holds) & set(HOLDS)))
    nobody_knows = None in least or None in ends or not ends
    must = max((end for end in least if end), default=None)
    goal = min((end for end in ends if end), default=None)
    last = None if nobody_knows or goal is None else max(goal, must or goal)
    gone = None if last is None else last if last == closed_on else last + DAY
    return Kept(
        record=record,
        keep_until=None if None in least else must,
        delete_on=None if held else gone,
        restricted_from=None if gone == closed_on and not held else closed_on + DAY,
        held_by=held,
        why=tuple(why),
        due_on=gone,
    )


def has_terms(packs: Iterable[str], day: date) -> bool:
    """Whether the packs have a term for anything on that day; raises ``PackUnreadable``."""
    return bool(entries_under(tuple(packs), KEY, day))


def rest(others: Iterable[Kept]) -> Kept:
    """What becomes of all that ties these records together: it goes with the last of them."""
    found = list(others)
    if not found or any(one.due_on is None for one in found):
        held = tuple(sorted({code for one in found for code in one.held_by}))
        return Kept("case_file", None, None, None, held, ())
    last = max(found, key=lambda one: one.due_on or date.min)
    return Kept(
        "case_file",
        last.keep_until,
        last.delete_on,
        last.restricted_from,
        last.held_by,
        last.why,
        last.due_on,
    )


def span_after_closure(
    record: str, *, packs: Iterable[str], creditor_type: str | None, day: date
) -> str | None:
    """The longest span, such as "5y", for which the packs keep it after a closure; None: none says."""
    spans = [
        str(term[part])
        for _entry, term in _terms(record, tuple(packs), creditor_type, day)
        if term["from"] == "closure"
        for part in ("minimum", "default")
        if part in term
    ]
    return max(spans, key=lambda span: after(day, span), default=None)


def _terms(
    record: str, packs: tuple[str, ...], creditor_type: str | None, day: date
) -> Iterator[tuple[Entry, dict[str, Any]]]:
    for entry in entries_under(packs, KEY, day):
        if entry.only_for and creditor_type and creditor_type not in entry.only_for:
            continue
        for term in entry.keys[KEY]:
            if term["record"] == record and (
                creditor_type or not entry.only_for or "minimum" in term
            ):
                yield entry, term


def _reason(entry: Entry, term: Mapping[str, Any], part: str, end: date | None) -> Reason:
    span = str(term[part])
    figures = {
        "span": Both(span_words(span, "en"), span_words(span, "zh")),
        "event": Both(*EVENTS[term["from"]]),
        "end": end or "",
    }
    how = part if span != "0d" else "at_once"
    longer = _LONGER if term.get("extended_by") and span != "0d" else dict.fromkeys(_LONGER, "")
    undated = filled({lang: _SAYS[how][lang] + longer[lang] for lang in longer}, figures)
    dated = filled({lang: _SAYS[how][lang] + _UNTIL[how][lang] + longer[lang] for lang in longer}, figures)  # fmt: skip
    says = dated if end else undated
    return Reason(
        entry.id, entry.force, entry.citation, entry.checked_by, says,
        undated if term["from"] == "closure" else says,
    )  # fmt: skip


_SAYS = {
    "minimum": {"en": "kept at least {span} from {event}", "zh": "自{event}之日起至少保存 {span}"},
    "default": {"en": "kept {span} from {event}", "zh": "自{event}之日起保存 {span}"},
    "maximum": {
        "en": "kept no longer than {span} from {event}",
        "zh": "自{event}之日起最长保存 {span}",
    },
    "at_once": {"en": "deleted at once with {event}", "zh": "{event}时即删除"},
}
_UNTIL = {
    **{
        how: {"en": ": until {end}", "zh": "，至 {end}"}
        for how in ("minimum", "default", "maximum")
    },
    "at_once": {"en": ": {end}", "zh": "：{end}"},
}
_LONGER = {
    "en": ", or the end of the limitation period if that is later",
    "zh": "；诉讼时效届满更晚的，以届满日为准",
}
