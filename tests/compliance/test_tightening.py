"""A house may make a pack stricter, never looser; the attempt is told with both figures."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance import packs
from compliance.ask import ask, value
from compliance.facts import ContactFacts
from compliance.rule import RULES
from compliance.strict import EQUAL, SAME_OR_LONGER
from compliance.tightening import loosened
from compliance.values import KEYS, ONLY_EQUAL, _only
from compliance.verdict import Force
from tests.compliance.given import LAWFUL, at

HEAD = """
name = "{name}"
version = "1"
jurisdiction = "nowhere"
{more}
[title]
en = "T"
zh = "题"
[about]
en = "For tests."
zh = "仅供测试。"
[source.house]
title = "House"
title_zh = "《内部规定》"
"""
HOURS = """
[[value]]
id = "XX-01"
rule = "visit_hours"
since = {since}
{until}
days = {days}
opens = {opens}
closes = {closes}
severity = "{severity}"
force = "{force}"
confidence = "high"
source = "house"
{more}
[value.says]
en = "{{slot}}"
zh = "{{slot}}"
[value.remedy]
en = "Later."
zh = "请改期。"
"""
BASE = {
    "since": "2025-01-01", "until": "", "days": '["mon", "tue", "wed"]', "opens": "08:00:00",
    "closes": "20:00:00", "severity": "block_unless", "force": "policy", "more": "",
}  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder for two packs: the country's, and the house's that tightens it."""
    yield tmp_path
    packs.refresh(packs.HOME)


def write(home: Path, name: str, *values: str, more: str = "") -> None:
    folder = home / name
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(HEAD.format(name=name, more=more))
    (folder / "hours.toml").write_text("".join(values))


def hours(**changes: str) -> str:
    return HOURS.format(**BASE | changes)


def faults(home: Path, *house: str, base: tuple[str, ...] = (hours(),)) -> list[str]:
    write(home, "country", *base)
    write(home, "house", *house, more='tightens = "country"')
    return packs.problems(home)


class TestALoosenedValue:
    @pytest.mark.parametrize(
        ("changes", "told"),
        [
            ({"opens": "07:59:00"}, "opens is 07:59 where it is 08:00, and may only be later"),
            ({"closes": "20:01:00"}, "closes is 20:01 where it is 20:00, and may only be earlier"),
            (
                {"days": '["mon", "sun"]'},
                "days is mon, sun where it is mon, tue, wed, and may only leave out some",
            ),
            (
                {"severity": "warn"},
                "severity is warn where it is block_unless, and may not be milder",
            ),
        ],
    )
    def test_is_told_with_both_lines_and_both_figures(
        self, home: Path, changes: dict[str, str], told: str
    ) -> None:
        assert faults(home, hours(**changes)) == [
            "house/hours.toml: XX-01 loosens country/hours.toml: XX-01 (visit_hours) on 2025-01-01: "
            + told
        ]

    @pytest.mark.parametrize(
        "changes",
        [{}, {"opens": "08:01:00"}, {"closes": "19:59:00"}, {"days": '["mon"]'}, {"severity": "block"}],
    )  # fmt: skip
    def test_is_not_one_that_is_as_strict_or_stricter(
        self, home: Path, changes: dict[str, str]
    ) -> None:
        assert faults(home, hours(**changes)) == []

    def test_is_found_on_the_day_on_which_the_country_becomes_stricter(self, home: Path) -> None:
        country = (
            hours(until="until = 2026-06-30"),
            hours(since="2026-07-01", closes="19:00:00"),
        )
        assert faults(home, hours(), base=country) == [
            "house/hours.toml: XX-01 loosens country/hours.toml: XX-01 (visit_hours) on 2026-07-01: "
            "closes is 20:00 where it is 19:00, and may only be earlier"
        ]
        assert faults(home, hours(until="until = 2026-06-30"), base=country) == []

    def test_is_one_that_is_put_to_fewer_acts(self, home: Path) -> None:
        assert faults(home, hours(more='actions = ["visit.plan"]')) == [
            "house/hours.toml: XX-01 is put to fewer acts than country/hours.toml: XX-01: "
            "it leaves out visit.announce, visit.start"
        ]

    def test_is_one_that_holds_for_fewer_creditors(self, home: Path) -> None:
        assert faults(home, hours(more='only_for = ["bank"]')) == [
            "house/hours.toml: XX-01 holds for bank only, country/hours.toml: XX-01 for everybody"
        ]

    def test_is_one_that_holds_for_creditors_alone_and_no_agency(self, home: Path) -> None:
        assert faults(home, hours(more='only_by = ["own"]')) == [
            "house/hours.toml: XX-01 holds for own only, country/hours.toml: XX-01 for everybody"
        ]
        both = hours(more='only_by = ["own"]'), hours(more='only_by = ["agency"]')
        assert faults(home, *both) == []

    def test_is_one_that_calls_itself_law(self, home: Path) -> None:
        assert faults(home, hours(force="law")) == [
            "house/hours.toml: XX-01 tightens other packs, so its force is policy"
        ]

    def test_is_told_of_a_plain_value_too(self, home: Path) -> None:
        plain = (
            '[[value]]\nid = "XX-02"\nsince = 2025-01-01\ngrace = {grace}\nforce = "policy"\n'
            'confidence = "high"\nsource = "house"\nkeys = {{ "agreement.grace_days" = "grace" }}\n'
        )
        assert faults(home, plain.format(grace=8), base=(plain.format(grace=7),)) == []
        assert faults(home, plain.format(grace=6), base=(plain.format(grace=7),)) == [
            "house/hours.toml: XX-02 loosens country/hours.toml: XX-02 (a plain value) on 2025-01-01: "
            "agreement.grace_days is 6 where it is 7, and may not be looser"
        ]

    def test_is_none_where_the_row_is_the_house_s_own(self, home: Path) -> None:
        assert faults(home, hours(opens="06:00:00").replace("XX-01", "HH-01")) == []

    def test_a_pack_that_is_not_there_cannot_be_tightened(self, home: Path) -> None:
        write(home, "house", hours(), more='tightens = "moon"')
        assert packs.problems(home) == ["house: tightens moon, which cannot be read"]

    def test_a_pack_cannot_tighten_itself(self, home: Path) -> None:
        write(home, "house", hours(), more='tightens = ["house"]')
        assert "needs the names of other packs for tightens" in packs.problems(home)[0]


