"""Measure jobs beside their floors: rounds of one each, so that noise hits all alike; medians count."""

import statistics
import time
from collections.abc import Callable, Mapping

from config.gunicorn import settle

Job = Callable[[], object]


def measure(jobs: Mapping[str, Job], *, rounds: int, warm: int = 3) -> dict[str, list[float]]:
    """Milliseconds of each run of each job, taken in turns, in a process that is settled as the web's are."""
    for _turn in range(warm):
        for job in jobs.values():
            job()
    settle()
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for _turn in range(rounds):
        for name, job in jobs.items():
            start = time.perf_counter()
            job()
            taken[name].append((time.perf_counter() - start) * 1000)
    return taken


def table(title: str, taken: Mapping[str, list[float]], floor: str) -> None:
    """Print p50 and p95 of each job, and how many times the floor its p95 and p50 are."""
    base = sorted(taken[floor])
    low50, low95 = statistics.median(base), base[int(len(base) * 0.95) - 1]
    print(f"\n{title}")
    print(f"| {'job':<44} | {'p50 ms':>9} | {'p95 ms':>9} | {'p50 ×':>6} | {'p95 ×':>6} |")
    print(f"| {'-' * 44} | {'-' * 9} | {'-' * 9} | {'-' * 6} | {'-' * 6} |")
    for name, times in taken.items():
        times = sorted(times)
        p50, p95 = statistics.median(times), times[int(len(times) * 0.95) - 1]
        print(
            f"| {name:<44} | {p50:>9.2f} | {p95:>9.2f} | {p50 / low50:>6.2f} | {p95 / low95:>6.2f} |"
        )
