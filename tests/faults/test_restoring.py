"""The restore drill, as docs/operating.md has it: dump while people work, restore beside it, check.

The long form is ``./doorstep test -n 1 tests/faults/test_restoring.py --fault-runs 20``; ``--fault-seed`` and
the round, which stand in a test's name, draw the same again.
"""

import os
import random
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest
from django.conf import settings as house
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from cases.actions.contacting import log_contact
from cases.actions.preparing import add_paper
from cases.models import Case
from court import running
from tests import make, parts
from tests.conftest import ROOT, Clock

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_anchors")]

NOW = make.moment("2026-03-05 09:30")
ANCHORED = make.moment("2026-03-06 00:30")
DAY = "2026-03-05"
FEW, USUAL, GOAL = 2, 6, 20
"""Rounds in each run of all tests; what ``--fault-runs`` says unasked; the most that are done."""
WRITERS = 3
Chains = dict[str, list[str]]
"""The digests of each case's events, first to last, and under "" the house's; as the database has them."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each round."""
    if "drawn" in metafunc.fixturenames:
        runs = metafunc.config.getoption("--fault-runs")
        seed = metafunc.config.getoption("--fault-seed")
        rounds = min(runs, FEW if runs == USUAL else GOAL)
        metafunc.parametrize("drawn", [f"{seed}:{number}" for number in range(rounds)])


@pytest.fixture
def work(drawn: str, clock: Clock, settings: Any, tmp_path: Path) -> Iterator["Work"]:
    """Cases with a past, a media folder of their own, and nobody at work yet."""
    clock.set(NOW)
    settings.MEDIA_ROOT = str(tmp_path / "media")
    (tmp_path / "media").mkdir()
    work = Work(drawn, tmp_path)
    yield work
    parts.postgres().sql(f"drop database if exists {work.copy} with (force)")


class Work:
    """People at work on a database, its backup, and the copy that is made of it."""

    def __init__(self, drawn: str, folder: Path) -> None:
        self.choice = random.Random(drawn)
        self.backup = folder / "backup"
        self.copy = f"{parts.database()}_copy"
        self.by = make.clerk()
        self.cases = [
            make.prepared_case(reference=f"HZ-2026-7{n:03d}", external_reference=f"drill-{n}")
            for n in range(WRITERS + 1)
        ]
        self.done = [0] * WRITERS
        self.fell: list[str] = []

    # ------------------------------------------------------------ at work

    @contextmanager
    def going_on(self) -> Iterator[None]:
        """Each has a case of their own, and one more that all of them write to."""
        over = threading.Event()
        seeds = [self.choice.random() for _writer in range(WRITERS)]
        threads = [
            threading.Thread(target=self._write, args=[number, random.Random(seed), over])
            for number, seed in enumerate(seeds)
        ]
        for thread in threads:
            thread.start()
        try:
            self.more()
            yield
            self.more()
        finally:
            over.set()
            for thread in threads:
                thread.join(60)
        assert self.fell == []

    def more(self) -> None:
        """Wait until every writer has done something more."""
        before, until = list(self.done), time.monotonic() + 60
        while any(now <= then for now, then in zip(self.done, before, strict=True)):
            assert time.monotonic() < until, f"nobody writes any more: {self.fell}"
            time.sleep(0.01)

    def _write(self, number: int, choice: random.Random, over: threading.Event) -> None:
        try:
            while not over.is_set():
                case = Case.objects.get(pk=self.cases[choice.choice([number, WRITERS])].pk)
                at = NOW + timedelta(seconds=self.done[number])
                if choice.random() < 0.3:
                    add_paper(
                        case=case, kind="other", filename=f"{number}.pdf", original_held=False,
                        content=make.PDF + f"% {number} {self.done[number]}".encode(), kept_at="",
                        by=self.by, at=at,
                    )  # fmt: skip
                else:
                    log_contact(
                        case=case, channel="email", result="delivered", remark="", by=self.by, at=at
                    )
                self.done[number] += 1
        except Exception as error:
            self.fell.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    # ------------------------------------------------------------ backup and copy

    def back_up(self) -> None:
        """The database first, then the media folder."""
        self.backup.mkdir()
        _run("pg_dump", "-Fc", "-f", str(self.backup / "database"), parts.database())
        shutil.copytree(house.MEDIA_ROOT, self.backup / "media")

    def restore(self) -> None:
        """Into a new database beside the other."""
        parts.postgres().sql(f"create database {self.copy} owner doorstep")
        _run("pg_restore", "--exit-on-error", "-d", self.copy, str(self.backup / "database"))

    def told(self, *command: str) -> tuple[int, list[str]]:
        """How a command ends on the copy, and what it complains of; in this process, which is quicker."""
        said = StringIO()
        code = 0
        with self.on_the_copy():
            try:
                call_command(*command, stdout=StringIO(), stderr=said)
            except CommandError:
                code = 1
        return code, said.getvalue().splitlines()

    @contextmanager
    def on_the_copy(self) -> Iterator[None]:
        """Let this process work on the copy and its files."""
        connection.close()
        connection.settings_dict["NAME"] = self.copy
        try:
            with override_settings(MEDIA_ROOT=str(self.backup / "media")):
                yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = parts.database()

    def told_operator(self, *command: str) -> tuple[int, str]:
        """How the command ends on the copy, and its errors, given as the guide says."""
        ran = subprocess.run(
            [sys.executable, "manage.py", *command],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=300,
            env=os.environ | {
                "DATABASE_URL": parts.postgres().url(self.copy),
                "DOORSTEP_MEDIA": str(self.backup / "media"),
            },
        )  # fmt: skip
        return ran.returncode, ran.stderr

    def cut(self, reference: str, left: int) -> None:
        """Take the last events of a case out of the copy."""
        self._as_owner(
            "delete from timeline_event e using cases_case c"
            " where c.id = e.case_id and c.reference = %s and e.number > %s", reference, left,
        )  # fmt: skip

    def hide(self, reference: str, left: int) -> None:
        """Let the case's own row say that there never were more."""
        self._as_owner(
            "update cases_case c set event_count = e.number, head = e.digest from timeline_event e"
            " where e.case_id = c.id and c.reference = %s and e.number = %s", reference, left,
        )  # fmt: skip

    def _as_owner(self, statement: LiteralString, *given: str | int) -> None:
        """Do to the copy what the owner of a database can, with its triggers off."""
        with _line(self.copy) as line:
            line.execute("set session_replication_role = replica")
            line.execute(statement, given)


