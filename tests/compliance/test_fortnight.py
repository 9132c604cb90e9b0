"""The fortnight in half-hours: the same answers as one by one, and cheap."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from compliance.ask import ask, judge
from compliance.facts import Facts
from compliance.fortnight import A_DAY, DAYS, Fortnight, fortnight
from compliance.packs import names
from compliance.supposed import supposed
from compliance.verdict import Finding
from tests.compliance.given import at, facts

NOW = at("2026-03-02 10:00")


def ahead(**changes: object) -> Fortnight:
    return fortnight(
        "visit.plan", facts(**changes), zone="Asia/Shanghai", first=date(2026, 3, 2), now=NOW
    )


class TestFortnight:
    def test_gives_every_half_hour_the_answer_that_it_gets_alone(self) -> None:
        question = facts()
        found = ahead()
        for day, slots in found.days:
            for slot in slots[::5]:
                if slot.past:
                    continue
                alone = ask(
                    "visit.plan",
                    replace(question, start=slot.begins, end=slot.begins + timedelta(hours=1)),
                    on=day,
                )
                assert slot.lawful == alone.allowed, slot
                assert slot.against == tuple(dict.fromkeys(f.rule for f in alone.blocks))

    def test_has_fourteen_days_of_half_hours_and_leaves_sunday_dark(self) -> None:
        found = ahead()
        assert len(found.days) == DAYS
        assert {len(slots) for _day, slots in found.days} == {A_DAY}
        sunday = dict(found.days)[date(2026, 3, 8)]
        assert not any(slot.lawful for slot in sunday)

    def test_tells_a_day_in_spans(self) -> None:
        found = ahead()
        friday = found.spans(dict(found.days)[date(2026, 3, 6)])
        told = [(f"{s.first.wall:%H:%M}", f"{s.until:%H:%M}", s.shown) for s in friday]
        assert told == [
            ("00:00", "08:00", "ST-01"), ("08:00", "19:30", ""), ("19:30", "00:00", "ST-01"),
        ]  # fmt: skip

    def test_keeps_apart_what_no_hour_heals(self) -> None:
        found = ahead(claim_papers=())
        assert found.lawful == 0
        assert [finding.rule for finding in found.always] == ["ST-16"]
        assert [finding.rule for finding, _count in found.rules] == ["ST-01", "ST-04"]

    def test_counts_what_has_gone_by_as_neither(self) -> None:
        monday = ahead().days[0][1]
        assert [slot.past for slot in monday[18:22]] == [True, True, False, False]
        assert not any(slot.against for slot in monday if slot.past)

    def test_asks_once_for_every_half_hour_ahead_and_for_none_gone_by(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[datetime | None] = []

        def counted(action: str, facts: Facts, *, on: date) -> tuple[Finding, ...]:
            asked.append(facts.start)
            return judge(action, facts, on=on)

        monkeypatch.setattr("compliance.fortnight.judge", counted)
        found = ahead(packs=tuple(names()))
        slots = [slot for _day, slots in found.days for slot in slots]
        assert asked == [slot.begins for slot in slots if not slot.past]
        assert len(slots) == DAYS * A_DAY


class TestSupposed:
    @pytest.mark.parametrize("action", ["visit.plan", "visit.announce", "visit.start"])
    def test_is_lawful_on_a_quiet_afternoon(self, action: str) -> None:
        start = at("2026-03-12 14:30")
        found = supposed(action, packs=("cn", "story"), at=NOW, start=start)
        verdict = ask(action, found, on=start.date())
        assert [finding.rule for finding in verdict.blocks] == []

    def test_is_refused_for_what_is_said_to_be_otherwise(self) -> None:
        start = at("2026-03-12 14:30")
        for said, rule in (
            ({"crew": 1}, "ST-09"), ({"permits": False}, "ST-10"), ({"hold": "hospital"}, "ST-13"),
            ({"gentler_tried": ()}, "ST-15"),
        ):  # fmt: skip
            found = supposed("visit.plan", packs=("story",), at=NOW, start=start, **said)
            assert rule in [f.rule for f in ask("visit.plan", found, on=start.date()).blocks], said
