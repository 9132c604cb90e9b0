"""Versions of the rules: drafted, looked at, proposed, published by a second person, kept for ever."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, time
from typing import Any

import pytest
from django.db import InternalError, ProgrammingError, transaction
from django.utils import translation

from compliance import packs
from compliance.ask import ask, replay
from compliance.shelf import PackUnreadable
from rulebook import actions, running
from rulebook.models import PackVersion, WhatIf
from tests import make
from tests.compliance.given import LAWFUL
from tests.rulebook import cast
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.approvals import SecondPersonNeeded
from workflow.steps import RightRefused, StateRefused, WrongInput

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("shelf")]


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Whoever is refused is told in their language; here it is English."""
    with translation.override("en"):
        yield


def evening(day: str) -> Any:
    """A visit from seven to eight in the evening of that day, all else being lawful."""
    return replace(
        LAWFUL, at=cast.AT, served_at=cast.AT, start=make.moment(f"{day} 19:00"),
        end=make.moment(f"{day} 20:00"),
    )  # fmt: skip


class TestDraft:
    def test_ends_the_old_value_and_writes_the_new_one_below_it(self) -> None:
        version = cast.drafted()
        text = version.texts["hours.toml"]
        old, new = [part for part in text.split("[[value]]") if 'id = "ST-01"' in part]
        assert "until = 2026-06-30" in old
        assert "closes = 20:00:00" in old
        assert "since = 2026-07-01" in new
        assert "closes = 19:00:00" in new
        assert version.version == "2026.2"
        assert version.texts["pack.toml"].count('version = "2026.2"') == 1

    def test_leaves_every_other_line_as_it_was(self) -> None:
        before = packs.texts_of("story")["hours.toml"].decode().splitlines()
        after = cast.drafted().texts["hours.toml"].splitlines()
        added = [line for line in after if line not in before]
        assert added == ["until = 2026-06-30", "since = 2026-07-01", "closes = 19:00:00"]
        assert [line for line in before if line not in after] == []

    def test_is_changed_where_it_stands_when_its_day_is_the_same(self) -> None:
        version = cast.drafted()
        again = actions.change_value(
            version=version, file="hours.toml", number=2, since=cast.FROM,
            figures={"closes": time(18, 30)}, by=make.compliance_officer(), at=cast.AT,
        )  # fmt: skip
        assert "closes = 18:30:00" in again.texts["hours.toml"]
        assert "closes = 19:00:00" not in again.texts["hours.toml"]

    def test_with_a_value_that_only_ends_has_nothing_in_its_place(self) -> None:
        version = cast.begun()
        actions.end_value(
            **cast.place(version, "ST-02", "visit_length"), since=cast.FROM,
            by=make.compliance_officer(), at=cast.AT,
        )  # fmt: skip
        (entry,) = [e for e in actions.pack_of(version).entries if e.id == "ST-02"]
        assert entry.until == date(2026, 6, 30)

    def test_is_refused_for_today_which_has_been_judged(self) -> None:
        with pytest.raises(WrongInput) as wrong:
            cast.begun(in_force_from=date(2026, 6, 20))
        assert wrong.value.field == "in_force_from"
        assert "Choose tomorrow or a later day" in str(wrong.value.message)

    def test_is_refused_to_everybody_but_compliance(self) -> None:
        for who in (make.clerk(), make.supervisor(), make.administrator()):
            with pytest.raises(RightRefused):
                cast.begun(by=who)
        assert not PackVersion.objects.filter(state="draft").exists()

    def test_that_loosens_what_it_tightens_is_refused_with_both_lines(self) -> None:
        version = cast.begun(name="house-hz")
        with pytest.raises(WrongInput) as wrong:
            actions.change_value(
                **cast.place(version, "CN-36", "crew_limit"), since=cast.FROM,
                figures={"officers": 4}, by=make.compliance_officer(), at=cast.AT,
            )  # fmt: skip
        assert str(wrong.value.message) == (
            "house-hz/contact.toml: CN-36 loosens cn/contact.toml: CN-36 (crew_limit) on 2026-07-01: "
            "officers is 4 where it is 3, and may only be less."
        )

    def test_that_loosens_is_told_in_the_language_of_whoever_asks(self) -> None:
        version = cast.begun(name="house-hz")
        with translation.override("zh-hans"), pytest.raises(actions.Faulty) as wrong:
            actions.change_value(
                **cast.place(version, "CN-36", "crew_limit"), since=cast.FROM,
                figures={"officers": 4}, by=make.compliance_officer(), at=cast.AT,
            )  # fmt: skip
        assert str(wrong.value.message) == (
            "house-hz/contact.toml：CN-36 放宽了 cn/contact.toml：CN-36（crew_limit），自 2026-07-01 起："
            "人数（officers）为 4，而原规定为 3，只能更少。"
        )
        assert wrong.value.field == "officers"

    def test_that_leaves_a_house_looser_than_the_law_is_refused_too(self) -> None:
        version = cast.begun(name="cn")
        with pytest.raises(WrongInput) as wrong:
            actions.change_value(
                **cast.place(version, "CN-36", "crew_limit"), since=cast.FROM,
                figures={"officers": 1}, by=make.compliance_officer(), at=cast.AT,
            )  # fmt: skip
        assert "CN-36 loosens cn/contact.toml: CN-36" in str(wrong.value.message)

    def test_with_words_that_show_a_figure_which_nobody_gives_is_refused(self) -> None:
        version = cast.begun()
        with pytest.raises(WrongInput) as wrong:
            actions.change_value(
                **cast.place(version, "ST-02", "visit_length"), since=cast.FROM,
                figures={"remedy": {"en": "{hours}", "zh": "请缩短。"}},
                by=make.compliance_officer(), at=cast.AT,
            )  # fmt: skip
        assert "shows a figure that its rule does not give: ['hours']" in str(wrong.value.message)