WORDS = """
[[value]]
id = "XX-03"
rule = "lawful_words"
since = 2025-01-01
severity = "block"
force = "policy"
confidence = "high"
source = "house"
phrases = {phrases}
says = {{ "" = {{ en = "{{words}}", zh = "{{words}}" }}, record = {{ en = "{{words}}", zh = "{{words}}" }} }}
remedy = {{ en = "Plainly.", zh = "请如实说明。" }}
"""


class TestForbiddenPhrases:
    COUNTRY = WORDS.format(phrases='{ zh = ["老赖", "骗子"], en = ["scum"] }')

    def test_may_become_more(self, home: Path) -> None:
        house = WORDS.format(phrases='{ en = ["scum", "crook*"], zh = ["骗子", "人渣", "老赖"] }')
        assert faults(home, house, base=(self.COUNTRY,)) == []

    @pytest.mark.parametrize(
        ("phrases", "left"),
        [
            ('{ zh = ["老赖"], en = ["scum"] }', "“骗子”"),
            ('{ zh = ["老赖", "骗子", "人渣"] }', "“scum”"),
            ('{ en = ["crook*"] }', "“老赖”, “骗子”, “scum”"),
        ],
    )
    def test_may_not_be_taken_away_and_each_is_named(
        self, home: Path, phrases: str, left: str
    ) -> None:
        assert faults(home, WORDS.format(phrases=phrases), base=(self.COUNTRY,)) == [
            "house/hours.toml: XX-03 loosens country/hours.toml: XX-03 (lawful_words) on 2025-01-01: "
            f"phrases leaves out {left}, and may only forbid more"
        ]

    def test_on_the_outside_of_a_letter_may_become_more_in_any_order_and_not_fewer(
        self, home: Path
    ) -> None:
        plain = (
            '[[value]]\nid = "XX-04"\nsince = 2025-01-01\nphrases = {phrases}\nforce = "policy"\n'
            'confidence = "high"\nsource = "house"\nkeys = {{ "wording.outside" = "phrases" }}\n'
        )
        country = (plain.format(phrases='{ zh = ["欠", "债"] }'),)
        more = plain.format(phrases='{ en = ["debt*"], zh = ["催", "债", "欠"] }')
        assert faults(home, more, base=country) == []
        (told,) = faults(home, plain.format(phrases='{ zh = ["欠", "催"] }'), base=country)
        assert told.endswith("and may not be looser")


class TestEveryValueOfEveryPack:
    """A figure without a direction could never be tightened, and nobody would know why."""

    def test_has_a_direction_or_a_reason_why_it_may_only_be_equal(self) -> None:
        for name in packs.names():
            for entry in packs.describe(name):
                row = (name, entry.id, entry.rule)
                if entry.rule:
                    directions = RULES[entry.rule].strict
                    assert directions.keys() == entry.fields.keys(), row
                    assert all(one is not EQUAL for one in directions.values()), row
                    assert all(
                        one.why for one in directions.values() if one.asks == "may only be equal"
                    ), row
                for key in entry.keys:
                    assert (KEYS[key].strictest is _only) == (key in ONLY_EQUAL), (row, key)

    def test_repeated_as_it_is_loosens_nothing(self) -> None:
        every = {name: packs.load(name) for name in packs.names()}
        for name, pack in every.items():
            house = replace(
                pack,
                name="house",
                tightens=(name,),
                entries=tuple(replace(entry, force=Force.POLICY) for entry in pack.entries),
            )
            assert loosened(house, every) == []

    @pytest.mark.parametrize(
        ("base", "house", "holds"),
        [(0, 0, True), (0, 90, False), (30, 31, True), (30, 30, True), (30, 29, False), (30, 0, False)],
    )  # fmt: skip
    def test_days_of_a_circumstance_of_0_are_its_own(
        self, base: int, house: int, holds: bool
    ) -> None:
        assert SAME_OR_LONGER.holds(house, base) is holds

    def test_the_strictest_of_two_is_as_strict_as_either(self) -> None:
        """What other parts of the house are given agrees with what a house may tighten."""
        held: dict[tuple[str, str, str], list[Any]] = {}
        for name in packs.names():
            for entry in packs.describe(name):
                for key, figure in entry.keys.items():
                    field = next((f for f, one in entry.fields.items() if one is figure), "")
                    held.setdefault((key, entry.rule, field), []).append(figure)
        for (key, rule, field), figures in held.items():
            direction = RULES[rule].strict.get(field) if rule else None
            if direction is None or key in ONLY_EQUAL:
                continue
            for one in figures:
                for other in figures:
                    strictest = KEYS[key].strictest([one, other])
                    assert direction.holds(strictest, one), (key, one, other)
                    assert direction.holds(strictest, other), (key, one, other)


