"""A batch and its rows as a person sees them: one page at a time, words in the reader's language."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.imports import words
from cases.imports.cells import one_line
from cases.imports.columns import COLUMNS, PROBLEM, PROBLEM_HEADING
from cases.imports.judging import NAME, REFERENCE, sum_of
from cases.models import Case, ImportBatch, ImportRow
from common.cells import escaped
from people.models import User
from workflow.paging import page_between

PAGE = 50


@dataclass
class Shown:
    """One row of the preview."""

    line: int
    outcome: str
    reference: str
    name: str
    owed: Decimal | None = None
    problems: list[words.Said] = field(default_factory=list)
    changes: list[tuple[str, str, str]] = field(default_factory=list)
    case: Case | None = None
    corrected: bool = False


@dataclass
class RowPage:
    """Fifty rows of one outcome, and where the neighbours begin (0: there are none)."""

    rows: list[Shown]
    before: int = 0
    after: int = 0


def page_of(
    batch: ImportBatch, user: User, outcome: str, *, after: int = 0, before: int = 0
) -> RowPage:
    """One page of rows by key: page 2,000 costs what page 1 does."""
    found = ImportRow.objects.filter(batch=batch, outcome=outcome)
    some, is_before, is_after = page_between(found, "line", most=PAGE, after=after, before=before)
    rows = [_shown(row, batch.columns) for row in some]
    _find_cases(rows, batch, user)
    return RowPage(
        rows,
        before=some[0].line if some and is_before else 0,
        after=some[-1].line if some and is_after else 0,
    )


def _shown(row: ImportRow, columns: list[str]) -> Shown:
    if row.outcome == ImportRow.Outcome.REJECTED:
        said = dict(zip(columns, row.raw, strict=False))
        return Shown(
            row.line,
            row.outcome,
            one_line(said.get("external_reference", ""))[:60],
            one_line(said.get("name", ""))[:80],
            problems=[words.of_row(problem) for problem in row.problems],
        )
    return Shown(
        row.line,
        row.outcome,
        row.values[REFERENCE],
        row.values[NAME],
        owed=sum_of(row.values),
        changes=[
            (words.label_of(name), was or "–", now) for name, (was, now) in row.changes.items()
        ],
        corrected=row.corrected_at is not None,
    )


def _find_cases(rows: list[Shown], batch: ImportBatch, user: User) -> None:
    wanted = [row.reference for row in rows if row.reference and not row.problems]
    if not wanted:
        return
    cases = Case.objects.visible_to(user).filter(
        creditor=batch.creditor_id, external_reference__in=wanted
    )
    found = {case.external_reference: case for case in cases}
    for row in rows:
        row.case = found.get(row.reference) if not row.problems else None


def time_left(batch: ImportBatch, at: datetime) -> str:
    """How long it may still take, in words; "" where that cannot be said yet."""
    if not batch.started_at or not batch.rows_total or batch.rows_done < batch.rows_total / 20:
        return ""
    gone = max((at - batch.started_at).total_seconds(), 0)
    left = round(gone * (batch.rows_total - batch.rows_done) / max(batch.rows_done, 1))
    if left < 1:
        return _("almost done")
    if left < 90:
        return ngettext("%(count)s second left", "%(count)s seconds left", left) % {"count": left}
    minutes = round(left / 60)
    return ngettext("%(count)s minute left", "%(count)s minutes left", minutes) % {"count": minutes}


def stages(batch: ImportBatch) -> list[tuple[str, str]]:
    """Check, look, do: which is done and which is now."""
    state = ImportBatch.State
    now = {state.READING: 0, state.FAILED: 0, state.READY: 1, state.DISCARDED: 1, state.APPLYING: 2}
    here = now.get(state(batch.state), 3)
    return [
        (label, "done" if place < here else "now" if place == here else "ahead")
        for place, label in enumerate([_("Check"), _("Look"), _("Take over")])
    ]


# ---------------------------------------------------------------- the rejected rows as a file


class _Echo:
    """Gives back what the CSV writer writes, so that it can be streamed."""

    def write(self, text: str) -> str:
        return text


def rejected_file(batch: ImportBatch) -> Iterator[str]:
    """The rejected rows as CSV: what is wrong, then the cells as they came, none of them a formula.

    The problem stands first, so that a row with too many or too few cells keeps them as they were.
    A mended file can be sent in as it is: the first column is not looked at.
    """
    writer = csv.writer(_Echo(), lineterminator="\r\n")
    own = [place for place, name in enumerate(batch.columns) if name != PROBLEM]
    yield "\ufeff" + writer.writerow(
        [PROBLEM_HEADING, *(escaped(batch.headings[place]) for place in own)]
    )
    rows = batch.rows.filter(outcome=ImportRow.Outcome.REJECTED).order_by("line")
    for row in rows.iterator(chunk_size=1000):
        cells = row.raw
        if len(cells) == len(batch.columns):
            cells = [cells[place] for place in own]
        else:
            cells = cells + [""] * (len(own) - len(cells))
        yield writer.writerow([escaped(told(row)), *map(escaped, cells)])


def told(row: ImportRow) -> str:
    """All that is wrong with a row, in one cell."""
    every = [words.of_row(problem) for problem in row.problems]
    said = every[0].gap.join(map(str, every)) if every else ""
    return _("Row %(line)s. %(problems)s") % {"line": row.line, "problems": said}


def empty_form(language: str) -> str:
    """A file with the headings that are known and no row, in the reader's language."""
    headings = [
        column.chinese[0] if language.startswith("zh") else column.english[0] for column in COLUMNS
    ]
    return f"\ufeff{','.join(headings)}\r\n"
