"""Two sweeps at once delete nothing twice; one that is killed leaves a case whole or done; an outage is caught up."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cases.models import Case
from config.beat import HOUR, TICKS
from config.celery import app
from documents.storing import store
from retention.models import Erasure, FileToGo
from tests import make
from tests.agreements import cast
from tests.conftest import ROOT, Worker
from tests.retention.closed import CLOSED, DUE, closed_case
from timeline.chain import Verified, verify
from timeline.models import Event

pytestmark = pytest.mark.django_db(transaction=True)
KILLED = -9
Sweeps = Callable[..., list[int]]


@pytest.fixture
def sweeps(transactional_db: None) -> Iterator[Sweeps]:
    """Lets sweeps run in processes of their own, all at once; gives how each has ended."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.retention.sweeper"], cwd=ROOT, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin
    assert process.stdout
    assert process.stdout.readline() == '"ready"\n'

    def run(*orders: dict[str, Any]) -> list[int]:
        assert process.stdin
        assert process.stdout
        told = [{"at": DUE.isoformat(), **order} for order in orders]
        process.stdin.write(json.dumps(told) + "\n")
        process.stdin.flush()
        codes: list[int] = json.loads(process.stdout.readline())
        return codes

    yield run
    process.stdin.close()
    process.wait(10)
    process.stdout.close()


def closed_cases(count: int) -> list[Case]:
    """Cases of a debtor each, all closed on one day."""
    return [
        closed_case(reference=f"HZ-2026-08{n:02d}", external_reference=f"K-{n}")
        for n in range(count)
    ]


def files_of(case: Case) -> list[Path]:
    return [Path(paper.file.path) for paper in case.documents.filter(erased_at=None)]


def whole(case: Case, files: list[Path]) -> bool:
    return (
        cast.again(case).debtor_name == "王海燕"
        and all(file.exists() for file in files)
        and not case.terms.exclude(erased_at=None).exists()
        and not Event.objects.filter(case=case, kind="records.erased").exists()
        and not Erasure.objects.exists()
    )


def done(case: Case) -> bool:
    return (
        cast.again(case).debtor_name == "—"
        and not case.terms.filter(erased_at=None, due_on__lte=DUE.date()).exists()
        and Erasure.objects.filter(case=case).count() == 1
        and Event.objects.filter(case=case, kind="records.erased").count() == 1
        and isinstance(verify(cast.again(case)), Verified)
    )


class TestTwoSweepsAtOnce:
    def test_delete_each_case_once_and_leave_no_file(self, sweeps: Sweeps) -> None:
        cases = closed_cases(4)
        files = [file for case in cases for file in files_of(case)]
        begins = time.time() + 0.5
        assert sweeps(*[{"begins": begins}] * 3) == [0, 0, 0]
        assert [done(case) for case in cases] == [True] * 4
        assert len(set(Erasure.objects.values_list("number", flat=True))) == 4
        assert [file for file in files if file.exists()] == []
        assert not FileToGo.objects.exists()


class TestKilledSweep:
    def test_leaves_the_case_whole_wherever_it_is_killed_before_the_end(
        self, sweeps: Sweeps
    ) -> None:
        case = closed_case()
        files = files_of(case)
        cut, died = 3, 0
        while sweeps({"statement": cut}) == [KILLED]:
            if FileToGo.objects.exists() or Erasure.objects.exists():
                break  # it fell after the commit
            assert whole(case, files), f"killed before statement {cut}"
            cut, died = cut + 17, died + 1
        assert died >= 5
        assert sweeps({}) == [0]
        assert done(case)
        assert [file for file in files if file.exists()] == []

    @pytest.mark.parametrize("number", [1, 2])
    def test_after_the_commit_leaves_its_files_to_the_next_sweep(
        self, sweeps: Sweeps, number: int
    ) -> None:
        case = closed_case()
        store(
            case=case, kind="receipt", filename="回单.pdf", content=make.PDF, title="还款回单",
            by=make.clerk(), at=CLOSED,
        )  # fmt: skip
        files = files_of(case)
        assert sweeps({"file": number}) == [KILLED]
        assert done(case)
        assert len([file for file in files if file.exists()]) == len(files) - number + 1
        assert sweeps({}) == [0]
        assert done(case)
        assert [file for file in files if file.exists()] == []
        assert not FileToGo.objects.exists()

    def test_among_others_loses_none_and_doubles_none(self, sweeps: Sweeps) -> None:
        cases = closed_cases(3)
        begins = time.time() + 0.5
        orders = [{"begins": begins, "statement": n} for n in (60, 130, 0)]
        assert sweeps(*orders)[2] == 0
        assert sweeps({}) == [0]
        assert [done(case) for case in cases] == [True] * 3


class TestTick:
    def test_comes_each_hour_and_finds_each_case_once_a_day(self) -> None:
        assert TICKS["retention.tasks.sweep"] == HOUR

    def test_after_an_outage_of_years_catches_up_and_deletes_once(
        self, worker: Worker, clock: Any
    ) -> None:
        clock.set(CLOSED)
        cases = closed_cases(2)
        clock.set(DUE)  # nobody swept in all these years
        for _ in range(3):
            app.send_task("retention.tasks.sweep")
        until = time.monotonic() + 40
        while not all(done(case) for case in cases):
            assert time.monotonic() < until, worker.log.read_text()[-3000:]
            time.sleep(0.2)
        worker.kill()
        worker.start()
        app.send_task("retention.tasks.sweep")
        assert [done(case) for case in cases] == [True, True]
