"""How many small changes of the code the tests would tell: the mutation score of what the promises rest on.

    .venv/bin/python -m tests.mutants --mutants audit tests/timeline

draws changes by a seed (`--mutants-most`, `--mutants-seed`), makes each in a copy of the process and runs the tests that
pass through the changed line, one for each way through its function first, until one fails. Each copy gets its database
as new. One process alone, so nothing may have read the settings before `tests/conftest.py` has named its servers.

mutmut leaves out functions with decorators, which ours mostly have; cosmic-ray starts the whole run for each change.
Neither keeps servers from one to the next. What is not in a function (tables, classes) is not changed here.
"""

import ast
import copy
import gc
import os
import pickle
import random
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from types import CodeType, FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

ROOT = Path(__file__).resolve().parent.parent
OF = {
    "states": [
        "workflow/steps.py", "workflow/guard.py", "workflow/together.py", "workflow/approvals.py",
        "cases/models/case.py:_reach return_to_preparation close close_early reopen",
    ],
    "permissions": [
        "people/rights.py", "people/sight.py", "access/middleware.py", "access/looks.py", "desk/told_of_looking.py:seen_by",
        "cases/models/case.py:visible_to in_mandate to_wind_up may_be_seen_by may_be_wound_up_by",
        *(f"{name}.py:visible_to" for name in (
            "quality/models/sample", "quality/models/complaint", "cases/models/data_requests", "cases/models/imports",
            "cases/models/lawyers_letter", "exports/models", "outreach/models", "allocation/models", "court/models",
            "workflow/models", "notices/models/letter_run", "notices/models/staff", "notices/models/notice",
            "banking/models/statements",
        )),
    ],
    "audit": ["timeline/chain.py", "timeline/anchoring.py", "timeline/merkle.py", "timeline/replaying.py"],
    "outbox": ["notices/outbox.py", "notices/relay.py", "notices/claims.py", "notices/settling.py", "notices/handing.py"],
}  # fmt: skip
"""Whose code is changed: files, or of a file the functions behind the colon alone."""
ELSEWHERE = {"browser", "worker", "live_server"}
"""Fixtures of tests whose code runs in other processes, where nothing is changed."""
SECONDS, TESTS = 60.0, 200
"""How long the tests of one change may take, by what they took without it; and how many there may be."""
Hits = dict[str, tuple[float, dict[str, frozenset[int]]]]
"""How long each test took, and through which lines of which files it went."""
Change = Callable[[ast.AST], ast.AST | None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """What to change, how often, from which seed."""
    parser.addoption("--mutants", choices=sorted(OF), help="whose code to change")
    parser.addoption("--mutants-most", type=int, default=100)
    parser.addoption("--mutants-seed", type=int, default=20261129)
    parser.addoption(
        "--mutants-at",
        nargs="+",
        default=[],
        help="those alone, as a run before wrote them: workflow/steps.py:277",
    )


def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Instead of the tests: the tests once, then for each change those that could tell it."""
    if not (group := session.config.option.mutants):
        return None
    items = [
        item for item in session.items if not ELSEWHERE & set(getattr(item, "fixturenames", ()))
    ]
    hits: Hits = _in_a_copy(lambda: _passed(items, group), 3600) or {}
    by_name = {item.nodeid: item for item in items}
    found = [mutant for name in OF[group] for mutant in _mutants(name)]
    random.Random(session.config.option.mutants_seed).shuffle(found)
    if places := session.config.option.mutants_at:
        found = [mutant for mutant in found if mutant.stands_at in places]
    _say(f"{len(hits)} tests pass, {len(found)} changes are possible in {group}")
    tried, untold = found[: session.config.option.mutants_most], []
    for number, mutant in enumerate(tried, 1):
        chosen = _chosen(mutant, hits, by_name)
        result = _in_a_copy(partial(_tells, mutant, chosen), 4 * SECONDS)
        if not result:  # nothing failed, or not before the time was up
            untold.append(mutant)
        _say(
            f"{number} {f'told by {result}' if result else 'survived'}: {mutant} ({len(chosen)} tests)"
        )
    told = len(tried) - len(untold)
    score = 100 * told / max(len(tried), 1)
    _say(f"\n{group}: {told} of {len(tried)} told, {score:.0f} %; these were not:")
    for mutant in untold:
        _say(f"  {mutant}")
    return True


def _say(line: str) -> None:
    print(line, file=sys.__stdout__, flush=True)


def _in_a_copy(job: Callable[[], Any], seconds: float) -> Any:
    """What the job gave in a forked process; ``None`` if it came to no end."""
    read, write = os.pipe()
    if (child := os.fork()) == 0:
        os.setpgrp()
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())  # what logs say is not asked
        try:
            given = job()
        except BaseException:
            given = None  # such as a change that cannot be made: the only "super" of its function left out
        with os.fdopen(write, "wb") as out:
            pickle.dump(given, out)
        os._exit(0)
    os.close(write)
    late = threading.Timer(seconds, os.killpg, (child, signal.SIGKILL))
    late.start()
    try:
        with os.fdopen(read, "rb") as came:
            return pickle.load(came)  # noqa: S301 - from our own copy
    except EOFError:
        return None
    finally:
        late.cancel()
        os.waitpid(child, 0)


def _passed(items: list[pytest.Item], group: str) -> Hits:
    """The tests that pass, how long each took, and through which lines each went."""
    files, hits = {str(ROOT / name.partition(":")[0]) for name in OF[group]}, {}
    seen: dict[str, set[int]] = defaultdict(set)

    def look(frame: FrameType, _event: str, _arg: Any) -> Any:
        if frame.f_code.co_filename not in files:
            return None
        lines = seen[frame.f_code.co_filename]

        def line(frame: FrameType, _event: str, _arg: Any) -> Any:
            lines.add(frame.f_lineno)
            return line

        return line

    threading.settrace(look)
    sys.settrace(look)
    began = time.monotonic()
    for item, reports in _run(items):
        if all(report.passed for report in reports) and seen:
            lines = {name: frozenset(numbers) for name, numbers in seen.items()}
            hits[item.nodeid] = time.monotonic() - began, lines
        elif any(report.failed for report in reports):
            why = [str(report.longrepr)[-300:] for report in reports if report.failed]
            _say(f"fails unchanged: {item.nodeid}: {why}")
        for statements in _kept_statements(len(sys.modules)):
            statements.clear()
        seen.clear()
        began = time.monotonic()
    return hits


@cache
def _kept_statements(_modules: int) -> list[dict[Any, Any]]:
    """What ``workflow.kept`` keeps from one test to the next, which would hide that the next goes through it as well."""
    return [
        cell.cell_contents
        for function in gc.get_objects()
        if type(function) is FunctionType and function.__code__.co_qualname == "kept.<locals>.found"
        for name, cell in zip(
            function.__code__.co_freevars, function.__closure__ or (), strict=True
        )
        if name == "statements"
    ]


def _run(
    items: list[pytest.Item], most: float = 0
) -> Iterator[tuple[pytest.Item, list[pytest.TestReport]]]:
    """Each test in turn and what it said, after ``most`` seconds that it came to no end; what is kept for the session stays."""
    signal.signal(signal.SIGALRM, _late)
    for item, following in zip(items, [*items[1:], *items[-1:]], strict=True):
        signal.setitimer(signal.ITIMER_REAL, most)
        reports = runtestprotocol(item, log=False, nextitem=following)
        signal.setitimer(signal.ITIMER_REAL, 0)
        yield item, reports


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise TimeoutError("no end")


def _chosen(mutant: "Mutant", hits: Hits, by_name: dict[str, pytest.Item]) -> list[pytest.Item]:
    """Those named after the file first; then one for each way through the function, the rarest way first, and so on."""
    ways: dict[frozenset[int], list[tuple[float, str]]] = defaultdict(list)
    for name, (took, lines) in hits.items():
        if way := lines.get(str(mutant.path), frozenset()) & mutant.lines:
            ways[way].append((took, name))
    there = {way: tests for way, tests in ways.items() if mutant.line in way} or ways
    ordered = [
        (f"test_{mutant.path.stem}" not in name, turn, len(tests), took, name)
        for tests in there.values()
        for turn, (took, name) in enumerate(sorted(tests))
    ]
    chosen: list[pytest.Item] = []
    left = SECONDS
    for *_others, took, name in sorted(ordered)[:TESTS]:
        left -= took
        if left < 0 and chosen:
            break
        chosen.append(by_name[name])
    return chosen


def _tells(mutant: "Mutant", items: list[pytest.Item]) -> bool | str:
    """Make the change here, for good; the first test that fails, or ``False``."""
    if items:
        mutant.make()
    for item, reports in _run(items, SECONDS):  # none takes as long, unless it goes in a circle
        if not all(report.passed for report in reports):
            return item.name
    return False


# ---------------------------------------------------------------- changes


class Mutant:
    """One node of a file, to be changed one way."""

    def __init__(
        self, path: Path, place: int, line: int, outer: ast.FunctionDef, what: str, change: Change
    ) -> None:
        self.path, self.place, self.line, self.what, self.change = path, place, line, what, change
        self.lines = frozenset(range(outer.body[0].lineno, (outer.end_lineno or 0) + 1))

    def __str__(self) -> str:
        return f"{self.stands_at} {self.what}"

    @property
    def stands_at(self) -> str:
        """File and line."""
        return f"{self.path.relative_to(ROOT)}:{self.line}"

    def make(self) -> None:
        """Change the functions of this process; what would be imported only later, such as a middleware, is now."""
        import_module(".".join(self.path.relative_to(ROOT).with_suffix("").parts))
        tree = ast.parse(self.path.read_text())
        nodes = list(ast.walk(tree))
        old = nodes[self.place]
        new = ast.copy_location(self.change(old) or ast.Pass(), old)
        for parent in nodes:
            for name, value in ast.iter_fields(parent):
                if value is old:
                    setattr(parent, name, new)
                elif isinstance(value, list) and any(each is old for each in value):
                    value[:] = [new if each is old else each for each in value]
        ast.fix_missing_locations(tree)
        changed = dict(_codes(compile(tree, str(self.path), "exec")))
        for function in [f for f in gc.get_objects() if type(f) is FunctionType]:
            code = function.__code__
            if code.co_filename == str(self.path) and (key := _key(code)) in changed:
                function.__code__ = changed[key]


def _key(code: CodeType) -> tuple[str, int]:
    return code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> Iterator[tuple[tuple[str, int], CodeType]]:
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield _key(inner), inner
            yield from _codes(inner)


def _functions(tree: ast.Module) -> list[ast.FunctionDef]:
    """The functions and methods that lie in no other function."""
    bodies = [tree.body, *(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef))]
    return [node for body in bodies for node in body if isinstance(node, ast.FunctionDef)]


SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.BitOr: ast.BitAnd, ast.BitAnd: ast.BitOr,
    ast.Break: ast.Continue, ast.Continue: ast.Break,
}  # fmt: skip


def _with(node: ast.AST, **fields: Any) -> ast.AST:
    changed = copy.copy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed


def _changes(node: ast.AST) -> Iterator[tuple[str, Change]]:
    """Each way in which such a node may be changed: what it is called, and how."""
    match node:
        case ast.Compare(ops=[op]) if type(op) in SWAPS:
            yield f"{type(op).__name__} swapped", lambda n: _with(n, ops=[SWAPS[type(n.ops[0])]()])  # type: ignore[attr-defined]
        case ast.BoolOp(op=op) | ast.BinOp(op=op) if type(op) in SWAPS:
            yield f"{type(op).__name__} swapped", lambda n: _with(n, op=SWAPS[type(n.op)]())  # type: ignore[attr-defined]
        case ast.UnaryOp(op=ast.Not()):
            yield "not taken away", lambda n: n.operand  # type: ignore[attr-defined]
        case ast.If() | ast.IfExp() | ast.While():
            yield "condition turned", lambda n: _with(n, test=ast.UnaryOp(ast.Not(), n.test))  # type: ignore[attr-defined]
        case ast.Constant(value=bool()):
            yield "truth turned", lambda n: ast.Constant(not n.value)  # type: ignore[attr-defined]
        case ast.Constant(value=int()):
            yield "one more", lambda n: ast.Constant(n.value + 1)  # type: ignore[attr-defined]
        case ast.Return(value=ast.expr() as value) if not (
            isinstance(value, ast.Constant) and value.value is None
        ):
            yield "gives nothing", lambda n: _with(n, value=ast.Constant(None))
        case ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call()):
            yield f"{type(node).__name__} left out", lambda _n: None
        case ast.For():
            yield "no turn", lambda n: _with(n, iter=ast.List([], ast.Load()))
        case ast.Break() | ast.Continue():
            yield "loop gone on or ended", lambda n: SWAPS[type(n)]()


def _mutants(name: str) -> Iterator[Mutant]:
    name, _, only = name.partition(":")
    path = ROOT / name
    tree = ast.parse(path.read_text())
    outer = {
        id(node): function
        for function in _functions(tree)
        if not only or function.name in only.split()
        for part in function.body
        for node in ast.walk(part)
    }
    # Two lists of one length stay so: that "zip" would say otherwise can be told by nothing. What a name of a function
    # is annotated with is never reckoned.
    alike = {
        id(part)
        for node in ast.walk(tree)
        for part in (
            ast.walk(node.annotation) if isinstance(node, ast.AnnAssign)
            else [node.value] if isinstance(node, ast.keyword) and node.arg == "strict" else []
        )
    }  # fmt: skip
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in outer and hasattr(node, "lineno") and id(node) not in alike:
            for what, change in _changes(node):
                yield Mutant(path, place, node.lineno, outer[id(node)], what, change)


if __name__ == "__main__":
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    os.environ["PATH"] = f"{ROOT / '.venv/bin'}{os.pathsep}{os.environ['PATH']}"
    sys.exit(pytest.main(["-s", "-q", "-p", "tests.mutants", "--timeout", "120", *sys.argv[1:]]))
