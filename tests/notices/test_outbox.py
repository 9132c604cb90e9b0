"""Queueing and stopping: in the transaction that causes it, once, and told."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from notices import links
from notices.kinds import UnknownKind
from notices.models import Notice, PortalLink
from notices.outbox import OutsideTransaction, queue, suppress
from people.models import Person, User
from tests import make
from tests.agreements.cast import SIGNED, signed
from tests.notices.cast import MONDAY, chain_holds, queued, told
from visits.actions.planning import plan_visit
from workflow.steps import WrongInput, note

pytestmark = pytest.mark.django_db


class TestQueue:
    def test_writes_a_row_and_tells_it(self) -> None:
        case = make.case()
        notice = queued(case, due_at=MONDAY + timedelta(hours=2))
        assert (notice.state, notice.attempts) == ("queued", 0)
        assert notice.next_at == notice.due_at == MONDAY + timedelta(hours=2)
        (event,) = told(case, "notice.queued")
        assert event["notice"] == notice.pk
        assert event["kind"] == "letter"
        assert chain_holds(case)

    def test_is_told_of_who_writes_and_of_the_house_where_nobody_does(self) -> None:
        case, clerk = make.case(), make.clerk()
        queued(case, key="hers", by=clerk)
        queued(case, key="the house's")
        by = list(
            case.events.filter(kind="notice.queued")
            .order_by("number")
            .values_list("actor", flat=True)
        )
        assert by == [clerk.pk, User.objects.system().pk]

    def test_keeps_the_address_out_of_the_timeline(self) -> None:
        case = make.case()
        queued(case)
        assert "haiyan@debtor.example" not in str(told(case, "notice.queued"))

    def test_gives_the_row_that_is_there_for_the_same_key(self) -> None:
        case = make.case()
        first = queued(case, key="once", body="the first")
        second = queued(case, key="once", body="the second")
        assert first.pk == second.pk
        assert second.body == "the first"
        assert Notice.objects.count() == 1
        assert len(told(case, "notice.queued")) == 1

    def test_is_lost_with_the_change_that_caused_it(self) -> None:
        case = make.case()

        def put_and_break(locked: Any, *_: Any) -> None:
            queue(
                case=locked, kind="letter", channel="email", recipient=locked.debtor,
                address="haiyan@debtor.example", language="en", subject="x", body="x",
                due_at=MONDAY, dedupe_key="lost", at=MONDAY,
            )  # fmt: skip
            raise WrongInput("no")

        with pytest.raises(WrongInput):
            note(case, event="case.written_to", by=make.clerk(), at=MONDAY, then=put_and_break)
        assert not Notice.objects.exists()
        assert told(case, "notice.queued") == []

    def test_refuses_a_kind_that_nobody_owns(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("notices.kinds._kinds", {})
        with pytest.raises(UnknownKind):
            queued(make.case())

    @pytest.mark.parametrize(
        "subject",
        [
            "您的欠款已逾期",
            "还款提醒",
            "Your overdue loan",
            "Debt collection: final notice",
            "",
            "  ",
        ],
    )
    def test_makes_the_subject_of_an_e_mail_a_quiet_one(self, subject: str) -> None:
        notice = queued(make.case(), subject=subject)
        assert notice.subject == "A message from Clear Water Credit Services (HZ-2026-0147)"

    def test_cuts_the_subject_of_an_e_mail_to_what_a_row_holds(self) -> None:
        assert queued(make.case(), subject="Hello " * 50).subject == ("Hello " * 50)[:200]

    def test_tells_that_it_is_of_a_complaint_and_of_nothing_else(self) -> None:
        case = make.case()
        queued(case, key="answer", about={"aim": "complaint"})
        queued(case, key="other")
        answer, other = told(case, "notice.queued")
        assert answer["aim"] == "complaint"
        assert "aim" not in other

    def test_leaves_no_line_break_in_subject_or_address(self) -> None:
        notice = queued(
            make.case(),
            subject="Hello\r\nBcc: all@example.com",
            address="a@b.example\nBcc: c@d.example",
        )
        assert notice.subject == "Hello Bcc: all@example.com"
        assert "\n" not in notice.address


class TestItsLink:
    def test_is_made_where_the_words_have_a_place_for_it(self) -> None:
        case = make.case()
        notice = queued(case, body=f"Read it: {links.PLACE}")
        link = PortalLink.objects.get()
        assert Notice.objects.get().about == notice.about == {"portal_link": link.pk}
        assert (link.case, link.person, link.purpose) == (case, case.debtor, "own")
        assert link.made_at == MONDAY

    def test_is_not_made_for_words_without_a_place(self) -> None:
        notice = queued(make.case())
        assert notice.about == {}
        assert not PortalLink.objects.exists()

    def test_is_the_one_that_was_named(self) -> None:
        case = make.case()
        mine = links.link_for(case=case, person=case.debtor, at=MONDAY)
        notice = queued(case, body=f"Read it: {links.PLACE}", about={"portal_link": mine.pk})
        assert notice.about == {"portal_link": mine.pk}
        assert PortalLink.objects.get() == mine

    def test_is_made_once_for_a_message_that_is_queued_twice(self) -> None:
        case = make.case()
        for _time in range(2):
            queued(case, key="once", body=f"Read it: {links.PLACE}")
        assert PortalLink.objects.count() == 1

    def test_lets_somebody_else_read_messages_and_no_more(self) -> None:
        case = make.case()
        other = Person.objects.create(name="王建国", language="zh")

        def put(locked: Any, *_: Any) -> None:
            queue(
                case=locked, kind="letter", channel="email", recipient=other,
                address="b@debtor.example", language="en", subject="x", body=f"Read it: {links.PLACE}",
                due_at=MONDAY, dedupe_key="other", at=MONDAY,
            )  # fmt: skip

        note(case, event="case.written_to", by=make.clerk(), at=MONDAY, then=put)
        link = PortalLink.objects.get()
        assert (link.person, link.purpose) == (other, "messages")


@pytest.mark.django_db(transaction=True)
class TestQueueOutside:
    def test_a_transaction_is_a_fault(self) -> None:
        case = make.case()
        with pytest.raises(OutsideTransaction):
            queue(
                case=case, kind="letter", channel="email", recipient=case.debtor,
                address="a@b.example", language="en", subject="x", body="x",
                due_at=MONDAY, dedupe_key="x", at=MONDAY,
            )  # fmt: skip
        with pytest.raises(OutsideTransaction):
            suppress(case=case, why="x", by=make.clerk(), at=MONDAY)

    def test_wakes_a_worker_after_the_commit_only(self, queue: Any) -> None:
        case = make.case()
        before = queue.llen("celery")
        with pytest.raises(WrongInput), transaction.atomic():
            raise WrongInput("no")
        queued(case, due_at=MONDAY + timedelta(days=1), key="later")
        queued(case, channel="letter", key="by hand")
        assert queue.llen("celery") == before
        queued(case, key="now")
        assert queue.llen("celery") == before + 1

    def test_goes_on_while_the_broker_is_down(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def down(*_: Any, **__: Any) -> None:
            raise ConnectionError("no broker")

        monkeypatch.setattr("celery.Celery.send_task", down)
        assert queued(make.case()).state == "queued"


class TestSuppress:
    def test_stops_what_has_not_left_and_tells_why(self) -> None:
        case = make.case()
        waiting = queued(case, key="waiting")
        claimed = queued(case, key="claimed")
        begun = queued(case, key="begun")
        sent = queued(case, key="sent")
        Notice.objects.filter(pk__in=[claimed.pk, begun.pk]).update(
            state="sending", claimed_at=MONDAY
        )
        Notice.objects.filter(pk=begun.pk).update(begun_at=MONDAY)
        Notice.objects.filter(pk=sent.pk).update(state="sent")
        stopped: list[Notice] = []
        note(
            case, event="visit.refused", by=make.clerk(), at=MONDAY,
            then=lambda locked, by, at: stopped.extend(
                suppress(case=locked, why="refused", by=by, at=at)
            ),
        )  # fmt: skip
        assert [notice.pk for notice in stopped] == [waiting.pk, claimed.pk]
        states = dict(Notice.objects.values_list("dedupe_key", "state"))
        assert states == {
            "waiting": "suppressed", "claimed": "suppressed", "begun": "sending", "sent": "sent",
        }  # fmt: skip
        assert [event["why"] for event in told(case, "notice.suppressed")] == ["refused"] * 2
        assert chain_holds(case)

    def test_can_be_narrowed_to_kinds(self) -> None:
        case = make.case()
        queued(case)
        note(
            case, event="visit.refused", by=make.clerk(), at=MONDAY,
            then=lambda locked, by, at: suppress(
                case=locked, why="x", by=by, at=at, kinds=["visit_notice"]
            ),
        )  # fmt: skip
        assert Notice.objects.get().state == "queued"

    def test_can_be_narrowed_to_a_visit(self) -> None:
        case = make.prepared_case(at=MONDAY - timedelta(days=1))
        begins = make.moment("2026-03-05 14:30")
        visit = plan_visit(
            case=case, place=case.debtor.addresses.get(), starts_at=begins,
            ends_at=begins + timedelta(hours=1), officers=make.crew(), purpose="商谈还款",
            intended_outcome="分期还款", by=make.clerk(), at=MONDAY,
        )  # fmt: skip
        queued(case, key="of it", visit=visit)
        queued(case, key="of none")
        note(
            case, event="visit.cancelled", by=make.clerk(), at=MONDAY,
            then=lambda locked, by, at: suppress(case=locked, why="x", by=by, at=at, visit=visit),
        )  # fmt: skip
        states = Notice.objects.filter(dedupe_key__startswith="of ")
        assert dict(states.values_list("dedupe_key", "state")) == {
            "of it": "suppressed", "of none": "queued",
        }  # fmt: skip

    def test_can_be_narrowed_to_an_instalment(self) -> None:
        agreement = signed()
        case, (first, second, *_others) = agreement.case, agreement.instalments.order_by("pk")
        for key, instalment in (("a", first), ("b", second), ("c", None)):
            queued(case, key=key, at=SIGNED, instalment=instalment)
        note(
            case, event="payment.received", by=make.clerk(), at=SIGNED,
            then=lambda locked, by, at: suppress(
                case=locked, why="x", by=by, at=at, kinds=["letter"], instalment=first
            ),
        )  # fmt: skip
        states = Notice.objects.filter(dedupe_key__in="abc").values_list("dedupe_key", "state")
        assert dict(states) == {"a": "suppressed", "b": "queued", "c": "queued"}

    def test_leaves_other_cases_alone(self) -> None:
        case = make.case()
        other = make.case(reference="HZ-2026-0148", external_reference="XH-1")
        queued(other)
        note(
            case, event="visit.refused", by=make.clerk(), at=MONDAY,
            then=lambda locked, by, at: suppress(case=locked, why="x", by=by, at=at),
        )  # fmt: skip
        assert Notice.objects.get().state == "queued"
