"""What is lost under the same faults: the outbox beside `transaction.on_commit(task.delay)` with Celery's defaults.

A house of its own; workers are killed, the broker is flushed and killed, at moments drawn from a seed and the
same for both: `.venv/bin/python -m benchmarks.by_hand [--notices 400] [--seed 1] [--rounds 3]`.
"""

import argparse
import random
import time
from collections import Counter as Tally
from dataclasses import dataclass
from pathlib import Path

from benchmarks.outbox import Counter, counting, forget
from embedded.servers import free_port
from tests.faults.house import House

WORKERS = 2
FAULTS = ("kill", "kill", "kill", "kill", "flush", "restart")
QUIET = 4.0
"""Seconds without anything new after which nothing more is expected of whoever keeps no books."""


@dataclass
class Course:
    """One way of sending: which client, which worker, and whether beats tick."""

    name: str
    client: str
    worker: str
    beats: bool


OURS = Course("the outbox", "benchmarks.by_hand_parts.queue_all", "", True)
THEIRS = Course(
    "on_commit(task.delay), Celery's defaults", "benchmarks.by_hand_parts.delay_all",
    "benchmarks.by_hand_parts.worker_by_default", False,
)  # fmt: skip


def lived_through(house: House, course: Course, count: int, seed: str, run: str) -> Tally[str]:
    """Promise so many messages while the faults befall the house; what came of them."""
    forget()
    house.run("cases", run=run, count=20)
    with house.redis_line() as line:
        line.flushall()
    for number in range(WORKERS):
        _work(house, course, number)
    if course.beats:
        house.start("beat", "beat")
    ledger = house.folder / f"ledger-{run}"
    house.start(
        "client", "call", target=course.client,
        given={"run": run, "count": count, "ledger": str(ledger)},
    )  # fmt: skip
    choice = random.Random(seed)
    began, faults = time.monotonic(), choice.sample(FAULTS, len(FAULTS))
    moments = sorted(choice.uniform(0.5, 8.0) for _ in faults)
    for moment, fault in zip(moments, faults, strict=True):
        time.sleep(max(0.0, began + moment - time.monotonic()))
        if fault == "kill":
            house.replace(f"w{choice.randrange(WORKERS)}")
        elif fault == "flush":
            with house.redis_line() as line:
                line.flushall()
        else:
            house.restart_redis(0.3)
    _wait_until_quiet(house, ledger, count)
    promised = len(ledger.read_text().split())
    ((doubt,),) = house.ask(
        "select count(*) from notices_notice where state = 'doubtful' and dedupe_key like %s",
        f"{run}:%",
    )
    arrived = len(Counter.numbers)
    for name in list(house.alive):
        house.kill(name)
    return Tally(
        promised=promised, arrived=arrived, twice=Counter.accepted - arrived, doubt=int(doubt),
        lost=max(promised - arrived - int(doubt), 0),
    )  # fmt: skip


def _work(house: House, course: Course, number: int) -> None:
    name = f"w{number}"
    if course.worker:
        house.start(name, "call", target=course.worker, given={"called": name})
    else:
        house.start(name, "worker", called=name, concurrency=1)


def _wait_until_quiet(house: House, ledger: Path, count: int) -> None:
    """Until all is promised, nothing is open in the books, and nothing has come for a while."""
    until, seen, since = time.monotonic() + 180, -1, time.monotonic()
    while time.monotonic() < until:
        done = ledger.exists() and len(ledger.read_text().split()) >= count
        open_ones = "select 1 from notices_notice where state in ('queued', 'sending') limit 1"
        if not done or house.ask(open_ones) or len(Counter.numbers) != seen:
            seen, since = len(Counter.numbers), time.monotonic()
        elif time.monotonic() - since > QUIET:
            return
        time.sleep(0.2)


def run(notices: int, seed: str, rounds: int) -> None:
    """Print the table."""
    port = free_port()
    sums: dict[str, Tally[str]] = {}
    with counting(port):
        house = House(mail_port=port)
        try:
            house.begin()
            for number in range(rounds):
                for course in (OURS, THEIRS):
                    name = f"{'o' if course is OURS else 't'}{number}"
                    found = lived_through(house, course, notices, f"{seed}/{number}", name)
                    print(f"{course.name}: {dict(found)}", flush=True)
                    sums.setdefault(course.name, Tally()).update(found)
        finally:
            house.end()
    print("\n| | promised | arrived | lost, and nobody knows | twice | in doubt, shown |")
    print("| --- | --- | --- | --- | --- | --- |")
    for name, found in sums.items():
        figures = [found[k] for k in ("promised", "arrived", "lost", "twice", "doubt")]
        print(f"| {name} | " + " | ".join(map(str, figures)) + " |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=400)
    parser.add_argument("--seed", default="1")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    run(given.notices, given.seed, given.rounds)
