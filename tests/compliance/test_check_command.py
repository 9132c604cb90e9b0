"""``manage.py check`` stops on each fault that a pack can have, and says which line it is."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError

from compliance import packs


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """The packs of the house, to be spoilt."""
    copied = tmp_path / "packs"
    shutil.copytree(packs.HOME, copied)
    packs.refresh(copied)
    yield copied
    packs.refresh(packs.HOME)


def check() -> str:
    """What the command has to say; nothing when all is well."""
    try:
        call_command("check")
    except SystemCheckError as stopped:
        return str(stopped)
    return ""


def spoil(file: Path, was: str, becomes: str) -> None:
    text = file.read_text()
    assert was in text
    file.write_text(text.replace(was, becomes, 1))


def test_the_packs_as_they_are_pass(home: Path) -> None:
    assert check() == ""


@pytest.mark.parametrize(
    ("file", "was", "becomes", "told"),
    [
        ("story/hours.toml", 'source = "house"\n', "", "hours.toml: ST-01 has no citation"),
        (
            "story/hours.toml",
            "[[value]]\nid = \"ST-02\"\nrule = \"visit_length\"\nsince = 2025-01-01",
            "[[value]]\nid = \"ST-01\"\nrule = \"visit_hours\"\nsince = 2025-06-01\n"
            'days = ["mon"]\nopens = 09:00:00\ncloses = 10:00:00\nseverity = "block"\n'
            'force = "policy"\nconfidence = "high"\nsource = "house"\n'
            'keys = { "visit.days" = "days", "visit.opens" = "opens", "visit.closes" = "closes" }\n'
            'says = { en = "{slot}", zh = "{slot}" }\nremedy = { en = "a", zh = "b" }\n'
            "[[value]]\nid = \"ST-02\"\nrule = \"visit_length\"\nsince = 2025-01-01",
            "ST-01 has two values on 2025-06-01: end the older one first",
        ),
        ("story/hours.toml", 'rule = "visit_hours"', 'rule = "visit_ours"',
         "hours.toml: ST-01 names the rule visit_ours, which does not exist"),
        ("story/hours.toml", '"visit.opens" =', '"visit.open" =',
         "hours.toml: ST-01 has the key visit.open, for which nobody asks"),
        ("story/hours.toml", 'id = "ST-01"\n', "", "hours.toml: value 1 says no id"),
        ("house-hz/contact.toml", "opens = 09:00:00", "opens = 07:00:00",
         "house-hz/contact.toml: CN-01 loosens cn/contact.toml: CN-01 (visit_hours) on 2026-01-30: "
         "opens is 07:00 where it is 08:00, and may only be later"),
    ],
    ids=["no citation", "overlapping dates", "unknown rule", "unknown key", "no id", "loosened value"],
)  # fmt: skip
def test_a_fault_stops_it(home: Path, file: str, was: str, becomes: str, told: str) -> None:
    spoil(home / file, was, becomes)
    assert told in check()


def test_a_file_that_nobody_reads_stops_it(home: Path) -> None:
    (home / "story" / "hours.yaml").write_text("closes: 19:00")
    assert "story/hours.yaml is not read: packs hold .toml files only" in check()


def test_an_id_that_a_house_does_not_share_with_what_it_tightens_is_its_own_row(home: Path) -> None:
    spoil(home / "house-hz" / "contact.toml", 'id = "CN-36"', 'id = "HZ-36"')
    assert check() == ""
