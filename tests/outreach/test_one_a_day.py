"""A run and the plan remind of the same instalments: the debtor gets no two reminders on one day."""

from typing import Any

import pytest

from agreements.models import Agreement
from cases.models import Case
from common.clock import local_day
from notices import relay
from notices.models import Notice
from tests import make
from tests.agreements import cast as plans
from tests.conftest import Mailbox
from tests.outreach import cast

pytestmark = pytest.mark.django_db

# The first instalment is due on 15 April; the pack reminds three days before, on the day, and after.
THIRD_DAY_BEFORE, MORNING, AT_TEN = "2026-04-12 00:00", "2026-04-12 09:00", "2026-04-12 10:00"


@pytest.fixture(autouse=True)
def _plain_papers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agreements.papers.agreement_pdf", lambda _agreement: make.PDF)


@pytest.fixture
def agreement() -> Agreement:
    return plans.signed()


def run_reminds(kind: str, at: str) -> None:
    cast.sent(kind=kind, cases=Case.objects.all(), at=make.moment(at))


def sent_on(case: Case, day: str) -> list[str]:
    return [
        f"{notice.kind}{':run' if 'run' in notice.about else ''}"
        for notice in Notice.objects.filter(case=case, kind__startswith="reminder").order_by("pk")
        if notice.sent_at and local_day(notice.sent_at, case.zone).isoformat() == day
    ]


class TestRunAndPlan:
    def test_what_a_run_says_is_not_said_again_by_the_plan(
        self, agreement: Agreement, mailbox: Mailbox
    ) -> None:
        run_reminds("reminder_before", MORNING)
        relay.send_due(make.moment(MORNING))
        plans.swept(AT_TEN)
        plans.swept("2026-04-13 10:00")
        relay.send_due(make.moment("2026-04-13 10:00"))
        assert sent_on(agreement.case, "2026-04-12") == ["reminder_before:run"]
        assert sent_on(agreement.case, "2026-04-13") == []

    def test_what_the_plan_has_prepared_is_not_said_by_a_run(self, agreement: Agreement) -> None:
        plans.swept(THIRD_DAY_BEFORE)
        run = cast.drafted(
            kind="reminder_before", cases=Case.objects.all(), at=make.moment(MORNING)
        )
        assert run.lines.get().rules == ["reminded"]

    def test_two_that_say_different_things_go_on_two_days(
        self, agreement: Agreement, mailbox: Mailbox
    ) -> None:
        """The first is missed and the next is ahead: a run speaks of the one, the plan of the other."""
        plans.swept("2026-05-12 00:00")  # three days before the second; the first is long overdue
        Notice.objects.filter(case=agreement.case, kind="reminder_after").update(
            state="sent", sent_at=make.moment("2026-04-20 10:00")
        )
        run_reminds("reminder_after", "2026-05-12 09:00")
        relay.send_due(make.moment("2026-05-12 09:00"))
        relay.send_due(make.moment("2026-05-12 10:00"))
        assert sent_on(agreement.case, "2026-05-12") == ["reminder_after:run"]
        held = Notice.objects.get(case=agreement.case, kind="reminder_before", state="queued")
        assert held.about["waits"] == {
            "en": "Another reminder went out on this day.", "zh": "当天已发出另一条还款提醒。",
        }  # fmt: skip
        assert held.due_at == make.moment("2026-05-13 00:00")
        relay.send_due(make.moment("2026-05-13 10:00"))
        assert sent_on(agreement.case, "2026-05-13") == ["reminder_before"]

    def test_two_that_are_due_together_go_on_two_days_too(
        self, agreement: Agreement, mailbox: Mailbox
    ) -> None:
        plans.swept("2026-05-12 00:00")
        Notice.objects.filter(case=agreement.case, kind="reminder_after").update(
            state="sent", sent_at=make.moment("2026-04-20 10:00")
        )
        run_reminds("reminder_after", "2026-05-12 10:00")
        relay.send_due(make.moment("2026-05-12 10:00"))
        assert len(sent_on(agreement.case, "2026-05-12")) == 1

    def test_one_that_has_lost_its_sense_by_tomorrow_is_not_sent(
        self, agreement: Agreement, mailbox: Mailbox
    ) -> None:
        plans.swept(THIRD_DAY_BEFORE)
        plans.swept("2026-04-15 00:00")
        [due] = Notice.objects.filter(kind="reminder_due")
        Notice.objects.filter(kind="reminder_before").update(
            state="sent", sent_at=make.moment("2026-04-15 08:30")
        )
        relay.send_due(make.moment("2026-04-15 10:00"))
        due.refresh_from_db()
        assert (due.state, due.why) == ("suppressed", "Another reminder went out on this day.")


def test_nothing_else_is_held_back_by_a_reminder(agreement: Any, mailbox: Mailbox) -> None:
    run_reminds("reminder_before", MORNING)
    relay.send_due(make.moment(MORNING))
    waits = Notice.objects.exclude(kind__startswith="reminder").filter(state="queued")
    assert not [one for one in waits if "waits" in one.about]
