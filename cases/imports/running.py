"""The worker's part: check a file row by row, and take over what a person has looked at.

Both may be broken off at any moment, by a kill or by a person, and begun again: each is one
transaction, but for corrections, which are one each and marked as done.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from time import monotonic
from typing import Any

from django.db import transaction
from django.db.models import Count

from cases.imports import applying, house
from cases.imports.columns import POSITION
from cases.imports.copying import Copier, Target, text
from cases.imports.correcting import correct_case
from cases.imports.judging import REFERENCE, House, Judged, Reader, Values, compare
from cases.imports.reading import Row, Unfit, open_table
from cases.imports.watch import Stopped, Watch
from cases.models import Case, ImportBatch, ImportRow
from common.clock import local_day
from common.sealed import field_of
from people.models import User
from timeline.chain import record_for_house
from workflow.alone import Busy

_SEALED = {name: field_of(ImportRow, name) for name in ("raw", "values", "problems", "changes")}

log = logging.getLogger(__name__)

CHUNK = 2_000
MOST_TRIES = 3
SLICE = 200.0
"""Seconds after which corrections make room for other tasks; the next slice goes on behind them."""

_State = ImportBatch.State
_Outcome = ImportRow.Outcome


def run(batch_pk: int, *, at: datetime) -> bool:
    """Do what the batch waits for; says whether there is more to do. Harmless when run twice."""
    try:
        with Watch(batch_pk) as watch:
            batch = (
                ImportBatch.objects.under_way()
                .select_related("creditor", "team", "document", "uploaded_by", "taken_over_by")
                .filter(pk=batch_pk)
                .first()
            )
            if batch is None:
                return False
            if batch.state == _State.READING:
                _check(batch, watch)
                return False
            return _take_over(batch, watch, at)
    except Busy:
        return False


# ---------------------------------------------------------------- checking


def _check(batch: ImportBatch, watch: Watch) -> None:
    if watch.count_try() > MOST_TRIES:
        _end(batch, _State.FAILED, Unfit("unforeseen").as_dict())
        return
    try:
        with transaction.atomic():
            _read(batch, watch)
    except Unfit as unfit:
        _end(batch, _State.FAILED, unfit.as_dict())
    except Stopped:
        _end(batch, _State.DISCARDED, {})
    except Exception:
        # Whatever it was, the person is told and the worker lives; the log has the rest.
        log.exception("import %s could not be checked", batch.number)
        _end(batch, _State.FAILED, Unfit("unforeseen").as_dict())


def _read(batch: ImportBatch, watch: Watch) -> None:
    on = local_day(batch.uploaded_at, applying.DEFAULT_ZONE)
    counts: Counter[str] = Counter()
    target = Target(
        ImportRow,
        ["line", "outcome", "external_reference", *_SEALED],
        {"batch_id": str(batch.pk)},
    )
    ImportRow.objects.filter(batch=batch).delete()
    with batch.document.file.open("rb") as file, Copier() as copier:
        table = open_table(file)
        watch.progress(0, table.lines, at_once=True)
        reader = Reader(table.columns, on=on)
        known = house.house_of(batch, on)
        for rows in _chunks(table.rows):
            judged = [reader.understand(row) for row in rows]
            copier.finish()
            house.look_up(known, batch, [one.values for one in judged])
            judged = [_judge(one, row, known) for one, row in zip(judged, rows, strict=True)]
            counts.update(one.outcome for one in judged)
            copier.begin([(target, [_line_of(target, one) for one in judged])])
            watch.progress(rows[-1].line)
    watch.progress(counts.total(), counts.total(), at_once=True)
    batch.encoding, batch.headings, batch.columns = table.encoding, table.headings, table.columns
    batch.problem = table.note
    batch.rows_total = batch.rows_done = counts.total()
    _set_counts(batch, counts)
    batch.state, batch.tries = _State.READY, 0
    batch.save(
        update_fields=[
            "encoding", "headings", "columns", "problem", "rows_total", "rows_done", "state", "tries",
            *_COUNTS,
        ]
    )  # fmt: skip


def _judge(one: Judged, row: Row, known: House) -> Judged:
    """The row's fate, with its cells as they came if it is rejected."""
    if one.outcome == _Outcome.REJECTED:
        return one
    judged = compare(one, known)
    if judged.outcome == _Outcome.REJECTED:
        judged.raw = row.cells
    return judged


