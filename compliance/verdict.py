"""What the rules answer: findings with their source, and when it would be lawful."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from compliance.facts import Facts
from compliance.plain import to_plain


class Severity(StrEnum):
    """What a finding does."""

    BLOCK = "block"
    BLOCK_UNLESS = "block_unless"  # unless a second person granted an exception
    WARN = "warn"
    DUTY = "duty"  # something that has to be done before the next step

    @property
    def label(self) -> dict[str, str]:
        """The severity in words, in both languages."""
        return _SEVERITIES[self]


class Force(StrEnum):
    """Where a rule takes its force from; shown to people and never blurred."""

    LAW = "law"
    REGULATION = "regulation"
    STANDARD = "standard"
    SELF_DISCIPLINE = "self_discipline"
    DRAFT = "draft"
    POLICY = "policy"

    @property
    def label(self) -> dict[str, str]:
        """The force in words, in both languages."""
        return _FORCES[self]


_SEVERITIES = {
    Severity.BLOCK: {"en": "Not allowed", "zh": "禁止"},
    Severity.BLOCK_UNLESS: {"en": "Not allowed without an exception", "zh": "未经例外审批不得进行"},
    Severity.WARN: {"en": "Warning", "zh": "提示"},
    Severity.DUTY: {"en": "To be done", "zh": "应办事项"},
}
_FORCES = {
    Force.LAW: {"en": "Law", "zh": "法律"},
    Force.REGULATION: {"en": "Regulation", "zh": "监管规定"},
    Force.STANDARD: {"en": "National standard (recommended)", "zh": "国家标准（推荐性）"},
    Force.SELF_DISCIPLINE: {"en": "Self-discipline of the trade", "zh": "自律规范"},
    Force.DRAFT: {"en": "Draft, not in force", "zh": "征求意见稿"},
    Force.POLICY: {"en": "House policy", "zh": "内部政策"},
}
_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Citation:
    """The primary text on which a value rests."""

    title: str
    title_zh: str
    article: str = ""
    url: str = ""
    article_zh: str = ""

    @property
    def text(self) -> dict[str, str]:
        """Title and article in one line, in both languages."""
        return {
            "en": ", ".join(filter(None, [self.title, self.article])),
            "zh": " ".join(filter(None, [self.title_zh, self.article_zh or self.article])),
        }


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule's answer: what it says, from where, on which figures, and what would help.

    ``earliest`` is the first moment at which this rule alone would be content (for a duty: when
    it is due); none where time changes nothing. ``excepted`` names the exception that heals it.
    """

    rule: str
    severity: Severity
    force: Force
    citation: Citation
    says: Mapping[str, str]
    remedy: Mapping[str, str]
    earliest: datetime | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    pack: str = ""
    pack_version: str = ""
    checked_by: str = ""
    checked_on: date | None = None
    since: date | None = None
    confidence: str = ""
    unknown: tuple[str, ...] = ()
    excepted: Mapping[str, str] | None = None

    @property
    def blocks(self) -> bool:
        """Whether it stops the act as things stand."""
        return self.severity in (Severity.BLOCK, Severity.BLOCK_UNLESS) and self.excepted is None

    @property
    def checked(self) -> bool:
        """Whether a person has compared the value with its source."""
        return bool(self.checked_by and self.checked_on)

    @property
    def order(self) -> tuple[Any, ...]:
        """By which findings are listed: the gravest first, always the same way."""
        return (_RANK[self.severity], self.rule, self.pack, self.says.get("en", ""))

    def as_dict(self) -> dict[str, Any]:
        """The finding as JSON can hold it."""
        plain: dict[str, Any] = to_plain(self)
        return plain

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Finding":
        """The finding again, equal to the one that was written."""
        given = dict(plain)
        given["severity"] = Severity(given["severity"])
        given["force"] = Force(given["force"])
        given["citation"] = Citation(**given["citation"])
        given["unknown"] = tuple(given.get("unknown", ()))
        for name, kind in (("earliest", datetime), ("checked_on", date), ("since", date)):
            if given.get(name):
                given[name] = kind.fromisoformat(given[name])
        return cls(**given)


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to one question: every finding at once, and with what it was decided."""

    action: str
    on: date
    findings: tuple[Finding, ...]
    packs: Mapping[str, str]  # name -> version
    facts: Facts
    earliest: datetime | None = None  # only if refused, and only if time alone heals it
    digests: Mapping[str, str] = field(default_factory=dict)  # name -> SHA-256 of the pack's files

    @property
    def allowed(self) -> bool:
        """Whether nothing stands against the act."""
        return not any(finding.blocks for finding in self.findings)

    @property
    def blocks(self) -> list[Finding]:
        """What stands against it."""
        return [finding for finding in self.findings if finding.blocks]

    @property
    def warnings(self) -> list[Finding]:
        """What should be thought of first."""
        return [found for found in self.findings if found.severity is Severity.WARN]

    @property
    def duties(self) -> list[Finding]:
        """What has to be done because of it."""
        return [found for found in self.findings if found.severity is Severity.DUTY]

    @property
    def overrides(self) -> list[Finding]:
        """What would stand against it, had no exception been granted."""
        return [finding for finding in self.findings if finding.excepted is not None]

    def as_dict(self) -> dict[str, Any]:
        """The decision as JSON can hold it, with all that is needed to make it again."""
        return {
            "action": self.action,
            "on": self.on.isoformat(),
            "allowed": self.allowed,
            "earliest": to_plain(self.earliest),
            "packs": dict(self.packs),
            "digests": dict(self.digests),
            "facts": self.facts.as_dict(),
            "findings": [finding.as_dict() for finding in self.findings],
        }

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> "Verdict":
        """The decision as it was stored; nothing is decided anew."""
        return cls(
            action=plain["action"],
            on=date.fromisoformat(plain["on"]),
            findings=tuple(Finding.from_dict(found) for found in plain.get("findings", ())),
            packs=dict(plain["packs"]),
            facts=Facts.from_dict(plain["facts"]),
            earliest=datetime.fromisoformat(plain["earliest"]) if plain["earliest"] else None,
            digests=dict(plain.get("digests", {})),
        )
