"""Reminders and missed instalments: what is due by now, once, and nothing that is no longer right."""

from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from agreements import schedule
from agreements.actions.following import sweep
from agreements.kinds import learn_reminders, reminder_may_go
from agreements.models import Agreement, Instalment
from agreements.schedule import Calendar, Rung
from cases.actions import holding
from cases.models import Case, Hold
from notices import relay
from notices.kinds import Later
from notices.models import Notice
from people.models import User
from tests import make
from tests.agreements import cast
from timeline.models import Event
from workflow.models import Duty

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    """How papers look is told by other tests; drawing them takes most of the time here."""
    monkeypatch.setattr("agreements.papers.agreement_pdf", lambda _agreement: make.PDF)


@pytest.fixture
def agreement() -> Agreement:
    return cast.signed()


def hold(case: Case, until: date, scope: str = "all", at: str = "2026-04-10 09:00") -> Hold:
    return holding.hold_case(
        case=cast.again(case), reason="hospital", scope=scope, starts_on=date(2026, 4, 10),
        review_on=date(2026, 4, 10), until=until, remark="住院", by=make.clerk(), at=make.moment(at),
    )  # fmt: skip


def told(case: Case, kind: str) -> int:
    return Event.objects.filter(case=case, kind=kind).count()


class TestSweep:
    def test_reminds_before_and_on_the_day_at_the_lawful_hour(self, agreement: Agreement) -> None:
        cast.swept("2026-04-11 23:59")
        assert cast.reminders(agreement.case) == []
        cast.swept("2026-04-12 00:00")
        cast.swept("2026-04-15 00:00")
        before, on_the_day = cast.reminders(agreement.case)
        assert (before.kind, before.due_at) == ("reminder_before", make.moment("2026-04-12 10:00"))
        assert (on_the_day.kind, on_the_day.due_at) == (
            "reminder_due", make.moment("2026-04-15 10:00"),
        )  # fmt: skip
        assert "6,500.00" in before.body
        assert before.about["missing"] == "6500.00"

    def test_finds_a_second_run_with_nothing_to_do(self, agreement: Agreement) -> None:
        for text in (
            "2026-04-12 00:00",
            "2026-04-12 00:00",
            "2026-04-12 10:00",
            "2026-04-13 10:00",
        ):
            cast.swept(text)
        assert len(cast.reminders(agreement.case)) == 1

    def test_looks_only_at_what_is_due(
        self, agreement: Agreement, django_assert_max_num_queries: Any
    ) -> None:
        User.objects.system()
        with django_assert_max_num_queries(
            3
        ):  # by whom, what is due, and demands whose day is over
            assert sweep(make.moment("2026-04-11 23:59")) == 0

    def test_marks_a_missed_one_at_once_and_once(self, agreement: Agreement) -> None:
        cast.swept("2026-04-15 23:59")
        assert told(agreement.case, "instalment.missed") == 0
        cast.swept("2026-04-16 00:00")
        cast.swept("2026-04-16 00:01")
        assert told(agreement.case, "instalment.missed") == 1

    def test_catches_up_after_an_outage_with_the_last_reminder_alone(
        self, agreement: Agreement
    ) -> None:
        cast.swept("2026-04-18 09:00")
        assert [(n.kind, n.due_at) for n in cast.reminders(agreement.case)] == [
            ("reminder_after", make.moment("2026-04-18 09:00"))
        ]
        assert told(agreement.case, "instalment.missed") == 1

    def test_catches_up_with_steps_of_the_pack_and_two_missed_ones_become_one(
        self, agreement: Agreement, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ten = time(10)
        steps = [Rung("missed", 1, ten), Rung("missed", 3, ten), Rung("missed", 5, ten)]
        monkeypatch.setattr(
            "agreements.actions.following.calendar_of",
            lambda case, _on: Calendar(steps, None, case.zone),
        )
        cast.swept("2026-04-19 09:00")  # down since the due day: the first and second step are past
        reminders = cast.reminders(agreement.case)
        assert [n.about["rung"] for n in reminders] == ["missed:3:2026-04-15"]
        cast.swept("2026-04-20 00:00")
        assert [n.about["rung"] for n in cast.reminders(agreement.case)][1:] == [
            "missed:5:2026-04-15"
        ]

    def test_waits_for_the_lawful_hour_after_an_outage(self, agreement: Agreement) -> None:
        cast.swept("2026-04-18 21:30")
        assert cast.reminders(agreement.case)[-1].due_at == make.moment("2026-04-19 08:00")

    def test_does_not_remind_of_a_day_that_is_past(self, agreement: Agreement) -> None:
        cast.swept("2026-04-15 20:30")  # no lawful hour is left today
        assert cast.reminders(agreement.case) == []

    def test_escalates_and_breaks_the_plan_without_a_visit(self, agreement: Agreement) -> None:
        for text in (
            "2026-04-16 00:00",
            "2026-04-22 10:00",
            "2026-04-23 00:00",
            "2026-04-24 00:00",
        ):
            cast.swept(text)
        assert Duty.objects.get(kind="supervisor.missed").role == "supervisor"
        assert cast.again(agreement).state == "broken"
        assert told(agreement.case, "agreement.broken") == 1
        assert not agreement.case.visits.exists()

    def test_does_not_remind_whoever_has_just_signed(self) -> None:
        agreement = cast.signed(rows=cast.six_instalments(first=date(2026, 3, 6)))
        cast.swept("2026-03-05 16:00")
        assert cast.reminders(agreement.case) == []
        cast.swept("2026-03-06 00:00")
        assert [n.kind for n in cast.reminders(agreement.case)] == ["reminder_due"]

    def test_writes_a_letter_where_there_is_no_gentler_way_and_only_of_what_was_missed(
        self,
    ) -> None:
        case = cast.signed(make.prepared_case(contact_points=[])).case
        for text in ("2026-04-12 00:00", "2026-04-15 00:00", "2026-04-16 00:00"):
            cast.swept(text)
        assert [(n.kind, n.channel) for n in cast.reminders(case)] == [("reminder_after", "letter")]

    @pytest.mark.parametrize("barred", [{"do_not_contact": True}, {"dead_at": cast.SIGNED}])
    def test_never_writes_to_a_dead_address_nor_to_one_that_is_not_wanted(
        self, agreement: Agreement, barred: dict[str, Any]
    ) -> None:
        agreement.case.debtor.contact_points.filter(channel="email").update(**barred)
        cast.swept("2026-04-16 00:00")
        assert [n.channel for n in cast.reminders(agreement.case)] == ["letter"]

    def test_asks_the_desk_to_call_where_there_is_no_way_to_write(self) -> None:
        case = cast.signed(make.prepared_case(contact_points=[])).case
        case.debtor.addresses.update(source="unknown")
        for text in ("2026-04-12 00:00", "2026-04-16 00:00", "2026-04-16 00:01"):
            cast.swept(text)
        assert cast.reminders(case) == []
        assert Duty.objects.filter(kind="reminder.by_hand").count() == 1

    def test_goes_on_with_the_others_when_one_breaks(
        self,
        agreement: Agreement,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        def broken(*_: Any, **__: Any) -> None:
            raise RuntimeError("no words")

        monkeypatch.setattr("agreements.messages.of_reminder", broken)
        at = cast.swept("2026-04-12 00:00")
        row = agreement.instalments.get(number=1)
        assert row.attend_at is not None
        assert row.attend_at > at
        assert "could not be seen to" in caplog.text
        monkeypatch.undo()
        cast.swept("2026-04-12 00:16")
        assert len(cast.reminders(agreement.case)) == 1

    def test_keeps_the_chain(self, agreement: Agreement) -> None:
        for text in (
            "2026-04-12 00:00",
            "2026-04-15 00:00",
            "2026-04-16 00:00",
            "2026-04-23 00:00",
        ):
            cast.swept(text)
        assert cast.chain_holds(agreement.case)


class TestHolds:
    @pytest.mark.parametrize("scope", ["all", "reminders"])
    def test_stop_the_reminders(self, agreement: Agreement, scope: str) -> None:
        hold(agreement.case, date(2026, 4, 30), scope)
        for day in range(12, 31):
            cast.swept(f"2026-04-{day} 00:01")
        assert cast.reminders(agreement.case) == []
        assert told(agreement.case, "instalment.missed") == 1
        assert not Duty.objects.filter(kind="supervisor.missed").exists()
        assert cast.again(agreement).state == "signed"

    def test_of_visits_alone_stop_no_reminder(self, agreement: Agreement) -> None:
        hold(agreement.case, date(2026, 4, 30), "visits")
        cast.swept("2026-04-12 00:01")
        assert len(cast.reminders(agreement.case)) == 1

    def test_stop_what_was_prepared_before(self, agreement: Agreement) -> None:
        cast.swept("2026-04-12 00:01")
        hold(agreement.case, date(2026, 4, 30), at="2026-04-12 08:00")
        relay.send_due(make.moment("2026-04-12 10:00"))
        assert cast.reminders(agreement.case)[0].state == "suppressed"

    def test_do_not_count_as_delay_and_the_gates_run_again_after_them(
        self, agreement: Agreement
    ) -> None:
        hold(agreement.case, date(2026, 4, 30))
        for day in range(12, 31):
            cast.swept(f"2026-04-{day} 00:01")
        at = make.moment("2026-05-01 00:00")
        holding.end_due_holds(at=at, by=User.objects.system())
        cast.swept("2026-05-01 00:01")
        reminder = cast.reminders(agreement.case)[0]
        assert (reminder.kind, reminder.due_at) == (
            "reminder_after",
            make.moment("2026-05-01 10:00"),
        )
        cast.swept("2026-05-06 10:01")
        assert not Duty.objects.filter(kind="supervisor.missed").exists()
        cast.swept("2026-05-07 10:00")
        assert Duty.objects.filter(kind="supervisor.missed").exists()


class TestRecheck:
    def prepared(self, agreement: Agreement) -> Notice:
        cast.swept("2026-04-16 00:01")
        notice = cast.reminders(agreement.case)[-1]
        notice.case = cast.again(agreement.case)
        return notice

    def test_lets_go_what_is_still_right(self, agreement: Agreement) -> None:
        assert reminder_may_go(self.prepared(agreement), make.moment("2026-04-16 10:00")) == ""

    def test_puts_off_what_comes_too_late_in_the_day(self, agreement: Agreement) -> None:
        answer = reminder_may_go(self.prepared(agreement), make.moment("2026-04-16 21:00"))
        assert isinstance(answer, Later)
        assert answer.until == make.moment("2026-04-17 08:00")

    @pytest.mark.parametrize(
        "changed",
        [{"live": False}, {"paid": Decimal("1.00")}],
    )
    def test_stops_what_speaks_of_something_else(
        self, agreement: Agreement, changed: dict[str, Any]
    ) -> None:
        notice = self.prepared(agreement)
        Instalment.objects.filter(pk=notice.instalment_id).update(**changed)
        assert reminder_may_go(notice, make.moment("2026-04-16 10:00"))

    def test_stops_a_reminder_of_a_day_that_is_past(self, agreement: Agreement) -> None:
        cast.swept("2026-04-15 00:01")
        notice = cast.reminders(agreement.case)[-1]
        notice.case = cast.again(agreement.case)
        assert reminder_may_go(notice, make.moment("2026-04-16 00:00"))


class TestLearned:
    """What a worker reads for many at once says what each would have read for itself."""

    def prepared(self, agreement: Agreement) -> Notice:
        return TestRecheck().prepared(agreement)

    def test_needs_no_statement_any_more(
        self, agreement: Agreement, django_assert_num_queries: Any
    ) -> None:
        notice, at = self.prepared(agreement), make.moment("2026-04-16 10:00")
        learn_reminders([notice], at)
        assert notice.contact_point, "which the relay reads with the notice"
        assert notice.case.zone
        with django_assert_num_queries(0):
            assert reminder_may_go(notice, at) == ""

    @pytest.mark.parametrize(
        "changed",
        [{"live": False}, {"paid": Decimal("1.00")}, {"paid_at": make.moment("2026-04-16 09:52")}],
    )
    def test_stops_for_the_same_reason(self, agreement: Agreement, changed: dict[str, Any]) -> None:
        notice, at = self.prepared(agreement), make.moment("2026-04-16 10:00")
        Instalment.objects.filter(pk=notice.instalment_id).update(**changed)
        alone = reminder_may_go(notice, at)
        learn_reminders([notice], at)
        assert reminder_may_go(notice, at) == alone != ""

    @pytest.mark.parametrize(
        ("sent", "goes"),
        [
            ("2026-04-15 23:59", True), ("2026-04-16 00:00", False), ("2026-04-16 09:00", False),
        ],
    )  # fmt: skip
    def test_knows_of_another_reminder_of_the_same_day(
        self, agreement: Agreement, sent: str, goes: bool
    ) -> None:
        notice, at = self.prepared(agreement), make.moment("2026-04-16 10:00")
        Notice.objects.create(
            case=agreement.case, kind="reminder_due", channel="email", language="zh",
            recipient=agreement.case.debtor, address="x@debtor.example", subject="x", body="x",
            dedupe_key="another", state="delivered", queued_at=make.moment(sent),
            due_at=make.moment(sent), next_at=make.moment(sent), sent_at=make.moment(sent),
        )  # fmt: skip
        alone = reminder_may_go(notice, at)
        learn_reminders([notice], at)
        assert reminder_may_go(notice, at) == alone
        assert (alone == "") is goes


class TestSchedule:
    RUNGS = [
        Rung("before_due", -3, make.moment("2026-01-01 10:00").time().replace(hour=10)),
        Rung("due_day", 0, make.moment("2026-01-01 10:00").time().replace(hour=10)),
        Rung("missed", 1, make.moment("2026-01-01 10:00").time().replace(hour=10)),
        Rung("escalate", 7, make.moment("2026-01-01 10:00").time().replace(hour=10)),
    ]
    DUE = date(2026, 5, 15)

    def calendar(self, grace: int | None = 7) -> Calendar:
        return Calendar(self.RUNGS, grace, "Asia/Shanghai")

    @pytest.mark.parametrize(
        ("at", "kind"),
        [
            ("2026-05-11 23:59", None),
            ("2026-05-12 00:00", "before_due"),
            ("2026-05-14 23:59", "before_due"),
            ("2026-05-15 00:00", "due_day"),
            ("2026-05-15 23:59", "due_day"),
            ("2026-05-16 00:00", "missed"),
            ("2026-06-16 00:00", "missed"),
        ],
    )
    def test_knows_which_reminder_fits(self, at: str, kind: str | None) -> None:
        rung = self.calendar().reminder_by(make.moment(at), self.DUE, self.DUE)
        assert (rung.kind if rung else None) == kind

    @pytest.mark.parametrize(
        ("at", "look"),
        [
            ("2026-05-01 00:00", "2026-05-12 00:00"),
            ("2026-05-12 00:00", "2026-05-15 00:00"),
            ("2026-05-15 00:00", "2026-05-16 00:00"),
            ("2026-05-16 00:00", "2026-05-22 10:00"),
            ("2026-05-22 10:00", "2026-05-23 00:00"),
        ],
    )
    def test_knows_when_to_look_again(self, at: str, look: str) -> None:
        found = self.calendar().next_look(make.moment(at), self.DUE, self.DUE)
        assert found == make.moment(look)

    def test_is_done_when_all_is_behind(self) -> None:
        calendar = self.calendar()
        assert calendar.next_look(make.moment("2026-05-23 00:00"), self.DUE, self.DUE) is None

    @pytest.mark.parametrize(
        ("at", "broken"), [("2026-05-22 23:59", False), ("2026-05-23 00:00", True)]
    )
    def test_counts_the_days_of_grace_in_full(self, at: str, broken: bool) -> None:
        assert self.calendar().is_broken_by(make.moment(at), self.DUE) is broken

    def test_breaks_nothing_where_no_pack_says_so(self) -> None:
        assert not self.calendar(None).is_broken_by(make.moment("2027-05-22 23:59"), self.DUE)

    def test_reckons_from_the_end_of_a_hold(self) -> None:
        spans = [(date(2026, 4, 1), date(2026, 5, 14)), (date(2026, 5, 10), date(2026, 6, 9))]
        assert schedule.base_of(self.DUE, spans) == date(2026, 6, 9)
        assert schedule.base_of(self.DUE, spans[:1]) == self.DUE
