"""What must hold whatever the facts are."""

import json
import random
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from compliance import packs
from compliance.ask import ask, earliest, replay
from compliance.facts import ExceptionFacts, Facts, HoldFacts, OfficerFacts
from compliance.rule import ACTIONS, RULES, VISIT
from compliance.shelf import Shelf
from compliance.verdict import Severity, Verdict
from tests.compliance.given import LAWFUL
from tests.compliance.given import facts as in_order

HERE = Path(__file__).parent / "packs"
MINUTE = timedelta(minutes=1)
ZONES = (
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Africa/Cairo", "America/Santiago",
    "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Kiritimati", "UTC",
)  # fmt: skip
FIRST = datetime(2026, 1, 5)
EVERY_PACK = [
    ("gb", "gb-sct"), ("us", "us-ma"), ("us", "us-ny-nyc"), ("in",), ("eu", "intl-strict"),
    ("sg", "intl-strict"), ("hk", "intl-strict"), ("my", "intl-strict"), ("ph", "intl-strict"),
    ("id", "intl-strict"), ("cn", "house-hz"),
]  # fmt: skip


@pytest.fixture(autouse=True, scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The packs of the house, and beside them one whose hours change by date."""
    home = tmp_path_factory.mktemp("packs")
    for pack in (*packs.HOME.iterdir(), *HERE.iterdir()):
        if pack.is_dir() and not pack.name.startswith("_"):
            (home / pack.name).symlink_to(pack)
    packs.refresh(home)
    yield
    packs.refresh(packs.HOME)


def moments(start: datetime = FIRST, days: int = 320) -> st.SearchStrategy[datetime]:
    """Full minutes, which is how people plan."""
    return st.integers(0, days * 24 * 60).map(lambda m: start.replace(tzinfo=UTC) + m * MINUTE)


days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
holds = st.builds(
    lambda reason, scope, start, length: HoldFacts(
        reason, scope, start, None if length is None else start + timedelta(days=length)
    ),
    st.sampled_from(["hospital", "complaint", "hardship"]),
    st.sampled_from(["all", "visits", "reminders"]),
    days,
    st.one_of(st.integers(0, 40), st.none()),
)
officers = st.builds(
    OfficerFacts,
    badge=st.sampled_from(["021", "034", "040"]),
    credential_from=st.sampled_from([date(2025, 6, 1), date(2026, 4, 1), None]),
    credential_until=st.sampled_from([date(2027, 12, 31), date(2026, 9, 1)]),
    revoked=st.sampled_from([False, False, False, True]),
    trained_on=st.sampled_from([date(2025, 12, 1), date(2026, 1, 2), None]),
    present=st.sampled_from([True, True, False, None]),
    shown=st.sampled_from([True, True, False, None]),
)
exceptions = st.builds(
    ExceptionFacts,
    rule=st.sampled_from(["CN-01", "CN-02", "CN-14", "CN-69", "ST-15"]),
    approved_by=st.sampled_from(["周敏", "陈晓"]),
    requested_by=st.just("陈晓"),
    until=days,
    evidence=st.just("来信"),
)


@st.composite
def questions(draw: st.DrawFn) -> Facts:
    """Facts that are mostly in order; time, caps and holds are stirred."""
    start = draw(moments())
    length = draw(st.sampled_from([30, 45, 60, 61]))
    changes: dict[str, Any] = {
        "packs": tuple(draw(st.sampled_from([
            ("story",), ("cn",), ("cn", "story"), ("shifting",), ("shifting", "story"), *EVERY_PACK,
        ]))),
        "zone": draw(st.sampled_from(ZONES)),
        "at": draw(moments()),
        "start": start,
        "end": start + length * MINUTE,
        "served_at": draw(st.one_of(st.none(), moments())),
        "past_visits": tuple(draw(st.lists(moments(), max_size=4))),
        "refused_at": draw(st.one_of(st.none(), st.none(), moments())),
        "holds": tuple(draw(st.lists(holds, max_size=2))),
        "exceptions": tuple(draw(st.lists(exceptions, max_size=2))),
    }  # fmt: skip
    if draw(st.booleans()):
        changes["officers"] = tuple(draw(st.lists(officers, max_size=3)))
    if draw(st.booleans()):
        changes["mandate"] = replace(
            LAWFUL.mandate,  # type: ignore[type-var]
            valid_from=draw(days), valid_until=draw(st.sampled_from([date(2026, 12, 31), date(2026, 6, 1)])),
        )  # fmt: skip
    return replace(LAWFUL, **changes)


actions = st.sampled_from(sorted(ACTIONS))
timed = st.sampled_from([*VISIT, "reminder.send", "contact.log"])
seeds = st.integers(0, 2**32)


@settings(max_examples=150, deadline=None)
@given(actions, questions(), seeds)
def test_the_order_of_rules_and_of_packs_never_matters(
    action: str, facts: Facts, seed: int
) -> None:
    first = ask(action, facts, on=date(2026, 3, 5))
    shuffled = replace(facts, packs=tuple(reversed(facts.packs)))
    real = Shelf.entries_for

    def stirred(*given_: Any) -> Any:
        entries = list(real(*given_))
        random.Random(seed).shuffle(entries)
        return tuple(entries)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Shelf, "entries_for", stirred)
        second = ask(action, shuffled, on=date(2026, 3, 5))
    assert first.findings == second.findings
    assert first.earliest == second.earliest


def moved(action: str, facts: Facts, moment: datetime) -> Facts:
    """The same question, asked of that moment."""
    if action not in ("visit.plan", "visit.announce"):
        return replace(facts, at=moment)
    assert facts.start is not None
    assert facts.end is not None
    return replace(facts, start=moment, end=moment + (facts.end - facts.start))


def lawful(action: str, facts: Facts, moment: datetime) -> bool:
    """Whether it would be lawful at that moment, all else being equal."""
    return ask(action, moved(action, facts, moment), on=moment.date()).allowed


@settings(max_examples=300, deadline=None)
@given(timed, questions(), moments(), seeds)
def test_the_earliest_moment_is_lawful_and_nothing_before_it_is(
    action: str, facts: Facts, after: datetime, seed: int
) -> None:
    found = earliest(action, facts, after=after)
    assume(found is not None)
    assert found is not None
    assert found >= after
    assert lawful(action, facts, found)
    minutes = (found - after) // MINUTE
    dice = random.Random(seed)
    before = {
        0,
        *([minutes - 1] if minutes else []),
        *(dice.randrange(minutes) for _ in range(8) if minutes),
    }
    for minute in before:
        moment = after + minute * MINUTE
        assert moment == found or not lawful(action, facts, moment)


QUARTER = 15 * MINUTE
TURNS = (  # when the values change, clocks jump, or a week ends
    date(2026, 1, 30), date(2026, 3, 7), date(2026, 3, 27), date(2026, 4, 2), date(2026, 4, 4),
    date(2026, 4, 23), date(2026, 6, 30), date(2026, 9, 5), date(2026, 10, 24), date(2026, 10, 31),
)  # fmt: skip


@st.composite
def turning(draw: st.DrawFn) -> tuple[Facts, datetime]:
    """A question on the grid of quarters, near a day on which something changes."""
    facts = draw(questions())
    turn = datetime.combine(draw(st.sampled_from(TURNS)), datetime.min.time(), UTC)
    near = st.integers(-4 * 24 * 4, 4 * 24 * 2).map(lambda quarter: turn + quarter * QUARTER)
    changes: dict[str, Any] = {
        "packs": draw(st.sampled_from([("shifting",), ("shifting", "cn"), ("story", "cn")])),
        "start": turn,
        "end": turn + draw(st.sampled_from([30, 45, 60])) * MINUTE,
        "served_at": draw(st.one_of(near, near, st.none())),
        "past_visits": tuple(draw(st.lists(near, max_size=2))),
        "refused_at": None,
        "officers": LAWFUL.officers,
        "at": turn - timedelta(days=5),
    }
    return replace(facts, **changes), draw(near)


@settings(max_examples=25, deadline=None)
@given(timed, turning())
def test_the_search_finds_what_trying_every_quarter_of_an_hour_finds(
    action: str, asked: tuple[Facts, datetime]
) -> None:
    facts, after = asked
    grid = [after + quarter * QUARTER for quarter in range(9 * 24 * 4)]
    tried = next((moment for moment in grid if lawful(action, facts, moment)), None)
    found = earliest(action, facts, after=after)
    assert found == tried or (tried is None and found is not None and found > grid[-1])


def test_a_looser_value_that_begins_before_the_stricter_one_would_be_content_is_found() -> None:
    friday = datetime(2026, 3, 27, 13, 0, tzinfo=ZoneInfo("Asia/Shanghai"))
    facts = replace(LAWFUL, packs=("shifting",), start=friday, end=friday + 60 * MINUTE)
    verdict = ask("visit.plan", facts, on=date(2026, 3, 27))
    assert [found.rule for found in verdict.blocks] == ["XX-01"]
    assert verdict.earliest == datetime(2026, 3, 27, 17, 30, tzinfo=UTC)  # Sat 01:30, new hours


def test_the_first_lawful_moment_of_a_day_that_skips_it_is_when_the_clocks_have_jumped() -> None:
    eve = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # 01:00 in Berlin; 02:00 becomes 03:00
    facts = replace(
        LAWFUL, packs=("shifting",), zone="Europe/Berlin", start=eve - 60 * MINUTE, end=eve
    )
    found = earliest("visit.plan", facts, after=eve - 60 * MINUTE)
    assert found == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)


@settings(max_examples=300, deadline=None)
@given(actions, questions())
def test_a_decision_replays_from_its_json_to_the_same_answer(action: str, facts: Facts) -> None:
    verdict = ask(action, facts, on=date(2026, 3, 5))
    stored = json.loads(json.dumps(verdict.as_dict()))
    assert Verdict.from_dict(stored) == verdict
    assert replay(stored) == verdict


LENDER = "private"  # the kind of creditor to which the most rules are put
NEEDS = sorted(
    {
        (pack.name, action, name)
        for pack in (packs.read(folder) for folder in packs.HOME.iterdir())
        for entry in pack.entries
        if entry.rule and (not entry.only_for or LENDER in entry.only_for)
        for action in entry.actions
        for name in RULES[entry.rule].needs[action]
        if entry.in_force_on(date(2026, 3, 5))
    }
)


@pytest.mark.parametrize(("pack", "action", "name"), NEEDS, ids=lambda part: part)
def test_a_fact_that_a_rule_needs_and_nobody_knows_is_never_an_allowance(
    pack: str, action: str, name: str
) -> None:
    base = in_order(action, packs=(pack,), creditor_type=LENDER)
    if action == "contact.trace" and not ask(action, base, on=date(2026, 3, 5)).allowed:
        base = replace(base, target_role="debtor", contacts=())  # others are never asked there
    assert ask(action, base, on=date(2026, 3, 5)).allowed
    verdict = ask(action, replace(base, **{name: None}), on=date(2026, 3, 5))
    unknown = [found for found in verdict.findings if name in found.unknown]
    assert unknown
    assert not verdict.allowed or all(found.severity in MILD for found in unknown)


MILD = (Severity.WARN, Severity.DUTY)


# Most questions are lawful ones, which this does not speak of; they are left out until 150 are found.
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.filter_too_much])
@given(actions, questions(), st.data())
def test_forgetting_any_fact_but_a_bar_allows_nothing_that_was_refused(
    action: str, facts: Facts, data: st.DataObject
) -> None:
    """A refusal and an exception are known by being there; all else is unknown when it is not."""
    verdict = ask(action, facts, on=date(2026, 3, 5))
    assume(not verdict.allowed)
    # A visit whose notice is not served may be pencilled in, and forgetting the day of the act asks
    # another day's rules; whether they went in is asked at the threshold, by premises.enter.
    free = {"refused_at", "exceptions", "packs", "refusal_lifted", "at", "start", "end", "entered"}
    free |= {"served_at"} if action in ("visit.plan", "visit.announce") else set()
    # A plan says by itself what is waived; an agreement by another channel needs no talk.
    free |= {"waiver", "talk_recorded"} if action == "agreement.reach" else set()
    name = data.draw(st.sampled_from([f.name for f in fields(Facts) if f.name not in free]))
    nothing = () if name == "officers" else None
    assert not ask(action, replace(facts, **{name: nothing}), on=date(2026, 3, 5)).allowed


def test_every_pack_is_among_those_that_are_asked() -> None:
    asked = {name for packs_ in EVERY_PACK for name in packs_} | {"cn", "story"}
    assert {pack.name for pack in packs.HOME.iterdir() if pack.is_dir()} == asked


def test_a_moment_without_a_zone_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError):
        ask("visit.plan", replace(LAWFUL, start=datetime(2026, 3, 5, 14, 30)), on=date(2026, 3, 5))


def test_a_sum_is_never_a_float_in_what_is_stored() -> None:
    verdict = ask(
        "agreement.reach", replace(LAWFUL, plan_total=Decimal("38999.99")), on=date(2026, 3, 5)
    )
    assert verdict.as_dict()["facts"]["plan_total"] == "38999.99"
    assert verdict.blocks[0].inputs["gap"] == "0.01"
