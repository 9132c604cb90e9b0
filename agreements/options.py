"""The ways out side by side: what each asks in a month, whether it can be borne, what the rules say.

They are made from what is known of the debtor before any of them is asked for. Nothing here is kept:
an option that is taken goes into the form, where all of it can be altered.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from agreements import bearable, plans
from agreements.models import Agreement
from agreements.plans import Due
from agreements.policy import COMPONENTS, known_of, may_reach, owed_by_component, own_limit
from cases.facts import learn_facts
from cases.models import Assessment, Case
from cases.models.case import Step
from common.clock import local_day
from common.money import CENT, ZERO, total
from compliance import packs
from compliance.ask import value
from compliance.entry import Entry
from compliance.verdict import Finding, Verdict
from people.models import User
from workflow.steps import Policy, WrongInput

EQUAL_COUNTS = (3, 6, 12, 24)
YEAR = 12
USUAL_WAIT = 3
PAID_WITHIN = timedelta(days=7)
"""How soon a single sum is to come: a week, in which it can be transferred without haste."""
WITHOUT_A_TALK = (Step.PREPARATION, Step.NOTICE, Step.FOLLOW_UP)
SHARE = "agreement.bearable_percent"
LONGEST = "agreement.max_months"


@dataclass(frozen=True)
class Ability:
    """What is known of the ability to pay; ``most`` is the highest month that can be borne."""

    assessment: Assessment | None
    percent: int | None
    most: Decimal | None
    rests_on: Entry | None  # the pack's value that gives the share

    @property
    def left(self) -> Decimal | None:
        """What is left in a month after the outgoings."""
        return self.assessment.left_to_pay_with if self.assessment else None


@dataclass(frozen=True)
class Way:
    """A plan before anybody has judged it; ``asked`` is what the form is told of it besides its kind."""

    kind: str
    rows: Sequence[Due]
    waived: Mapping[str, Decimal]
    first: date
    asked: Mapping[str, Any] = field(default_factory=dict)
    proposed: bool = False


@dataclass(frozen=True)
class Option:
    """One way out, with what it comes to."""

    way: Way
    fits: bool | None  # None: what can be borne is not known
    share: int | None  # of what is left in a month, per cent
    verdict: Verdict
    own: Sequence[Finding] = field(default_factory=tuple)  # findings that not every option has

    @property
    def label(self) -> str:
        """The kind of plan in words."""
        return str(Agreement.Plan(self.way.kind).label)

    @property
    def fields(self) -> dict[str, Any]:
        """What the form is filled with when this one is taken, by its fields."""
        told = {"plan": self.way.kind, "first_on": self.way.first.isoformat(), **self.way.asked}
        return told | {
            f"waived_{name}": str(self.way.waived.get(name, ZERO)) for name in COMPONENTS
        }

    @property
    def query(self) -> str:
        """The same, as it stands in an address."""
        return f"?{urlencode(self.fields, doseq=True)}"

    @property
    def total(self) -> Decimal:
        """What is paid in all."""
        return plans.sum_of(self.way.rows)

    @property
    def waived_total(self) -> Decimal:
        """What is waived in all."""
        return total(self.way.waived.values())

    @property
    def heaviest(self) -> Decimal:
        """The highest month."""
        return plans.heaviest_month(self.way.rows)

    @property
    def too_much(self) -> bool:
        """Whether the highest month takes more than there is."""
        return self.share is not None and self.share > 100


@dataclass(frozen=True)
class Wishes:
    """What the debtor said that shapes the options: months of income, months of waiting, a sum."""

    season: tuple[int, ...] = ()
    wait: int = USUAL_WAIT
    settle_for: Decimal | None = None


def ability_of(case: Case, day: date) -> Ability:
    """What is known of the debtor's ability to pay, and what follows from it by the packs of that day."""
    last = case.assessments.first()
    percent = value(tuple(case.packs), SHARE, day)
    rests_on = next(
        (
            entry
            for entry in packs.entries_under(case.packs, SHARE, day)
            if entry["percent"] == percent
        ),
        None,
    )
    left = last.left_to_pay_with if last else None
    return Ability(last, percent, bearable.most_a_month(left, percent), rests_on)


def options_for(
    case: Case, ability: Ability, wishes: Wishes, *, by: User, at: datetime
) -> tuple[list[Option], list[Finding]]:
    """The options, and the findings that every one of them has; the proposed one stands first."""
    case = copy(case)
    learn_facts(case, at)
    channel, revised = _how_agreed(case)
    known = known_of(case, at, of_talk=not channel and not revised)
    found = []
    for way in _ways(case, ability, wishes, at, known["granted"]):
        policy = may_be_agreed(case, way, at, known)
        share = plans.share_of(plans.heaviest_month(way.rows), ability.left)
        fits = bearable.fits(way.rows, ability.most)
        found.append(Option(way, fits, share, policy(case, by=by, at=at)))
    return _with_own_findings(found)


def may_be_agreed(
    case: Case, way: Way, at: datetime, known: Mapping[str, Any] | None = None
) -> Policy:
    """Whether this plan may be put in writing as the case stands; ``known`` as ``may_reach`` has it."""
    channel, revised = _how_agreed(case)
    return may_reach(
        total=plans.sum_of(way.rows), waived=way.waived,
        months=plans.months(way.rows, local_day(at, case.zone)), channel=channel, revised=revised,
        new_loan=False, known=known,
    )  # fmt: skip


