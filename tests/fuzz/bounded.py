"""What is drawn at random here: the same draws on every machine, so that what passes on one passes on the next.

A test takes a few seconds; two minutes, which only a machine that is stuck needs, are the end.
"""

import functools
import os
import time
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

SECONDS = float(os.environ.get("FUZZ_SECONDS", "120"))
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "150"))


def bounded(test: Callable[..., Any]) -> Callable[..., Any]:
    """Stop drawing when the time is up; what was drawn until then was tried."""
    began: list[float] = []
    faults: list[bool] = []  # what failed is made smaller without a limit of time

    @functools.wraps(test)
    def tried(*args: Any, **given: Any) -> None:
        began[:] = began or [time.monotonic()]
        if faults or time.monotonic() - began[0] < SECONDS:
            try:
                test(*args, **given)
            except Exception:
                faults.append(True)
                raise

    return tried


def drawn(test: Callable[..., Any]) -> Callable[..., Any]:
    """The settings of every test here: the same draws each time, unless more are asked for."""
    chosen = settings(
        max_examples=EXAMPLES, deadline=None, derandomize=EXAMPLES <= 150, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    made: Callable[..., Any] = chosen(test)
    return made


TEXTS = st.text(max_size=60) | st.sampled_from(
    ["", "0", "-1", "9" * 40, "1e999", "NaN", "\x00", "\ud800", "\u202e", "../../etc/passwd", "%00", "%ff",
     "' OR 1=1--", "{{7*7}}", "<script>alert(1)</script>", "=cmd|' /C calc'!A0", "2026-02-31", "９９", "𝟗"]
)  # fmt: skip
NUMBERS = st.integers() | st.floats() | st.sampled_from([10**30, -1, 2**63, 0.1])
JSONS = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@st.composite
def spoilt(draw: Any, *samples: bytes) -> bytes:
    """A good file with a few pieces cut out, put in, changed or doubled."""
    content = bytearray(draw(st.sampled_from(samples)))
    for _ in range(draw(st.integers(1, 5))):
        place = draw(st.integers(0, len(content)))
        end = min(len(content), place + draw(st.integers(0, 40)))
        match draw(st.integers(0, 3)):
            case 0:
                del content[place:end]
            case 1:
                content[place:place] = draw(st.binary(max_size=12))
            case 2:
                content[place:end] = draw(st.sampled_from([b"", b"\x00", b"\xff\xfe", b'"', b"9" * 30, b"<", b",", b"\n", b"-", b"NaN", b"&x;"]))  # fmt: skip
            case _:
                content[place:place] = content[place:end] * draw(st.integers(1, 20))
    return bytes(content)


@st.composite
def bent(draw: Any, sample: Any) -> Any:
    """A good JSON value in which one part is something else."""
    if isinstance(sample, dict) and sample and draw(st.integers(0, 4)):
        name = draw(st.sampled_from(sorted(sample)))
        if draw(st.integers(0, 5)) == 0:
            return {key: value for key, value in sample.items() if key != name}
        return {**sample, name: draw(bent(sample[name]))}
    if isinstance(sample, list) and sample and draw(st.integers(0, 3)):
        place = draw(st.integers(0, len(sample) - 1))
        return [*sample[:place], draw(bent(sample[place])), *sample[place + 1 :]]
    return draw(JSONS)
