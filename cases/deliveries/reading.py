"""The post's file of what became of letters: one row a letter, read as a creditor's file is read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext_lazy as _

from cases.imports.cells import Wrong, day, narrow, one_line
from cases.imports.columns import plain_heading
from cases.imports.reading import (
    CSV,
    HEADING_WITHIN,
    Row,
    Unfit,
    encoding_of,
    kind_of,
    text_rows,
    unescaped,
)
from cases.imports.sheets import sheets_of

MOST_ROWS = 2000
NEEDED = ("number", "outcome", "at")
LABELS = {
    "number": _("Number"), "outcome": _("Outcome"), "at": _("When"), "why": _("Why it came back"),
}  # fmt: skip
HEADINGS: dict[str, tuple[str, ...]] = {
    "number": ("挂号单号", "邮件号", "邮件号码", "运单号", "单号", "信函编号", "number", "registered number",
               "tracking number", "item number", "letter"),
    "outcome": ("投递结果", "结果", "状态", "投递状态", "outcome", "result", "status"),
    "at": ("时间", "签收时间", "投递时间", "妥投时间", "日期", "when", "at", "date", "delivered at"),
    "why": ("退回原因", "原因", "备注", "why", "reason", "remark"),
}  # fmt: skip
OUTCOMES = {
    "delivered": ("妥投", "已妥投", "签收", "已签收", "本人签收", "送达", "已送达", "delivered", "signed", "signed for"),
    "returned": ("退回", "已退回", "退件", "拒收", "未妥投", "查无此人", "returned", "came back", "refused",
                 "undeliverable"),
}  # fmt: skip
_KNOWN = {
    plain_heading(heading): name for name, headings in HEADINGS.items() for heading in headings
}
_OUTCOME = {plain_heading(word): name for name, words in OUTCOMES.items() for word in words}
_MOMENT = re.compile(r"(?P<day>.+?)[ T]+(?P<hour>\d{1,2}):(?P<minute>\d{2})(:\d{2})?")


@dataclass(frozen=True)
class Problem:
    """What is wrong with a cell: the code of its words (``cases.deliveries.words``) and the figures."""

    column: str
    code: str
    params: dict[str, Any]


@dataclass(frozen=True)
class Told:
    """One row that could be read: which letter, what became of it, when by the clocks there, why.

    ``whole_day`` says that only the day is known; ``at`` is then the end of it.
    """

    line: int
    number: str
    outcome: str
    at: datetime
    whole_day: bool
    why: str


@dataclass(frozen=True)
class Unread:
    """One row that could not."""

    line: int
    number: str
    problem: Problem


def columns_of(headings: Iterable[str]) -> list[str]:
    """What each heading stands for; "" for none of ours."""
    return [_KNOWN.get(plain_heading(heading), "") for heading in headings]


def rows_of(file: IO[bytes]) -> Iterator[Told | Unread]:
    """The rows under the heading. Raises ``Unfit`` for a file that cannot be taken as a whole."""
    rows = _rows(file)
    columns: list[str] = []
    for row in islice(rows, HEADING_WITHIN):
        columns = columns_of(unescaped(cell).strip() for cell in row.cells)
        if len(set(filter(None, columns))) >= len(NEEDED) - 1:
            break
    missing = [name for name in NEEDED if name not in columns]
    if len(missing) == len(NEEDED):
        raise Unfit("no_heading")
    if missing:
        raise Unfit("missing_column", named=missing)
    count = 0
    for row in rows:
        count += 1
        if count > MOST_ROWS:
            raise Unfit("too_many_rows", most=MOST_ROWS)
        yield _read(row, columns)
    if not count:
        raise Unfit("no_rows")


def _rows(file: IO[bytes]) -> Iterator[Row]:
    if kind_of(file) == CSV:
        return text_rows(file, encoding_of(file), columns_of)
    sheets = sheets_of(file)
    if not sheets:
        raise Unfit("empty")
    return sheets[0][2]


def _read(row: Row, columns: list[str]) -> Told | Unread:
    """The row, or the first thing that is wrong with it."""
    cells = {
        name: one_line(narrow(unescaped(cell)))
        for name, cell in zip(columns, row.cells, strict=False)
        if name
    }
    number = re.sub(r"[\s-]", "", cells.get("number", ""))[:40].upper()
    if row.problem:
        return Unread(
            row.line, number, Problem("", row.problem["code"], row.problem.get("params", {}))
        )
    if not number:
        return Unread(row.line, "", Problem("number", "missing_number", {}))
    said = cells.get("outcome", "")
    outcome = _OUTCOME.get(plain_heading(said), "")
    if not outcome:
        return Unread(row.line, number, Problem("outcome", "outcome", {"text": said[:40]}))
    why = cells.get("why", "")[:300]
    if outcome == "returned" and not why:
        return Unread(row.line, number, Problem("why", "no_reason", {}))
    try:
        at, whole_day = _moment(cells.get("at", ""))
    except Wrong:
        return Unread(row.line, number, Problem("at", "moment", {"text": cells.get("at", "")[:40]}))
    return Told(row.line, number, outcome, at, whole_day, why)


def _moment(text: str) -> tuple[datetime, bool]:
    """A day with or without its time; a day alone counts to its last minute, since later is safer."""
    found = _MOMENT.fullmatch(text)
    if not found:
        last = datetime.combine(datetime.fromisoformat(day(text)), time()) + timedelta(days=1)
        return last - timedelta(minutes=1), True
    given = datetime.fromisoformat(day(found["day"]))
    try:
        return given.replace(hour=int(found["hour"]), minute=int(found["minute"])), False
    except ValueError:
        raise Wrong("day", text=text[:40]) from None
