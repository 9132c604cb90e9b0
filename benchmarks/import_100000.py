"""Import of 100,000 rows with all checks, preview and events, beside the floors of the same run.

"CPU s" is what this process and its connection's server process have used together; on two free cores
they work side by side, on busy ones the time by the clock tells more of the neighbours than of the import.

    ./doorstep manage shell -c "from benchmarks import import_100000; import_100000.run()"

The file is checked and taken over by the very code that the worker runs; memory is that of this process.
Each run brings new references, so it can be repeated; the cases stay.
"""

import csv
import io
import os
import resource
import statistics
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

from django.db import connection, transaction
from django.db.models import Max

from cases.imports import actions, running
from cases.imports.reading import MOST_ROWS
from cases.models import Case, ImportBatch
from common import clock
from people.models import Organisation, Team, User
from timeline.chain import Verified, verify

WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗高"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂文辉玲建国华海燕"
HEADINGS = [
    "外部编号", "姓名", "拼音姓名", "身份证号", "手机号", "电子邮箱", "城市", "区县", "家庭住址", "邮编",
    "联系方式来源", "合同号", "合同日期", "放款金额", "年利率（%）", "到期日", "本金（元）", "利息（元）", "费用（元）",
    "数据日期",
]  # fmt: skip


def file_of(rows: int, start: int) -> bytes:
    """A file as a bank would send it; every 200th row has a fault."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(HEADINGS)
    for n in range(start, start + rows):
        born = date(1960, 1, 1) + timedelta(days=n * 7 % 15000)
        base = f"33{n // 999 % 10000:04d}{born:%Y%m%d}{n % 999:03d}"
        check = "10X98765432"[sum(int(c) * w for c, w in zip(base, WEIGHTS, strict=True)) % 11]
        lent = date(2022, 1, 1) + timedelta(days=n % 700)
        due = lent + timedelta(days=540)
        principal = 1000 + n * 37 % 90000
        writer.writerow(
            [
                f"BM-{n}", SURNAMES[n % 20] + GIVEN[n // 20 % 30] + GIVEN[n * 7 % 30], f"Bench {n}",
                base + check, f"139{n % 100000000:08d}", f"bench{n}@example.com", "杭州",
                "西湖区", f"文三路 {n % 900} 号 {n % 9} 幢 {n % 700} 室", f"31{n % 10000:04d}", "合同",
                f"HT-{n}", lent, f"{principal * 2}.00", "12", due if n % 200 else "2025-02-30",
                f"{principal}.00", f"{principal * 3 // 100}.50", "12.00", "2026-02-27",
            ]
        )  # fmt: skip
    return text.getvalue().encode()


def cpu_seconds() -> float:
    """What this process and the server's for its connection have used until now."""
    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    spent = time.process_time()
    if server.exists():  # it runs on this machine
        told = server.read_text().rpartition(")")[2].split()
        spent += (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")
    return spent


class Memory:
    """The most that this process held while something ran, in MB above what it began with."""

    def __enter__(self) -> "Memory":
        self.start = self.most = self._now()
        self.over = threading.Event()
        self.watcher = threading.Thread(target=self._watch, daemon=True)
        self.watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.watcher.join()

    def _now(self) -> float:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() / 1e6

    def _watch(self) -> None:
        while not self.over.wait(0.05):
            self.most = max(self.most, self._now())


def run(rows: int = 100_000, rounds: int = 3) -> None:
    """Measure and print."""
    by, creditor, team = _cast()
    taken: dict[str, list[float]] = {}
    spent: dict[str, list[float]] = {}
    memory = 0.0
    for _round in range(rounds):
        before = ImportBatch.objects.filter(creditor=creditor).aggregate(last=Max("pk"))["last"]
        content = file_of(rows, (before or 0) * MOST_ROWS + 1)
        size = len(content) / 1e6

        def timed(name: str, do: Callable[[], object]) -> None:
            start, used = time.perf_counter(), cpu_seconds()
            do()
            taken.setdefault(name, []).append(time.perf_counter() - start)
            spent.setdefault(name, []).append(cpu_seconds() - used)

        timed("floor: parse the CSV", lambda c=content: _parse(c))
        timed("floor: COPY that many rows into one table", lambda: _copy(rows))
        batch = actions.upload(
            creditor=creditor, team=team, filename="bench.csv", file=io.BytesIO(content), by=by,
            at=clock.now(),
        )  # fmt: skip
        del content
        with Memory() as held:
            timed(
                "check every row, write the preview",
                lambda b=batch: running.run(b.pk, at=clock.now()),
            )
            batch.refresh_from_db()
            assert batch.state == ImportBatch.State.READY, batch.problem
            actions.take_over(batch=batch, by=by, at=clock.now())
            timed("open the cases with events", lambda b=batch: running.run(b.pk, at=clock.now()))
        memory = max(memory, held.most)
        batch.refresh_from_db()
        assert batch.state == ImportBatch.State.APPLIED, batch.problem
        for kept in (taken, spent):
            kept.setdefault("both", []).append(
                kept["check every row, write the preview"][-1]
                + kept["open the cases with events"][-1]
            )
        some = Case.objects.filter(creditor=creditor).order_by("-pk")[:500]
        assert all(isinstance(verify(case), Verified) for case in some)
    print(
        f"\n{rows:,} rows, {size:.0f} MB: {batch.created_count:,} created, {batch.rejected_count:,} rejected"
    )
    print(f"| {'job':<44} | {'median s':>8} | {'CPU s':>8} | {'rows/s':>8} |")
    print(f"| {'-' * 44} | {'-' * 8} | {'-' * 8} | {'-' * 8} |")
    for name, times in taken.items():
        middle, used = statistics.median(times), statistics.median(spent[name])
        print(f"| {name:<44} | {middle:>8.2f} | {used:>8.2f} | {rows / middle:>8,.0f} |")
    print(f"most memory of the process: {memory:.0f} MB; load: {os.getloadavg()[1]:.1f}")


def _cast() -> tuple[User, Organisation, Team]:
    creditor, _made = Organisation.objects.get_or_create(
        slug="bench-import",
        defaults={"kind": "creditor", "creditor_type": "bank", "name": "Bench", "packs": ["story"]},
    )
    team, _made = Team.objects.get_or_create(organisation=creditor, name="Bench")
    by, _made = User.objects.get_or_create(
        username="bench-clerk", defaults={"role": "clerk", "team": team}
    )
    return by, creditor, team


def _parse(content: bytes) -> int:
    return sum(1 for _row in csv.reader(io.StringIO(content.decode())))


def _copy(rows: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "create temporary table floor (id bigint primary key, reference text, external text,"
            " name text, principal numeric(14, 2)) on commit drop"
        )
        with cursor.copy("copy floor from stdin") as copy:
            for n in range(rows):
                copy.write_row((n, f"HZ-2026-{n}", f"BM-{n}", "王海燕", "38600.00"))