def _run(program: str, *given: str) -> None:
    server = parts.postgres()
    line = [server.program(program), "-h", str(server.socket), "-U", "postgres", *given]
    subprocess.run(line, check=True)


def _line(database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(
        host=str(parts.postgres().socket), user="postgres", dbname=database, autocommit=True
    )


def chains_of(database: str) -> Chains:
    with _line(database) as line:
        rows = line.execute(
            "select coalesce(c.reference, ''), array_agg(e.digest order by e.number)"
            " from timeline_event e left join cases_case c on c.id = e.case_id group by 1"
        )
        return dict(rows.fetchall())


def files_of(database: str) -> set[str]:
    with _line(database) as line:
        return {name for (name,) in line.execute("select file from documents_document")}


def missing(reference: str, left: int, size: int) -> str:
    """How the signed heads tell that the end of a chain is gone."""
    gone = f"{left + 1} to {size}" if size > left + 1 else str(size)
    return (
        f"{reference or 'the house'}: missing events {gone}"
        f" (the anchor of {DAY} says {size} events, here are {left})"
    )


def test_a_dump_under_load_restores_to_what_was_there_and_everything_in_it_holds(
    work: Work,
) -> None:
    before = chains_of(parts.database())
    with work.going_on():
        work.back_up()
    work.restore()
    there, now = chains_of(work.copy), chains_of(parts.database())
    assert there.keys() == now.keys()
    assert [name for name, chain in there.items() if now[name][: len(chain)] != chain] == []
    sizes = [sum(map(len, chains.values())) for chains in (before, there, now)]
    assert sizes[0] < sizes[1] < sizes[2], "nobody wrote before and after the dump was taken"
    _code, lines = work.told("check_invariants")
    later = {
        str(path.relative_to(work.backup / "media"))
        for path in (work.backup / "media").rglob("*")
        if path.is_file()
    } - files_of(work.copy)
    # What was filed between the dump and the copy of the folder is named, and nothing else is.
    expected = [f"{name}: the file belongs to nothing" for name in sorted(later)]
    assert lines == expected
    for name in later:  # as the guide says: kept apart, and checked again
        (work.backup / "media" / name).unlink()
    assert work.told_operator("check_invariants") == (0, "")


def test_an_older_dump_is_told_from_the_signed_heads_with_each_case_whose_tail_is_missing(
    work: Work,
) -> None:
    with work.going_on():
        work.back_up()
    running.anchor(at=ANCHORED)
    anchored = chains_of(parts.database())
    work.restore()
    there = chains_of(work.copy)
    assert work.told("verify_timeline") == (0, []), "an older state is whole in itself"
    code, lines = work.told("verify_timeline", "--anchors")
    short = {
        missing(name, len(there.get(name, [])), len(chain))
        for name, chain in anchored.items()
        if len(there.get(name, [])) < len(chain)
    }
    assert code == 1
    assert len(short) > 1
    assert set(lines) == short | {
        f"the anchor of {DAY} is later than this database: an older copy was put back"
    }


def test_the_end_cut_off_one_case_is_told_also_where_the_case_was_made_to_match(
    work: Work,
) -> None:
    with work.going_on():
        pass
    running.anchor(at=ANCHORED)
    work.back_up()
    work.restore()
    assert work.told("verify_timeline", "--anchors") == (0, [])
    reference, chain = work.choice.choice(
        sorted((name, chain) for name, chain in chains_of(work.copy).items() if name)
    )
    left = len(chain) - work.choice.randint(1, min(5, len(chain) - 1))
    gone = missing(reference, left, len(chain))
    work.cut(reference, left)
    broken = f"{reference}: breaks at {left + 1}: the end is missing or was replaced"
    assert work.told("verify_timeline", "--anchors") == (1, [gone, broken])
    work.hide(reference, left)
    assert work.told("verify_timeline") == (0, []), "a chain knows no end but its case's"
    assert work.told("verify_timeline", "--anchors") == (1, [gone])
