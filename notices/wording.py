"""What every message has in common: who writes and for whom, how to reach them, where to complain.

The words stand in a file for each message and not in the catalogue of translations: a notice is
written in the debtor's language, whatever the language of whoever caused it, and a word that nobody
has translated yet must never go out half in English.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from common.clock import local_day
from compliance.ask import value
from compliance.wording import offending
from notices.texts.placeholders import fill
from notices.texts.standing import Standing, standing
from notices.texts.wordings import FRAME

LANGUAGES = {"zh": ["zh"], "en": ["en"], "both": ["zh", "en"]}
RULE = "─" * 24
_FOR_ANOTHER = {"zh": "{writer}（受{creditor}委托）", "en": "{writer}, for {creditor}"}


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
    whose = case.agency_id or case.creditor_id
    frames = standing([FRAME], ["email"], LANGUAGES[language], at=at, organisation=whose)

    def told(part: str) -> str:
        return " / ".join(
            fill(getattr(frames[FRAME, "email", one].text, part), of_case(case, case.debtor, one))
            for one in LANGUAGES[language]
        )

    subject = told("subject")
    if tells_of_debt(subject, case, at):  # a firm with such a name leaves it out
        subject = told("quiet")
    return one_line(subject)[:200]


def writer_of(case: Any) -> Any:
    """The organisation that writes: the agency where there is one, else the creditor."""
    return case.agency or case.creditor


def of_case(case: Any, recipient: Any, language: str) -> dict[str, str]:
    """What may be filled in whatever the message: who is written to, by whom, and how to reach them."""
    writer, creditor = writer_of(case), case.creditor

    def name(one: Any) -> str:
        return str(one.name_en or one.name) if language == "en" else str(one.name)

    for_another = case.agency is not None
    pattern = _FOR_ANOTHER[language] if for_another else "{writer}"
    return {
        "debtor_name": name(recipient),
        "reference": case.reference,
        "writer_name": name(writer),
        "writer_for": pattern.format(writer=name(writer), creditor=name(creditor)),
        "principal": name(creditor) if for_another else "",
        "creditor_name": name(creditor),
        "writer_phone": writer.phone,
        "writer_email": writer.email,
        "writer_address": writer.address,
        "complaint_phone": writer.complaint_phone or creditor.complaint_phone,
        "regulator_phone": writer.regulator_phone or creditor.regulator_phone,
    }


def frame(
    *, case: Any, recipient: Any, says: Mapping[str, str], language: str, at: datetime,
    channel: str = "email",
) -> str:  # fmt: skip
    """The plain text of a message: salutation, what it says, and who stands behind it.

    ``says`` holds the middle part by language ("zh", "en"); ``language`` is zh, en or both.
    Raises ``KeyError`` when a language is wanted in which nothing is said.
    """
    whose = case.agency_id or case.creditor_id
    frames = standing([FRAME], [channel], LANGUAGES[language], at=at, organisation=whose)
    return framed(
        [frames[FRAME, channel, one] for one in LANGUAGES[language]],
        case=case, recipient=recipient, says=says,
    )  # fmt: skip


def framed(
    frames: Sequence[Standing], *, case: Any, recipient: Any, says: Mapping[str, str]
) -> str:
    """The message in these frames, one language after the other."""
    parts = [
        fill(
            one.text.body,
            {**of_case(case, recipient, one.language), "text": says[one.language].strip()},
            required=("text", "debtor_name", "writer_name", "reference"),
        )
        for one in frames
    ]
    return f"\n\n{RULE}\n\n".join(parts) + "\n"
