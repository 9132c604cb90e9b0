"""Why something is stopped, kept in every language, so that each reader sees it in the own one."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import override

LANGUAGES = {"en": "en", "zh": "zh-hans"}


class Reason(str):
    """A reason in the language of whoever causes it; ``says`` is the same in each ("zh", "en")."""

    says: Mapping[str, str]

    def __new__(cls, text: str, says: Mapping[str, str]) -> "Reason":
        """The text, which is a plain string to whoever asks no more."""
        made = super().__new__(cls, text)
        made.says = dict(says)
        return made


def because(words: Callable[[], str]) -> Reason:
    """The words in each language; they are asked for anew in every one."""
    says = {}
    for tongue, code in LANGUAGES.items():
        with override(code):
            says[tongue] = str(words())
    return Reason(str(words()), says)


def told_why(why: str) -> dict[str, Any]:
    """What an event keeps of a reason: a person's own words stand as they were written."""
    return {"why": str(why), **({"says": dict(why.says)} if isinstance(why, Reason) else {})}
