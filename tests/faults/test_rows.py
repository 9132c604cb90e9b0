"""Single faults, each by name, where the random ones would not look closely enough."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.faults.house import House

pytestmark = pytest.mark.worker


def wait_for(what: Callable[[], Any], seconds: float = 30) -> Any:
    """What it gives, once that is something."""
    until = time.monotonic() + seconds
    while not (found := what()):
        assert time.monotonic() < until, f"{what} gave {found!r} for {seconds} s."
        time.sleep(0.1)
    return found


def beat_of(house: House) -> str:
    """Which process gave the beat's last sign of life ("" for none)."""
    rows = house.ask("select who from notices_pulse where part = 'beat'")
    return str(rows[0][0]).rpartition(":")[2] if rows else ""


def ticked(house: House, name: str) -> int:
    """How many ticks that beat has sent so far."""
    return house.log(name).read_text().count("ticked")


def queue_by(house: House, run: str, count: int, *, cases: int = 5) -> None:
    """Have a client queue so many, and wait until it has."""
    house.run("cases", run=run, count=cases)
    house.run("client", run=run, count=count, pause=0.0, ledger=str(house.folder / f"ledger-{run}"))


def judged(house: House, run: str, *, causes: int = 0) -> dict[str, Any]:
    """The oracle's report."""
    report = house.folder / f"report-{run}"
    house.run("judge", run=run, arrived=house.sink.arrived, causes=causes, report=str(report))
    found: dict[str, Any] = json.loads(report.read_text())
    return found


class TestTwoBeats:
    def test_tick_once_and_the_second_takes_over_when_the_first_dies(self, house: House) -> None:
        first = house.start("beat-a", "beat")
        wait_for(lambda: beat_of(house) == str(first))
        second = house.start("beat-b", "beat")
        before = ticked(house, "beat-a")
        wait_for(lambda: ticked(house, "beat-a") > before + 2)
        assert ticked(house, "beat-b") == 0
        house.kill("beat-a")
        wait_for(lambda: ticked(house, "beat-b") > 2)
        assert beat_of(house) == str(second)

    def test_tick_on_after_the_database_was_away(self, house: House) -> None:
        for name in ("beat-c", "beat-d"):
            house.start(name, "beat")
        wait_for(lambda: ticked(house, "beat-c") + ticked(house, "beat-d"))
        house.restart_postgres(0.5)
        before = ticked(house, "beat-c"), ticked(house, "beat-d")
        wait_for(lambda: (ticked(house, "beat-c"), ticked(house, "beat-d")) != before)
        assert house.fallen() == []


class TestFiveWorkersAndTwoBeats:
    def test_send_three_hundred_once_each_and_leave_none_in_doubt(self, house: House) -> None:
        queue_by(house, "five", 300)
        for number in range(5):
            house.start(f"five-{number}", "worker", called=f"five-{number}", concurrency=1)
        for name in ("beat-e", "beat-f"):
            house.start(name, "beat")
        wait_for(lambda: len(house.sink.arrivals) >= 300, 60)
        wait_for(
            lambda: (
                not house.ask(
                    "select 1 from notices_notice where dedupe_key like 'five:%' and state <> 'delivered'"
                )
            )
        )
        assert judged(house, "five") == {
            "wrong": [], "states": {"delivered": 300}, "keys": [f"five:{n}" for n in range(300)],
        }  # fmt: skip


class TestBroker:
    def test_that_is_away_delays_and_loses_nothing(self, house: House) -> None:
        """Whoever queues does not even notice: the row is in the database."""
        house.start("w-broker", "worker", called="w-broker", concurrency=1)
        house.start("beat-g", "beat")
        house.redis.process.kill()  # type: ignore[union-attr]
        house.redis.process.wait()  # type: ignore[union-attr]
        queue_by(house, "away", 20)
        assert house.sink.arrivals == []
        house.restart_redis()
        house.keep_up()
        wait_for(lambda: len(house.sink.arrivals) >= 20, 60)
        wait_for(
            lambda: (
                not house.ask(
                    "select 1 from notices_notice where dedupe_key like 'away:%' and state <> 'delivered'"
                )
            )
        )
        assert judged(house, "away")["wrong"] == []

    def test_that_dies_while_messages_are_handed_over_leaves_none_in_doubt(
        self, house: House
    ) -> None:
        queue_by(house, "cut", 40)
        house.sink.play(*["slow"] * 40)
        for name in ("cut-a", "cut-b"):
            house.start(name, "worker", called=name, concurrency=1)
        house.start("cut-beat", "beat")
        for _time in range(4):
            before = len(house.sink.arrivals)
            wait_for(lambda seen=before: len(house.sink.arrivals) > seen)
            house.restart_redis()
        house.sink.be_good()
        wait_for(lambda: len(house.sink.arrivals) == 40, 60)
        wait_for(lambda: judged(house, "cut")["states"] == {"delivered": 40})
        assert judged(house, "cut")["wrong"] == []


class TestPoisonedPoolChild:
    def test_that_dies_each_time_ends_in_doubt_and_not_in_a_circle(self, house: House) -> None:
        """A notice at which the process dies whenever it is handed over is not handed over again."""
        queue_by(house, "poison", 3)
        house.start("w-poison", "worker", called="w-poison", concurrency=1)
        house.start("beat-h", "beat")
        for _death in range(2):
            house.order_death("after_begin")
            wait_for(lambda: not (house.faults / "after_begin").exists())
        wait_for(
            lambda: (
                house.ask(
                    "select count(*) from notices_notice where dedupe_key like 'poison:%'"
                    " and state in ('queued', 'sending')"
                )
                == [(0,)]
            ),
            60,
        )
        found = judged(house, "poison", causes=2)
        assert found["wrong"] == []
        assert found["states"] == {"doubtful": 2, "delivered": 1}
        assert len(house.sink.arrivals) == 1
