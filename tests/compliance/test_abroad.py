"""What must hold abroad whatever the facts are: several packs, many zones, nights on which clocks change."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import packs
from compliance.ask import ask, earliest
from compliance.facts import CircumstanceFacts, ContactFacts, Facts
from compliance.verdict import Force
from tests.compliance.given import LAWFUL

MINUTE = timedelta(minutes=1)
PLACES = {
    ("gb",): ("GB", "ENG", "Europe/London"),
    ("gb", "gb-sct"): ("GB", "SCT", "Europe/London"),
    ("us",): ("US", "CA", "America/Los_Angeles"),
    ("us", "us-ma"): ("US", "MA", "America/New_York"),
    ("us", "us-ny-nyc"): ("US", "NY", "America/New_York"),
    ("in",): ("IN", "MH", "Asia/Kolkata"),
    ("id", "intl-strict"): ("ID", None, "Asia/Jakarta"),
    ("ph", "intl-strict"): ("PH", None, "Asia/Manila"),
    ("eu", "intl-strict"): ("DE", None, "Europe/Berlin"),
}
FIRST = datetime(2026, 1, 5, tzinfo=UTC)
days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
moments = st.integers(0, 330 * 24 * 60).map(lambda m: FIRST + m * MINUTE)
circumstances = st.builds(
    lambda kind, since, length: CircumstanceFacts(
        kind, since, None if length is None else since + timedelta(days=length)
    ),
    st.sampled_from([
        "dispute", "deadlock", "visit_agreed", "adviser", "moratorium", "mental_health_crisis",
        "bereaved", "validation_notice", "inconvenient", "hours_agreed", "calls_agreed",
    ]),
    days,
    st.one_of(st.integers(0, 40), st.none()),
)  # fmt: skip
contacts = st.builds(
    ContactFacts,
    at=moments,
    channel=st.sampled_from(["phone", "visit", "sms"]),
    outcome=st.sampled_from(["no_answer", "reached", "wrong_number"]),
    spoken=st.booleans(),
)


@st.composite
def questions(draw: st.DrawFn) -> Facts:
    names = draw(st.sampled_from(list(PLACES)))
    country, region, zone = PLACES[names]
    start, at = draw(moments), draw(moments)
    return replace(
        LAWFUL,
        packs=names, country=country, region=region, zone=zone, start=start,
        end=start + draw(st.sampled_from([30, 60])) * MINUTE, at=at,
        served_at=draw(st.one_of(st.none(), moments)),
        circumstances=(*(LAWFUL.circumstances or ()), *draw(st.lists(circumstances, max_size=3))),
        contacts=tuple(draw(st.lists(contacts, max_size=8))),
        overdue_since=draw(st.sampled_from([date(2020, 6, 1), date(2025, 11, 10), date(2026, 6, 1)])),
        channel=draw(st.sampled_from(["phone", "email", "letter"])),
    )  # fmt: skip


ACTS = st.sampled_from(["visit.plan", "visit.start", "contact.log", "reminder.send"])


@settings(max_examples=250, deadline=None)
@given(ACTS, questions())
def test_the_earliest_moment_is_lawful_and_no_earlier_one_is(action: str, facts: Facts) -> None:
    after = facts.start if action == "visit.plan" else facts.at
    assert after
    found = earliest(action, facts, after=after)
    zone = ZoneInfo(facts.zone or "")

    def allowed(moment: datetime) -> bool:
        moved = replace(facts, at=moment)
        if action == "visit.plan":
            assert facts.start
            assert facts.end
            moved = replace(facts, start=moment, end=moment + (facts.end - facts.start))
        return ask(action, moved, on=moment.astimezone(zone).date()).allowed

    if found is None:
        return
    assert allowed(found)
    if found - MINUTE >= after:
        assert not allowed(found - MINUTE)


@settings(max_examples=150, deadline=None)
@given(ACTS, questions(), st.sampled_from(["gb", "us", "us-ma", "in", "intl-strict", "story"]))
def test_a_further_pack_never_allows_what_was_refused(action: str, facts: Facts, more: str) -> None:
    on = date(2026, 8, 3)
    alone = ask(action, facts, on=on)
    both = ask(action, replace(facts, packs=(*facts.packs, more)), on=on)
    assert {f.rule for f in alone.blocks} <= {f.rule for f in both.blocks}
    if not alone.allowed:
        assert not both.allowed


@pytest.mark.parametrize("pack", ["gb", "us"])
@pytest.mark.parametrize(
    "zone",
    ["Europe/London", "America/New_York", "America/Los_Angeles", "America/Chicago", "Asia/Kolkata"],
)
@pytest.mark.parametrize(
    "night", [date(2026, 3, 8), date(2026, 3, 29), date(2026, 10, 25), date(2026, 11, 1)]
)
def test_nobody_is_called_before_eight_by_the_clocks_there_even_when_they_change(
    pack: str, zone: str, night: date
) -> None:
    there = ZoneInfo(zone)
    midnight = datetime(night.year, night.month, night.day, tzinfo=there).astimezone(UTC)
    for minutes in range(0, 12 * 60, 7):
        moment = midnight + minutes * MINUTE
        verdict = ask(
            "contact.log",
            replace(LAWFUL, packs=(pack,), zone=zone, country=pack.upper(), at=moment),
            on=night,
        )
        assert verdict.allowed == (8 <= moment.astimezone(there).hour < 21)


class TestForce:
    def test_of_the_draft_of_india_is_draft_wherever_it_bites(self) -> None:
        drafts = [e for e in packs.describe("in") if e.force is Force.DRAFT]
        assert {e.since for e in drafts} == {date(2026, 7, 1)}
        assert all("draft" in e.citation.title for e in drafts)
        late = datetime(2026, 7, 8, 15, 30, tzinfo=UTC)  # nine in the evening in India
        facts = replace(LAWFUL, packs=("in",), zone="Asia/Kolkata", country="IN", region="MH",
                        start=late, end=late + 60 * MINUTE)  # fmt: skip
        verdict = ask("visit.plan", facts, on=date(2026, 7, 8))
        assert [(f.rule, f.force) for f in verdict.blocks] == [("IN-02", Force.DRAFT)]

    def test_of_regulation_f_is_house_policy_for_a_creditor_that_collects_itself(self) -> None:
        early = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # seven in the morning in New York
        facts = replace(LAWFUL, packs=("us",), zone="America/New_York", country="US", at=early)
        agency = ask("contact.log", facts, on=date(2026, 3, 2)).blocks
        own = ask("contact.log", replace(facts, collector="own"), on=date(2026, 3, 2)).blocks
        assert [f.force for f in agency] == [Force.REGULATION]
        assert [f.force for f in own] == [Force.POLICY]

    def test_is_never_law_where_the_research_was_not_sure(self) -> None:
        firm = {Force.LAW, Force.REGULATION, Force.STANDARD, Force.SELF_DISCIPLINE}
        abroad = [
            "in",
            "gb",
            "gb-sct",
            "us",
            "us-ma",
            "us-ny-nyc",
            "eu",
            "sg",
            "hk",
            "ph",
            "id",
            "my",
        ]
        unsure = [
            (name, entry.id)
            for name in abroad
            for entry in packs.describe(name)
            if entry.confidence == "low" and entry.force in firm
        ]
        assert unsure == []