class TestPropose:
    def test_is_refused_before_anybody_looked_at_whom_it_concerns(self) -> None:
        version = cast.drafted()
        with pytest.raises(WrongInput) as wrong:
            actions.propose(version=version, by=make.compliance_officer(), at=cast.AT)
        assert "Look first at what it would change" in str(wrong.value.message)

    def test_is_refused_when_the_draft_was_changed_after_the_look(self) -> None:
        version = cast.drafted()
        cast.looked(version)
        actions.change_value(
            version=version, file="hours.toml", number=2, since=cast.FROM,
            figures={"closes": time(18, 0)}, by=make.compliance_officer(), at=cast.AT,
        )  # fmt: skip
        with pytest.raises(WrongInput):
            actions.propose(version=version, by=make.compliance_officer(), at=cast.AT)

    def test_can_be_taken_back_and_given_up(self) -> None:
        version = cast.proposed()
        by = {"by": make.compliance_officer(), "at": cast.AT}
        assert actions.take_back(version=version, **by).state == "draft"
        assert actions.withdraw(version=version, **by).state == "withdrawn"
        with pytest.raises(StateRefused):
            actions.propose(version=version, **by)


class TestPublish:
    def test_needs_a_second_person(self) -> None:
        version = cast.proposed()
        with pytest.raises(SecondPersonNeeded):
            actions.publish(version=version, answer="好", by=make.compliance_officer(), at=cast.AT)
        with pytest.raises(RightRefused):
            actions.publish(version=version, answer="好", by=make.clerk(), at=cast.AT)
        second = make.compliance_officer(username="second")
        assert (
            actions.publish(version=version, answer="好", by=second, at=cast.AT).state
            == "published"
        )

    def test_is_refused_once_its_first_day_has_come(self) -> None:
        version = cast.proposed()
        with pytest.raises(WrongInput):
            actions.publish(
                version=version,
                answer="好",
                by=make.supervisor(),
                at=make.moment("2026-07-01 08:00"),
            )

    def test_is_refused_when_another_version_came_first(self) -> None:
        late = cast.proposed(closes=time(18, 0))
        cast.published()
        with pytest.raises(WrongInput) as wrong:
            actions.publish(version=late, answer="好", by=make.supervisor(), at=cast.AT)
        assert "came into being meanwhile" in str(wrong.value.message)

    def test_judges_acts_from_its_day_on_and_none_before(self) -> None:
        version = cast.published()
        before = ask("visit.plan", evening("2026-06-30"), on=date(2026, 6, 20))
        after = ask("visit.plan", evening("2026-07-01"), on=date(2026, 6, 20))
        assert (before.allowed, before.packs) == (True, {"story": "2026.1"})
        assert (after.allowed, after.digests) == (False, {"story": version.digest})

    def test_stands_on_the_house_s_timeline_with_who_when_digest_and_why(self) -> None:
        version = cast.published()
        told = Event.objects.get(case=None, kind="rules.published")
        assert told.actor == make.supervisor()
        assert told.occurred_at == cast.AT
        assert told.data["digest"] == version.digest
        assert told.data["reason"] == "居民反映晚间上门打扰休息"
        assert isinstance(verify(None), Verified)

    def test_makes_the_next_draft_begin_where_it_left_off(self) -> None:
        cast.published()
        follower = cast.begun(in_force_from=date(2026, 8, 1))
        assert (follower.based_on.version, follower.version) == ("2026.2", "2026.3")
        with pytest.raises(WrongInput):
            cast.begun(in_force_from=date(2026, 6, 25))


