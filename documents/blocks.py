"""What a paper is made of: plain data in both languages, so that anything can be drawn one way.

Every text is ``Words`` (Chinese and English) or a plain string that is the same in both.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

Words = Mapping[str, str]
Text = Words | str


def words(zh: str, en: str) -> Words:
    """A text in both languages."""
    return {"zh": zh, "en": en}


@dataclass(frozen=True)
class Section:
    """A heading; ``numbered`` sections count 1, 2, 3."""

    title: Text
    numbered: bool = False
    kind: str = "section"


@dataclass(frozen=True)
class Para:
    """A paragraph; styles: plain, clause (numbered within its section), hint, strong, centre.

    ``mark`` stands behind it and is never broken in two, such as that the term was confirmed.
    """

    text: Text
    style: str = "plain"
    mark: Text = ""
    kind: str = "para"


@dataclass(frozen=True)
class Facts:
    """Labels with values, two columns."""

    rows: Sequence[tuple[Text, Text]]
    kind: str = "facts"


@dataclass(frozen=True)
class Table:
    """A table; ``sums`` are the numbers of the columns that hold amounts (right-aligned).

    ``tight`` are those whose short entries (a number, a moment, a name) are never broken, and
    ``pictures`` those whose entries are drawn, each a data URI.
    """

    head: Sequence[Text]
    rows: Sequence[Sequence[Text]]
    sums: frozenset[int] = frozenset()
    total: Sequence[Text] = ()
    tight: frozenset[int] = frozenset()
    pictures: frozenset[int] = frozenset()
    kind: str = "table"


@dataclass(frozen=True)
class Signed:
    """One side's signature: who, the drawn picture as a data URI, and when."""

    side: Text
    name: str
    picture: str = ""
    at: str = ""


@dataclass(frozen=True)
class Signatures:
    """The signatures, kept together with the clause before them."""

    lead: Text
    sides: Sequence[Signed]
    kind: str = "signatures"


@dataclass(frozen=True)
class Portraits:
    """Photographs in a row, each a data URI with what stands below it."""

    people: Sequence[tuple[str, Text]]
    kind: str = "portraits"


@dataclass(frozen=True)
class Coded:
    """A QR code as a data URI, with what it is for and how to do without it beside it."""

    picture: str
    text: Text
    kind: str = "coded"


Block = Section | Para | Facts | Table | Signatures | Portraits | Coded


@dataclass(frozen=True)
class Paper:
    """One paper with its letterhead. ``number`` identifies it.

    ``check`` is what its QR code says; what begins with a slash is an address of the public site.
    ``mark`` stands at the head of every page: who has taken it out of the house, and when.
    """

    title: Text
    number: str
    house: Text
    house_lines: Sequence[Text]
    made_at: datetime
    dated: Text
    blocks: Sequence[Block]
    subtitle: Text = ""
    foot: Text = ""
    check: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    mark: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of all that the paper says; it stands in the foot of every page."""
        said = asdict(self)
        if (
            not self.mark
        ):  # a paper that was never taken out says what it said before there were marks
            del said["mark"]
        plain = json.dumps(said, default=str, sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(plain.encode()).hexdigest()


@dataclass(frozen=True)
class Cover:
    """The address page of a letter: to whom and from whom, and nothing of what it is about.

    ``form`` says where the country's envelopes show the address: "window" (left, a little below a
    third of the way down to the first fold) or "cn" (postcode in boxes above, sender below right).
    ``code`` is the letter's number for the scanner, ``mark`` its place in the run.
    """

    form: str
    to: Sequence[str]
    postcode: str
    sender: Sequence[str]
    sender_postcode: str
    code: str
    mark: str
    made_at: datetime


def texts(text: Text, language: str) -> list[tuple[str, str]]:
    """The text as it is to be drawn: one language, or both with Chinese first."""
    if isinstance(text, str):
        return [("", text)] if text else []
    if language != "both":
        return [(language, text.get(language) or text.get("zh") or "")]
    zh, en = text.get("zh", ""), text.get("en", "")
    return (
        [("zh", zh)] if zh == en else [(tongue, t) for tongue, t in (("zh", zh), ("en", en)) if t]
    )


@dataclass(frozen=True)
class Badge:
    """What stands on an officer's badge; ``photo`` is a data URI or "", ``check`` the address of the card."""

    name: str
    number: str
    house: Words
    photo: str
    permit: str
    valid_until: Words
    complaints: str
    check: str
    made_at: datetime