def _line_of(target: Target, one: Judged) -> str:
    return target.line(
        str(one.line),
        one.outcome,
        text(one.values[REFERENCE] or "") if one.values else "",
        *(field.shut(getattr(one, name) or field.get_default()) for name, field in _SEALED.items()),
    )


# ---------------------------------------------------------------- taking over


def _take_over(batch: ImportBatch, watch: Watch, at: datetime) -> bool:
    by, asked = batch.taken_over_by, batch.taken_over_at
    if by is None or asked is None or watch.count_try() > MOST_TRIES + _slices(batch):
        _end(batch, _State.READY, Unfit("not_applied").as_dict())
        return False
    until = monotonic() + SLICE
    try:
        for _turn in range(3):
            if not _correct(batch, watch, by, asked, until):
                return True
            if _create(batch, watch, by, asked, at):
                return False
    except Stopped:
        _end(batch, _State.READY, Unfit("stopped").as_dict())
        return False
    except Exception:
        # As above: nothing of the open transaction is left, and the batch can be taken over again.
        log.exception("import %s could not be taken over", batch.number)
    _end(batch, _State.READY, Unfit("not_applied").as_dict())
    return False


def _slices(batch: ImportBatch) -> int:
    """How many runs a long list of corrections may rightly take."""
    return batch.updated_count // 1000


def _correct(batch: ImportBatch, watch: Watch, by: User, at: datetime, until: float) -> bool:
    """Correct case after case; False when the time of this slice is over before they are done."""
    on = local_day(at, applying.DEFAULT_ZONE)
    known = house.house_of(batch, on)
    origin = origin_of(batch)
    waiting = ImportRow.objects.filter(
        batch=batch, outcome=_Outcome.UPDATED, corrected_at=None
    ).order_by("line")
    done = batch.rows.filter(corrected_at__isnull=False).count()
    last = 0
    while rows := list(waiting.filter(line__gt=last)[:200]):
        last = rows[-1].line
        house.look_up(known, batch, [row.values for row in rows])
        cases = Case.objects.in_bulk([case.pk for case in known.cases.values()])
        for row in rows:
            judged = compare(Judged(row.line, _Outcome.CREATED, values=row.values), known)
            if judged.outcome == _Outcome.UPDATED:
                correct_case(
                    case=cases[known.cases[row.values[0]].pk],
                    row=row,
                    values=row.values,
                    changes=judged.changes,
                    origin=origin,
                    by=by,
                    at=at,
                )
            else:
                _settle(batch, row, judged)
            done += 1
            watch.progress(done)
            if monotonic() > until:
                return False
    return True


def _create(batch: ImportBatch, watch: Watch, by: User, at: datetime, now: datetime) -> bool:
    """Open all new cases and call the batch taken over, in one transaction.

    False when a row has meanwhile become a correction of a case that somebody else has opened.
    """
    on = local_day(at, applying.DEFAULT_ZONE)
    turned: list[Judged] = []
    done = batch.rows.filter(corrected_at__isnull=False).count()
    with transaction.atomic():
        applying.lock_creditor(batch)
        applying.check_links_at_once()
        opener = applying.Opener(batch, by, at)
        known = house.house_of(batch, on)
        with Copier() as copier:
            ready: applying.Chunk = []
            for rows in _waiting(batch, copier):
                house.look_up(known, batch, [values for _line, values in rows])
                keys = applying.keys_for(len(rows))
                copier.begin(ready)  # written while the next is reckoned
                judged = [
                    compare(Judged(line, _Outcome.CREATED, values=values), known)
                    for line, values in rows
                ]
                turned += [one for one in judged if one.outcome != _Outcome.CREATED]
                ready = opener.spell_out(
                    [one for one in judged if one.outcome == _Outcome.CREATED], keys, known
                )
                done += len(rows)
                watch.progress(done)
            copier.begin(ready)
        watch.progress(done, at_once=True)
        if not any(one.outcome == _Outcome.UPDATED for one in turned):
            _settle_all(batch, turned)
            _close(batch, by, now)
            return True
        transaction.set_rollback(True)
    _settle_all(batch, turned)
    return False


