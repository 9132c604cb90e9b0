"""The one way in which anything changes."""

import threading
from datetime import datetime

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.actions.holding import hold_case
from cases.actions.preparing import set_strategy
from cases.models import Case, Hold
from cases.policy import asks
from notices.models import Notice
from people.models import User
from tests import make
from tests.workflow.cast import AT, kinds, refusing
from timeline.chain import Verified, verify
from timeline.models import Event
from workflow.guard import Guard, guarded
from workflow.models import Duty
from workflow.steps import (
    AlreadyDone,
    Outsider,
    PolicyRefused,
    RightRefused,
    StaleForm,
    StateRefused,
    Step,
    begin,
    carry_out,
    note,
    once,
)

pytestmark = pytest.mark.django_db


class TestCarryOut:
    def test_moves_saves_and_records_together(self) -> None:
        case = make.case()
        carry_out(
            Step(subject=case, event="case.notice_served", transition="serve_notice", args={"at": AT}),
            by=make.clerk(), at=AT,
        )  # fmt: skip
        case = Case.objects.get(pk=case.pk)
        assert case.state == "notice"
        assert kinds(case) == ["case.opened", "case.notice_served"]
        assert verify(case) == Verified(2, case.head)

    def test_writes_what_was_changed_in_place_and_leaves_alone_what_was_not_touched(self) -> None:
        case = make.case()

        def then(locked: Case, _by: User, _at: datetime) -> None:
            locked.packs.append("cn")
            Case.objects.filter(pk=locked.pk).update(strategy="written beside it")

        note(case, event="strategy.set", by=make.clerk(), at=AT, then=then)
        case = Case.objects.get(pk=case.pk)
        assert case.packs[-1] == "cn"
        assert case.strategy == "written beside it"

    @pytest.mark.parametrize(("with_rules", "most"), [(False, 4), (True, 5)])
    def test_takes_few_statements(self, with_rules: bool, most: int) -> None:
        """The case, whether the mandate is in force, the facts that rules ask for, the event, the case again."""
        case, by = make.case(), make.clerk()
        policy = asks("contact.log", channel="letter", contact_sources=("contract",))
        step = Step(
            subject=case, event="case.notice_served", transition="serve_notice", args={"at": AT},
            policy=policy if with_rules else None,
        )  # fmt: skip
        with CaptureQueriesContext(connection) as asked:
            carry_out(step, by=by, at=AT)
        said = [q["sql"] for q in asked if "SAVEPOINT" not in q["sql"]]
        assert len(said) == most, "\n".join(q[:250] for q in said)

    def test_leaves_nothing_but_the_refusal_when_the_rules_say_no(self) -> None:
        case = make.case()
        with pytest.raises(PolicyRefused) as refused:
            carry_out(
                Step(
                    subject=case, event="case.notice_served", transition="serve_notice",
                    args={"at": AT}, policy=refusing,
                ),
                by=make.clerk(), at=AT,
            )  # fmt: skip
        case = Case.objects.get(pk=case.pk)
        assert [finding.rule for finding in refused.value.findings] == ["T-1"]
        assert case.state == "preparation"
        assert kinds(case) == ["case.opened", "policy.refused"]
        told = Event.objects.get(case=case, kind="policy.refused")
        assert told.findings[0]["rule"] == "T-1"
        assert told.data["decision"]["packs"] == {"story": "1"}
        assert verify(case) == Verified(2, case.head)

    def test_undoes_the_first_step_when_the_second_cannot_be_taken(self) -> None:
        case = make.case()
        with pytest.raises(StateRefused):
            carry_out(
                Step(subject=case, event="a.b", transition="serve_notice", args={"at": AT}),
                Step(subject=case, event="c.d", transition="begin_follow_up", args={"at": AT}),
                by=make.clerk(), at=AT,
            )  # fmt: skip
        case = Case.objects.get(pk=case.pk)
        assert case.state == "preparation"
        assert kinds(case) == ["case.opened", "state.refused"]

    def test_is_refused_to_a_role_without_the_right(self) -> None:
        case = make.case()
        with pytest.raises(RightRefused):
            note(case, event="a.b", right="approve_waiver", by=make.clerk(), at=AT)
        assert kinds(case) == ["case.opened"]

    def test_is_refused_to_an_outsider(self) -> None:
        case = make.case()
        with pytest.raises(Outsider):
            note(case, event="a.b", by=make.outsider(), at=AT)
        assert kinds(case) == ["case.opened"]

    def test_does_the_same_form_once(self) -> None:
        case, by = make.case(), make.clerk()
        with guarded(Guard(key="one")):
            set_strategy(case=case, strategy="先电话", proposed_plan="", by=by, at=AT)
        with pytest.raises(AlreadyDone), guarded(Guard(key="one")):
            set_strategy(case=case, strategy="先电话", proposed_plan="", by=by, at=AT)
        assert kinds(case).count("strategy.set") == 1

    def test_can_use_a_form_again_that_was_refused(self) -> None:
        case, by = make.case(), make.clerk()
        with pytest.raises(PolicyRefused), guarded(Guard(key="two")):
            note(case, event="a.b", policy=refusing, by=by, at=AT)
        with guarded(Guard(key="two")):
            note(case, event="a.b", by=by, at=AT)
        assert kinds(case)[-1] == "a.b"

    def test_refuses_a_form_drawn_before_somebody_moved_the_case(self) -> None:
        case, by = make.case(), make.clerk()
        seen = case.version
        carry_out(
            Step(subject=case, event="x.y", transition="serve_notice", args={"at": AT}),
            by=by,
            at=AT,
        )
        with pytest.raises(StaleForm), guarded(Guard(key="three", version=seen)):
            set_strategy(case=case, strategy="晚了", proposed_plan="", by=by, at=AT)
        assert Case.objects.get(pk=case.pk).strategy == ""

    def test_does_not_call_a_form_stale_because_somebody_wrote_a_note(self) -> None:
        case, by = make.case(), make.clerk()
        seen = case.version
        set_strategy(case=case, strategy="一", proposed_plan="", by=by, at=AT)
        with guarded(Guard(key="four", version=seen)):
            set_strategy(case=case, strategy="二", proposed_plan="", by=by, at=AT)
        assert Case.objects.get(pk=case.pk).strategy == "二"

    def test_that_begins_something_tells_what_it_was_given(self) -> None:
        case, by = make.case(), make.clerk()
        for number, data in enumerate([{"why": "x"}, lambda new: {"key": new.key}, None]):
            duty = Duty(case=case, kind="T-1", key=f"k{number}", says={}, raised_at=AT, due_at=AT)
            begin(duty, event="a.b", data=data, by=by, at=AT)
        told = Event.objects.filter(case=case, kind="a.b").order_by("number")
        assert [event.data for event in told] == [{"why": "x"}, {"key": "k1"}, {}]

    def test_says_so_when_what_is_to_be_changed_is_gone(self) -> None:
        case = make.case()
        gone = Notice(pk=1, case=case)
        with pytest.raises(Notice.DoesNotExist):
            carry_out(Step(subject=gone, event="a.b"), by=make.clerk(), at=AT)
        assert kinds(case) == ["case.opened"]

    def test_of_one_form_may_follow_another_that_belongs_to_no_case(self) -> None:
        by = make.clerk()
        with transaction.atomic(), guarded(Guard(key="five")) as guard:
            once(by, AT)
            assert guard.spent
            once(by, AT)  # a part of the same press
        with pytest.raises(AlreadyDone), transaction.atomic(), guarded(Guard(key="five")):
            once(by, AT)


