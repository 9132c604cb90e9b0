"""What every message has in common: who writes and for whom, how to reach them, where to complain.

The words stand in one file for each language and not in the catalogue of translations: a notice is
written in the debtor's language, whatever the language of whoever caused it, and a word that nobody
has translated yet must never go out half in English.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string

from common.clock import local_day
from compliance.ask import value
from compliance.wording import offending

LANGUAGES = {"zh": ["zh"], "en": ["en"], "both": ["zh", "en"]}
RULE = "─" * 24


def tells_of_debt(text: str, case: Any, at: datetime) -> bool:
    """Whether these words would tell a stranger that somebody owes money.

    A subject is read by whoever looks at the screen: a family, an employer, a colleague. Which words
    tell is said by the case's packs; where none says so, any might.
    """
    words = value(tuple(case.packs), "wording.outside", local_day(at, case.zone))
    return words is None or bool(offending(text, words))


def one_line(text: str) -> str:
    """The text on one line and without control characters, so that it can stand in a header."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def quiet_subject(case: Any, language: str, at: datetime) -> str:
    """A subject that says who writes and nothing of the matter."""
    writer = writer_of(case)
    said = {
        "zh": f"{writer.name}致您的信函（{case.reference}）",
        "en": f"A message from {writer.name_en or writer.name} ({case.reference})",
    }
    subject = " / ".join(said[one] for one in LANGUAGES[language])
    if tells_of_debt(subject, case, at):  # a firm with such a name leaves it out
        said = {
            "zh": f"致您的信函（{case.reference}）",
            "en": f"A message for you ({case.reference})",
        }
        subject = " / ".join(said[one] for one in LANGUAGES[language])
    return one_line(subject)[:200]


def writer_of(case: Any) -> Any:
    """The organisation that writes: the agency where there is one, else the creditor."""
    return case.agency or case.creditor


def frame(*, case: Any, recipient: Any, says: Mapping[str, str], language: str) -> str:
    """The plain text of a message: salutation, what it says, and who stands behind it.

    ``says`` holds the middle part by language ("zh", "en"); ``language`` is zh, en or both.
    Raises ``KeyError`` when a language is wanted in which nothing is said.
    """
    parts = [
        render_to_string(
            f"notices/email/frame.{one}.txt",
            {
                "says": says[one].strip(),
                "case": case,
                "recipient": recipient,
                "writer": writer_of(case),
                "creditor": case.creditor,
                "for_another": case.agency is not None,
            },
        ).strip()
        for one in LANGUAGES[language]
    ]
    return f"\n\n{RULE}\n\n".join(parts) + "\n"


SHORT = frozenset({"sms", "wecom", "wechat"})
"""Channels in which a message is a few words, read on a screen that others may see."""


def short(*, case: Any, says: str, language: str) -> str:
    """The words with who writes and where to call, and nothing else."""
    writer = writer_of(case)
    name = (writer.name_en or writer.name) if language == "en" else writer.name
    number = writer.phone or writer.complaint_phone
    if language == "en":
        return one_line(f"{says} {name}{f', {number}' if number else ''}")
    return one_line(f"{says}【{name}{f' {number}' if number else ''}】")
