"""The same change of many cases at once: all of it what one alone would have been."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from notices.models import Notice
from people.models import User
from tests import make
from tests.notices.cast import MONDAY, chain_holds, queued
from tests.workflow.cast import refusing, two_cases
from timeline.models import Event
from workflow.steps import Outsider, PolicyRefused, StateRefused, Step, carry_out
from workflow.together import NotTogether, carry_out_together

pytestmark = pytest.mark.django_db


def dropping(notice: Notice, **more: Any) -> Step:
    given: dict[str, Any] = {
        "subject": notice, "event": "notice.suppressed", "transition": "suppress",
        "args": {"why": "no longer right"}, "data": {"notice": notice.pk},
    }  # fmt: skip
    return Step(**given | more)


def fields_of(row: Any) -> dict[str, Any]:
    own = {"id", "case_id", "dedupe_key", "contact_point_id", "recipient_id"}
    return {
        f.attname: getattr(row, f.attname)
        for f in row._meta.concrete_fields
        if f.attname not in own
    }


class TestCarryOutTogether:
    def test_leaves_the_rows_and_the_timeline_that_single_changes_leave(self) -> None:
        one, two = two_cases()
        alone, together = queued(one), queued(two, key="b")
        before = one.event_count
        carry_out(dropping(alone), by=User.objects.system(), at=MONDAY)
        carry_out_together([[dropping(together)]], by=User.objects.system(), at=MONDAY)
        assert fields_of(Notice.objects.get(pk=alone.pk)) == fields_of(
            Notice.objects.get(pk=together.pk)
        )
        mine, other = (
            Event.objects.filter(case=case, kind="notice.suppressed").get() for case in (one, two)
        )
        assert (mine.number, mine.actor, mine.occurred_at) == (
            other.number, other.actor, other.occurred_at,
        )  # fmt: skip
        assert mine.data == {"notice": alone.pk}
        assert other.data == {"notice": together.pk}
        fresh = [Case.objects.get(pk=case.pk) for case in (one, two)]
        assert [case.event_count for case in fresh] == [before + 1, before + 1]
        assert [case.version for case in fresh] == [one.version, two.version]
        assert chain_holds(one)
        assert chain_holds(two)
        assert together.state == "suppressed", "whoever asked for it has it as it is now"

    def test_tells_two_changes_of_one_case_one_after_the_other(self) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        carry_out_together(
            [[dropping(first)], [dropping(second)]], by=User.objects.system(), at=MONDAY
        )
        told = Event.objects.filter(case=case, kind="notice.suppressed").order_by("number")
        assert [event.data["notice"] for event in told] == [first.pk, second.pk]
        assert chain_holds(case)

    def test_moves_a_case_and_counts_its_version(self) -> None:
        cases = two_cases()
        carry_out_together(
            [
                [Step(subject=case, event="a.b", transition="serve_notice", args={"at": MONDAY})]
                for case in cases
            ],
            by=make.clerk(), at=MONDAY,
        )  # fmt: skip
        for case in cases:
            found = Case.objects.get(pk=case.pk)
            assert (found.state, found.step_dates["notice"]) == ("notice", MONDAY.isoformat())
            assert Event.objects.get(case=case, kind="a.b").data["step"] == "notice"
            assert chain_holds(case)

    def test_writes_what_was_changed_in_place(self, monkeypatch: pytest.MonkeyPatch) -> None:
        case = make.case()
        monkeypatch.setattr(Case, "follow_cn", lambda self: self.packs.append("cn"), raising=False)
        step = Step(subject=case, event="a.b", transition="follow_cn")
        carry_out_together([[step]], by=make.clerk(), at=MONDAY)
        assert Case.objects.get(pk=case.pk).packs[-1] == "cn"

    def test_takes_as_many_statements_for_twenty_as_for_two(self) -> None:
        case = make.case()
        notices = [queued(case, key=str(number)) for number in range(22)]
        counts = []
        for part in (notices[:2], notices[2:]):
            with CaptureQueriesContext(connection) as seen:
                carry_out_together(
                    [[dropping(notice)] for notice in part], by=make.clerk(), at=MONDAY
                )
            counts.append(len(seen))
        assert counts[0] == counts[1]

    def test_does_nothing_when_one_of_them_cannot_be_done(self) -> None:
        one, two = two_cases()
        first, second = queued(one), queued(two, key="b")
        carry_out(dropping(second), by=User.objects.system(), at=MONDAY)
        before = Event.objects.count()
        with pytest.raises(StateRefused):
            carry_out_together(
                [[dropping(first)], [dropping(second)]], by=User.objects.system(), at=MONDAY
            )
        assert Notice.objects.get(pk=first.pk).state == "queued"
        assert first.state == "queued"
        assert Event.objects.count() == before

    def test_asks_the_rules_of_each(self) -> None:
        one, two = two_cases()
        first, second = queued(one), queued(two, key="b")
        with pytest.raises(PolicyRefused):
            carry_out_together(
                [[dropping(first)], [dropping(second, policy=refusing)]], by=make.clerk(), at=MONDAY
            )
        assert set(Notice.objects.values_list("state", flat=True)) == {"queued"}

    def test_is_refused_to_an_outsider(self) -> None:
        notice = queued(make.case())
        with pytest.raises(Outsider):
            carry_out_together([[dropping(notice)]], by=make.outsider(), at=MONDAY)
        assert Notice.objects.get().state == "queued"

    def test_lets_each_step_see_the_case_as_the_step_before_it_left_it(self) -> None:
        notice = queued(make.case())
        moved = Step(
            subject=notice.case, event="a.b", transition="serve_notice", args={"at": MONDAY}
        )
        seen = dropping(notice, data=lambda fresh: {"state": fresh.case.state})
        carry_out_together([[moved, seen]], by=make.clerk(), at=MONDAY)
        assert Event.objects.get(kind="notice.suppressed").data == {"state": "notice"}

    def test_says_so_when_one_of_them_is_gone(self) -> None:
        notice = queued(make.case())
        gone = Notice(pk=notice.pk + 1, case=notice.case)
        with pytest.raises(Notice.DoesNotExist):
            carry_out_together([[dropping(notice)], [dropping(gone)]], by=make.clerk(), at=MONDAY)
        assert Notice.objects.get().state == "queued"

    def test_takes_no_step_that_writes_or_reads_by_itself(self) -> None:
        notice = queued(make.case())
        with pytest.raises(NotTogether):
            carry_out_together(
                [[dropping(notice, then=lambda *_: None)]], by=make.clerk(), at=MONDAY
            )
        with pytest.raises(NotTogether):
            carry_out_together(
                [[Step(subject=Notice(case=notice.case), event="a.b")]], by=make.clerk(), at=MONDAY
            )
