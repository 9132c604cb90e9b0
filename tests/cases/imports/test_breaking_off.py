"""A worker that dies in the middle leaves nothing half done, and the next one brings it to its end."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from cases.imports import running, tasks
from cases.imports.watch import Watch
from cases.models import Case, ImportBatch, ImportRow
from people.models import Person
from tests import make
from tests.cases.imports import cast
from tests.cases.imports.cast import csv_of, row
from timeline.chain import Verified, verify
from timeline.models import Event

ROWS = 12_000
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


def wait(for_: Callable[[], Any], seconds: float = 90, every: float = 0.02) -> None:
    until = time.monotonic() + seconds
    while not for_():
        assert time.monotonic() < until, "it never came to that"
        time.sleep(every)


def fresh(batch: ImportBatch) -> ImportBatch:
    batch.refresh_from_db()
    return batch


def brought_to(batch: ImportBatch, state: str) -> bool:
    """What beat does each minute, only sooner; whether the batch is there."""
    tasks.sweep()
    time.sleep(1)
    return fresh(batch).state == state


@pytest.mark.worker
class TestKilledWorker:
    def test_leaves_no_row_of_a_file_half_checked(self, worker: Any) -> None:
        batch = cast.upload(cast.many(ROWS))
        tasks.poke(batch.pk)
        wait(lambda: fresh(batch).rows_done > 0)
        worker.kill()
        assert (fresh(batch).state, ImportRow.objects.count()) == ("reading", 0)

        worker.start()
        wait(lambda: brought_to(batch, "ready"), every=0)
        assert cast.counts(batch) == (ROWS, 0, 0, 0)
        assert batch.rows.count() == ROWS

    def test_leaves_no_case_half_opened_and_opens_none_twice(self, worker: Any) -> None:
        clerk = make.clerk()
        batch = cast.check(cast.many(ROWS), by=clerk)
        cast.actions.take_over(batch=batch, by=clerk, at=cast.AT)
        tasks.poke(batch.pk)
        wait(lambda: fresh(batch).rows_done > 0)
        worker.kill()
        assert fresh(batch).state == "applying"
        assert not Case.objects.exists()
        assert not Person.objects.exists()
        assert not Event.objects.filter(case__isnull=False).exists()

        worker.start()
        wait(lambda: brought_to(batch, "applied"), every=0)
        assert cast.counts(batch) == (ROWS, 0, 0, 0)
        assert Case.objects.count() == Event.objects.filter(case__isnull=False).count() == ROWS
        assert Event.objects.filter(kind="import.taken_over").count() == 1
        assert all(isinstance(verify(case), Verified) for case in Case.objects.all()[:50])

    def test_goes_on_behind_the_corrections_that_were_done(self, worker: Any) -> None:
        clerk = make.clerk()
        cast.take_over(cast.check(csv_of(*(row(n) for n in range(300))), by=clerk))
        again = cast.check(csv_of(*(row(n, fees="300.00") for n in range(300))), by=clerk)
        cast.actions.take_over(batch=again, by=clerk, at=cast.AT)
        tasks.poke(again.pk)
        wait(lambda: again.rows.filter(corrected_at__isnull=False).count() > 10)
        worker.kill()
        assert 10 < again.rows.filter(corrected_at__isnull=False).count() < 300

        worker.start()
        wait(lambda: brought_to(again, "applied"), every=0)
        assert cast.counts(again) == (0, 300, 0, 0)
        assert Event.objects.filter(kind="case.corrected").count() == 300
        assert set(Case.objects.values_list("fees", flat=True)) == {300}


class TestTwoWorkers:
    def test_never_work_on_one_file_at_once(self) -> None:
        batch = cast.upload(csv_of(row(1)))
        with Watch(batch.pk):
            assert running.run(batch.pk, at=cast.AT) is False
            assert fresh(batch).state == "reading"
        running.run(batch.pk, at=cast.AT)
        assert fresh(batch).state == "ready"

    def test_give_up_after_three_tries_and_say_so(self) -> None:
        batch = cast.upload(csv_of(row(1)))
        ImportBatch.objects.filter(pk=batch.pk).update(tries=3)
        running.run(batch.pk, at=cast.AT)
        assert (fresh(batch).state, batch.problem["code"]) == ("failed", "unforeseen")

    def test_leave_a_taking_over_that_broke_off_three_times_to_be_asked_for_again(self) -> None:
        batch = cast.check(csv_of(row(1)))
        cast.actions.take_over(batch=batch, by=make.clerk(), at=cast.AT)
        ImportBatch.objects.filter(pk=batch.pk).update(tries=3)
        running.run(batch.pk, at=cast.AT)
        assert (fresh(batch).state, batch.problem["code"]) == ("ready", "not_applied")
        assert cast.counts(cast.take_over(batch)) == (1, 0, 0, 0)
