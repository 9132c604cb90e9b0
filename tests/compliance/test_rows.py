"""Every row of the research is a value of its pack or stands, with the reason, in the list of what no machine checks."""

import re
from pathlib import Path

import pytest

from compliance import packs
from compliance.verdict import Force

LIST = Path(__file__).parents[2] / "docs" / "rules-not-automated.md"
ROWS: dict[str, list[str]] = {  # pack -> its ids; whoever adds rows to a pack adds them here
    "cn": [f"CN-{number:02d}" for number in (*range(1, 70),)],
    "in": [f"IN-{number:02d}" for number in range(1, 21)],
    "gb": [f"UK-{number:02d}" for number in range(1, 23)],
    "gb-sct": ["UK-17"],
    "us": [f"US-{number:02d}" for number in (*range(1, 20), 23)],
    "us-ma": ["US-20", "US-21"],
    "us-ny-nyc": ["US-22"],
    "eu": ["EU-01", "EU-02", "EU-03"],
    "sg": ["SG-01", "SG-02"],
    "hk": ["HK-01"],
    "my": ["MY-01"],
    "ph": ["PH-01"],
    "id": ["ID-01"],
    "intl-strict": [*(f"INT-{number:02d}" for number in range(1, 15)), "QA-01"],
}
LINE = re.compile(r"^\| ([A-Z]{2}(?:-[A-Z]+)*-\d{2}) \| (.+?) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def listed() -> dict[str, tuple[str, str, str]]:
    """Id -> the rule in a line, why a machine cannot check it, what the app does instead."""
    return {found[0]: found[1:] for found in LINE.findall(LIST.read_text())}


@pytest.mark.parametrize("pack", ROWS)
def test_every_row_of_the_pack_runs_or_says_why_not(pack: str) -> None:
    runs = {entry.id for entry in packs.describe(pack)}
    assert sorted(set(ROWS[pack]) - runs - listed().keys()) == []


def test_the_list_names_no_row_that_no_pack_has() -> None:
    known = {row for rows in ROWS.values() for row in rows}
    runs = {entry.id for pack in packs.names() for entry in packs.describe(pack)}
    assert sorted(listed().keys() - known - runs) == []


def test_the_list_gives_each_row_once_with_all_its_reasons() -> None:
    lines = LINE.findall(LIST.read_text())
    assert len({line[0] for line in lines}) == len(lines)
    for row, *words in lines:
        assert all(len(part.strip()) > 10 for part in words), row


class TestAFirstDayThatNobodyHasConfirmed:
    TABLE = LIST.with_name("rules.md")
    LINE = re.compile(
        r"^\| `([a-z-]+)` \| (\d{4}-\d\d-\d\d) \| (.+?) \| (.+?) \| .+ \|$", re.MULTILINE
    )

    def test_is_listed_for_a_lawyer_with_its_pack_source_and_rows(self) -> None:
        unsure: dict[tuple[str, str, str], set[str]] = {}
        for pack in packs.names():
            for entry in packs.describe(pack):
                if entry.day_unsure:
                    row = (pack, f"{entry.since}", entry.citation.title)
                    unsure.setdefault(row, set()).add(entry.id)
        lines = self.LINE.findall(self.TABLE.read_text())
        assert {tuple(line[:3]): set(line[3].split(", ")) for line in lines} == unsure
        assert len(lines) == len(unsure)

    def test_is_none_that_the_house_chose_itself(self) -> None:
        for pack in packs.names():
            for entry in packs.describe(pack):
                assert not (entry.day_unsure and entry.force is Force.POLICY), entry.id

    def test_tells_why_in_both_languages(self) -> None:
        entries = [entry for pack in packs.names() for entry in packs.describe(pack)]
        said = [entry.day_unsure for entry in entries if entry.day_unsure]
        assert said
        assert all(one["en"] and one["zh"] for one in said)
