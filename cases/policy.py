"""What the rules are asked about a case, and with which facts."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from cases.facts import facts_for
from cases.models import Case
from common.clock import local_day
from compliance.ask import ask
from compliance.entry import Entry
from compliance.packs import PackUnreadable, describe
from compliance.verdict import Severity, Verdict
from people.models import User
from workflow.steps import Policy, case_of


def asks(action: str, *, on: date | None = None, **more: Any) -> Policy:
    """A policy that puts the case's facts, and ``more``, to the rules under this action's name."""

    def policy(subject: Any, *, by: User, at: datetime) -> Verdict:
        case: Case = case_of(subject)
        known = {"at": at, **more}  # an action may speak of another moment than its own
        facts = facts_for(case, **known)
        return ask(action, facts, on=on or local_day(known["at"], facts.zone or case.zone))

    return policy


def may_contact(channel: str) -> Policy:
    """Whether the debtor may be contacted by this channel at this moment."""
    return asks("contact.log", channel=channel)


def rules_with_exceptions(packs: Sequence[str], day: date) -> dict[str, Entry]:
    """The rules of these packs from which an exception can be granted on that day or later, by id."""
    found: dict[str, Entry] = {}
    for pack in packs:
        try:
            entries = describe(pack)
        except PackUnreadable:  # whatever leans on it is refused anyway
            continue
        for entry in entries:
            over = entry.until is not None and entry.until < day
            if entry.severity is Severity.BLOCK_UNLESS and entry.rule and not over:
                found.setdefault(entry.id, entry)
    return found