class TestTheHangzhouHouse:
    ON = date(2026, 3, 5)
    LATE = replace(LAWFUL, start=at("2026-03-05 19:30"), end=at("2026-03-05 20:30"))

    def test_refuses_what_the_country_allows_and_says_that_it_is_its_own_policy(self) -> None:
        assert ask("visit.plan", replace(self.LATE, packs=("cn",)), on=self.ON).allowed
        verdict = ask("visit.plan", replace(self.LATE, packs=("cn", "house-hz")), on=self.ON)
        (found,) = verdict.blocks
        assert (found.rule, found.pack, found.force) == ("CN-01", "house-hz", Force.POLICY)
        assert f"{value(('cn', 'house-hz'), 'visit.closes', self.ON):%H:%M}" == "20:00"

    def test_always_brings_along_what_it_tightens(self) -> None:
        verdict = ask("visit.plan", replace(self.LATE, packs=("house-hz",)), on=self.ON)
        assert set(verdict.packs) == set(verdict.digests) == {"house-hz", "cn"}


class TestACapOverAllChannels:
    """The value that the guide shows for a house's own pack."""

    GUIDE = Path(__file__).parents[2] / "docs" / "rules.md"
    ON = date(2026, 3, 5)

    @pytest.fixture
    def packed(self, home: Path) -> None:
        (shown,) = [
            part.partition("```")[0]
            for part in self.GUIDE.read_text().split("```toml\n")
            if '"HZ-CAP"' in part
        ]
        assert faults(home, shown) == []
        packs.refresh(home)

    @pytest.mark.parametrize(("channel", "refused"), [("sms", True), ("portal", False)])
    def test_counts_calls_and_messages_together(
        self, packed: None, channel: str, refused: bool
    ) -> None:
        before = (("2026-03-02", "phone"), ("2026-03-03", "email"), ("2026-03-04", "wechat"))
        facts = replace(
            LAWFUL, packs=("house",), at=at("2026-03-05 10:00"), channel=channel,
            contacts=tuple(ContactFacts(at(f"{day} 10:00"), name) for day, name in before),
        )  # fmt: skip
        verdict = ask("notice.send", facts, on=self.ON)
        assert [found.rule for found in verdict.blocks] == (["HZ-CAP"] if refused else [])
        if refused:
            assert verdict.earliest == at("2026-03-09 00:00")


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 23 * 60),
    st.integers(15, 60),
    st.integers(0, 120),
    st.integers(0, 120),
    st.sampled_from([["mon", "thu"], ["thu"], ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]]),
)
def test_tightening_never_allows_what_was_refused(
    tmp_path_factory: pytest.TempPathFactory,
    begins: int, minutes: int, later: int, earlier: int, days: list[str],
) -> None:  # fmt: skip
    home = tmp_path_factory.mktemp("tighten")
    every = str(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]).replace("'", '"')
    write(home, "country", hours(days=every))
    opens, closes = 8 * 60 + later, 20 * 60 - earlier
    house = hours(
        days=str(days).replace("'", '"'),
        opens=f"{opens // 60:02d}:{opens % 60:02d}:00",
        closes=f"{closes // 60:02d}:{closes % 60:02d}:00",
    )
    write(home, "house", house, more='tightens = "country"')
    assert packs.problems(home) == []
    packs.refresh(home)
    try:
        start = at(f"2026-03-05 {begins // 60:02d}:{begins % 60:02d}")
        facts = replace(LAWFUL, start=start, end=start.fromtimestamp(start.timestamp() + minutes * 60, start.tzinfo))  # fmt: skip
        on = date(2026, 3, 5)
        plain = ask("visit.plan", replace(facts, packs=("country",)), on=on)
        for chosen in (("house",), ("country", "house"), ("house", "country")):
            tight = ask("visit.plan", replace(facts, packs=chosen), on=on)
            assert plain.allowed or not tight.allowed
    finally:
        packs.refresh(packs.HOME)
