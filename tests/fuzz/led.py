"""Draws led by coverage, a million and more, for what reads text from outside and needs no database.

    .venv/bin/pip install --require-hashes -r requirements-fuzz.txt
    .venv/bin/python -m tests.fuzz.led cells --runs 1000000

libFuzzer (through atheris) sees which lines a draw has reached and bends those that reached something new, so it comes
where draws at random do not. Each draw is read or refused by a refusal of ours, within five seconds even on a busy
machine (how long the slowest took is told); anything else ends the run, and the draw that did it lies in a file whose
name is told. ``tests/fuzz/test_files.py`` draws of the same parsers in every run of the tests.
"""

import argparse
import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import atheris

from tests import parts

parts.settle()
with atheris.instrument_imports(
    include=["banking", "cases", "notices", "door", "documents", "common", "workflow.paging"]
):
    import django

    django.setup()
    from banking.formats import understand
    from banking.matching import references_in
    from banking.providers import Nonsense
    from banking.providers.minor import decimal_of
    from banking.reading import Faulty
    from cases.deliveries import reading as deliveries
    from cases.imports.cells import Wrong
    from cases.imports.judging import READERS, Reader
    from cases.imports.reading import Unfit, open_table
    from documents.storing import clean_name
    from door.reading import read as read_item
    from notices import links
    from tests.fuzz import test_files as samples
    from workflow.paging import number_in
    from workflow.steps import WrongInput

CELLS = sorted(READERS.items())
DAY = date(2026, 3, 5)


def statements(content: bytes) -> None:
    """A bank's statement: as text in any encoding, MT940 or camt.053."""
    understand(content)


def tables(content: bytes) -> None:
    """A table of cases as text, each of its rows understood or rejected for a reason."""
    table = open_table(io.BytesIO(content))
    reader = Reader(table.columns, on=DAY)
    for row in table.rows:
        reader.understand(row)


def post(content: bytes) -> None:
    """The post's table of what it has delivered."""
    for _row in deliveries.rows_of(io.BytesIO(content)):
        pass


def cells(content: bytes) -> None:
    """One cell: a day, a phone number, an amount, a rate, a postcode and the like."""
    if content:
        _name, read = CELLS[content[0] % len(CELLS)]
        read(content[1:].decode(errors="replace").strip())


def answers(content: bytes) -> None:
    """What a phone sends of one answer."""
    read_item(content.decode(errors="replace"))


def words(content: bytes) -> None:
    """Tokens of links, typed addresses, names of files, numbers in addresses, references in remarks."""
    text = content.decode(errors="replace")
    assert links.key_of(text) == 0, "an address that was never given out is known"
    links.token_of_short(text)
    number_in(text)
    references_in(text)
    assert clean_name(text)


def sums(content: bytes) -> None:
    """An amount as a provider of payments writes it."""
    decimal_of(content.decode(errors="replace"))


PARSERS: dict[str, tuple[Callable[[bytes], None], tuple[type[Exception], ...], list[bytes]]] = {
    "statements": (
        statements, (Unfit, Faulty), [samples.CSV, samples.OLD_CSV, samples.MT940, samples.CAMT],
    ),
    "tables": (tables, (Unfit,), samples.TABLES),
    "post": (post, (Unfit,), [samples.POST]),
    "cells": (
        cells, (Wrong,),
        [bytes([number]) + value.encode() for number in range(len(CELLS))
         for value in ("2026-02-27", "138 0013 8000", "¥38,600.00", "12.5%", "310115", "居民身份证", "Asia/Shanghai")],
    ),
    "answers": (answers, (WrongInput,), [json.dumps(samples.ITEM).encode()]),
    "words": (words, (), [b"1f-AAAAAAAAAAAAAAAAAAAAAA", b"1F-ABCD-EFGH-JKMN", b"HZ-2026-0147", b"../a\x00.pdf"]),
    "sums": (sums, (Nonsense,), [b"12.00", b"1200", b"1e3"]),
}  # fmt: skip


def main() -> None:
    """Draw of one parser until the runs are done, or one draw ends in what is no refusal."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    asked.add_argument("parser", choices=sorted(PARSERS))
    asked.add_argument("--runs", type=int, default=1_000_000)
    asked.add_argument("--seed", type=int, default=20261129)
    given = asked.parse_args()
    read, refusals, seeds = PARSERS[given.parser]
    folder = Path(tempfile.mkdtemp(prefix=f"doorstep-{given.parser}-"))
    for number, seed in enumerate(seeds):
        (folder / f"seed{number}").write_bytes(seed)

    def one(content: bytes) -> Any:
        with contextlib.suppress(*refusals):
            read(content)

    atheris.Setup(
        [sys.argv[0], f"-runs={given.runs}", f"-seed={given.seed}", "-timeout=5", "-max_len=4096", "-rss_limit_mb=2048",
         "-print_final_stats=1", f"-artifact_prefix={folder}/fault-", str(folder)],
        one,
    )  # fmt: skip
    atheris.Fuzz()


if __name__ == "__main__":
    main()