class TestAPublishedVersion:
    def test_cannot_be_changed_or_removed_even_in_the_database(self) -> None:
        version = cast.published()
        rows = PackVersion.objects.filter(pk=version.pk)
        for change in (
            lambda: rows.update(in_force_from=date(2026, 6, 1)),
            lambda: rows._raw_delete(rows.db),
        ):
            with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
                change()

    def test_is_found_by_its_digest_years_later(self, shelf: Any) -> None:
        version = cast.published()
        stored = ask("visit.plan", evening("2026-07-01"), on=date(2026, 6, 20)).as_dict()
        packs.shelve({})
        packs._by_digest.pop(version.digest)
        assert replay(stored).as_dict() == stored

    def test_of_the_program_is_kept_before_the_program_moves_on(self) -> None:
        running.tend(at=cast.AT)
        running.tend(at=cast.AT)
        kept = PackVersion.objects.get(name="story", state="published")
        assert kept.in_force_from is None
        assert kept.digest == packs.load("story").digest


class TestTheSharedStorage:
    def test_brings_a_version_to_a_process_that_has_not_seen_it(self, shelf: Any) -> None:
        cast.published()
        packs.shelve({})
        shelf._seen.clear()
        shelf.look()
        assert packs.load("story").version == "2026.2"

    def test_is_read_again_only_when_it_has_changed(self, shelf: Any, monkeypatch: Any) -> None:
        cast.published()
        monkeypatch.setattr(shelf, "_read", lambda index: pytest.fail("read again"))
        for _time in range(3):
            shelf.look()

    @pytest.mark.parametrize("spoil", ["text", "file gone", "list", "list gone"])
    def test_refuses_all_that_leans_on_the_pack_when_it_is_not_the_truth_and_is_mended(
        self, shelf: Any, spoil: str
    ) -> None:
        version = cast.published()
        file, index = shelf.home() / f"{version.digest}.json", shelf.home() / shelf.INDEX
        if spoil == "text":
            texts = json.loads(file.read_text())
            texts["hours.toml"] = texts["hours.toml"].replace("19:00:00", "23:00:00")
            file.write_text(json.dumps(texts))
            index.touch()
        elif spoil == "file gone":
            file.unlink()
            index.touch()
        elif spoil == "list":
            index.write_text(index.read_text()[::-1])
        else:
            index.unlink()
        shelf.look()
        verdict = ask("visit.plan", evening("2026-06-30"), on=date(2026, 6, 20))
        assert [found.rule for found in verdict.blocks] == ["DS-PACKS"]
        with pytest.raises(PackUnreadable):
            packs.load("story")

        running.tend(at=cast.AT)
        shelf.look()
        assert packs.load("story").digest == version.digest
        assert ask("visit.plan", evening("2026-06-30"), on=date(2026, 6, 20)).allowed


class TestWhatIf:
    def test_that_is_broken_off_goes_on_where_it_was(self) -> None:
        version = cast.drafted()
        run = actions.ask_what_if(version=version, by=make.compliance_officer(), at=cast.AT)
        assert running.advance(run.pk, at=cast.AT)
        assert actions.ask_what_if(version=version, by=make.compliance_officer(), at=cast.AT) == run
        while running.advance(run.pk, at=cast.AT):
            pass
        run.refresh_from_db()
        assert run.state == "done"
        assert not running.advance(run.pk, at=cast.AT)

    def test_stops_when_a_person_wants_it_so(self) -> None:
        run = actions.ask_what_if(version=cast.drafted(), by=make.compliance_officer(), at=cast.AT)
        actions.stop_what_if(run=run, by=make.compliance_officer(), at=cast.AT)
        assert not running.advance(run.pk, at=cast.AT)
        assert WhatIf.objects.get().state == "stopped"

    def test_is_refused_for_a_draft_that_changes_nothing(self) -> None:
        with pytest.raises(WrongInput):
            actions.ask_what_if(version=cast.begun(), by=make.compliance_officer(), at=cast.AT)

    def test_is_refused_to_those_who_neither_draft_nor_publish(self) -> None:
        with pytest.raises(RightRefused):
            actions.ask_what_if(version=cast.drafted(), by=make.clerk(), at=cast.AT)
