"""A value of a pack as a person reads it: its words with its own figures, those of a case left open."""

import re
from collections.abc import Mapping
from datetime import time
from typing import Any

from compliance.entry import Entry
from compliance.words import LANGUAGES, in_words

OPEN = "…"
"""What stands where only a case can give the figure."""


def says(entry: Entry) -> dict[str, dict[str, str]]:
    """Each message of the value, by its variant ("" is the plain one), in both languages."""
    return {
        variant: {tongue: _filled(texts[tongue], entry, tongue) for tongue in LANGUAGES}
        for variant, texts in entry.says.items()
    }


def gist(entry: Entry) -> dict[str, str]:
    """The first message of the value in both languages; nothing where it only holds a figure."""
    return next(iter(says(entry).values()), {})


def _filled(text: str, entry: Entry, tongue: str) -> str:
    def figure(found: re.Match[str]) -> str:
        value: Any = entry.fields.get(found[1])
        if value is None or isinstance(value, Mapping | list):
            return OPEN
        return in_words(value, tongue) if isinstance(value, time) else str(value)

    return re.sub(r"\{(\w+)[^}]*\}", figure, text)
