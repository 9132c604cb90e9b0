"""What the rules are asked about a case, and with which facts."""

from datetime import date, datetime
from typing import Any

from cases.facts import facts_for
from cases.models import Case
from common.clock import local_day
from compliance.ask import ask
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


def rule_allows_exception(packs: tuple[str, ...], rule: str) -> bool:
    """Whether one of the packs has this rule, and lets it be excepted from."""
    from compliance.packs import describe

    return any(
        entry.id == rule and entry.severity == Severity.BLOCK_UNLESS
        for pack in packs
        for entry in describe(pack)
    )
