"""The gentler channels as a ladder: which were tried, when and with what result, and which are open at all.

Calls and messages that people logged and notices that left the house count together. A visit stands above
the last rung: how many rungs come first is said by the packs, and only an exception on evidence stands in
for one that is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import JSONObject
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cases.facts import GENTLE, WENT
from cases.models import Case, ContactAttempt
from cases.policy import rules_with_exceptions
from common.clock import local_day
from compliance.ask import value
from notices.models import Notice
from notices.models.notice import MEANS
from people.models import Address, ContactPoint, Person, Source
from workflow.kept import kept

OPEN, DEAD, REFUSED, NONE = "open", "dead", "refused", "none"
# A rung, with the numbers and accounts by which it is reached.
RUNGS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "phone": (ContactAttempt.Channel.PHONE.label, ("phone", "sms")),
    "sms": (ContactAttempt.Channel.SMS.label, ("sms", "phone")),
    "wechat": (ContactAttempt.Channel.WECHAT.label, ("wechat", "wecom")),
    "email": (ContactAttempt.Channel.EMAIL.label, ("email",)),
    "portal": (_("Message in the portal"), ()),
    "letter": (ContactAttempt.Channel.LETTER.label, ()),
    "lawyers_letter": (ContactAttempt.Channel.LAWYERS_LETTER.label, ()),
}
ON_PAPER = ("letter", "lawyers_letter")
_GOOD = {"reached", "promised", "delivered"}
_BAD = {"wrong_number", "returned", "refused", "bounced"}


@dataclass(frozen=True)
class Try:
    """One attempt: when, what came of it (a code and its words), and the page that tells more."""

    at: datetime
    result: str
    says: str
    url: str = ""

    @property
    def tone(self) -> str:
        """Green where it reached the debtor, red where nobody is reached, else plain."""
        return "green" if self.result in _GOOD else "red" if self.result in _BAD else "plain"


@dataclass(frozen=True)
class Rung:
    """One channel: what was tried, newest first, and whether it is open now."""

    channel: str
    label: str
    state: str
    tries: Sequence[Try] = ()

    @property
    def last(self) -> Try | None:
        """The newest attempt."""
        return self.tries[0] if self.tries else None


@dataclass(frozen=True)
class Ladder:
    """All the rungs; ``needed`` come before a visit (None: no pack says), ``rule`` says so."""

    rungs: Sequence[Rung]
    needed: int | None = None
    rule: str = ""
    may_be_waived: bool = False
    waivers: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    @property
    def tried(self) -> int:
        """How many different channels were tried."""
        return sum(bool(rung.tries) for rung in self.rungs)

    @property
    def climbed(self) -> bool:
        """Whether as many were tried as the packs want."""
        return self.needed is None or self.tried >= self.needed


def ladder_of(case: Case, at: datetime, attempts: Sequence[ContactAttempt] | None = None) -> Ladder:
    """The case's ladder at that moment; ``cases.facts.learn_facts`` has been called for the case.

    ``attempts`` are those that were logged, newest first, for whoever has read them already.
    """
    logged = _attempts(case=case.pk) if attempts is None else attempts
    reached = _reached(person=case.debtor_id, case=case.pk)[0]
    tries = _tries(logged, reached["messages"])
    points, homes = reached["points"], reached["homes"]
    rungs = [
        Rung(channel, str(label), _state(channel, by, points, homes, tries), tries.get(channel, []))
        for channel, (label, by) in RUNGS.items()
    ]
    day = local_day(at, case.zone)
    waivable = {
        entry.id for entry in rules_with_exceptions(case.packs, day).values()
        if entry.rule == "gentler_first"
    }  # fmt: skip
    return Ladder(
        [rung for rung in rungs if rung.tries or rung.channel != "portal"],
        value(tuple(case.packs), "gentler.channels", day),
        rule=min(waivable, default=""),
        may_be_waived=bool(waivable),
        waivers=[one for one in case.fact_exceptions if one["rule"] in waivable],
    )


def _tries(
    attempts: Iterable[ContactAttempt], messages: Iterable[Mapping[str, Any]]
) -> dict[str, list[Try]]:
    """What was tried by each channel, newest first."""
    found: dict[str, list[Try]] = {}
    for attempt in attempts:
        if attempt.traced:  # somebody else was asked; that is no rung
            continue
        found.setdefault(attempt.channel, []).append(
            Try(attempt.at, attempt.result, attempt.get_result_display())
        )
    words = dict(Notice.State.choices)
    for row in messages:
        found.setdefault(MEANS.get(row["channel"], row["channel"]), []).append(
            Try(
                datetime.fromisoformat(row["delivered"] or row["sent"] or row["queued"]),
                row["state"],
                str(words[row["state"]]),
                reverse("notices:notice", args=[row["pk"]]),
            )
        )
    return {
        channel: sorted(some, key=lambda one: one.at, reverse=True)
        for channel, some in found.items()
    }


def _state(
    channel: str,
    by: Iterable[str],
    points: Sequence[Mapping[str, Any]],
    homes: bool,
    tries: Mapping[str, Sequence[Try]],
) -> str:
    """Whether the channel is open: some number that is alive, and that the debtor lets be used."""
    if channel in ON_PAPER:
        return OPEN if homes else NONE
    some = [point for point in points if point["channel"] in by]
    last = next(iter(tries.get(channel, ())), None)
    if last and last.result == ContactAttempt.Result.REFUSED:
        return REFUSED
    if any(not (point["barred"] or point["dead"]) for point in some):
        return OPEN
    if not some:
        return NONE
    return REFUSED if all(point["barred"] for point in some) else DEAD


@kept
def _attempts(*, case: int) -> QuerySet[ContactAttempt]:
    return ContactAttempt.objects.filter(case=case).order_by("-at", "-pk")[:200]


@kept
def _reached(*, person: int, case: int) -> QuerySet[Any]:
    """The debtor's numbers and accounts, whether there is an address for a letter, and what was sent."""
    sent = Notice.objects.filter(case=case, kind__in=GENTLE, state__in=WENT).order_by("-queued_at")
    own = {"person": OuterRef("pk")}
    homes = Address.objects.filter(**own, kind__in=[Address.Kind.HOME, Address.Kind.AGREED])
    points = ContactPoint.objects.filter(**own).exclude(source=Source.UNKNOWN).order_by("pk")
    found: Any = Person.objects.filter(pk=person).order_by()
    known: QuerySet[Any] = found.annotate(
        homes=Exists(homes.exclude(source=Source.UNKNOWN)),
        messages=ArraySubquery(
            sent.values(
                json=JSONObject(
                    pk="pk",
                    channel="channel",
                    state="state",
                    queued="queued_at",
                    sent="sent_at",
                    delivered="delivered_at",
                )
            )[:200]
        ),
        points=ArraySubquery(
            points.values(
                json=JSONObject(channel="channel", barred="do_not_contact", dead="dead_at")
            )
        ),
    ).values("homes", "points", "messages")
    return known
