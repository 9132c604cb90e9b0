"""S9: a part payment, a broken promise, and a payment that comes just in time for its reminder."""

import time
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app
from django.utils import translation

from agreements import plans
from agreements.actions.accelerating import request_acceleration
from agreements.actions.drawing import renegotiate
from agreements.actions.paying import record_payment
from agreements.actions.warning import warn_of_limitation
from agreements.models import Agreement, Payment
from agreements.tasks import sweep_instalments
from cases.models import Case
from notices import relay
from notices.models import Notice
from people.models import User
from tests import make
from tests.agreements import cast
from timeline.models import Event
from visits.models import Visit
from workflow.approvals import decide_approval
from workflow.models import Duty

pytestmark = [pytest.mark.django_db, pytest.mark.journey]


@pytest.fixture(autouse=True)
def _english() -> Any:
    with translation.override("en"):
        yield


@pytest.fixture
def agreement() -> Agreement:
    """The plan of S2: interest 400.00 and principal 38,600.00, six times 6,500.00."""
    return cast.signed()


def pay(case: Case, amount: str, at: str, **given: Any) -> Payment:
    moment = make.moment(at)
    return record_payment(
        case=cast.again(case), amount=Decimal(amount), method="transfer", received_at=moment,
        by=make.clerk(), at=moment, **given,
    )  # fmt: skip


def parts(case: Case) -> tuple[str, str, str]:
    fresh = cast.again(case)
    return str(fresh.fees), str(fresh.interest), str(fresh.principal)


def until_the_second(agreement: Agreement) -> Case:
    """The first instalment came on time, of the second 4,000.00."""
    case = agreement.case
    for moment in ("2026-04-12 00:01", "2026-04-15 00:01"):
        cast.swept(moment)
    pay(case, "6500.00", "2026-04-15 09:30")
    for moment in ("2026-05-12 00:01", "2026-05-15 00:01"):
        cast.swept(moment)
    pay(case, "4000.00", "2026-05-15 16:10")
    return cast.again(case)


class TestPartPayment:
    def test_is_set_off_against_interest_and_then_principal(self, agreement: Agreement) -> None:
        case = agreement.case
        assert parts(case) == ("0.00", "400.00", "38600.00")
        pay(case, "6500.00", "2026-04-15 09:30")
        assert parts(case) == ("0.00", "0.00", "32500.00")
        pay(case, "4000.00", "2026-05-15 16:10")
        assert parts(case) == ("0.00", "0.00", "28500.00")
        second = agreement.instalments.get(number=2)
        assert second.due_on == date(2026, 5, 15)
        assert second.missing == Decimal("2500.00")
        assert second.paid_at is None

    def test_is_found_missing_as_soon_as_the_day_is_over(self, agreement: Agreement) -> None:
        case = until_the_second(agreement)
        cast.swept("2026-05-15 23:59")
        assert not Event.objects.filter(case=case, kind="instalment.missed").exists()
        cast.swept("2026-05-16 00:01")
        missed = Event.objects.get(case=case, kind="instalment.missed")
        assert missed.data["shortfall"] == "2500.00"

    def test_gets_a_reminder_that_names_what_is_still_missing(self, agreement: Agreement) -> None:
        case = until_the_second(agreement)
        cast.swept("2026-05-16 00:01")
        reminder = cast.reminders(case)[-1]
        assert reminder.kind == "reminder_after"
        assert reminder.state == "queued"
        assert reminder.due_at == make.moment("2026-05-16 10:00")
        assert "2,500.00" in reminder.body
        assert "6,500.00" not in reminder.body

    def test_paid_at_the_last_minute_stops_the_reminder(self, agreement: Agreement) -> None:
        case = until_the_second(agreement)
        cast.swept("2026-05-16 00:01")
        pay(case, "2500.00", "2026-05-16 09:52")
        reminder = cast.reminders(case)[-1]
        assert (reminder.state, reminder.why) == ("suppressed", "paid 09:52")
        told = Event.objects.filter(case=case, kind="notice.suppressed").last()
        assert told is not None
        assert told.data["why"] == "paid 09:52"
        cast.swept("2026-05-16 10:00")
        relay.send_due(make.moment("2026-05-16 10:01"))
        assert cast.reminders(case)[-1].state == "suppressed"
        assert parts(case) == ("0.00", "0.00", "26000.00")

    def test_paid_and_not_yet_told_to_the_queue_is_found_out_at_sending(
        self, agreement: Agreement
    ) -> None:
        case = until_the_second(agreement)
        cast.swept("2026-05-16 00:01")
        pay(case, "2500.00", "2026-05-16 09:52")
        Notice.objects.filter(pk=cast.reminders(case)[-1].pk).update(state="queued", why="")
        relay.send_due(make.moment("2026-05-16 10:00"))
        reminder = cast.reminders(case)[-1]
        assert (reminder.state, reminder.why) == ("suppressed", "paid 09:52")


