"""What a rule is: a small function that judges the facts by one dated value of a pack."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from compliance.entry import Entry
from compliance.facts import Facts
from compliance.plain import to_plain
from compliance.strict import Direction
from compliance.verdict import Finding, Force, Severity
from compliance.words import Named, Slot, Until, filled

VISIT = ("visit.plan", "visit.announce", "visit.start")
CONTACT = ("contact.log", "contact.trace", "reminder.send", "notice.send")
DOOR = ("papers.show", "premises.enter", "talk.open")
AGREEMENT = ("agreement.reach", "agreement.sign")
ASKING = ("agreement.ask_signer",)
TEXT = ("text.send", "text.record")
AROUND = ("visit.depart", "evidence.add", "visit.finish")  # before, during and after a visit
KEEPING = ("data.keep",)
CASH = ("cash.take",)  # money handed over at a door
ENDING = (
    "payment.record", "rate.state", "agreement.accelerate", "original.void", "case.close",
    "case.close_early",
)  # fmt: skip
ACTIONS = frozenset(
    (*VISIT, *CONTACT, *DOOR, *AGREEMENT, *ASKING, *TEXT, *AROUND, *KEEPING, *CASH, *ENDING)
)

T = TypeVar("T")
MINUTE = timedelta(minutes=1)
UNKNOWN = {
    "en": "Not known yet: {facts}. Until it is known, this may not be done.",
    "zh": "以下信息尚不明确：{facts}。在查明之前不得进行。",
}
UNKNOWN_REMEDY = {
    "en": "Enter what is missing, then try again.",
    "zh": "请补充上述信息后再试。",
}


class NotKnown(LookupError):
    """A rule leans on a fact that it does not list among its needs."""


class NaiveMoment(ValueError):
    """A moment was given without its time zone, so that nobody can say when it is."""


@dataclass(frozen=True, slots=True)
class Context:
    """One question as the rules see it, with the clock of the place where the debtor lives.

    ``begin`` and ``finish`` are the slot that is judged: the planned one, and once the officers
    stand at the door the one that they really take; ``length`` is what lies between. Local moments
    are for reading: whoever adds to them or compares them takes ``utc`` first. ``day`` is the day of the act, by whose rules
    it is judged. ``look_up`` gives a plain value by its key and a day.
    """

    action: str
    zone: ZoneInfo
    day: date
    moment: datetime | None
    begin: datetime | None
    finish: datetime | None
    length: timedelta | None
    creditor_type: str | None
    look_up: Callable[[str, date], Any]
    collector: str | None = None

    def local(self, moment: datetime) -> datetime:
        """The moment as the clocks there show it."""
        return utc(moment).astimezone(self.zone)

    def first(self, day: date, at: time) -> datetime:
        """The first moment of that day at which the clocks there show this time, or a later one.

        They may skip it on the day on which summer time begins.
        """
        wall = datetime.combine(day, at)
        moment = wall.replace(tzinfo=self.zone).astimezone(UTC)
        if moment.astimezone(self.zone).replace(tzinfo=None) == wall:
            return moment
        low, high = wall.replace(tzinfo=self.zone, fold=1).astimezone(UTC), moment
        while high - low > timedelta(seconds=1):
            middle = low + (high - low) / 2
            if middle.astimezone(self.zone).replace(tzinfo=None) >= wall:
                high = middle
            else:
                low = middle
        return high.replace(second=0, microsecond=0)

    def starts(self, day: date) -> datetime:
        """The first moment of that day there."""
        return self.first(day, time())

    def refuse(
        self,
        entry: Entry,
        variant: str = "",
        *,
        earliest: datetime | None = None,
        severity: Severity | None = None,
        **figures: Any,
    ) -> Finding:
        """The finding of this value, its words filled with the figures that were used.

        ``variant`` picks one of several messages; ``earliest`` is when this rule alone would be
        content; ``severity`` is milder than the value's own where the act only comes nearer.
        """
        shown = {name: self._local_figure(figure) for name, figure in figures.items()}
        return self._finding(
            entry,
            severity=severity or entry.severity,
            says=filled(entry.says[variant], shown),
            remedy=filled(entry.remedies.get(variant) or entry.remedies[""], shown),
            earliest=whole_minute(utc(earliest)) if earliest else None,
            inputs={name: to_plain(figure) for name, figure in shown.items()},
        )

    def unknown(self, entry: Entry, names: Iterable[str]) -> Finding:
        """The finding that a fact is not known which this value needs: never an allowance."""
        missing = tuple(names)
        figures = {"facts": [Named(name) for name in missing]}
        return self._finding(
            entry,
            severity=entry.severity if entry.severity in _MILD else Severity.BLOCK,
            says=filled(UNKNOWN, figures),
            remedy=filled(UNKNOWN_REMEDY, figures),
            inputs=dict.fromkeys(missing),
            unknown=missing,
        )

    def _finding(self, entry: Entry, **given: Any) -> Finding:
        return Finding(
            rule=entry.id,
            force=self._force_of(entry),
            citation=entry.citation,
            pack=entry.pack,
            pack_version=entry.version,
            checked_by=entry.checked_by,
            checked_on=entry.checked_on,
            since=entry.since,
            confidence=entry.confidence,
            **given,
        )

    def _force_of(self, entry: Entry) -> Force:
        """What does not bind this creditor, or who collects, is followed as house policy, and says so."""
        if entry.binds and self.creditor_type not in entry.binds:
            return Force.POLICY
        if entry.binds_collectors and self.collector not in entry.binds_collectors:
            return Force.POLICY
        return entry.force

    def _local_figure(self, figure: Any) -> Any:
        if isinstance(figure, datetime):
            return self.local(figure)
        if isinstance(figure, Until):
            return Until(self.local(figure.moment))
        if isinstance(figure, Slot):
            return Slot(self.local(figure.begin), self.local(figure.finish))
        return figure


_MILD = (Severity.WARN, Severity.DUTY)

Answer = Finding | Sequence[Finding] | None
Judge = Callable[[Facts, Entry, Context], Answer]


@dataclass(frozen=True, slots=True)
class Rule:
    """A judging function with what it needs: actions, facts, fields of the value, messages."""

    name: str
    judge: Judge
    answers: frozenset[str]
    needs: Mapping[str, tuple[str, ...]]  # action -> facts without which nothing can be said
    takes: Mapping[str, type]
    says: Mapping[str, tuple[str, ...]]  # variant -> the figures that its words may show
    strict: Mapping[str, Direction] = field(default_factory=dict)
    purpose: str = field(default="")


RULES: dict[str, Rule] = {}


def rule(
    *,
    answers: Iterable[str],
    says: Mapping[str, tuple[str, ...]],
    needs: Iterable[str] | Mapping[str, tuple[str, ...]] = (),
    takes: Mapping[str, type] | None = None,
    strict: Mapping[str, Direction] | None = None,
) -> Callable[[Judge], Judge]:
    """Register a rule under its function's name.

    ``answers`` are the actions for which it is asked, ``needs`` the facts that must be known
    (for all actions, or per action), ``takes`` the fields of its value in the pack, ``says`` its
    messages with the figures that each may show. A fact that is needed and unknown refuses.
    ``strict`` says in which direction a field is stricter; one without may only be equal to that of
    the pack that a house tightens.
    """

    def register(judge: Judge) -> Judge:
        name = judge.__name__
        actions = frozenset(answers)
        if name in RULES:
            raise ValueError(f"there are two rules named {name}")
        if not actions <= ACTIONS:
            raise ValueError(f"{name} answers unknown actions: {sorted(actions - ACTIONS)}")
        per_action = (
            {action: tuple(needs.get(action, ())) for action in actions}
            if isinstance(needs, Mapping)
            else dict.fromkeys(actions, tuple(needs))
        )
        if (strict or {}).keys() - (takes or {}).keys():
            raise ValueError(f"{name} has a direction for a field that it does not take")
        RULES[name] = Rule(
            name, judge, actions, per_action, takes or {}, says, strict or {},
            (judge.__doc__ or "").strip(),
        )  # fmt: skip
        return judge

    return register


def known(fact: T | None) -> T:
    """The fact, of which the rule's ``needs`` have made sure that it is known."""
    if fact is None:
        raise NotKnown
    return fact


def utc(moment: datetime) -> datetime:
    """The moment in UTC, where spans can be added and taken off without regard to clocks."""
    if moment.tzinfo is None:
        raise NaiveMoment(moment)
    return moment.astimezone(UTC)


def whole_minute(moment: datetime) -> datetime:
    """The next full minute, since nobody plans by the second."""
    if moment.second or moment.microsecond:
        return moment.replace(second=0, microsecond=0) + MINUTE
    return moment
