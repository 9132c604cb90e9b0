"""Whether what was queued may still go at the moment at which it would: the rules are asked again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from cases.facts import facts_for, learn_all
from cases.guarantees import target_of
from common.clock import local_day
from compliance.aims import Aim
from compliance.ask import ask
from compliance.verdict import Verdict
from notices.aims import aim_for
from notices.kinds import Later
from notices.models import Notice
from workflow.reasons import Reason


def learn(notices: Sequence[Notice], at: datetime) -> None:
    """Read the facts of all their cases at once, for ``may_go`` to be asked of each."""
    learn_all([notice.case for notice in notices], at)


def may_go(notice: Notice, at: datetime) -> str | Later:
    """Why it must not go now, or from when it may; "" when nothing stands against it."""
    point = notice.contact_point
    source = point.source if point else ""
    whom = target_of(notice.case, notice.recipient_id) if "signer" in notice.about else {}
    verdict = ask_sending(
        notice.case, notice.means, source, at, aim=aim_of(notice), tells_of=notice.about.get("of"),
        **whom,
    )  # fmt: skip
    return answer(verdict, None)


def aim_of(notice: Notice) -> Aim:
    """What a message is for."""
    return aim_for(notice.kind, notice.about)


def ask_sending(
    case: Any, channel: str, source: str, at: datetime, *, aim: Aim = Aim.COLLECTING,
    tells_of: int | None = None, **whom: Any,
) -> Verdict:  # fmt: skip
    """What the rules say about a message by that channel and for that aim, to an address from that source.

    ``whom`` is the part of a recipient other than the debtor. ``tells_of`` is the message of which it brings word: the two reach out once.
    """
    facts = facts_for(
        case, at=at, channel=channel, contact_sources=(source,) if source else (), aim=aim.value,
        but_notice=tells_of, **whom,
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