class TestBrokenPromise:
    def test_is_reminded_once_and_passed_to_the_supervisor_after_seven_days(
        self, agreement: Agreement, mailbox: Any
    ) -> None:
        case = until_the_second(agreement)
        Notice.objects.filter(case=case).exclude(kind="reminder_after").update(state="suppressed")
        for moment in ("2026-05-16 00:01", "2026-05-16 10:00", "2026-05-17 10:00"):
            at = cast.swept(moment)
            relay.send_due(at)
        assert len([m for m in mailbox.messages if "2,500.00" in m.get_content()]) == 1

        cast.swept("2026-05-22 09:59")
        assert not Duty.objects.filter(kind="supervisor.missed").exists()
        cast.swept("2026-05-22 10:00")
        cast.swept("2026-05-22 10:01")
        duty = Duty.objects.get(kind="supervisor.missed")
        assert duty.role == "supervisor"
        assert "2,500.00" in duty.says["zh"]
        assert cast.again(agreement).state == "signed"
        cast.swept("2026-05-23 00:00")
        assert cast.again(agreement).state == "broken"

        for day in range(24, 31):
            relay.send_due(cast.swept(f"2026-05-{day} 10:00"))
        assert len(mailbox.messages) == 1
        assert not Visit.objects.exists()
        assert cast.again(case).state == "follow_up"
        assert cast.chain_holds(case)

    def test_stands_again_when_the_rest_comes_in(self, agreement: Agreement) -> None:
        case = until_the_second(agreement)
        for moment in ("2026-05-16 00:01", "2026-05-22 10:00", "2026-05-23 00:00"):
            cast.swept(moment)
        pay(case, "2500.00", "2026-05-25 11:00")
        assert cast.again(agreement).state == "signed"
        assert Duty.objects.get(kind="supervisor.missed").done_at is not None
        assert "agreement.mended" in cast.kinds(case)

    def test_is_asked_for_whole_by_two_people_alone_and_passed_on_when_unpaid(
        self, agreement: Agreement
    ) -> None:
        case = until_the_second(agreement)
        for moment in ("2026-05-16 00:01", "2026-05-22 10:00", "2026-05-23 00:00"):
            cast.swept(moment)
        assert not agreement.accelerations.exists()  # never by itself
        at = make.moment("2026-05-23 09:00")
        asked = request_acceleration(
            agreement=cast.again(agreement), due_on=date(2026, 6, 8), reason="多次联系未果",
            by=make.supervisor(), at=at,
        )  # fmt: skip
        decide_approval(
            approval=asked, granted=True, answer="同意", by=make.compliance_officer(), at=at
        )
        assert agreement.accelerations.get().amount == Decimal("28500.00")
        assert case.notices.filter(kind="letter", document__isnull=False).count() == 1
        for moment in ("2026-06-08 10:00", "2026-06-09 00:01", "2026-06-10 10:00"):
            cast.swept(moment)
        assert Duty.objects.filter(kind="supervisor.unpaid", done_at=None).count() == 1
        assert not Visit.objects.exists()
        assert cast.chain_holds(case)

    def test_is_drawn_anew_for_a_coded_reason_that_ends_the_task(
        self, agreement: Agreement
    ) -> None:
        case = until_the_second(agreement)
        for moment in ("2026-05-16 00:01", "2026-05-22 10:00", "2026-05-23 00:00"):
            cast.swept(moment)
        at = make.moment("2026-05-23 10:00")
        new = renegotiate(
            case=cast.again(case), cause="income", reason="停工", plan="equal", channel="phone",
            rows=plans.equal(Decimal("28500.00"), first=date(2026, 6, 15), count=6),
            by=make.clerk(), at=at,
        )  # fmt: skip
        cast.sign_all(new, at)
        assert Duty.objects.get(kind="supervisor.missed").done_at is not None
        assert (cast.again(agreement).state, cast.again(new).state) == ("superseded", "signed")
        assert cast.again(new).cause == "income"

    def test_moves_limitation_with_each_payment_and_warns_180_days_ahead(
        self, agreement: Agreement
    ) -> None:
        Case.objects.filter(pk=agreement.case.pk).update(packs=["cn", "story"])
        agreement.case.debts.update(limitation_ends_on=date(2026, 9, 1))
        case = until_the_second(agreement)
        ends = case.debts.get().limitation_ends_on
        assert ends == date(2029, 5, 15)
        system = User.objects.system()
        assert warn_of_limitation(make.moment("2028-11-15 10:00"), by=system) == 0
        assert warn_of_limitation(make.moment("2028-11-16 10:00"), by=system) == 1
        assert Duty.objects.get(kind="limitation.near").role == "supervisor"

    def test_is_swept_by_the_worker_s_task(self, agreement: Agreement, clock: Any) -> None:
        case = until_the_second(agreement)
        clock.set("2026-05-16T00:05", zone="Asia/Shanghai")
        sweep_instalments()
        sweep_instalments()
        assert [n.kind for n in cast.reminders(case)].count("reminder_after") == 1


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
class TestWithTheWorker:
    def test_sends_the_reminder_once_by_mail(self, worker: Any, mailbox: Any, clock: Any) -> None:
        clock.set("2026-03-05T14:00", zone="Asia/Shanghai")
        case = until_the_second(cast.signed())
        clock.set("2026-05-16T10:00", zone="Asia/Shanghai")

        def named() -> list[Any]:
            return [m for m in mailbox.messages if "尚有 2,500.00 元" in plain_text(m)]

        for _tick in range(2):
            current_app.send_task("agreements.tasks.sweep_instalments")
            current_app.send_task("notices.tasks.sweep")
            deadline = time.monotonic() + 30
            while cast.reminders(case)[-1].state not in {"sent", "delivered"}:
                assert time.monotonic() < deadline, cast.reminders(case)[-1].state
                time.sleep(0.1)
        assert len(named()) == 1
        assert cast.reminders(case)[-1].kind == "reminder_after"
        assert cast.chain_holds(case)


def plain_text(message: Any) -> str:
    """The message's own words, whatever is attached to it."""
    body = message.get_body(("plain",))
    return body.get_content() if body else ""
