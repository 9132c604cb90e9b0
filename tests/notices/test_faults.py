"""Workers that die, race and come twice: nothing lost, nothing delivered twice, doubt told aloud."""

import os
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections

from notices import relay, tasks
from notices.models import Handover, Notice
from tests import make
from tests.conftest import FOLDER, ROOT, Mailbox, Worker
from tests.notices.cast import MONDAY, chain_holds, queued, told

pytestmark = pytest.mark.django_db(transaction=True)

RELAY = """
import django; django.setup()
from datetime import datetime
from notices import relay
relay.send_due(datetime.fromisoformat("{at}"))
"""


def relay_that_dies(point: str) -> int:
    """Run the relay in a process of its own that kills itself there; gives its exit code."""
    done = subprocess.run(
        [sys.executable, "-c", RELAY.format(at=MONDAY.isoformat())], cwd=ROOT, check=False,
        env=os.environ | {"DOORSTEP_FAULT_AT": point, "DJANGO_SETTINGS_MODULE": "config.settings"}, timeout=60,
    )  # fmt: skip
    return done.returncode


def expire_leases() -> None:
    Notice.objects.filter(state="sending").update(claimed_at=MONDAY)
    Handover.objects.update(stamp=MONDAY)


def at_once(*jobs: Callable[[], Any]) -> None:
    """Run all of them in threads that start together."""
    gate = threading.Barrier(len(jobs))
    broken: list[BaseException] = []

    def run(job: Callable[[], Any]) -> None:
        try:
            gate.wait()
            job()
        except BaseException as error:
            broken.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken, broken


class TestRaces:
    def test_two_relays_never_claim_the_same(self) -> None:
        case = make.case()
        for number in range(30):
            queued(case, key=str(number))
        taken: list[list[int]] = []

        def claim() -> None:
            rows, _stamp = relay.claim("email", MONDAY, 20)
            taken.append([row.pk for row in rows])

        at_once(claim, claim)
        counted = Counter(pk for pks in taken for pk in pks)
        assert set(counted.values()) == {1}
        assert len(counted) == 30

    def test_two_sweeps_send_once(
        self, mailbox: Mailbox, queue: Any, clock: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock.set(MONDAY)
        case = make.case()
        other = make.case(reference="HZ-2026-0148", external_reference="XH-1")
        for number in range(10):
            queued(case, key=f"a{number}")
            queued(other, key=f"b{number}")
        at_once(tasks.sweep, tasks.sweep, tasks.poke)
        tasks.sweep()
        assert len(mailbox.messages) == 20
        assert len({mail["Message-ID"] for mail in mailbox.messages}) == 20
        assert set(Notice.objects.values_list("state", flat=True)) == {"delivered"}
        assert len(told(case, "notice.sent")) == 10
        assert chain_holds(case)
        assert chain_holds(other)

    def test_a_stop_and_a_relay_agree(self, mailbox: Mailbox) -> None:
        """Whichever comes first: stopped and not sent, or sent and not stopped."""
        from notices.actions import drop
        from workflow.steps import StateRefused

        case = make.case()
        clerk = make.clerk()
        notices = [queued(case, key=str(number)) for number in range(10)]

        def stop() -> None:
            for notice in notices:
                try:
                    drop(notice=notice, why="stop", by=clerk, at=MONDAY)
                except StateRefused:
                    continue

        at_once(stop, lambda: relay.send_due(MONDAY))
        relay.send_due(MONDAY)
        states = Counter(Notice.objects.values_list("state", flat=True))
        assert states["suppressed"] + states["delivered"] == 10
        assert len(mailbox.messages) == states["delivered"]
        assert chain_holds(case)


class TestDeaths:
    def test_after_the_claim_loses_nothing(self, mailbox: Mailbox) -> None:
        case = make.case()
        for number in range(3):
            queued(case, key=str(number))
        assert relay_that_dies("after_claim") == -9
        assert set(Notice.objects.values_list("state", flat=True)) == {"sending"}
        expire_leases()
        relay.sweep_leases(MONDAY)
        relay.send_due(MONDAY)
        assert len(mailbox.messages) == 3

    @pytest.mark.parametrize(("point", "arrived"), [("after_begin", 0), ("after_send", 1)])
    def test_around_the_sending_leave_one_in_doubt_and_send_the_rest_once(
        self, mailbox: Mailbox, point: str, arrived: int
    ) -> None:
        case = make.case()
        for number in range(3):
            queued(case, key=str(number))
        assert relay_that_dies(point) == -9
        assert len(mailbox.messages) == arrived
        expire_leases()
        relay.sweep_leases(MONDAY)
        relay.send_due(MONDAY)
        relay.send_due(MONDAY)
        assert Counter(Notice.objects.values_list("state", flat=True)) == {
            "doubtful": 1, "delivered": 2,
        }  # fmt: skip
        assert len(mailbox.messages) == arrived + 2
        assert len({mail["Message-ID"] for mail in mailbox.messages}) == arrived + 2
        assert "stopped after handing it over" in told(case, "notice.doubtful")[0]["why"]
        assert chain_holds(case)

    def test_after_the_record_change_nothing(self, mailbox: Mailbox) -> None:
        queued(make.case())
        assert relay_that_dies("after_sent") == -9
        expire_leases()
        relay.sweep_leases(MONDAY)
        relay.send_due(MONDAY)
        assert len(mailbox.messages) == 1
        assert Notice.objects.get().state == "delivered"

    def test_happen_by_order_nowhere_in_production(self, settings: Any) -> None:
        from notices.faults import POINTS, fault

        settings.ENV = "production"
        with pytest.MonkeyPatch.context() as patch:
            for point in POINTS:
                patch.setenv("DOORSTEP_FAULT_AT", point)
                fault(point)


@pytest.mark.worker
class TestWorker:
    def test_sends_what_is_queued_without_being_asked(
        self, worker: Worker, mailbox: Mailbox, clock: Any
    ) -> None:
        clock.set(MONDAY)
        case = make.case()
        queued(case)
        mailbox.wait(1)
        for _try in range(100):
            if Notice.objects.get().state == "delivered":
                break
            threading.Event().wait(0.05)
        assert Notice.objects.get().state == "delivered"

    def test_finds_by_the_sweep_what_the_broker_forgot(
        self, worker: Worker, mailbox: Mailbox, clock: Any, queue: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        clock.set(MONDAY)
        with monkeypatch.context() as patch:
            patch.setattr("celery.Celery.send_task", lambda *_, **__: None)
            queued(make.case())
        assert mailbox.messages == []
        tasks.sweep.delay()
        tasks.sweep.delay()
        mailbox.wait(1)
        threading.Event().wait(0.5)
        assert len(mailbox.messages) == 1

    def test_killed_between_send_and_record_leaves_it_in_doubt(
        self, queue: Any, mailbox: Mailbox, clock: Any,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        clock.set(MONDAY)
        monkeypatch.setenv("DOORSTEP_FAULT_AT", "after_send")
        dying = Worker(FOLDER / "dying.log")
        dying.start()
        try:
            queued(make.case())
            mailbox.wait(1)
        finally:
            dying.kill()
        assert Notice.objects.get().state == "sending"
        expire_leases()
        tasks.sweep()
        tasks.sweep()
        assert Notice.objects.get().state == "doubtful"
        assert len(mailbox.messages) == 1
