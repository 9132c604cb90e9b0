"""Agreements rendered and sealed a second, in one process and in a pool, beside WeasyPrint alone on the same page.

    ./doorstep manage shell -c "from benchmarks import agreements; agreements.run()"

Nothing is kept: the agreement is one of the demo's, and its seal is the one that it bears.
"""

import os
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import Any
from unittest.mock import patch

from django.db import connections

from agreements import papers
from agreements.models import Agreement
from documents import render, sealing
from documents.letterhead import behind


def run(rounds: int = 10, batch: int = 12) -> None:
    """Take the three jobs in turns in one process, then the whole of it in pools of one to all cores."""
    found = Agreement.objects.exclude(document=None).order_by("-pk").first()
    if found is None:
        raise SystemExit("no signed agreement here: load the demo first")
    given = _given(found)
    bare = render._pdf(*given)
    seal = sealing.seal_of(behind(found.case), found.signed_at)
    if seal is None:
        raise SystemExit("the house of this agreement has no seal")
    jobs: dict[str, Callable[[], Any]] = {
        "floor: WeasyPrint alone, same page": lambda: render._pdf(*given),
        "seal alone": lambda: sealing.seal_pdf(bare, seal, "benchmark", found.signed_at),
        "read rows, render, seal": lambda: papers.agreement_pdf(_anew(found.pk)),
    }
    taken: dict[str, list[float]] = {name: [] for name in jobs}
    for job in jobs.values():
        job()
    for _ in range(rounds):
        for name, job in jobs.items():
            taken[name].append(_seconds(job))
    floor = statistics.median(taken["floor: WeasyPrint alone, same page"])
    print(
        f"{found.number}: {len(bare):,} bytes bare; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    )
    print("| job | median ms | a second | x floor |\n| --- | --- | --- | --- |")
    for name, all_of_it in taken.items():
        median = statistics.median(all_of_it)
        print(f"| {name} | {1000 * median:.0f} | {1 / median:.2f} | {median / floor:.2f} |")
    _pools(found.pk, batch, floor)


def _pools(key: int, batch: int, floor: float) -> None:
    connections.close_all()
    for workers in range(1, (os.cpu_count() or 1) + 1):
        with ProcessPoolExecutor(
            workers, mp_context=get_context("fork"), initializer=connections.close_all
        ) as pool:
            list(pool.map(_one, [key] * workers))  # every process has its fonts before it is timed
            took = _seconds(lambda pool=pool: list(pool.map(_one, [key] * batch)))
        each = took / batch
        print(f"| pool of {workers} | {1000 * each:.0f} | {1 / each:.2f} | {each / floor:.2f} |")


def _one(key: int) -> int:
    return len(papers.agreement_pdf(_anew(key)))


def _anew(key: int) -> Agreement:
    return Agreement.objects.select_related("case__creditor", "case__agency").get(pk=key)


def _given(found: Agreement) -> tuple[Any, ...]:
    """The page as the agreement hands it to WeasyPrint."""
    with patch.object(render, "_pdf", wraps=render._pdf) as asked:
        papers.agreement_pdf(found)
    given: tuple[Any, ...] = asked.call_args.args[
        :2
    ]  # html and identifier; an attachment can be read once
    return given


def _seconds(job: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    job()
    return time.perf_counter() - begun
