"""What is asked about a visit that is looked into: each question with the rule or the house rule it comes from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Question:
    """One question; ``source`` is the row of the source book, ``weight`` how much its answer counts."""

    code: str
    words: Promise | str
    source: Promise | str
    weight: int = 1


QUESTIONS = (
    Question("lawful_time", _("The visit kept to its hours, its place and its length."), "CN-01, CN-15", 2),
    Question("notice", _("It was announced in time, with names, purpose and the debt in detail."), "CN-LEAD, CN-NOTICE", 2),
    Question("credentials", _("The officers showed who they are before they spoke of the debt."), "CN-09, CN-23", 2),
    Question("identity", _("Nothing of the debt was said before it was certain who stood there."), "CN-26, CN-28", 3),
    Question("consent", _("They asked before they recorded, and kept to the answer."), "CN-10, CN-12", 2),
    Question("manner", _("They spoke calmly and politely, without threat or pressure."), "CN-33, CN-34", 3),
    Question("own_words", _("The debtor's own words and reasons are on the record."), "CN-64"),
    Question("hardship", _("Hardship was asked about, and ways out were offered."), _("House policy")),
    Question("leaving", _("They left when they were asked to, and within the time."), "CN-13", 3),
    Question("record", _("The record is whole: times, people, papers, files, both confirmed."), "CN-63, CN-65"),
)  # fmt: skip
BY_CODE: Mapping[str, Question] = {one.code: one for one in QUESTIONS}
ANSWERS = (
    ("2", _("Yes")),
    ("1", _("In part")),
    ("0", _("No")),
    ("na", _("Does not apply")),
)
BEST = 2


def score_of(answers: Mapping[str, Mapping[str, Any]]) -> int | None:
    """The weighted share of what could be had, in per cent, rounded down; None where nothing applied."""
    had = could = 0
    for code, given in answers.items():
        question = BY_CODE.get(code)
        if question and str(given.get("score")) in {"0", "1", "2"}:
            had += question.weight * int(given["score"])
            could += question.weight * BEST
    return had * 100 // could if could else None


def differ(
    first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]
) -> list[str]:
    """The questions to which two people gave another answer."""
    return [
        one.code
        for one in QUESTIONS
        if (first.get(one.code) or {}).get("score") != (second.get(one.code) or {}).get("score")
    ]
