"""Accounts at carriers and what the carriers tell: each statement once, in any order, never forged."""

import json
from collections import Counter
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from notices import channels, receipts, relay
from notices.channels import Said, Taken, Unclear, Undelivered
from notices.models import CarrierReceipt, ChannelAccount, Notice
from tests import make
from tests.notices.carrier import Scripted, account, said, sms
from tests.notices.cast import MONDAY, chain_holds, kind_is, queued, the, told
from workflow.models import Duty

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


class TestAccount:
    def test_carries_the_messages_of_its_organisation(self, carrier: Scripted) -> None:
        mine = account()
        notice = sms(make.case())
        assert relay.send_due(MONDAY).sent == 1
        (message,) = carrier.taken
        assert (message.to, message.reference) == ("13800000000", f"n{notice.pk}")
        assert (the(notice).state, the(notice).account, the(notice).provider_id) == (
            "sent", mine, f"no-n{notice.pk}",
        )  # fmt: skip

    def test_of_the_creditor_is_used_where_no_agency_writes(self, carrier: Scripted) -> None:
        account()
        theirs = account(of=make.creditor())
        case = make.case()
        case.agency = None
        case.save()
        notice = sms(case)
        relay.send_due(MONDAY)
        assert the(notice).account == theirs

    def test_missing_lets_the_message_wait_and_says_why(self, carrier: Scripted) -> None:
        notice = sms(make.case())
        relay.send_due(MONDAY)
        assert (the(notice).state, the(notice).attempts) == ("queued", 0)
        assert "no account" in the(notice).why

    def test_out_of_use_is_not_used(self, carrier: Scripted) -> None:
        account(is_active=False)
        notice = sms(make.case())
        relay.send_due(MONDAY)
        assert the(notice).state == "queued"

    def test_keeps_its_secrets_sealed(self) -> None:
        mine = account()
        with connection.cursor() as cursor:
            cursor.execute("select row_to_json(a)::text from notices_channelaccount a")
            row = cursor.fetchone()[0]
        assert "hush" not in row
        assert ChannelAccount.objects.get(pk=mine.pk).secrets == {"key": "hush"}

    def test_carries_no_more_a_minute_than_it_may(self, carrier: Scripted) -> None:
        account(per_minute=3)
        case = make.case()
        for number in range(5):
            sms(case, key=str(number))
        assert relay.send_due(MONDAY).sent == 3
        waiting = Notice.objects.filter(state="queued")
        assert waiting.count() == 2
        assert all(MONDAY < row.next_at <= MONDAY + MINUTE for row in waiting)
        assert all(row.attempts == 0 for row in waiting)
        assert relay.send_due(MONDAY + MINUTE).sent == 0  # the database's minute is not over yet
        ChannelAccount.objects.update(window_at=MONDAY)
        assert relay.send_due(MONDAY + 3 * MINUTE).sent == 2
        assert len({message.key for message in carrier.taken}) == 5

    def test_gives_no_place_of_a_minute_to_what_is_not_sent(self, carrier: Scripted) -> None:
        account(per_minute=4)
        case = make.case()
        for key in ("paid 1", "paid 2", "paid 3", "owed 1", "owed 2", "owed 3"):
            sms(case, key=key)
        paid = Notice.objects.filter(dedupe_key__startswith="paid").values_list("pk", flat=True)
        gone = set(paid)
        with kind_is(recheck=lambda notice, _at: "paid" if notice.pk in gone else ""):
            assert relay.send_due(MONDAY).sent == 3
        assert ChannelAccount.objects.get().window_used == 3

    def test_gives_its_places_first_to_what_loses_its_sense_with_the_day(
        self, carrier: Scripted
    ) -> None:
        account(per_minute=2)
        case = make.case()
        for number in range(3):
            sms(case, key=f"letter {number}")
        with kind_is("reminder_due"), kind_is("one_time_code"):
            for kind in ("reminder_due", "one_time_code"):
                queued(
                    case, kind=kind, channel="sms", key=kind, address="13800000000",
                    due_at=MONDAY + MINUTE, with_point=False,
                )  # fmt: skip
            relay.send_due(MONDAY + 2 * MINUTE)
        sent = Notice.objects.exclude(state="queued").values_list("kind", flat=True)
        assert sorted(sent) == ["one_time_code", "reminder_due"]

    def test_finds_what_loses_its_sense_behind_a_long_queue(self, carrier: Scripted) -> None:
        account(per_minute=1)
        case = make.case()
        for number in range(3):
            sms(case, key=f"letter {number}")
        with kind_is("reminder_due"):
            urgent = queued(
                case, kind="reminder_due", channel="sms", address="13800000000",
                due_at=MONDAY + MINUTE, with_point=False,
            )  # fmt: skip
            relay.send_due(MONDAY + 2 * MINUTE, most=2)
        assert the(urgent).state == "sent"

    def test_lets_those_that_waited_go_before_those_that_came_later(
        self, carrier: Scripted
    ) -> None:
        account(per_minute=1)
        case = make.case()
        first, held = sms(case, key="1"), sms(case, key="2")
        assert relay.send_due(MONDAY).sent == 1
        between = queued(
            case, channel="sms", key="3", address="13800000000", with_point=False,
            due_at=MONDAY + timedelta(seconds=1),
        )  # fmt: skip
        ChannelAccount.objects.update(window_at=MONDAY)
        assert relay.send_due(MONDAY + 2 * MINUTE).sent == 1
        assert [the(row).state for row in (first, held, between)] == ["sent", "sent", "queued"]


