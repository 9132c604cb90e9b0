"""Drawing by a seed: the same seed over the same things gives the same ones, on every machine.

Weighted drawing without putting back, by keys ``ln(u) / weight`` of which the largest are taken (Efraimidis and
Spirakis, Information Processing Letters 97, 2006). ``u`` is reckoned from the seed and the thing's own name by
SHA-256, so that it depends neither on an order nor on anybody's generator.
"""

import hashlib
from collections.abc import Iterable, Mapping
from math import log

_BITS = 53


def drawn(weights: Mapping[str, int], count: int, seed: int) -> list[str]:
    """So many of the names (or all there are), in the order in which they were drawn; no weight is below one."""
    keys = {name: log(share(seed, name)) / weight for name, weight in weights.items()}
    return sorted(keys, key=lambda name: (-keys[name], name))[:count]


def share(seed: int, name: str) -> float:
    """A number between nought and one, both left out."""
    digest = hashlib.sha256(f"{seed}|{name}".encode()).digest()
    return ((int.from_bytes(digest[:8], "big") >> (64 - _BITS)) + 0.5) / (1 << _BITS)


def digest_of(lines: Iterable[str]) -> str:
    """The SHA-256 of what was drawn from: one line each, sorted."""
    return hashlib.sha256("\n".join(sorted(lines)).encode()).hexdigest()
