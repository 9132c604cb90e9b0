"""Before anything starts: every message and page has its text in every channel and language, none with a fault."""

from datetime import date
from typing import Any

from django.core.checks import CheckMessage, Error, register
from django.utils.translation import override

from common import clock
from notices.texts.faults import faults
from notices.texts.filed import (
    Texts,
    UnreadableTexts,
    filed,
    names_on_file,
    pages_on_file,
    words_on_file,
)
from notices.texts.pages import PAGES
from notices.texts.wordings import FRAME, LANGUAGES, MESSAGES, WORDINGS, Wording, of_page


@register()
def texts_are_sound(**_given: Any) -> list[CheckMessage]:
    """No text is missing, holds an unknown placeholder, lacks what must be told, or has forbidden words."""
    on = clock.local_day(clock.now(), clock.HOUSE_ZONE)
    with override("en"):
        return [
            Error(problem, hint="See notices/messages/ and notices/pages/.", id="doorstep.E003")
            for problem in problems(on)
        ]


def problems(on: date) -> list[str]:
    """Everything that is wrong with the texts that came with the program."""
    names, pages = names_on_file(), pages_on_file()
    found = [f"{name}.toml belongs to no message." for name in names if name not in MESSAGES]
    found += [f"pages/{page}.toml belongs to no page." for page in pages if page not in PAGES]
    for name, wording in MESSAGES.items():
        if name not in names:
            found.append(f"{name}.toml is missing.")
            continue
        found += _sound([wording], on)
    for page in PAGES:
        if page not in pages:
            found.append(f"pages/{page}.toml is missing.")
            continue
        found += _sound([WORDINGS[name] for name in of_page(page)], on, page)
    return found


def _sound(wordings: list[Wording], on: date, page: str = "") -> list[str]:
    """What is wrong with the texts of one file."""
    try:
        extra = [name for name in words_on_file(page) if name not in WORDINGS] if page else []
        found = [f"{name}: the page has no place for these words." for name in extra]
        return found + [said for one in wordings for said in of_texts(filed(one.name), one, on)]
    except UnreadableTexts as unreadable:
        return [str(unreadable)]


def of_texts(texts: Texts, wording: Wording, on: date) -> list[str]:
    """What is wrong with the texts of one message."""
    found = []
    for channel in wording.channels:
        for language in LANGUAGES:
            place = f"{wording.name} {channel}.{language}"
            text = texts.get((channel, language))
            if text is None:
                found.append(f"{place}: the text is missing.")
                continue
            if wording.name == FRAME and not (text.subject and text.quiet):
                found.append(f"{place}: the frame needs a subject and a quiet one.")
            found += [
                f"{place}: {fault.part}: {fault.says}"
                for fault in faults(text, wording, channel, language, on=on)
            ]
    extra = [f"{c}.{lang}" for c, lang in texts if c not in wording.channels]
    return found + [f"{wording.name} {place}: this message has no such channel." for place in extra]
