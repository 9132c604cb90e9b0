"""Changing a value in a pack's text: the old ends, the new begins, and nothing else is touched."""

import tomllib
from datetime import date, time

import pytest

from compliance import packs
from compliance.comparing import as_if_in_force, changes
from compliance.drafting import (
    CannotChange,
    toml,
    with_change,
    with_end,
    with_version,
    written_at,
    written_in,
)

DAY = date(2031, 3, 1)
EVE = date(2031, 2, 28)


@pytest.mark.parametrize("name", packs.names())
def test_every_value_of_every_pack_can_be_ended_and_written_anew(name: str) -> None:
    """With nothing changed but its days, the new value says to the letter what the old one said."""
    texts = packs.texts_of(name)
    old = packs.parse(name, texts)
    for one in written_in(texts):
        until = one.table.get("until")
        if until is not None and until < DAY:
            continue
        written = with_change(texts, file=one.file, number=one.number, since=DAY, changes={})
        found = changes(old, packs.parse(name, with_version(written, "9999.9")))
        assert [(change.kind, change.begins) for change in found] == [("replaced", DAY)], one.table
        assert {part.name for change in found for part in change.parts} <= {"checked_by"}
        kept = [
            line for line in texts[one.file].decode().splitlines() if not line.startswith("until")
        ]
        assert [line for line in kept if line not in written[one.file].decode().splitlines()] == []


class TestAChange:
    TEXTS = packs.texts_of("story")

    def test_needs_a_value_that_is_there(self) -> None:
        for file, number in (("hours.toml", 99), ("moon.toml", 1), ("pack.toml", 1)):
            with pytest.raises(CannotChange):
                written_at(self.TEXTS, file, number)

    def test_cannot_begin_before_the_value_itself(self) -> None:
        with pytest.raises(CannotChange, match="ST-01 begins on 2025-01-01"):
            with_change(
                self.TEXTS, file="hours.toml", number=1, since=date(2024, 12, 31), changes={}
            )

    def test_cannot_follow_a_value_that_has_ended(self) -> None:
        ended = with_end(self.TEXTS, file="hours.toml", number=1, until=EVE)
        with pytest.raises(CannotChange, match="has ended on 2031-02-28 already"):
            with_change(ended, file="hours.toml", number=1, since=date(2031, 3, 2), changes={})

    def test_of_a_value_with_an_end_keeps_that_end(self) -> None:
        ended = with_end(self.TEXTS, file="hours.toml", number=1, until=date(2031, 12, 31))
        written = with_change(
            ended, file="hours.toml", number=1, since=DAY, changes={"closes": time(19)}
        )
        first, second = written_in({"hours.toml": written["hours.toml"]})[:2]
        assert first.table["until"] == EVE
        assert (second.table["since"], second.table["until"]) == (DAY, date(2031, 12, 31))

    def test_is_not_checked_by_whoever_checked_the_old_value(self) -> None:
        checked = self.TEXTS["hours.toml"].replace(
            b'source = "house"', 'source = "house"\nchecked_by = "林静"\nchecked_on = 2026-01-01'.encode(), 1
        )  # fmt: skip
        written = with_change(
            {**self.TEXTS, "hours.toml": checked}, file="hours.toml", number=1, since=DAY, changes={}
        )  # fmt: skip
        first, second = written_in({"hours.toml": written["hours.toml"]})[:2]
        assert "checked_by" in first.table
        assert "checked_by" not in second.table


class TestAsIfInForce:
    def test_takes_the_changed_rows_as_they_will_be_and_the_others_as_they_are(self) -> None:
        texts = packs.texts_of("story")
        old = packs.parse("story", texts)
        new = packs.parse(
            "story",
            with_change(
                texts, file="hours.toml", number=1, since=DAY, changes={"closes": time(19)}
            ),
        )
        found = as_if_in_force(old, new, DAY)
        on = date(2026, 3, 5)
        hours = [e["closes"] for e in found.entries if e.id == "ST-01" and e.in_force_on(on)]
        assert hours == [time(19)]
        assert len([e for e in found.entries if e.in_force_on(on)]) == len(
            [e for e in old.entries if e.in_force_on(on)]
        )


def test_a_text_is_written_so_that_it_is_read_again() -> None:

    for figure in ('a "b" \\ c\n\td', "\x7f", True, 3, time(8, 30), DAY, ["a", "b"], {"x y": 1}):
        assert tomllib.loads(f"v = {toml(figure)}") == {"v": figure}
