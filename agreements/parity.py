"""Whether the Chinese and the English of a term say the same: every sum, day, name and number of one
stands in the other, and every sum in the Chinese stands in capitals (人民币大写) beside it. Pure.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from agreements.terms import MONTHS
from common.money import in_words_zh

AMOUNT = re.compile(r"-?\d[\d,]*\.\d{2}(?![\d%])")
DAY_ZH = re.compile(r"(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日")
DAY_EN = re.compile(rf"(\d{{1,2}}) ({'|'.join(MONTHS)}) (\d{{4}})")
NUMBER = re.compile(r"[A-Za-z0-9][A-Za-z0-9./_%-]*")
CAPITALS = re.compile(r"\s*元（大写：([^）]*)）")


@dataclass(frozen=True)
class Gap:
    """Where a term's two texts part: what stands in the Chinese alone, and in the English alone."""

    title: Mapping[str, str]
    only_zh: Sequence[str] = ()
    only_en: Sequence[str] = ()
    no_capitals: Sequence[str] = ()  # sums of the Chinese text without the right characters


def gaps(clauses: Iterable[Mapping[str, Any]], names: Iterable[tuple[str, str]]) -> list[Gap]:
    """The terms of which the two texts part; ``names`` are those that may occur, Chinese and English."""
    known = sorted(set(names))
    found = []
    for clause in clauses:
        zh, en = str(clause["text"].get("zh", "")), str(clause["text"].get("en", ""))
        there, here = _figures(zh, [pair[0] for pair in known]), _figures(en, [p[1] for p in known])
        bare = _without_capitals(zh)
        if there != here or bare:
            only = [_named(part, known) for part in (there - here, here - there)]
            found.append(Gap(clause["title"], only[0], only[1], bare))
    return found


def _figures(text: str, names: Sequence[str]) -> Counter[str]:
    """All in it that must stand in the other language too, in a form that both share."""
    found: Counter[str] = Counter()
    longest_first = sorted(enumerate(names), key=lambda named: -len(named[1]))
    for place, name in longest_first:  # one may stand within another, such as a bank in its branch
        if name and name in text:
            found[f"name:{place}"] = 1  # how often a sentence names somebody is a matter of grammar
            text = text.replace(name, " ")

    def day(year: str, month: int, number: str) -> str:
        found[f"{int(year):04}-{month:02}-{int(number):02}"] += 1
        return " "

    text = DAY_ZH.sub(lambda m: day(m[1], int(m[2]), m[3]), text)
    text = DAY_EN.sub(lambda m: day(m[3], MONTHS.index(m[2]) + 1, m[1]), text)
    for amount in AMOUNT.findall(text):
        found[amount] += 1
    text = AMOUNT.sub(" ", text)
    found.update(
        token.rstrip(".-/_") for token in NUMBER.findall(text) if any(map(str.isdigit, token))
    )
    return found


def _without_capitals(text: str) -> list[str]:
    """The sums that do not stand in capitals beside them, or in those of another sum."""
    bare = []
    for match in AMOUNT.finditer(text):
        beside = CAPITALS.match(text, match.end())
        if not beside or beside[1] != in_words_zh(Decimal(match[0].replace(",", ""))):
            bare.append(match[0])
    return bare


def _named(part: Counter[str], names: Sequence[tuple[str, str]]) -> list[str]:
    """What differs, as a person reads it."""
    return [
        " / ".join(names[int(key.partition(":")[2])]) if key.startswith("name:") else key
        for key in sorted(part.elements())
    ]
