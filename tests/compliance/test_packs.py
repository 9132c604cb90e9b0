"""Packs are read to the letter; what is not in order stops everything that leans on it."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from compliance import packs
from compliance.ask import ask, value
from compliance.packs import PackUnreadable
from compliance.verdict import Force
from tests.compliance.given import LAWFUL

HEAD = """
name = "small"
version = "1"
jurisdiction = "nowhere"
[title]
en = "Small"
zh = "小"
[about]
en = "For tests."
zh = "仅供测试。"
[source.house]
title = "House"
title_zh = "《内部规定》"
"""
VALUE = """
[[value]]
id = "XX-01"
rule = "visit_length"
since = 2025-01-01
minutes = 60
severity = "block"
force = "policy"
confidence = "high"
source = "house"
keys = { "visit.max_minutes" = "minutes" }
[value.says]
en = "{planned} of {minutes}"
zh = "{planned}，上限 {minutes}"
[value.remedy]
en = "Shorter."
zh = "请缩短。"
"""
ON = date(2026, 3, 5)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder with one small pack that is in order."""
    write(tmp_path)
    packs.refresh(tmp_path)
    yield tmp_path
    packs.refresh(packs.HOME)


def write(home: Path, values: str = VALUE, head: str = HEAD) -> None:
    folder = home / "small"
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(head)
    (folder / "visits.toml").write_text(values)


class TestProblems:
    def test_the_packs_of_the_house_have_none(self) -> None:
        assert packs.problems() == []

    def test_a_pack_in_order_has_none(self, home: Path) -> None:
        assert packs.problems(home) == []

    @pytest.mark.parametrize(
        ("was", "becomes", "told"),
        [
            ('source = "house"\n', "", "XX-01 has no citation"),
            ('source = "house"', 'source = "moon"', "cites moon, which pack.toml does not list"),
            ('rule = "visit_length"', 'rule = "no_such"', "names the rule no_such, which does not exist"),
            ('rule = "visit_length"\n', "", "has words"),
            ("since = 2025-01-01", "since = 2025-01-01\nuntil = 2024-12-31", "ends before it begins"),
            ("since = 2025-01-01", 'since = "2025"', "needs a date for since"),
            ("since = 2025-01-01\n", "", "says no since"),
            ("minutes = 60\n", "", "has no minutes"),
            ("minutes = 60", 'minutes = "60"', "needs int for minutes"),
            ("minutes = 60", "minutes = true", "needs int for minutes"),
            ("minutes = 60", "minutes = 60\nhours = 1", "has a field hours, which its rule does not know"),
            ('severity = "block"', 'severity = "stop"', "has the severity 'stop'"),
            ('severity = "block"\n', "", "has the severity ''"),
            ('force = "policy"', 'force = "custom"', "has the force 'custom'"),
            ('confidence = "high"', 'confidence = "sure"', "has a confidence other than"),
            ('zh = "{planned}，上限 {minutes}"\n', "", "needs says in English and Chinese"),
            ('zh = "请缩短。"\n', "", "needs remedy in English and Chinese"),
            ("{planned} of", "{plan} of", "shows a figure that its rule does not give: ['plan']"),
            ("{planned} of", "{planned of", "has broken braces"),
            ('"visit.max_minutes" =', '"visit.longest" =', "has the key visit.longest, for which nobody asks"),
            ('= "minutes" }', '= "hours" }', "has no field hours for its key"),
            ('source = "house"', 'source = "house"\nactions = ["case.close"]', "put to actions"),
            ('source = "house"', 'source = "house"\nbinds = ["church"]', "unknown kind of creditor"),
            ('source = "house"', 'source = "house"\nchecked_by = "林静"', "by whom it was checked, or when"),
            ("[[value]]", "[[valu]]", "unknown table [valu]"),
            ("[[value]]", "[[value]", "cannot be read"),
        ],
    )  # fmt: skip
    def test_each_fault_is_told_in_a_sentence_and_refuses(
        self, home: Path, was: str, becomes: str, told: str
    ) -> None:
        assert was in VALUE
        write(home, VALUE.replace(was, becomes, 1))
        found = packs.problems(home)
        assert any(told in problem for problem in found), found
        packs.refresh()
        verdict = ask("visit.plan", replace(LAWFUL, packs=("small",)), on=ON)
        assert [block.rule for block in verdict.blocks] == ["DS-PACKS"]

    def test_two_values_on_the_same_day_are_told(self, home: Path) -> None:
        later = VALUE.replace("2025-01-01", "2026-01-01")
        write(home, VALUE + later)
        assert packs.problems(home) == [
            "small: XX-01 has two values on 2026-01-01: end the older one first"
        ]
        write(home, VALUE.replace("since", "until = 2025-12-31\nsince") + later)
        assert packs.problems(home) == []

    def test_a_file_that_nobody_reads_is_told(self, home: Path) -> None:
        (home / "small" / "notes.txt").write_text("60 is too long")
        (home / "loose.toml").write_text(VALUE)
        assert packs.problems(home) == [
            "loose.toml lies beside the packs; nobody reads it",
            "small/notes.txt is not read: packs hold .toml files only",
        ]

    @pytest.mark.parametrize(
        ("was", "becomes", "told"),
        [
            ('version = "1"', "version = 1", "needs a version, as a string"),
            ('name = "small"', 'name = "tall"', "calls it tall"),
            ('zh = "小"\n', "", "needs its title in English and Chinese"),
            ('jurisdiction = "nowhere"\n', "", "says no jurisdiction"),
            ('title_zh = "《内部规定》"\n', "", "the source house needs title and title_zh"),
        ],
    )
    def test_a_head_that_is_not_in_order_is_told(
        self, home: Path, was: str, becomes: str, told: str
    ) -> None:
        write(home, head=HEAD.replace(was, becomes, 1))
        assert any(told in problem for problem in packs.problems(home))


