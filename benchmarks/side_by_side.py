"""Measure jobs beside their floors: rounds of one each, so that noise hits all alike; medians count."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from config.gunicorn import settle

Job = Callable[[], object]


@dataclass(frozen=True)
class Taken:
    """How long each run of one job took, in milliseconds by the clock and of this process' CPU.

    Where other work keeps the machine busy the clock tells of that too; the CPU tells of the job alone,
    but not of what the database did for it.
    """

    clock: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)


def measure(jobs: Mapping[str, Job], *, rounds: int, warm: int = 3) -> dict[str, Taken]:
    """Each job so many times, taken in turns, in a process that is settled as the web's are."""
    for _turn in range(warm):
        for job in jobs.values():
            job()
    settle()
    taken = {name: Taken() for name in jobs}
    for _turn in range(rounds):
        for name, job in jobs.items():
            start, used = time.perf_counter(), time.process_time()
            job()
            taken[name].cpu.append((time.process_time() - used) * 1000)
            taken[name].clock.append((time.perf_counter() - start) * 1000)
    return taken


def table(title: str, taken: Mapping[str, Taken], floor: str) -> None:
    """Print p50 and p95 of each job and the CPU's p50, and how many times the floor's each is."""
    base = _figures(taken[floor])
    heads = ("p50 ms", "p95 ms", "CPU ms", "p50 ×", "p95 ×", "CPU ×")
    print(f"\n{title}")
    print(f"| {'job':<44} | " + " | ".join(f"{head:>7}" for head in heads) + " |")
    print(f"| {'-' * 44} | " + " | ".join("-" * 7 for _head in heads) + " |")
    for name, times in taken.items():
        own = _figures(times)
        ratios = [figure / low for figure, low in zip(own, base, strict=True)]
        print(f"| {name:<44} | " + " | ".join(f"{one:>7.2f}" for one in (*own, *ratios)) + " |")


def _figures(taken: Taken) -> tuple[float, float, float]:
    p95 = sorted(taken.clock)[int(len(taken.clock) * 0.95) - 1]
    return statistics.median(taken.clock), p95, statistics.median(taken.cpu)