class TestDatabase:
    @pytest.mark.parametrize("state", ["on_site_talk", "follow_up", "credential_display"])
    def test_refuses_a_step_that_was_skipped_behind_the_actions(self, state: str) -> None:
        case = make.case()
        with pytest.raises(Exception, match="cannot go"), transaction.atomic():
            Case.objects.filter(pk=case.pk).update(state=state)


@pytest.mark.django_db(transaction=True)
class TestRaces:
    def test_gives_one_winner_among_twenty_who_press_at_once(self) -> None:
        case, by = make.case(), make.clerk()
        gate, results = threading.Barrier(20), []

        def press() -> None:
            gate.wait()
            try:
                carry_out(
                    Step(subject=case, event="a.b", transition="serve_notice", args={"at": AT}),
                    by=by, at=AT,
                )  # fmt: skip
                results.append("won")
            except StateRefused:
                results.append("late")
            finally:
                connection.close()

        threads = [threading.Thread(target=press) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert sorted(results) == ["late"] * 19 + ["won"]
        case = Case.objects.get(pk=case.pk)
        assert kinds(case).count("a.b") == 1
        assert verify(case) == Verified(case.event_count, case.head)


class TestHold:
    def test_is_marked_on_the_case_and_told(self) -> None:
        case = make.case()
        hold = hold_case(
            case=case, reason="hospital", scope="all", starts_on=make.date(2026, 3, 12),
            review_on=make.date(2026, 3, 27), until=make.date(2026, 4, 11), remark="",
            by=make.clerk(), at=make.moment("2026-03-12 09:00"),
        )  # fmt: skip
        assert Hold.objects.get(pk=hold.pk).in_force_on(make.date(2026, 4, 11))
        assert not hold.in_force_on(make.date(2026, 4, 12))
        assert Case.objects.get(pk=case.pk).held_until == make.date(2026, 4, 11)
        assert kinds(case)[-1] == "case.held"
