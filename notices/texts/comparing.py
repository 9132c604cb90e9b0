"""Two versions of a text, word by word (in Chinese letter by letter): what went and what came."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_PARTS = re.compile(r"\{[a-z0-9_]+\}|[A-Za-z0-9'’-]+|\s|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text that stayed (``same``), went (``gone``) or came (``new``)."""

    kind: str
    text: str


def pieces(old: str, new: str) -> list[Piece]:
    """Both texts in one, in reading order; a placeholder is never split."""
    before, after = _PARTS.findall(old), _PARTS.findall(new)
    found: list[Piece] = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece("same", "".join(before[old_from:old_to])))
            continue
        if old_to > old_from:
            found.append(Piece("gone", "".join(before[old_from:old_to])))
        if new_to > new_from:
            found.append(Piece("new", "".join(after[new_from:new_to])))
    return found
