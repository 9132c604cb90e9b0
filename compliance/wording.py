"""Words that must not be used: found however they are spaced, widened or broken up.

A phrase is plain words. ``…`` stands for up to a few letters in between, ``*`` at the end of a Latin
word for any ending, ``|`` between words, without a blank, for one or the other of them. There are no other
patterns, so that looking takes no longer than the text is long.
Chinese in traditional characters is compared in simplified ones, letter by letter, so that a phrase may
be listed in either.
"""

import itertools
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from opencc import OpenCC

from compliance.fault import Fault

BETWEEN = "…"
ENDING = "*"
OR = "|"
LANGUAGES = ("zh", "en")
MOST_PARTS = 4
MOST_WAYS = 100  # in which a phrase with alternatives may be written
_GAP = {"zh": 12, "en": 30}  # letters that ``…`` may stand for
_SILENT = {"Mn", "Me", "Cf"}  # accents, joiners, marks without width
_SIMPLIFIED = OpenCC("t2s")


@dataclass(frozen=True, slots=True)
class _Line:
    """A text as it is compared, with the place in the original of each of its letters."""

    letters: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase as it is looked for."""

    language: str
    parts: tuple[str, ...]


def offending(text: str, phrases: Mapping[str, Sequence[str]]) -> list[str]:
    """The words of the text that match one of the phrases, as they stand in it, in their order."""
    spans = sorted(
        span
        for language, listed in phrases.items()
        for phrase in listed
        for way in ways(phrase)
        if (span := _span(_lines(text)[language], _phrase(language, way)))
    )
    kept: list[tuple[int, int]] = []
    for start, end in spans:
        if kept and start < kept[-1][1]:  # two that share a word are told as one
            kept[-1] = (kept[-1][0], max(end, kept[-1][1]))
        else:
            kept.append((start, end))
    return list(dict.fromkeys(" ".join(text[start:end].split()) for start, end in kept))


def faults(phrases: Any) -> Iterable[Fault]:
    """What is wrong with a table of phrases, so that a pack with such a table is not used."""
    if not isinstance(phrases, dict) or not phrases or not phrases.keys() <= set(LANGUAGES):
        yield Fault("phrases_by_language")
        return
    for language, listed in phrases.items():
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            yield Fault("phrases_no_list", language=language)
            continue
        for one in listed:
            written = ways(one)
            parts = [_phrase(language, way).parts for way in written]
            if not parts or not all(all(part.strip() for part in way) for way in parts):
                yield Fault("phrase_empty", phrase=one)
            elif len(parts[0]) > MOST_PARTS:
                yield Fault("phrase_long", most=MOST_PARTS, phrase=one)
            elif len(written) > MOST_WAYS:
                yield Fault("phrase_many", most=MOST_WAYS, phrase=one)


@lru_cache(maxsize=8192)
def ways(phrase: str) -> tuple[str, ...]:
    """Every way in which a phrase may be written, one alternative each; no more than can be told as too many."""
    words = [word.split(OR) for word in phrase.split()]
    return tuple(
        " ".join(chosen) if all(chosen) else ""
        for chosen in itertools.islice(itertools.product(*words), MOST_WAYS + 1)
    )


@lru_cache(maxsize=64)
def _lines(text: str) -> dict[str, _Line]:
    """The text without width, case and accents: for Chinese without any gap, else word by word."""
    tight: list[str] = []
    tight_at: list[int] = []
    loose: list[str] = [" "]
    loose_at: list[int] = [0]
    for place, letter in enumerate(text):
        for part in unicodedata.normalize("NFKC", letter).casefold():
            if part.isalnum():
                tight.append(_simplified(part))
                tight_at.append(place)
                loose.append(part)
                loose_at.append(place)
            elif loose[-1] != " " and unicodedata.category(part) not in _SILENT:
                loose.append(" ")
                loose_at.append(place)
    if loose[-1] != " ":
        loose.append(" ")
        loose_at.append(len(text))
    return {
        "zh": _Line("".join(tight), tuple(tight_at)),
        "en": _Line("".join(loose), tuple(loose_at)),
    }


@lru_cache(maxsize=16384)
def _simplified(letter: str) -> str:
    """The letter as mainland China writes it; always one, so that its place in the text stays known."""
    written: str = letter if letter.isascii() else _SIMPLIFIED.convert(letter)
    return written if len(written) == 1 else letter


@lru_cache(maxsize=8192)
def _phrase(language: str, phrase: str) -> _Phrase:
    parts = []
    for piece in phrase.split(BETWEEN):
        letters = _lines(piece)[language].letters
        if language == "en":
            letters = f" {letters.strip()} "
            if piece.rstrip().endswith(ENDING):
                letters = letters[:-1]
        parts.append(letters)
    return _Phrase(language, tuple(parts))


def _span(line: _Line, phrase: _Phrase) -> tuple[int, int] | None:
    """Where the phrase stands first, in places of the original text."""
    gap, first = _GAP[phrase.language], phrase.parts[0]
    start = line.letters.find(first)
    while start >= 0:
        end = _end(line.letters, start + len(first), phrase.parts[1:], gap)
        if end is not None:
            if phrase.language == "en" and line.letters[end - 1] != " ":
                end = line.letters.find(" ", end)  # the whole word is named, not its beginning
            matched = line.letters[start:end]
            begin = start + len(matched) - len(matched.lstrip(" "))
            last = end - 1 - (len(matched) - len(matched.rstrip(" ")))
            return line.places[begin], line.places[last] + 1
        start = line.letters.find(first, start + 1)
    return None


def _end(letters: str, after: int, parts: tuple[str, ...], gap: int) -> int | None:
    """Where the other parts end, each at most so many letters after the one before it."""
    if not parts:
        return after
    part = parts[0]
    # Two words may share the blank between them.
    begin = after - 1 if part.startswith(" ") and letters[after - 1 : after] == " " else after
    reach = begin + gap + len(part)
    place = letters.find(part, begin, reach)
    while place >= 0:
        end = _end(letters, place + len(part), parts[1:], gap)
        if end is not None:
            return end
        place = letters.find(part, place + 1, reach)
    return None
