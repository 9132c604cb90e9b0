"""Why something is stopped, kept in every language, so that each reader sees it in the own one."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import get_language, override

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


def tongue_now() -> str:
    """The reader's language, as it stands in what is kept in each ("zh" or "en")."""
    return "zh" if (get_language() or "zh").startswith("zh") else "en"


def kept(why: str, most: int) -> tuple[str, dict[str, str]]:
    """A reason as two columns keep it: as it was said, and in every language if it is no person's own words."""
    says = why.says if isinstance(why, Reason) else {}
    return why[:most], {tongue: words[:most] for tongue, words in says.items()}


def read_again(why: str, says: Mapping[str, str]) -> str:
    """A reason that was kept so, in the reader's language."""
    return says.get(tongue_now()) or why


def told_why(why: str, name: str = "why") -> dict[str, Any]:
    """What an event keeps of a reason, by that name: a person's own words stand as they were written."""
    return {name: str(why), **({"says": dict(why.says)} if isinstance(why, Reason) else {})}
