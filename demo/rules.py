"""The demo's rules: compliance drafts a change of the house's hours, and proposes another of its warnings."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta

from common.clock import local_day
from compliance import packs
from compliance.drafting import written_in
from demo.cast import Cast
from demo.diary import ZONE, Diary
from rulebook import actions, editing, running
from rulebook.models import PackVersion

REASON = "冬季天黑较早，拟将上门结束时间提前到下午四点"
NOTICE = {
    "title": "Winter hours", "title_zh": "《关于冬季上门时段的内部通知》", "force": "policy",
    "confidence": "high",
}  # fmt: skip
CALM = {
    "jurisdiction": "house",
    "tightens": ["story"],
    "title": {"en": "Calmer visits", "zh": "从缓上门内部规定"},
    "about": {"en": "Shorter visits for a trial.", "zh": "试行缩短单次上门时长。"},
}
CALM_RULES = {
    "title": "Calmer visits, house rules",
    "title_zh": "《从缓上门内部规定》",
    "force": "policy",
}
CALMER = "拟在部分债权人的案件中试行更短的上门时长"
WIDER = "诉讼时效临近的案件较多，提前九个月提示法务"


def draft_changes(cast: Cast, diary: Diary) -> None:
    """A draft of the house's hours and reminders, one that waits for a second person, and a pack begun."""
    diary.enter(diary.moment(-1, 17, 30), lambda at: _shorter_evening(cast, at))
    diary.enter(diary.moment(-1, 16, 30), lambda at: _earlier_warning(cast, at))
    diary.enter(diary.moment(-1, 15, 30), lambda at: _pack_of_its_own(cast, at))


def _shorter_evening(cast: Cast, at: datetime) -> None:
    version = _begin(cast, "story", 3, REASON, at)
    version = editing.add_source(version=version, source=NOTICE, by=cast.users["compliance"], at=at)
    version = _change(cast, version, "ST-01", "visit_hours", {"closes": time(16, 0)}, at)
    steps = next(one for one in written_in(version.files) if one.table["id"] == "ST-32").table[
        "steps"
    ]
    again = {"kind": "missed", "days": 3, "time": time(10, 0), "to": "debtor"}
    figures = {"steps": [*steps, again], "source": "winter-hours"}
    version = _change(cast, version, "ST-32", None, figures, at)
    _look(cast, version, at)


def _earlier_warning(cast: Cast, at: datetime) -> None:
    version = _begin(cast, "house-hz", 3, WIDER, at)
    version = _change(cast, version, "CN-47", "limitation_near", {"days": 270}, at)
    _look(cast, version, at)
    actions.propose(version=version, by=cast.users["compliance"], at=at)


def _pack_of_its_own(cast: Cast, at: datetime) -> None:
    """A stricter pack for nobody yet, with its first line made after one of the house's rules."""
    version = actions.draft_pack(
        name="house-calm", head=CALM, source=CALM_RULES, creditors=[], reason=CALMER,
        in_force_from=local_day(at, ZONE) + timedelta(days=10), by=cast.users["compliance"], at=at,
    )  # fmt: skip
    pattern = next(
        one.table for one in written_in(packs.texts_of("story")) if one.table["id"] == "ST-02"
    )
    line = {**pattern, "since": version.first_day, "minutes": 45, "source": "house"}
    editing.add_value(
        version=version, topic="visits", table=line, by=cast.users["compliance"], at=at
    )


def _begin(cast: Cast, name: str, ahead: int, reason: str, at: datetime) -> PackVersion:
    first = local_day(at, ZONE) + timedelta(days=ahead)
    return actions.draft_change(
        name=name, in_force_from=first, reason=reason, by=cast.users["compliance"], at=at
    )


def _change(
    cast: Cast,
    version: PackVersion,
    row: str,
    rule: str | None,
    figures: Mapping[str, object],
    at: datetime,
) -> PackVersion:
    place = next(
        one
        for one in written_in(version.files)
        if (one.table.get("id"), one.table.get("rule")) == (row, rule)
    )
    return actions.change_value(
        version=version, file=place.file, number=place.number, since=version.first_day,
        figures=figures, by=cast.users["compliance"], at=at,
    )  # fmt: skip


def _look(cast: Cast, version: PackVersion, at: datetime) -> None:
    run = actions.ask_what_if(version=version, by=cast.users["compliance"], at=at)
    while running.advance(run.pk, at=at):
        pass
