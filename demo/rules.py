"""The demo's rules: compliance drafts a change of the house's hours, and proposes another of its warnings."""

from datetime import datetime, time, timedelta

from common.clock import local_day
from compliance.drafting import written_in
from demo.cast import Cast
from demo.diary import ZONE, Diary
from rulebook import actions, running
from rulebook.models import PackVersion

REASON = "冬季天黑较早，拟将上门结束时间提前到下午四点"
WIDER = "诉讼时效临近的案件较多，提前九个月提示法务"


def draft_changes(cast: Cast, diary: Diary) -> None:
    """One draft of the house's hours with what it would change, and one that waits for a second person."""
    diary.enter(diary.moment(-1, 17, 30), lambda at: _shorter_evening(cast, at))
    diary.enter(diary.moment(-1, 16, 30), lambda at: _earlier_warning(cast, at))


def _shorter_evening(cast: Cast, at: datetime) -> None:
    version = _begin(cast, "story", 3, REASON, at)
    version = _change(cast, version, "ST-01", "visit_hours", {"closes": time(16, 0)}, at)
    _look(cast, version, at)


def _earlier_warning(cast: Cast, at: datetime) -> None:
    version = _begin(cast, "house-hz", 3, WIDER, at)
    version = _change(cast, version, "CN-47", "limitation_near", {"days": 270}, at)
    _look(cast, version, at)
    actions.propose(version=version, by=cast.users["compliance"], at=at)


def _begin(cast: Cast, name: str, ahead: int, reason: str, at: datetime) -> PackVersion:
    first = local_day(at, ZONE) + timedelta(days=ahead)
    return actions.draft_change(
        name=name, in_force_from=first, reason=reason, by=cast.users["compliance"], at=at
    )


def _change(
    cast: Cast, version: PackVersion, row: str, rule: str, figures: dict[str, object], at: datetime
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