def _how_agreed(case: Case) -> tuple[str, bool]:
    """By which way terms would be agreed on without a talk, and whether they take the place of others."""
    return "phone" if case.state in WITHOUT_A_TALK else "", case.state == Step.AGREEMENT


def a_month_on(day: date) -> date:
    """The day on which a first instalment is usually set: the same of the next month."""
    return plans.due_days(day, 2)[1] if day.day <= 28 else day + timedelta(days=30)


def _ways(
    case: Case, ability: Ability, wishes: Wishes, at: datetime, granted: Mapping[str, Decimal]
) -> Iterator[Way]:
    owed = owed_by_component(case)
    whole = total(owed.values()) - total(granted.values())
    if whole <= ZERO:
        return
    today = local_day(at, case.zone)
    first, soon = a_month_on(today), today + PAID_WITHIN
    longest = value(tuple(case.packs), LONGEST, today)
    borne = bearable.proposed(
        whole, bearable=ability.most, first=first, today=today, longest=longest
    )
    if borne:
        yield Way("equal", borne, granted, first, {"count": len(borne)}, proposed=True)
    else:
        yield from _what_can_be_carried(owed, ability, first, today, longest)
    waived = granted or _left_to_the_agency(case, owed)
    if total(owed.values()) > total(waived.values()):
        at_once = plans.full(total(owed.values()) - total(waived.values()), on=soon)
        yield Way("full", at_once, waived, soon)
    count = len(borne) if len(borne) > 1 else YEAR
    for kind, asked in _shapes(whole, first, len(borne), wishes):
        if kind in {"deferred", "seasonal"}:
            asked["count"] = _within(kind, first, today, longest, count, wishes)
        rows = _if_possible(kind, whole, first=first, **asked)
        if rows:
            yield Way(kind, rows, granted, first, asked)
    yield from _settling(owed, wishes, soon)


def _shapes(
    whole: Decimal, first: date, borne: int, wishes: Wishes
) -> list[tuple[str, dict[str, Any]]]:
    """Kind and figures of the plans without a waiver of their own, beside the one that is proposed."""
    year = _if_possible("equal", whole, first=first, count=YEAR)
    half = (plans.heaviest_month(year) / 2).quantize(Decimal(1))
    return [
        *(("equal", {"count": several}) for several in EQUAL_COUNTS if several != borne),
        ("stepped", {"count": YEAR, "low": half, "low_count": YEAR // 2}),
        ("balloon", {"count": YEAR, "low": half}),
        ("deferred", {"wait": wishes.wait}),
        ("seasonal", {"season": wishes.season}),
    ]


def _within(
    kind: str, first: date, today: date, longest: int | None, count: int, wishes: Wishes
) -> int:
    """So many instalments as asked, or as many as end within the longest term; one at least."""
    ahead = plans.due_days(first, plans.MOST_INSTALMENTS)
    days = ahead[wishes.wait :] if kind == "deferred" else ahead
    if kind == "seasonal":
        days = [day for day in ahead if day.month in wishes.season]
    if longest is not None:
        days = [day for day in days if plans.months([Due(day, CENT)], today) <= longest]
    return max(min(count, len(days)), 1)


def _if_possible(kind: str, whole: Decimal, **given: Any) -> list[Due]:
    """The plan, or none where the sum is too small for it or nobody has said what it needs."""
    make: dict[str, Callable[..., list[Due]]] = {
        "equal": plans.equal, "stepped": plans.stepped, "balloon": plans.balloon,
        "deferred": plans.deferred, "seasonal": plans.seasonal,
    }  # fmt: skip
    try:
        return make[kind](whole, **given)
    except WrongInput:
        return []


def _what_can_be_carried(
    owed: Mapping[str, Decimal], ability: Ability, first: date, today: date, longest: int | None
) -> Iterator[Way]:
    """Where no plan within the term can be borne: what can be, and how much would have to be waived."""
    whole = total(owed.values())
    most = bearable.most_within(
        whole, bearable=ability.most, first=first, today=today, longest=longest
    )
    rows = bearable.proposed(most, bearable=ability.most, first=first, today=today, longest=longest)
    if rows and most < whole:
        waived = bearable.waiver_of(owed, whole - most)
        yield Way("equal", rows, waived, first, {"count": len(rows)}, proposed=True)


def _settling(owed: Mapping[str, Decimal], wishes: Wishes, soon: date) -> Iterator[Way]:
    """A sum in full settlement: what the debtor named, else the principal alone."""
    whole = total(owed.values())
    asked = wishes.settle_for or owed["principal"]
    if ZERO < asked < whole:
        waived = bearable.waiver_of(owed, whole - asked)
        yield Way("settlement", plans.settlement(asked, owed=whole, on=soon), waived, soon)


def _left_to_the_agency(case: Case, owed: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """What may be waived without asking anybody: costs and interest up to the mandate's limit."""
    return bearable.waiver_of({**owed, "principal": ZERO}, own_limit(case))


def _with_own_findings(found: Sequence[Option]) -> tuple[list[Option], list[Finding]]:
    """Each option with the findings that are its own; what all of them have is said once."""
    said = [{(heard.rule, heard.says["en"]): heard for heard in _heard(option)} for option in found]
    common = set.intersection(*(set(one) for one in said)) if said else set()
    options = [
        replace(option, own=[heard for key, heard in one.items() if key not in common])
        for option, one in zip(found, said, strict=True)
    ]
    return options, [heard for key, heard in (said[0].items() if said else ()) if key in common]


def _heard(option: Option) -> list[Finding]:
    """What stands against it and what should be thought of."""
    return [*option.verdict.blocks, *option.verdict.warnings]