def _waiting(batch: ImportBatch, copier: Copier) -> Iterator[list[tuple[int, Values]]]:
    """The rows that are to become cases, chunk by chunk; the connection is free when it is asked."""
    last = 0
    while True:
        copier.finish()
        found = list(
            ImportRow.objects.filter(batch=batch, outcome=_Outcome.CREATED, line__gt=last)
            .order_by("line")
            .values_list("line", "values")[:CHUNK]
        )
        if not found:
            return
        last = found[-1][0]
        yield found


def _close(batch: ImportBatch, by: User, at: datetime) -> None:
    counts = Counter(
        dict(
            ImportRow.objects.filter(batch=batch)
            .order_by()
            .values_list("outcome")
            .annotate(count=Count("pk"))
        )
    )
    _set_counts(batch, counts)
    batch.state, batch.applied_at, batch.problem = _State.APPLIED, at, {}
    batch.save(update_fields=["state", "applied_at", "problem", *_COUNTS])
    record_for_house(
        kind="import.taken_over",
        by=by,
        at=at,
        data={**origin_of(batch), **{name: getattr(batch, name) for name in _COUNTS}},
    )


def _settle(batch: ImportBatch, row: ImportRow, judged: Judged) -> None:
    """Write down that a row has met another fate than it was shown with."""
    row.outcome, row.problems, row.changes = judged.outcome, judged.problems, judged.changes
    if judged.outcome == _Outcome.REJECTED:
        row.raw = _cells_of(batch, row.values)
    row.save(update_fields=["outcome", "problems", "changes", "raw"])


@transaction.atomic
def _settle_all(batch: ImportBatch, turned: Iterable[Judged]) -> None:
    fates = {one.line: one for one in turned}
    for row in ImportRow.objects.filter(batch=batch, line__in=list(fates)):
        _settle(batch, row, fates[row.line])


def _cells_of(batch: ImportBatch, values: Values) -> list[str]:
    """The row's cells again, out of what was understood of them."""
    return [(values[POSITION[name]] or "") if name in POSITION else "" for name in batch.columns]


# ---------------------------------------------------------------- both


def origin_of(batch: ImportBatch) -> dict[str, Any]:
    """Where a case or a correction came from, as the timeline tells it."""
    document = batch.document
    return {
        "batch": batch.number,
        "file": document.filename,
        "sha256": document.sha256,
    }


_COUNTS = ["created_count", "unchanged_count", "updated_count", "rejected_count"]


def _set_counts(batch: ImportBatch, counts: Counter[str]) -> None:
    for name in _COUNTS:
        setattr(batch, name, counts[name.removesuffix("_count")])


@transaction.atomic
def _end(batch: ImportBatch, state: str, problem: dict[str, Any]) -> None:
    """Leave the batch in this state, ready to be asked for something else."""
    fresh = ImportBatch.objects.select_for_update().get(pk=batch.pk)
    fresh.state, fresh.problem = state, problem
    fresh.stop_asked, fresh.tries = False, 0
    fresh.save(update_fields=["state", "problem", "stop_asked", "tries"])


def _chunks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    while chunk := list(islice(rows, CHUNK)):
        yield chunk
