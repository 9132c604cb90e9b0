"""A Merkle tree as certificate logs have it (RFC 6962, 2.1): leaves and nodes are hashed apart.

Our own forty lines: pymerkle does it as well, but keeps a tree in a store of its own, while here the leaves
are a file, read once for the root and once for each proof.
"""

import hashlib
from collections.abc import Iterable


def leaf_hash(leaf: bytes) -> bytes:
    """A leaf's hash, which no node can have."""
    return hashlib.sha256(b"\0" + leaf).digest()


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> str:
    """The root over the leaves, in hex; only one hash for each level is held."""
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        level, digest = 0, leaf_hash(leaf)
        while stack and stack[-1][0] == level:
            digest = _node(stack.pop()[1], digest)
            level += 1
        stack.append((level, digest))
    if not stack:
        return hashlib.sha256(b"").hexdigest()
    digest = stack.pop()[1]
    while stack:
        digest = _node(stack.pop()[1], digest)
    return digest.hex()


def path_to(index: int, hashes: Iterable[bytes]) -> list[str]:
    """The other sides on the way from that leaf to the root, given every leaf's hash."""
    row, at, path = list(hashes), index, []
    while len(row) > 1:
        other = at ^ 1
        if other < len(row):
            path.append(row[other].hex())
        row = [
            _node(row[n], row[n + 1]) if n + 1 < len(row) else row[n] for n in range(0, len(row), 2)
        ]
        at >>= 1
    return path
