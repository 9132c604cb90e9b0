"""What a worker that died or was late leaves behind is taken up: given back, recorded or in doubt; and deemed served."""

from datetime import timedelta
from typing import Any

import pytest

from notices import handing, relay
from notices.models import Handover, Notice
from tests import make
from tests.conftest import Mailbox
from tests.notices.cast import (
    MONDAY,
    chain_holds,
    claim_ends,
    kind_is,
    queued,
    the,
    told,
    worker_dies_with_two,
)
from workflow.models import Duty

pytestmark = pytest.mark.django_db


class TestLeases:
    def test_give_back_what_was_claimed_and_not_begun(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        relay.claim("email", MONDAY)
        relay.sweep_leases(MONDAY)
        assert the(notice).state == "sending", "the lease still runs"
        Notice.objects.update(claimed_at=MONDAY)  # long before the database's now
        relay.sweep_leases(MONDAY)
        assert the(notice).state == "queued"
        relay.send_due(MONDAY)
        assert len(mailbox.messages) == 1

    def test_make_doubtful_what_was_handed_over_and_never_send_it_again(
        self, mailbox: Mailbox
    ) -> None:
        case = make.case()
        notice = queued(case)
        (row,), stamp = relay.claim("email", MONDAY)
        relay.begin([row], stamp, MONDAY)
        assert handing.mark(row, stamp)
        claim_ends()
        relay.sweep_leases(MONDAY)
        assert the(notice).state == "doubtful"
        assert len(told(case, "notice.doubtful")) == 1
        assert Duty.objects.get(case=case).kind == f"notice.settle:{notice.pk}"
        relay.sweep_leases(MONDAY)
        relay.send_due(MONDAY + timedelta(hours=1))
        assert mailbox.messages == []
        assert chain_holds(case)

    def test_give_back_what_was_begun_and_not_handed_over(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        (row,), stamp = relay.claim("email", MONDAY)
        relay.begin([row], stamp, MONDAY)
        claim_ends()
        relay.sweep_leases(MONDAY)
        found = the(notice)
        assert (found.state, found.begun_at, found.attempts) == ("queued", None, 0)
        assert not handing.mark(row, stamp), "the worker wakes late and hands it over all the same"
        relay.send_due(MONDAY)
        assert len(mailbox.messages) == 1

    def test_record_what_the_carrier_had_answered_before_the_worker_died(
        self, mailbox: Mailbox
    ) -> None:
        case = make.case()
        first, second = queued(case, key="1"), queued(case, key="2")
        worker_dies_with_two()
        relay.sweep_leases(MONDAY + timedelta(minutes=11))
        assert (the(first).state, the(second).state) == ("delivered", "doubtful")
        (sent,) = told(case, "notice.sent")
        assert (sent["carrier_number"], the(first).sent_at) == ("<id@house>", MONDAY)
        assert "250 OK" in sent["judged"]
        assert Duty.objects.get(case=case).kind == f"notice.settle:{second.pk}"
        assert chain_holds(case)

    def test_leave_in_doubt_whatever_was_begun_when_the_marks_are_gone(self) -> None:
        """As after a crash of the database, which empties their table."""
        case = make.case()
        notice = queued(case)
        (row,), stamp = relay.claim("email", MONDAY)
        relay.begin([row], stamp, MONDAY)
        Handover.objects.all().delete()
        claim_ends()
        relay.sweep_leases(MONDAY)
        assert the(notice).state == "doubtful"

    def test_forget_the_marks_of_what_was_settled_a_day_ago_and_no_others(self) -> None:
        case = make.case()
        old, new = queued(case, key="1"), queued(case, key="2")
        rows, stamp = relay.claim("email", MONDAY)
        for row in rows:
            relay.begin([row], stamp, MONDAY)
        Handover.objects.filter(pk=old.pk).update(stamp=stamp - timedelta(days=1, minutes=1))
        Handover.objects.filter(pk=new.pk).update(stamp=stamp - timedelta(hours=23))
        relay.sweep_leases(MONDAY)
        assert list(Handover.objects.values_list("pk", flat=True)) == [new.pk]

    def test_do_not_hang_on_the_clock_that_people_see(self, mailbox: Mailbox) -> None:
        notice = queued(make.case())
        relay.claim("email", MONDAY)
        relay.sweep_leases(MONDAY + timedelta(days=400))
        assert the(notice).state == "sending"

    def test_a_worker_that_wakes_late_finds_its_claim_gone(self, mailbox: Mailbox) -> None:
        queued(make.case())
        (row,), stamp = relay.claim("email", MONDAY)
        Notice.objects.update(claimed_at=MONDAY)
        relay.sweep_leases(MONDAY)
        relay.claim("email", MONDAY)  # by another worker
        assert relay.begin([row], stamp, MONDAY) == []

    def test_what_a_refusal_stopped_is_not_begun(self, mailbox: Mailbox) -> None:
        case = make.case()
        notice = queued(case)
        (row,), stamp = relay.claim("email", MONDAY)
        the_notice = the(notice)
        the_notice.suppress(why="refused")
        the_notice.save()
        assert relay.begin([row], stamp, MONDAY) == []
        assert the(notice).state == "suppressed"

    def test_rows_go_back_when_the_batch_runs_out_of_time(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        notice = queued(make.case())
        monkeypatch.setattr(relay, "BUDGET", -1.0)
        relay.send_due(MONDAY)
        assert (the(notice).state, the(notice).claimed_at) == ("queued", None)


class TestDeemDue:
    def test_lets_a_letter_take_effect_at_the_end_of_its_days(self) -> None:
        from notices.actions import mark_sent

        case = make.case()
        letter = queued(case, channel="letter")
        mark_sent(notice=letter, by=make.clerk(), at=MONDAY, number="RA123456785CN")
        assert the(letter).deemed_at == make.moment("2026-03-06 00:00")
        relay.deem_due(make.moment("2026-03-05 23:59"))
        assert the(letter).state == "sent"
        seen: list[Any] = []
        with kind_is(on_delivered=lambda notice, at: seen.append(notice.delivered_at)):
            relay.deem_due(make.moment("2026-03-06 00:00"))
            relay.deem_due(make.moment("2026-03-06 00:01"))
        assert the(letter).state == "delivered"
        assert seen == [make.moment("2026-03-06 00:00")]
        assert told(case, "notice.delivered")[0]["deemed"] is True

    def test_takes_at_most_ten_batches_the_oldest_first(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        case = make.case()
        for number in range(12):
            queued(case, key=f"{number:02}", channel="letter")
        for notice in Notice.objects.all():
            days = 12 - int(notice.dedupe_key)
            Notice.objects.filter(pk=notice.pk).update(
                state="sent", sent_at=MONDAY, deemed_at=MONDAY + timedelta(days=days)
            )
        monkeypatch.setattr(relay, "BATCH", 1)
        relay.deem_due(MONDAY + timedelta(days=30))
        left = Notice.objects.filter(state="sent").order_by("pk")
        assert [notice.dedupe_key for notice in left] == ["00", "01"]
