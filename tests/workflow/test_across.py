"""One change of several cases, all or none; and that no change is ever part of another transaction."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from tests import make
from tests.workflow.cast import AT, kinds, refusing, two_cases
from timeline.models import Event
from workflow.steps import Outsider, PolicyRefused, StateRefused, Step, carry_out_across, note
from workflow.together import carry_out_together


def serving(case: Case, **more: Any) -> Step:
    given: dict[str, Any] = {
        "subject": case, "event": "a.b", "transition": "serve_notice", "args": {"at": AT},
    }  # fmt: skip
    return Step(**given | more)


def states() -> list[str]:
    return list(Case.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.django_db
class TestAcross:
    def test_moves_every_case_and_tells_each_of_its_own(self) -> None:
        one, two = two_cases()
        carry_out_across([serving(one)], [serving(two), Step(subject=two, event="c.d")], by=make.clerk(), at=AT)  # fmt: skip
        assert states() == ["notice", "notice"]
        assert kinds(one) == ["case.opened", "a.b"]
        assert kinds(two) == ["case.opened", "a.b", "c.d"]

    def test_locks_in_the_order_of_the_keys_before_anything_is_done(self) -> None:
        one, two = two_cases()
        with CaptureQueriesContext(connection) as asked:
            carry_out_across([serving(two)], [serving(one)], by=make.clerk(), at=AT)
        said = [query["sql"] for query in asked if "cases_case" in query["sql"]]
        locks = [sql for sql in said if "FOR UPDATE" in sql]
        first_written = next(n for n, sql in enumerate(said) if sql.startswith("UPDATE"))
        assert [str(one.pk) in locks[0], str(two.pk) in locks[1]] == [True, True]
        assert said.index(locks[1]) < first_written

    def test_does_nothing_when_one_is_refused_and_says_so_on_that_case_alone(self) -> None:
        one, two = two_cases()
        with pytest.raises(PolicyRefused):
            carry_out_across([serving(one)], [serving(two, policy=refusing)], by=make.clerk(), at=AT)  # fmt: skip
        assert states() == ["preparation", "preparation"]
        assert kinds(one) == ["case.opened"]
        assert kinds(two) == ["case.opened", "policy.refused"]

    def test_says_of_a_state_that_stands_against_it_which_it_was(self) -> None:
        one, two = two_cases()
        with pytest.raises(StateRefused):
            carry_out_across([serving(one)], [serving(two, transition="begin_follow_up")], by=make.clerk(), at=AT)  # fmt: skip
        assert states() == ["preparation", "preparation"]
        assert kinds(one) == ["case.opened"]
        told = Event.objects.get(case=two, kind="state.refused")
        assert told.data == {"asked": "begin_follow_up", "state": "preparation"}

    def test_is_refused_to_an_outsider_of_one_of_them(self) -> None:
        one, two = two_cases()
        with pytest.raises(Outsider):
            carry_out_across([serving(one)], [serving(two)], by=make.outsider(), at=AT)
        assert states() == ["preparation", "preparation"]


@pytest.mark.django_db
class TestVersion:
    def test_counts_each_move_and_no_fact(self) -> None:
        case, by = make.case(), make.clerk()
        before = case.version
        note(case, event="a.b", by=by, at=AT)
        assert Case.objects.get(pk=case.pk).version == before
        carry_out_across([serving(case)], by=by, at=AT)
        assert Case.objects.get(pk=case.pk).version == case.version == before + 1

    def test_and_step_stand_in_the_event_of_a_move_alone(self) -> None:
        case, by = make.case(), make.clerk()
        note(case, event="c.d", by=by, at=AT)
        carry_out_across([serving(case)], by=by, at=AT)
        said = dict(Event.objects.filter(case=case).values_list("kind", "data"))
        assert "step" not in said["c.d"]
        assert said["a.b"] == {"step": "notice"}


@pytest.mark.django_db(transaction=True)
class TestTransaction:
    """What is told as done is done: nothing around a change can still undo it."""

    def test_of_a_change_is_its_own(self) -> None:
        case = make.case()
        with pytest.raises(RuntimeError), transaction.atomic():
            note(case, event="a.b", by=make.clerk(), at=AT)

    def test_of_several_cases_is_their_own(self) -> None:
        case = make.case()
        with pytest.raises(RuntimeError), transaction.atomic():
            carry_out_across([serving(case)], by=make.clerk(), at=AT)

    def test_of_many_together_is_their_own(self) -> None:
        case = make.case()
        with pytest.raises(RuntimeError), transaction.atomic():
            carry_out_together([[serving(case)]], by=make.clerk(), at=AT)
