"""To staff by e-mail: written with what causes it, sent once by whoever sweeps, tried until it goes."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override

from notices import to_staff
from notices.models import StaffMessage
from notices.outbox import OutsideTransaction
from people.models import User
from tests import make
from tests.conftest import Mailbox
from workflow.reasons import because

pytestmark = pytest.mark.django_db

NOON = make.moment("2026-03-05 12:00")


def written(*, key: str = "k1", at: datetime = NOON, to: User | None = None) -> StaffMessage:
    found = to_staff.write(
        person=to or make.supervisor(), kind="alarm", subject="SOS", text="Call them.",
        dedupe_key=key, at=at,
    )  # fmt: skip
    assert found
    return found


def the(message: StaffMessage) -> StaffMessage:
    return StaffMessage.objects.get(pk=message.pk)


def after(**lag: float) -> datetime:
    return NOON + timedelta(**lag)


class TestWrite:
    def test_keeps_the_address_and_gives_the_same_row_for_the_same_key(self) -> None:
        first = written()
        assert (first.address, first.state) == ("supervisor@doorstep.example", "queued")
        assert written() == first
        assert StaffMessage.objects.count() == 1

    def test_writes_nothing_to_somebody_without_an_address(self) -> None:
        chief = make.supervisor()
        chief.email = ""
        assert (
            to_staff.write(
                person=chief, kind="alarm", subject="s", text="t", dedupe_key="k", at=NOON
            )
            is None
        )
        assert not StaffMessage.objects.exists()

    @pytest.mark.django_db(transaction=True)
    def test_is_refused_where_its_cause_could_still_be_lost(self) -> None:
        with pytest.raises(OutsideTransaction):
            written()

    def test_is_lost_with_the_change_that_causes_it(self) -> None:
        with transaction.atomic():
            written()
            transaction.set_rollback(True)
        assert not StaffMessage.objects.exists()

    @pytest.mark.parametrize(
        "wrong", [{"state": "sent"}, {"state": "failed"}, {"state": "doubtful"}, {"kind": "x"}]
    )
    def test_is_kept_by_the_database_in_a_known_state_alone(self, wrong: dict[str, str]) -> None:
        row = written()
        with pytest.raises(IntegrityError), transaction.atomic():
            StaffMessage.objects.filter(pk=row.pk).update(**wrong)


class TestSendDue:
    def test_sends_what_is_due_once_on_two_sweeps(self, mailbox: Mailbox) -> None:
        row = written()
        assert to_staff.send_due(NOON) == 1
        assert to_staff.send_due(after(minutes=1)) == 0
        (mail,) = mailbox.messages
        assert (mail["To"], mail["Subject"]) == ("supervisor@doorstep.example", "SOS")
        assert mail.get_content().strip() == "Call them."
        found = the(row)
        assert (found.state, found.sent_at, found.attempts) == ("sent", NOON, 1)
        assert found.provider_id == mail["Message-ID"]

    def test_tries_again_what_the_server_did_not_take_and_then_says_nothing_of_it(
        self, mailbox: Mailbox
    ) -> None:
        row = written()
        mailbox.answers.append("451 4.3.0 Try later")
        assert to_staff.send_due(NOON) == 0
        found = the(row)
        assert (found.state, found.attempts, found.next_at) == ("queued", 1, after(minutes=1))
        assert "451 4.3.0 Try later" in found.why
        assert to_staff.send_due(after(seconds=59)) == 0
        assert to_staff.send_due(after(minutes=1)) == 1
        assert (the(row).state, the(row).why) == ("sent", "")

    def test_waits_longer_each_time_and_has_failed_after_a_day(
        self, settings: Any, mailbox: Mailbox
    ) -> None:
        settings.EMAIL_PORT = 1  # nobody listens there
        row, at, gaps = written(), NOON, []
        while the(row).state == "queued":
            assert to_staff.send_due(at) == 0
            gaps.append((the(row).next_at - at) // timedelta(minutes=1))
            at = the(row).next_at
            if len(gaps) == 8:
                StaffMessage.objects.update(queued_at=at - timedelta(days=1))
        assert gaps[:8] == [1, 1, 2, 3, 5, 10, 15, 15]
        assert the(row).state == "failed"
        assert the(row).why

    def test_has_failed_at_once_where_nobody_has_that_address(self, mailbox: Mailbox) -> None:
        bad, good = written(key="1"), written(key="2")
        StaffMessage.objects.filter(pk=bad.pk).update(address="nobody at all")
        assert to_staff.send_due(NOON) == 1
        assert (the(bad).state, the(good).state) == ("failed", "sent")
        assert "nobody at all" in the(bad).why

    def test_sends_again_under_the_same_message_id_what_a_dead_worker_left(
        self, mailbox: Mailbox
    ) -> None:
        row = written()
        to_staff.send_due(NOON)
        StaffMessage.objects.update(  # it died after the hand-over and before the record
            state="sending", sent_at=None, claimed_at=NOON - timedelta(days=300)
        )
        assert to_staff.send_due(after(minutes=5)) == 1
        first, second = mailbox.messages
        assert first["Message-ID"] == second["Message-ID"]
        assert (the(row).state, the(row).attempts) == ("sent", 2)

    def test_leaves_what_another_worker_holds(self, mailbox: Mailbox) -> None:
        written()
        assert len(to_staff._claim(NOON)) == 1
        assert to_staff.send_due(NOON) == 0
        assert mailbox.messages == []

    def test_lets_one_that_cannot_be_made_stop_no_other(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        bad, good = written(key="1"), written(key="2")
        make_message = to_staff._message_of

        def break_one(row: StaffMessage) -> Any:
            if row.pk == bad.pk:
                raise KeyError("x")
            return make_message(row)

        monkeypatch.setattr(to_staff, "_message_of", break_one)
        assert to_staff.send_due(NOON) == 1
        assert (the(bad).state, the(good).state) == ("queued", "sent")


class TestCallOff:
    def test_stops_what_has_not_gone_and_nothing_else(self, mailbox: Mailbox) -> None:
        gone = written(key="gone")
        to_staff.send_due(NOON)
        waiting = written(key="waiting")
        assert to_staff.call_off(["gone", "waiting", "never"], why="It is over.") == 1
        assert to_staff.send_due(after(minutes=1)) == 0
        assert (the(gone).state, the(waiting).state) == ("sent", "suppressed")
        assert the(waiting).why == "It is over."

    @pytest.mark.parametrize(
        ("language", "words"),
        [("en", "The waiver was decided meanwhile."), ("zh-hans", "该减免申请已有结论。")],
    )
    def test_says_why_in_the_reader_s_language(self, language: str, words: str) -> None:
        waiting = written(key="waiting")
        with override("en" if language == "zh-hans" else "zh-hans"):
            why = because(lambda: gettext("The waiver was decided meanwhile."))
        to_staff.call_off(["waiting"], why=why)
        with override(language):
            assert the(waiting).because == words

    def test_is_no_untruth_of_what_was_on_its_way(self, mailbox: Mailbox) -> None:
        row = written()
        (claimed,) = to_staff._claim(NOON)
        to_staff.call_off(["k1"], why="It is over.")
        assert to_staff._send_all([claimed], NOON) == 1
        assert the(row).state == "sent"


class TestOutboxPage:
    def page(self, who: User) -> str:
        client = Client(headers={"accept-language": "en"})
        client.force_login(who)
        return client.get(reverse("notices:outbox")).content.decode()

    def test_shows_what_does_not_go_and_why(self, clock: Any, mailbox: Mailbox) -> None:
        clock.set(NOON)
        row = written()
        assert "E-mail to staff does not go." not in self.page(make.administrator())
        StaffMessage.objects.filter(pk=row.pk).update(address="nobody at all")
        to_staff.send_due(NOON)
        said = self.page(make.administrator())
        assert "E-mail to staff does not go." in said
        assert "nobody at all" in said
        clock.set(after(days=2))
        assert "E-mail to staff does not go." not in self.page(make.administrator())

    def test_shows_a_team_its_own_alone(self, clock: Any) -> None:
        clock.set(NOON)
        written()
        other = make.supervisor(in_team=make.team(name="二组"), username="other")
        assert "supervisor@doorstep.example" in self.page(make.clerk())
        assert "supervisor@doorstep.example" not in self.page(other)
