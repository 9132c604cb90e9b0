"""Whether what was queued may still go at the moment at which it would: the rules are asked again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cases.facts import facts_for, learn_all
from common.clock import local_day
from compliance.ask import ask
from compliance.verdict import Verdict
from notices.kinds import Later
from notices.models import Notice
from workflow.reasons import Reason


def learn(notices: Sequence[Notice], at: datetime) -> None:
    """Read the facts of all their cases at once, for ``may_go`` to be asked of each."""
    learn_all([notice.case for notice in notices], at)


def may_go(notice: Notice, at: datetime) -> str | Later:
    """Why it must not go now, or from when it may; "" when nothing stands against it."""
    point = notice.contact_point
    verdict = ask_sending(notice.case, notice.means, point.source if point else "", at)
    return answer(verdict, None)


def ask_sending(case: Any, channel: str, source: str, at: datetime) -> Verdict:
    """What the rules say about a message by that channel, to an address from that source."""
    facts = facts_for(
        case, at=at, channel=channel, contact_sources=(source,) if source else (),
    )  # fmt: skip
    return ask("notice.send", facts, on=local_day(at, case.zone))


def answer(verdict: Verdict, closes: datetime | None) -> str | Later:
    """The rules' answer as the relay wants it; after ``closes`` it would have lost its sense."""
    if verdict.allowed:
        return ""
    says = {
        tongue: mark.join(f"{found.rule}{colon}{found.says[tongue]}" for found in verdict.blocks)
        for tongue, mark, colon in (("en", "; ", ": "), ("zh", "；", "："))
    }
    why = says["en"][:280]
    if verdict.earliest and (closes is None or verdict.earliest < closes):
        return Later(verdict.earliest, why, says)
    return Reason(why, says)