class TestSilence:
    def test_of_a_carrier_leaves_it_in_doubt(self, carrier: Scripted) -> None:
        account()
        carrier.answers = [Unclear("no answer")]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        relay.send_due(MONDAY + timedelta(hours=1))
        assert the(notice).state == "doubtful"
        assert len(carrier.taken) == 1

    def test_of_one_that_delivers_a_key_once_is_asked_again_with_the_same_key(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carrier = Scripted(takes_key=True)
        monkeypatch.setattr(channels, "carriers", lambda: {"scripted": carrier})
        account()
        carrier.answers = [Unclear("no answer")]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        assert the(notice).state == "queued"
        relay.send_due(MONDAY + timedelta(hours=1))
        assert the(notice).state == "sent"
        assert len({message.key for message in carrier.taken}) == 1

    def test_is_cleared_by_looking_it_up(self, carrier: Scripted) -> None:
        account()
        carrier.answers = [Unclear("no answer")]
        case = make.case()
        notice = sms(case)
        relay.send_due(MONDAY)
        assert receipts.look_up_doubtful(MONDAY + timedelta(minutes=5)) == 0
        assert the(notice).state == "doubtful"
        carrier.knows = {f"n{notice.pk}": Taken("no-77")}
        assert receipts.look_up_doubtful(MONDAY + timedelta(minutes=5)) == 1
        assert (the(notice).state, the(notice).provider_id) == ("sent", "no-77")
        assert told(case, "notice.sent")[0]["judged"] == "Scripted says so."
        assert not Duty.objects.filter(kind=f"notice.settle:{notice.pk}", done_at=None).exists()
        assert chain_holds(case)

    def test_is_cleared_by_a_receipt_that_gives_our_own_number_back(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        carrier.answers = [Unclear("no answer")]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        receipts.keep(mine, [said(notice, "delivered", reference=f"n{notice.pk}")], MONDAY)
        receipts.apply_open(MONDAY + 2 * MINUTE)
        assert (the(notice).state, the(notice).sent_at) == ("delivered", MONDAY)

    def test_taken_for_a_refusal_does_not_send_it_again_when_it_had_gone(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        carrier.answers = [Undelivered("try later", permanent=False)]
        notice = sms(make.case())
        relay.send_due(MONDAY)
        assert the(notice).state == "queued"
        receipts.keep(mine, [said(notice, "delivered", reference=f"n{notice.pk}")], MONDAY)
        receipts.apply_open(MONDAY + 2 * MINUTE)
        relay.send_due(MONDAY + timedelta(hours=1))
        assert the(notice).state == "delivered"
        assert carrier.taken == []


class TestReceipt:
    def test_of_delivery_delivers_at_the_moment_that_it_names(self, carrier: Scripted) -> None:
        mine = account()
        case = make.case()
        notice = sms(case)
        relay.send_due(MONDAY)
        assert receipts.keep(mine, [said(notice, "delivered")], MONDAY + 2 * MINUTE) == 1
        receipts.apply_open(MONDAY + 2 * MINUTE)
        assert (the(notice).state, the(notice).delivered_at) == ("delivered", MONDAY + MINUTE)
        assert told(case, "notice.delivered")[0]["carrier"] == "Scripted"
        assert chain_holds(case)

    def test_that_comes_twice_is_one(self, carrier: Scripted) -> None:
        mine = account()
        case = make.case()
        notice = sms(case)
        relay.send_due(MONDAY)
        assert receipts.keep(mine, [said(notice, "delivered")] * 2, MONDAY + 2 * MINUTE) == 1
        assert receipts.keep(mine, [said(notice, "delivered")], MONDAY + 3 * MINUTE) == 0
        receipts.apply_open(MONDAY + 2 * MINUTE)
        receipts.apply_open(MONDAY + 3 * MINUTE)
        assert len(told(case, "notice.delivered")) == 1

    def test_of_failure_brings_it_back_and_marks_a_dead_number_when_so_said(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        case = make.case()
        notice = sms(case)
        point = case.debtor.contact_points.get(channel="sms")
        Notice.objects.filter(pk=notice.pk).update(contact_point=point)
        relay.send_due(MONDAY)
        receipts.keep(mine, [said(notice, "failed", why="空号", dead=True)], MONDAY + MINUTE)
        receipts.apply_open(MONDAY + 2 * MINUTE)
        assert (the(notice).state, the(notice).why) == ("bounced", "空号")
        point.refresh_from_db()
        assert point.dead_at
        assert Duty.objects.filter(kind=f"notice.settle:{notice.pk}").exists()

    def test_that_comes_before_our_own_record_waits_for_it(self, carrier: Scripted) -> None:
        mine = account()
        notice = sms(make.case())
        receipts.keep(mine, [said(notice, "delivered")], MONDAY)
        assert receipts.apply_open(MONDAY) == 0
        relay.send_due(MONDAY)
        assert receipts.apply_open(MONDAY + 2 * MINUTE) == 1
        assert the(notice).state == "delivered"

    @pytest.mark.parametrize("order", list(permutations(range(3))))
    def test_means_the_same_in_whatever_order_it_comes(
        self, carrier: Scripted, order: tuple[int, ...]
    ) -> None:
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        all_of_them = [
            said(notice, "delivered", at=MONDAY + MINUTE),
            said(notice, "bounced", at=MONDAY + 3 * MINUTE, why="full"),
            said(notice, "delivered", at=MONDAY + 2 * MINUTE),
        ]
        for number in order:
            receipts.keep(mine, [all_of_them[number]], MONDAY + 4 * MINUTE)
            receipts.apply_open(MONDAY + 4 * MINUTE)
        assert the(notice).state == "bounced"

    def test_that_a_delivery_has_overtaken_changes_nothing(self, carrier: Scripted) -> None:
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        receipts.keep(
            mine, [said(notice, "delivered", at=MONDAY + 3 * MINUTE)], MONDAY + 4 * MINUTE
        )
        receipts.apply_open(MONDAY + 4 * MINUTE)
        receipts.keep(mine, [said(notice, "failed", at=MONDAY + MINUTE)], MONDAY + 5 * MINUTE)
        receipts.apply_open(MONDAY + 5 * MINUTE)
        assert the(notice).state == "delivered"

    def served_by_sending(self) -> Notice:
        notice = sms(make.case())
        relay.send_due(MONDAY)
        Notice.objects.update(state="delivered", delivered_at=MONDAY, deemed_at=MONDAY)
        return notice

    def test_of_a_return_by_a_clock_behind_ours_undoes_what_was_only_served_by_sending(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        notice = self.served_by_sending()
        a_bit_before = MONDAY - timedelta(milliseconds=400)  # they give whole seconds
        receipts.keep(mine, [said(notice, "bounced", at=a_bit_before)], MONDAY + MINUTE)
        receipts.apply_open(MONDAY + MINUTE)
        assert the(notice).state == "bounced"

    def test_of_a_return_undoes_nothing_that_arrived_later_by_the_same_carrier(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        notice = self.served_by_sending()
        for state, minutes in (("delivered", 3), ("bounced", 2)):
            receipts.keep(
                mine, [said(notice, state, at=MONDAY + minutes * MINUTE)], MONDAY + 4 * MINUTE
            )
            receipts.apply_open(MONDAY + 4 * MINUTE)
        assert the(notice).state == "delivered"

    def test_that_contradicts_the_record_is_told_and_changes_nothing(
        self, carrier: Scripted
    ) -> None:
        mine = account()
        case = make.case()
        notice = sms(case)
        carrier.answers = [Undelivered("no", permanent=True)]
        relay.send_due(MONDAY)
        receipts.keep(mine, [said(notice, "delivered", reference=f"n{notice.pk}")], MONDAY)
        receipts.apply_open(MONDAY + MINUTE)
        assert the(notice).state == "failed"
        assert told(case, "notice.carrier_said")[0]["state"] == "delivered"

    def test_of_another_account_has_no_effect_here(self, carrier: Scripted) -> None:
        account()
        theirs = account(of=make.creditor())
        notice = sms(make.case())
        relay.send_due(MONDAY)
        receipts.keep(theirs, [said(notice, "delivered", reference=f"n{notice.pk}")], MONDAY)
        receipts.apply_open(MONDAY + MINUTE)
        assert the(notice).state == "sent"

    def test_of_nothing_that_we_know_is_given_up_after_three_days(self, carrier: Scripted) -> None:
        mine = account()
        receipts.keep(mine, [Said("strange", "delivered", MONDAY)], MONDAY)
        receipts.apply_open(MONDAY + timedelta(days=2))
        assert CarrierReceipt.objects.get().applied_at is None
        receipts.apply_open(MONDAY + timedelta(days=4))
        assert CarrierReceipt.objects.get().applied_at

    def test_that_is_asked_for_is_asked_every_two_minutes(self, carrier: Scripted) -> None:
        account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        carrier.tells = [said(notice, "delivered")]
        assert receipts.poll_due(MONDAY + MINUTE) == 1
        assert receipts.poll_due(MONDAY + MINUTE) == 0
        receipts.apply_open(MONDAY + 2 * MINUTE)
        assert the(notice).state == "delivered"


class TestCall:
    def call(self, to: ChannelAccount | str, rows: Any, key: str = "hush") -> Any:
        slug = to if isinstance(to, str) else to.slug
        return Client().post(
            f"/carriers/{slug}/", json.dumps(rows), content_type="application/json",
            headers={"X-Key": key},
        )  # fmt: skip

    def row(self, notice: Notice, state: str = "delivered") -> dict[str, str]:
        return {
            "provider_id": f"no-n{notice.pk}", "state": state,
            "at": (MONDAY + MINUTE).isoformat(),
        }  # fmt: skip

    def test_is_heard_and_answered_the_same_each_time(self, carrier: Scripted) -> None:
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        answers = [self.call(mine, [self.row(notice)]) for _ in range(3)]
        assert Counter((one.status_code, one.content) for one in answers) == {
            (200, b"thank you"): 3
        }
        assert CarrierReceipt.objects.count() == 1

    def test_that_is_forged_is_refused_and_counted(self, carrier: Scripted) -> None:
        mine = account()
        notice = sms(make.case())
        relay.send_due(MONDAY)
        answer = self.call(mine, [self.row(notice)], key="guessed")
        assert (answer.status_code, answer.content) == (403, b"")
        mine.refresh_from_db()
        assert mine.forged_count == 1
        assert not CarrierReceipt.objects.exists()

    @pytest.mark.parametrize("rows", [{"a": 1}, [1], [{"state": "delivered"}], "x"])
    def test_that_is_nonsense_is_told_so(self, carrier: Scripted, rows: Any) -> None:
        assert self.call(account(), rows).status_code == 400

    def test_to_an_address_that_nobody_has_finds_nothing(self, carrier: Scripted) -> None:
        assert self.call("x" * 24, []).status_code == 404

    def test_that_is_too_long_is_not_read(self, carrier: Scripted) -> None:
        mine = account()
        answer = Client().post(
            f"/carriers/{mine.slug}/", "x" * (1024 * 1024 + 1), content_type="text/plain"
        )
        assert answer.status_code == 413
