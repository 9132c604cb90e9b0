"""Visits that are over, judged once more by the hours that were really kept, whatever exceptions there were."""

from datetime import datetime
from typing import Any

import pytest

from compliance.hindsight import stood_against
from tests import make, walk
from timeline.models import Event
from visits.actions.refusing import nobody_in
from visits.judging import judge_made
from visits.models import Visit

pytestmark = pytest.mark.django_db

NIGHT = make.moment("2026-03-05 23:00")


def over(**really: Any) -> Visit:
    """A visit of Thursday 14:31 at which nobody was in, with what really was so."""
    visit = walk.at_the_door()
    at = make.moment("2026-03-05 14:40")
    nobody_in(visit=visit, remark="", by=make.crew()[0], at=at)
    Visit.objects.filter(pk=visit.pk).update(**really)
    return visit


def kept(visit: Visit) -> tuple[bool | None, bool | None, datetime | None]:
    fresh = Visit.objects.get(pk=visit.pk)
    return fresh.lead_kept, fresh.hours_kept, fresh.judged_at


class TestJudgeMade:
    def test_finds_a_visit_that_was_announced_in_time_and_inside_the_hours(self) -> None:
        visit = over()
        assert judge_made(NIGHT) == 1
        assert kept(visit) == (True, True, NIGHT)

    def test_finds_officers_who_stayed_until_after_the_hours(self) -> None:
        visit = over(finished_at=make.moment("2026-03-05 20:01"))
        judge_made(NIGHT)
        assert kept(visit)[:2] == (True, False)

    def test_takes_the_last_minute_of_the_hours_for_lawful(self) -> None:
        visit = over(finished_at=make.moment("2026-03-05 20:00"))
        judge_made(NIGHT)
        assert kept(visit)[:2] == (True, True)

    def test_finds_officers_who_came_before_the_lead_time_was_over(self) -> None:
        visit = over(started_at=make.moment("2026-03-05 09:59"))  # served on Monday at 10:00
        judge_made(NIGHT)
        assert kept(visit)[:2] == (False, True)

    def test_leaves_alone_what_is_not_over(self) -> None:
        visit = walk.at_the_door()
        assert judge_made(NIGHT) == 0
        assert kept(visit) == (None, None, None)

    def test_leaves_alone_what_never_began(self) -> None:
        walk.noticed()
        assert judge_made(NIGHT) == 0

    def test_says_that_nobody_can_say_where_the_decision_is_gone(self) -> None:
        visit = over()
        Visit.objects.filter(pk=visit.pk).update(reference="HZ-2026-0147-V9")
        judge_made(NIGHT)
        assert kept(visit) == (None, None, NIGHT)

    def test_does_nothing_the_second_time(self) -> None:
        over()
        judge_made(NIGHT)
        assert judge_made(NIGHT) == 0

    def test_writes_nothing_on_the_timeline(self) -> None:
        over()
        before = Event.objects.count()
        judge_made(NIGHT)
        assert Event.objects.count() == before


class TestStoodAgainst:
    def test_names_the_rules_and_lets_no_exception_heal_them(self) -> None:
        visit = over()
        decision = Event.objects.get(case=visit.case, kind="visit.started").data["decision"]
        decision["facts"]["exceptions"] = [
            {
                "rule": "ST-01", "requested_by": "clerk", "approved_by": "compliance",
                "until": "2026-12-31", "evidence": "D-1",
            }
        ]  # fmt: skip
        found = stood_against(
            decision, begun=make.moment("2026-03-05 07:30"), ended=make.moment("2026-03-05 07:50")
        )
        assert found == {"visit_hours", "lead_hours"}