class TestLoad:
    def test_reads_the_same_bytes_once(self, home: Path) -> None:
        first = packs.load("small")
        packs.refresh()
        assert packs.load("small") is first

    def test_sees_a_change_after_a_refresh(self, home: Path) -> None:
        facts = replace(LAWFUL, packs=("small",))
        assert ask("visit.plan", facts, on=ON).allowed
        write(home, VALUE.replace("minutes = 60", "minutes = 45"))
        packs.refresh()
        verdict = ask("visit.plan", facts, on=ON)
        assert [block.rule for block in verdict.blocks] == ["XX-01"]
        assert verdict.blocks[0].pack_version == "1"

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "../small", "sm all", "/etc", "small/../small"]
    )
    def test_a_name_that_is_no_folder_of_ours_is_refused(self, home: Path, name: str) -> None:
        with pytest.raises(PackUnreadable):
            packs.load(name)

    def test_a_decision_keeps_the_digest_of_what_it_was_made_by(self, home: Path) -> None:
        before = ask("visit.plan", replace(LAWFUL, packs=("small",)), on=ON)
        write(home, VALUE.replace("Shorter.", "Much shorter."))
        packs.refresh()
        after = ask("visit.plan", replace(LAWFUL, packs=("small",)), on=ON)
        assert before.packs == after.packs == {"small": "1"}
        assert before.digests != after.digests


class TestChinaIsShownAsWhatItIs:
    def test_a_value_that_nobody_checked_says_so(self) -> None:
        assert not any(entry.checked for entry in packs.describe("cn"))

    def test_every_row_that_had_to_be_there_is(self) -> None:
        rows = {entry.id for entry in packs.describe("cn")}
        assert rows >= {
            f"CN-{row}" for row in (
                "01", "08", "09", "11", "14", "16", "20", "25", "26", "39", "47", "49", "51", "69",
                "LEAD",
            )
        }  # fmt: skip

    def test_a_rule_of_the_trade_is_house_policy_to_a_private_lender(self) -> None:
        alone = replace(LAWFUL, packs=("cn",), officers=LAWFUL.officers[:1])
        bank = ask("visit.plan", alone, on=ON).blocks
        private = ask("visit.plan", replace(alone, creditor_type="private"), on=ON).blocks
        assert [found.force for found in bank] == [Force.SELF_DISCIPLINE]
        assert [found.force for found in private] == [Force.POLICY]

    def test_what_no_law_says_is_policy(self) -> None:
        rows = {entry.id: entry.force for entry in packs.describe("cn")}
        assert rows["CN-LEAD"] is Force.POLICY
        assert rows["CN-13"] is Force.POLICY
        assert rows["CN-11"] is Force.LAW

    def test_every_source_that_is_called_law_is_named_with_its_article(self) -> None:
        for entry in packs.describe("cn"):
            if entry.force is Force.LAW:
                assert entry.citation.article, entry.id
                assert entry.citation.article_zh, entry.id


class TestValue:
    def test_gives_what_a_pack_says_on_that_day(self) -> None:
        assert value(("story",), "refusal.bar_days", ON) == 30
        assert value(["story"], "visit.lead_hours", ON) == 72
        assert value(("cn",), "lpr.one_year", date(2024, 7, 21)) == "3.45"
        assert value(("cn",), "lpr.one_year", date(2024, 7, 22)) == "3.35"

    def test_gives_nothing_where_no_pack_says_anything(self) -> None:
        assert value((), "refusal.bar_days", ON) is None
        assert value(("atlantis",), "refusal.bar_days", ON) is None
        assert value(("cn",), "lpr.one_year", date(2026, 6, 1)) is None
        assert value(("story",), "refusal.bar_days", date(2024, 12, 31)) is None

    def test_takes_the_strictest_of_several(self) -> None:
        both = ("cn", "story")
        assert f"{value(both, 'visit.closes', ON):%H:%M}" == "20:00"
        assert value(both, "visit.days", ON) == ["mon", "tue", "wed", "thu", "fri", "sat"]
        assert value(both, "set_off.order", ON) == ["fees", "interest", "principal"]
        assert value(both, "hold.interest_stops", ON) == ["hardship", "hospital", "bereavement"]
        assert len(value(both, "notice.fields", ON)) == 16

    def test_a_letter_counts_as_served_after_three_days_and_mail_once_it_was_taken(self) -> None:
        rules = value(("story",), "service.rules", ON)
        assert rules["letter"] == {"counts": "received", "deemed_days": 3}
        assert rules["email"] == {"counts": "sent", "deemed_days": -1}

    def test_reminders_have_a_schedule(self) -> None:
        steps = value(("story",), "reminder.schedule", ON)
        assert [(step["kind"], step["days"], f"{step['time']:%H:%M}", step["to"]) for step in steps] == [
            ("before_due", -3, "10:00", "debtor"),
            ("due_day", 0, "10:00", "debtor"),
            ("missed", 1, "10:00", "debtor"),
            ("escalate", 7, "10:00", "supervisor"),
        ]  # fmt: skip

    def test_a_key_that_nobody_defined_is_a_mistake(self) -> None:
        with pytest.raises(KeyError):
            value(("story",), "visit.lead", ON)
