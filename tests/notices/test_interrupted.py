"""Batches that are interrupted: by the database, by the clock of the task, by one notice that breaks."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError

from notices import actions, channels, relay
from notices.models import ChannelAccount, Notice
from tests import make
from tests.conftest import Mailbox
from tests.notices.cast import MONDAY, queued, told

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses of a relay that asks a lost database again, not slept; the line here is not lost."""
    slept: list[float] = []
    monkeypatch.setattr("notices.patience.close_old_connections", lambda: None)
    monkeypatch.setattr("notices.patience.time.sleep", slept.append)
    return slept


def states() -> list[str]:
    return list(Notice.objects.order_by("pk").values_list("state", flat=True))


class TestDatabaseGoneInTheMiddle:
    def test_gives_back_at_once_what_was_not_begun(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = make.case()
        for number in range(3):
            queued(case, key=str(number))
        real, begun = relay.begin, []

        def begin(*given: Any) -> Any:
            begun.append(given)
            if len(begun) == 2:
                raise OperationalError("the connection is lost")
            return real(*given)

        with monkeypatch.context() as patch:
            patch.setattr(relay, "begin", begin)
            with pytest.raises(OperationalError):
                relay.send_due(MONDAY)
        assert states() == ["delivered", "queued", "queued"]
        assert relay.send_due(MONDAY).sent == 2
        assert len(mailbox.messages) == 3

    def test_keeps_in_hand_what_may_have_been_handed_over(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Its commit may have come through though nobody heard so: it must not go a second time."""
        queued(make.case())
        real = relay.begin

        def begin(*given: Any) -> Any:
            real(*given)
            raise OperationalError("the connection is lost")

        monkeypatch.setattr(relay, "begin", begin)
        with pytest.raises(OperationalError):
            relay.send_due(MONDAY)
        assert states() == ["sending"]

    def test_is_waited_for_before_a_sent_notice_is_left_in_doubt(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, no_waiting: list[float]
    ) -> None:
        queued(make.case())
        real, tries = actions.record_all_sent, []

        def record_all_sent(**given: Any) -> None:
            tries.append(given)
            if len(tries) < 6:
                raise OperationalError("starting up")
            real(**given)

        monkeypatch.setattr(actions, "record_all_sent", record_all_sent)
        relay.send_due(MONDAY)
        assert states() == ["delivered"]
        assert 30 < sum(no_waiting) < 90, "a restart of the database takes that long"


class TestBudget:
    def test_is_that_of_the_whole_task_and_not_of_each_channel(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued(make.case())
        monkeypatch.setattr(relay, "BUDGET", 0.0)
        outcome = relay.send_due(MONDAY)
        assert (outcome.claimed, outcome.full) == (0, True), "nothing is claimed that has no time"
        assert states() == ["queued"]

    def test_that_is_used_up_by_one_account_leaves_nothing_claimed_of_the_next(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = make.case()
        for number in range(3):
            queued(case, key=str(number))
        now = iter([0.0, 1.0, 2.0, relay.BUDGET + 1, *[relay.BUDGET + 2] * 50])
        monkeypatch.setattr("notices.relay.time.monotonic", lambda: next(now))
        monkeypatch.setattr(relay, "_send_handful", lambda *_: relay.Done())
        relay.send_due(MONDAY)
        assert Notice.objects.filter(state="sending").count() == 1, "the one that was begun"
        assert Notice.objects.filter(state="queued").count() == 2


class TestOneThatBreaks:
    def test_at_the_end_of_a_dead_claim_does_not_stop_the_sweep(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        Notice.objects.update(state="sending", claimed_at=MONDAY, begun_at=MONDAY)
        real = actions.doubt

        def doubt(**given: Any) -> None:
            if given["notice"].pk == first.pk:
                raise LookupError("something that nobody foresaw")
            real(**given)

        monkeypatch.setattr(actions, "doubt", doubt)
        relay.sweep_leases(MONDAY)
        assert states() == ["sending", "doubtful"]
        assert f"What came of notice {first.pk} could not be recorded." in caplog.text
        assert len(told(case, "notice.doubtful")) == 1
        assert Notice.objects.get(pk=second.pk).why

    def test_when_it_is_deemed_served_does_not_stop_the_others(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = make.case()
        first = queued(case, key="1", channel="letter")
        queued(case, key="2", channel="letter")
        Notice.objects.update(state="sent", sent_at=MONDAY, deemed_at=MONDAY)
        real = actions.deem

        def deem(**given: Any) -> None:
            if given["notice"].pk == first.pk:
                raise LookupError("something that nobody foresaw")
            real(**given)

        monkeypatch.setattr(actions, "deem", deem)
        relay.deem_due(MONDAY)
        assert states() == ["sent", "delivered"]

    def test_while_it_is_handed_over_is_left_in_doubt_aloud(
        self,
        mailbox: Mailbox,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        notice = queued(make.case())

        def broken(_notice: Notice) -> None:
            raise LookupError("something that nobody foresaw")

        monkeypatch.setattr(relay, "message_of", broken)
        relay.send_due(MONDAY)
        assert states() == ["doubtful"]
        assert f"Notice {notice.pk} broke while it was handed over." in caplog.text

    def test_in_its_account_gives_back_the_whole_claim(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        queued(make.case())

        def broken(*_: Any) -> dict[int, ChannelAccount]:
            raise LookupError("something that nobody foresaw")

        monkeypatch.setattr("notices.accounts.in_use", broken)
        relay.send_due(MONDAY)
        assert states() == ["queued"]
        assert Notice.objects.get().next_at > MONDAY, "it is not asked in a circle"


class TestManyChannels:
    def test_each_gets_its_turn_though_one_is_down(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = make.case()
        queued(case, key="mail")
        queued(case, key="sms", channel="sms", address="13800000000", with_point=False)
        served = channels.automatic()
        assert served.index("email") < served.index("sms")
        relay.send_due(MONDAY + timedelta(seconds=1))
        assert sorted(states()) == ["delivered", "queued"]
