"""A visit whose time goes by is not forgotten: it is told once, and somebody has to settle it."""

from datetime import timedelta

import pytest

from notices.models import Notice
from people.models import User
from tests import make, walk
from timeline.models import Event
from visits.actions.missing import tell_missed, tell_overrun
from visits.actions.planning import cancel_visit, move_visit
from visits.models import Visit
from workflow.models import Duty

pytestmark = pytest.mark.django_db

ENDS = make.moment("2026-03-05 15:30")


def told(at: object) -> int:
    return tell_missed(at=at, by=User.objects.system())  # type: ignore[arg-type]


class TestTellMissed:
    def test_waits_until_the_visit_would_have_ended(self) -> None:
        visit = walk.noticed()
        assert visit.ends_at == ENDS
        assert told(ENDS - timedelta(seconds=1)) == 0
        assert told(ENDS) == 1
        event = Event.objects.get(case=visit.case, kind="visit.missed")
        assert event.data["reference"] == visit.reference

    def test_has_a_clerk_move_or_cancel_it(self) -> None:
        visit = walk.noticed()
        told(ENDS)
        duty = Duty.objects.get(case=visit.case, kind="visit.missed")
        assert (duty.role, duty.due_at) == ("clerk", ENDS + timedelta(days=1))
        assert "2026年3月5日" in duty.says["zh"]
        assert "move it or cancel it" in duty.says["en"]

    def test_tells_it_once_even_after_the_duty_was_ticked_off(self) -> None:
        walk.noticed()
        assert (told(ENDS), told(ENDS)) == (1, 0)
        Duty.objects.filter(kind="visit.missed").update(done_at=ENDS)
        assert told(ENDS + timedelta(days=3)) == 0

    def test_leaves_alone_a_visit_that_was_begun(self) -> None:
        walk.at_the_door()
        assert told(ENDS + timedelta(hours=1)) == 0

    def test_is_settled_by_cancelling_without_telling_the_debtor_of_the_past(self) -> None:
        visit = walk.noticed()
        told(ENDS)
        before = Notice.objects.count()
        cancel_visit(
            visit=visit, why="外访员临时生病", by=make.clerk(), at=ENDS + timedelta(hours=1)
        )
        assert Duty.objects.get(kind="visit.missed").done_at == ENDS + timedelta(hours=1)
        assert Notice.objects.count() == before
        assert not Duty.objects.filter(kind="visit.call_off").exists()

    def test_is_settled_by_moving_and_told_anew_when_that_time_goes_by_too(self) -> None:
        visit = walk.noticed()
        told(ENDS)
        move_visit(
            visit=visit, place=visit.place, starts_at=make.moment("2026-03-12 14:30"),
            ends_at=make.moment("2026-03-12 15:30"), officers=make.crew(), by=make.clerk(),
            at=ENDS + timedelta(hours=1),
        )  # fmt: skip
        assert not Duty.objects.filter(kind="visit.missed", done_at=None).exists()
        assert told(make.moment("2026-03-12 15:00")) == 0
        assert told(make.moment("2026-03-12 15:30")) == 1
        assert Visit.objects.get(pk=visit.pk).state == "planned"


class TestTellOverrun:
    def overrun(self, at: object) -> int:
        return tell_overrun(at=at, by=User.objects.system())  # type: ignore[arg-type]

    def test_asks_after_the_officers_half_an_hour_after_the_end(self) -> None:
        visit = walk.at_the_door()
        assert self.overrun(ENDS + timedelta(minutes=30, seconds=-1)) == 0
        assert self.overrun(ENDS + timedelta(minutes=30)) == 1
        duty = Duty.objects.get(case=visit.case, kind="visit.overrun")
        assert (duty.role, duty.due_at) == ("supervisor", ENDS + timedelta(minutes=30))
        assert "李伟、王芳" in duty.says["zh"]
        assert Event.objects.filter(case=visit.case, kind="visit.overrun").count() == 1

    def test_asks_once(self) -> None:
        walk.at_the_door()
        late = ENDS + timedelta(hours=1)
        assert (self.overrun(late), self.overrun(late + timedelta(hours=1))) == (1, 0)

    def test_leaves_alone_a_visit_that_nobody_began(self) -> None:
        walk.noticed()
        assert self.overrun(ENDS + timedelta(hours=2)) == 0
