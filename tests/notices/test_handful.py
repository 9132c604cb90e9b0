"""Many at once: asked, begun and recorded together, and still each as if it were alone."""

import os
import subprocess
import sys
import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.test.utils import CaptureQueriesContext

from cases.models import Case
from notices import actions, handing, relay
from notices.channels import Undelivered, carriers
from notices.models import ChannelAccount, Handover, Notice
from people.models import Person
from tests import make
from tests.conftest import ROOT, Mailbox
from tests.notices.carrier import Scripted, account
from tests.notices.cast import MONDAY, chain_holds, kind_is, queued, told
from workflow.steps import note

pytestmark = pytest.mark.django_db


def cases_of_their_own(count: int) -> list[Case]:
    """Each of another debtor."""
    return [
        make.case(
            reference=f"HZ-2026-1{number:03}", external_reference=f"XH-1{number:03}",
            who=Person.objects.create(name=f"王海燕 {number}", language="en"),
            contact_points=make.points(email=f"d{number}@debtor.example"),
        )
        for number in range(count)
    ]  # fmt: skip


def states() -> Counter[str]:
    return Counter(Notice.objects.values_list("state", flat=True))


class TestHandful:
    def test_is_sent_recorded_and_served_each_on_its_own_timeline(self, mailbox: Mailbox) -> None:
        cases = cases_of_their_own(5)
        for case in cases:
            queued(case, key=case.reference)
        assert relay.send_due(MONDAY).sent == 5
        assert states() == {"delivered": 5}
        assert [mail["To"] for mail in mailbox.messages] == [
            f"d{number}@debtor.example" for number in range(5)
        ], "in the order in which they were due"
        for case, mail in zip(cases, mailbox.messages, strict=True):
            (sent,) = told(case, "notice.sent")
            assert (sent["carrier_number"], sent["answer"]) == (mail["Message-ID"], "250 OK")
            assert told(case, "notice.delivered")[0]["deemed"] is True
            assert chain_holds(case)
        assert not Handover.objects.exists()

    def test_costs_one_statement_more_for_each_of_them(self, mailbox: Mailbox) -> None:
        """The mark before each hand-over; all else is read and written for all at once."""
        counts = []
        cases = cases_of_their_own(12)
        for number in (2, 12):
            for case in cases[:number]:
                queued(case, key=f"{case.reference}:{number}")
            relay.send_due(MONDAY)  # composes what is kept
            for case in cases[:number]:
                queued(case, key=f"{case.reference}:{number}:again")
            with CaptureQueriesContext(
                connection,
            ) as seen:
                assert relay.send_due(MONDAY).sent == number
            counts.append(len(seen))
        assert counts[1] - counts[0] == 10

    def test_holds_one_notice_of_a_debtor_so_that_the_next_is_asked_after_it(
        self, mailbox: Mailbox
    ) -> None:
        case = make.case()
        other = make.case(reference="HZ-2026-0148", external_reference="XH-1", who=case.debtor)
        for number in range(2):
            queued(case, key=f"a{number}")
            queued(other, key=f"b{number}")
        seen: list[int] = []

        def look(notice: Notice, at: datetime) -> str:
            seen.append(Notice.objects.filter(state="delivered").count())
            return ""

        with kind_is(recheck=look):
            relay.send_due(MONDAY)
        assert case.debtor_id == other.debtor_id
        assert seen == [0, 1, 2, 3]

    def test_is_learned_of_at_once_before_each_of_it_is_asked(self, mailbox: Mailbox) -> None:
        rows = [queued(case, key=case.reference).pk for case in cases_of_their_own(3)]
        seen: list[Any] = []

        def look(notice: Notice, at: datetime) -> str:
            seen.append(notice.pk)
            return ""

        with kind_is(learn=lambda notices, at: seen.append([n.pk for n in notices]), recheck=look):
            relay.send_due(MONDAY)
        assert seen == [rows, *rows]

    def test_takes_no_more_than_an_account_may_send_in_a_minute(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carrier = Scripted()
        monkeypatch.setitem(carriers(), carrier.name, carrier)
        account(per_minute=2)
        for case in cases_of_their_own(3):
            queued(case, key=case.reference, channel="sms", address="13800000000", with_point=False)
        assert relay.send_due(MONDAY).sent == 2
        left = Notice.objects.get(state="queued")
        assert (left.claimed_at, left.begun_at, left.attempts) == (None, None, 0)
        assert MONDAY < left.next_at <= MONDAY + timedelta(minutes=1)
        ChannelAccount.objects.update(window_at=MONDAY)  # by the machine's clock a minute is over
        assert relay.send_due(left.next_at).sent == 1
        assert len(carrier.taken) == 3

    def test_in_which_one_breaks_sends_the_others(self, mailbox: Mailbox) -> None:
        cases = cases_of_their_own(3)
        bad = [queued(case, key=case.reference) for case in cases][1]

        def look(notice: Notice, at: datetime) -> str:
            if notice.pk == bad.pk:
                raise LookupError("no pack")
            return ""

        with kind_is(recheck=look):
            relay.send_due(MONDAY)
        assert states() == {"delivered": 2, "queued": 1}
        assert len(mailbox.messages) == 2

    def test_of_which_one_was_settled_by_somebody_else_records_the_others(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cases = cases_of_their_own(3)
        first, *_others = [queued(case, key=case.reference) for case in cases]
        real = actions.record_all_sent

        def record(**given: Any) -> None:
            actions.prove_sent(
                notice=Notice.objects.get(pk=first.pk), how="so says the carrier",
                by=make.clerk(), at=MONDAY,
            )  # fmt: skip
            real(**given)

        monkeypatch.setattr(actions, "record_all_sent", record)
        relay.send_due(MONDAY)
        assert states() == {"delivered": 3}
        assert [len(told(case, "notice.sent")) for case in cases] == [1, 1, 1]
        assert all(chain_holds(case) for case in cases)

    def test_that_is_refused_in_the_middle_keeps_what_was_taken_before(
        self, mailbox: Mailbox
    ) -> None:
        for case in cases_of_their_own(4):
            queued(case, key=case.reference)
        mailbox.answers = ["250 OK", "421 4.3.2 Shutting down"]
        relay.send_due(MONDAY)
        assert states() == {"delivered": 1, "queued": 3}
        attempts = Notice.objects.order_by("pk").values_list("attempts", flat=True)
        assert list(attempts) == [1, 1, 0, 0]
        assert not Notice.objects.filter(state="queued", begun_at__isnull=False).exists()

    def test_that_is_not_handed_over_names_no_account_whose_carrier_could_speak_of_it(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        carrier = Scripted()
        monkeypatch.setitem(carriers(), carrier.name, carrier)
        mine = account()
        for case in cases_of_their_own(3):
            queued(case, key=case.reference, channel="sms", address="13800000000", with_point=False)
        carrier.answers = [Undelivered("busy", permanent=False, everyone=True)]
        relay.send_due(MONDAY)
        found = Notice.objects.order_by("pk").values_list("account", flat=True)
        assert list(found) == [mine.pk, None, None]


class TestAskedAnew:
    def test_when_anything_has_happened_to_the_case_before_it_was_handed_over(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A word of the debtor comes in while the messages before this one are handed over."""
        cases = cases_of_their_own(3)
        for case in cases:
            queued(case, key=case.reference)
        asked: Counter[int] = Counter()

        def look(notice: Notice, at: datetime) -> str:
            asked[notice.case_id] += 1
            return "refused" if asked[notice.case_id] > 1 else ""

        real = relay.message_of

        def slowly(notice: Notice) -> Any:
            if notice.case_id == cases[0].pk:
                note(cases[2], event="case.heard", by=make.clerk(), at=MONDAY)
            return real(notice)

        monkeypatch.setattr(relay, "message_of", slowly)
        with kind_is(recheck=look):
            relay.send_due(MONDAY)
        assert states() == {"delivered": 2, "suppressed": 1}
        assert told(cases[2], "notice.suppressed")[0]["why"] == "refused"
        assert len(mailbox.messages) == 2

    def test_when_the_answer_of_the_rules_is_too_old(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for case in cases_of_their_own(3):
            queued(case, key=case.reference)
        monkeypatch.setattr(relay, "ASKED_FOR", -1.0)
        asked: list[int] = []

        def look(notice: Notice, at: datetime) -> str:
            asked.append(notice.case_id)
            return ""

        with kind_is(recheck=look):
            assert relay.send_due(MONDAY).sent == 3
        assert len(asked) == 3 + 2 + 1
        assert set(Notice.objects.values_list("attempts", flat=True)) == {1}


class TestMark:
    def test_is_refused_to_a_worker_whose_claim_has_ended(self) -> None:
        notice = queued(make.case())
        rows, stamp = relay.claim("email", MONDAY)
        relay.begin(rows, stamp, MONDAY)
        assert not handing.mark(notice, stamp + timedelta(seconds=1))
        assert handing.mark(notice, stamp)

    def test_is_refused_once_something_stands_on_the_timeline_of_the_case(self) -> None:
        case = make.case()
        notice = queued(case)
        rows, stamp = relay.claim("email", MONDAY)
        relay.begin(rows, stamp, MONDAY)
        note(case, event="a.b", by=make.clerk(), at=MONDAY)
        assert not handing.mark(notice, stamp)

    def test_that_the_database_cannot_make_sends_nothing_more(
        self, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for case in cases_of_their_own(3):
            queued(case, key=case.reference)
        real, marked = handing.mark, []

        def mark(*given: Any) -> bool:
            marked.append(given)
            if len(marked) == 2:
                raise OperationalError("the connection is lost")
            return real(*given)

        with monkeypatch.context() as patch:
            patch.setattr(handing, "mark", mark)
            with pytest.raises(OperationalError):
                relay.send_due(MONDAY)
        assert states() == {"delivered": 1, "queued": 2}
        assert relay.send_due(MONDAY).sent == 2
        assert len(mailbox.messages) == 3


RELAY = """
import django; django.setup()
from datetime import datetime
from notices import relay
from notices.faults import fault
real, sent = relay.fault, []
def third(point):
    if point == "{point}":
        sent.append(point)
        if len(sent) < 3:
            return
    real(point)
relay.fault = third
relay.send_due(datetime.fromisoformat("{at}"))
"""


@pytest.mark.django_db(transaction=True)
class TestClaim:
    def test_passes_over_what_another_worker_holds_without_waiting_for_it(self) -> None:
        first, second = (queued(case, key=case.reference) for case in cases_of_their_own(2))
        held, done = threading.Event(), threading.Event()

        def hold() -> None:
            with transaction.atomic():
                Notice.objects.select_for_update(of=("self",)).get(pk=first.pk)
                held.set()
                done.wait(20)
            connection.close()

        other = threading.Thread(target=hold)
        other.start()
        try:
            assert held.wait(20)
            with connection.cursor() as cursor:
                cursor.execute("set lock_timeout = '5s'")
            rows, _stamp = relay.claim("email", MONDAY)
            assert [row.pk for row in rows] == [second.pk]
            assert relay.claim("email", MONDAY)[0] == []
        finally:
            done.set()
            other.join(20)
            connection.close()


@pytest.mark.django_db(transaction=True)
class TestDeath:
    @pytest.mark.parametrize(("point", "arrived"), [("after_begin", 2), ("after_send", 3)])
    def test_at_the_third_of_five_leaves_that_one_in_doubt_and_none_else(
        self, mailbox: Mailbox, point: str, arrived: int
    ) -> None:
        cases = cases_of_their_own(5)
        for case in cases:
            queued(case, key=case.reference)
        died = subprocess.run(
            [sys.executable, "-c", RELAY.format(at=MONDAY.isoformat(), point=point)], cwd=ROOT, check=False,
            env=os.environ | {"DOORSTEP_FAULT_AT": point, "DJANGO_SETTINGS_MODULE": "config.settings"}, timeout=60,
        )  # fmt: skip
        assert died.returncode == -9
        assert len(mailbox.messages) == arrived
        assert states() == {"sending": 5}
        Notice.objects.update(claimed_at=MONDAY)
        Handover.objects.update(stamp=MONDAY)
        relay.sweep_leases(MONDAY)
        relay.send_due(MONDAY)
        assert states() == {"delivered": 4, "doubtful": 1}
        assert len(mailbox.messages) == len({m["Message-ID"] for m in mailbox.messages})
        assert len(mailbox.messages) == arrived + 2
        assert all(chain_holds(case) for case in cases)
