"""The only door to the rules: ask before you act."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from compliance.facts import Facts
from compliance.verdict import Citation, Finding, Force, Severity, Verdict


def ask(action: str, facts: Facts, *, on: date) -> Verdict:
    """What all the rules of the case's packs say about the act, every reason at once."""
    return Verdict(action, on, (_no_packs(),), {}, facts)


def earliest(action: str, facts: Facts, *, after: datetime) -> datetime | None:
    """The first moment from ``after`` on at which nothing stands against the act."""
    return None


def replay(stored: Mapping[str, Any]) -> Verdict:
    """The decision made again from what was stored of it."""
    return ask(
        stored["action"], Facts.from_dict(stored["facts"]), on=date.fromisoformat(stored["on"])
    )


def value(packs: tuple[str, ...], key: str, on: date) -> Any:
    """The strictest value that the packs give under this key on that day; none if none does."""
    return None


def _no_packs() -> Finding:
    return Finding(
        rule="DS-PACKS",
        severity=Severity.BLOCK,
        force=Force.POLICY,
        citation=Citation("Doorstep: no decision without rules", "规则不明,不得行动"),
        says={"en": "No rule pack is set for this case.", "zh": "本案未指定适用的规则包。"},
        remedy={"en": "Choose a rule pack for the creditor.", "zh": "请为债权人指定规则包。"},
    )
