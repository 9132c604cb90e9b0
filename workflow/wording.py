"""Words put to the rules: a text that goes out may be refused, a record of what was said is looked into."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from common.clock import local_day
from compliance.ask import ask
from compliance.facts import Facts
from compliance.verdict import Verdict
from people.models import User
from workflow.duties import raise_duty
from workflow.steps import PolicyRefused, tell

CONDUCT_REVIEW = "conduct.review"
REVIEWED_WITHIN = timedelta(days=3)


def ask_words(case: Any, text: str, *, action: str, at: datetime, aim: str = "") -> Verdict:
    """What the packs of the case say of these words; ``action`` is text.send or text.record.

    ``aim`` is what a text that goes out is for (``compliance.aims``).
    """
    facts = Facts(
        packs=tuple(case.packs), zone=case.zone, at=at, text=text,
        creditor_type=case.creditor.creditor_type or None, aim=aim or None,
    )  # fmt: skip
    return ask(action, facts, on=local_day(at, case.zone))


def demand_lawful_words(case: Any, *texts: str, at: datetime, aim: str = "") -> None:
    """Raise ``PolicyRefused`` if a text that is to go out for that holds words that a pack forbids."""
    verdict = ask_words(case, "\n".join(texts), action="text.send", at=at, aim=aim)
    if not verdict.allowed:
        raise PolicyRefused([verdict])


def mind_words(case: Any, texts: Iterable[str], *, by: User, at: datetime) -> None:
    """Have a record looked into that tells of forbidden words, inside a running change.

    The record itself stays as it was written: what was said has to be kept. The debtor's own words
    are not put to the rules, which speak of what we say.
    """
    text = "\n".join(text for text in texts if text)
    if not text:
        return
    verdict = ask_words(case, text, action="text.record", at=at)
    if not verdict.warnings:
        return
    words = sorted({word for found in verdict.warnings for word in found.inputs["words"]})
    tell(case, "wording.noticed", by, at, {"words": words, "officer": str(by)}, verdict)
    raise_duty(
        case=case,
        kind=CONDUCT_REVIEW,
        says={
            "en": f"Review the conduct: the record by {by} holds “{', '.join(words)}”.",
            "zh": f"复核外访行为：{by} 的记录中出现“{'、'.join(words)}”。",
        },
        due_at=at + REVIEWED_WITHIN,
        key=f"{CONDUCT_REVIEW}:{case.pk}:{case.event_count}",
        rule=verdict.warnings[0].rule,
        role=User.Role.COMPLIANCE,
        at=at,
    )
