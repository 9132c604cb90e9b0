"""docs/asvs.md names every requirement of levels 1 and 2 once, and no test that is not there."""

import ast
import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = (ROOT / "docs" / "asvs.md").read_text()
STATES = {"met", "operator", "n/a", "**open**"}
NUMBERS = {
    "1.1": "1-2", "1.2": "1-9", "1.3": "1-11", "1.4": "1-3", "1.5": "1-2",
    "2.1": "1-3", "2.2": "1-3", "2.3": "1-4", "2.4": "1",
    "3.2": "1-2", "3.3": "1-4", "3.4": "1-6", "3.5": "1-5", "3.7": "1-2",
    "4.1": "1-3", "4.2": "1", "4.3": "1-2", "4.4": "1-4",
    "5.1": "1", "5.2": "1-3", "5.3": "1-2", "5.4": "1-3",
    "6.1": "1-3", "6.2": "1-12", "6.3": "1-4", "6.4": "1-4", "6.5": "1-5", "6.6": "1-3", "6.8": "1-4",
    "7.1": "1-3", "7.2": "1-4", "7.3": "1-2", "7.4": "1-5", "7.5": "1-2", "7.6": "1-2",
    "8.1": "1-2", "8.2": "1-3", "8.3": "1", "8.4": "1",
    "9.1": "1-3", "9.2": "1-4",
    "10.1": "1-2", "10.2": "1-2", "10.3": "1-4", "10.4": "1-11", "10.5": "1-5", "10.6": "1-2", "10.7": "1-3",
    "11.1": "1-2", "11.2": "1-3", "11.3": "1-3", "11.4": "1-4", "11.5": "1", "11.6": "1",
    "12.1": "1-3", "12.2": "1-2", "12.3": "1-4",
    "13.1": "1", "13.2": "1-5", "13.3": "1-2", "13.4": "1-5",
    "14.1": "1-2", "14.2": "1-4", "14.3": "1-3",
    "15.1": "1-3", "15.2": "1-3", "15.3": "1-7",
    "16.1": "1", "16.2": "1-5", "16.3": "1-4", "16.4": "1-3", "16.5": "1-3",
    "17.1": "1", "17.2": "1-4", "17.3": "1-2",
}  # fmt: skip
"""The numbers of levels 1 and 2 in the standard's own list (5.0.0, docs_en, column L)."""


def rows() -> list[list[str]]:
    """The table's cells: number, state, where, tests."""
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.splitlines()
        if re.match(r"\| \d", line)
    ]


def names_in(path: Path) -> set[str]:
    """Every test of a file, as pytest names it."""
    found = set()
    for node in ast.parse(path.read_text()).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            found.add(node.name)
            found |= {
                f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)
            }
    return found


def test_every_number_of_levels_one_and_two_is_there_once() -> None:
    wanted = []
    for section, span in NUMBERS.items():
        first, _dash, last = span.partition("-")
        wanted += [f"{section}.{number}" for number in range(int(first), int(last or first) + 1)]
    assert [number for number, *_rest in rows()] == wanted


def test_every_row_says_where_or_why_not() -> None:
    assert not [row for row in rows() if row[1] not in STATES or not row[2]]


def test_every_test_that_is_named_is_there() -> None:
    named = re.findall(r"`(tests/[^`]+)`", PAGE)
    assert len(named) > 200
    lost = []
    for name in sorted(set(named)):
        file, _colons, inner = name.partition("::")
        if not (ROOT / file).is_file() or (inner and inner not in names_in(ROOT / file)):
            lost.append(name)
    assert lost == []


def test_the_count_at_the_head_is_that_of_the_rows() -> None:
    said = re.search(
        r"Of (\d+) requirements (\d+) are met, (\d+) are the operator's, (\d+) do not apply, (\d+) are open", PAGE
    )  # fmt: skip
    count = Counter(row[1] for row in rows())
    assert said
    assert [int(one) for one in said.groups()] == [
        sum(count.values()), count["met"], count["operator"], count["n/a"], count["**open**"],
    ]  # fmt: skip
