"""One random run: a house at work, faults at random moments, then calm, then the oracle.

Everything random comes from the seed and the number of the run, so that a run that failed can be drawn
again; the moments at which processes meet are the machine's own.
"""

import json
import os
import random
import signal
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

from tests.faults import sink
from tests.faults.house import House

NOTICES = 50
CALM_WITHIN = 60.0
DEATHS = ("before_claim", "after_claim", "after_begin", "after_send", "after_sent")


@dataclass
class Storm:
    """A run: what is in it, and what befell it so far."""

    seed: str
    house: House
    number: int
    log: list[str] = field(default_factory=list)
    causes: int = 0
    ordered: list[tuple[str, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.choice = random.Random(f"{self.seed}/{self.number}")
        self.run = f"r{self.number}"
        self.workers = self.choice.choice([1, 1, 2, 2, 3, 5])
        self.pool = self.choice.choice([1, 2])
        self.beats = self.choice.choice([1, 1, 2])
        self.cases = self.choice.choice([5, 20])  # as many go in one handful
        self.faults = self.choice.choices(list(FAULTS), k=self.choice.randint(2, 6))
        self.moments = sorted(self.choice.uniform(0.1, 2.5) for _ in self.faults)

    def __str__(self) -> str:
        return (
            f"--fault-seed={self.seed} run {self.number}: {self.workers} workers of {self.pool},"
            f" {self.beats} beats, {self.cases} cases; {', '.join(self.log) or ', '.join(self.faults)}"
        )

    def hands(self) -> int:
        """How many notices can be in somebody's hand at once."""
        return self.workers * self.pool

    def may_leave_in_doubt(self, most: int) -> None:
        """A fault that leaves at most so many notices of which nobody knows whether they went."""
        self.causes += most

    # ------------------------------------------------------------ the course of it

    def blow(self) -> list[str]:
        """Run it; gives what does not hold afterwards."""
        house, ledgers = self.house, self._begin()
        began, stop = time.monotonic(), threading.Event()
        supervisor = threading.Thread(target=self._keep_up, args=[stop])
        supervisor.start()
        try:
            for name, moment in zip(self.faults, self.moments, strict=True):
                time.sleep(max(0.0, began + moment - time.monotonic()))
                self.log.append(f"{time.monotonic() - began:.1f} {name}")
                FAULTS[name](self)
            house.forget_orders()
            # All that were ordered: one that was just being read may come true after all.
            self.causes += sum(most for _point, most in self.ordered)
            house.sink.be_good()
            self._wait_for_calm()
        finally:
            stop.set()
            supervisor.join()
        return self._judge(ledgers)

    def _begin(self) -> list[str]:
        house = self.house
        house.sink.clear()
        house.run("cases", run=self.run, count=self.cases)
        for number in range(self.workers):
            house.start(f"w{number}", "worker", called=f"w{number}", concurrency=self.pool)
        for number in range(self.beats):
            house.start(f"beat{number}", "beat")
        ledger = str(house.folder / f"ledger-{self.run}")
        house.start(
            "client", "client", run=self.run, count=NOTICES,
            pause=self.choice.choice([0.02, 0.04, 0.06]), ledger=ledger,
        )  # fmt: skip
        return [ledger]

    def _keep_up(self, stop: threading.Event) -> None:
        while not stop.wait(0.3):
            self.house.keep_up()

    def _wait_for_calm(self) -> None:
        """Until everything that was promised has left, or nobody can do more for it."""
        until = time.monotonic() + CALM_WITHIN
        while time.monotonic() < until:
            if "client" not in self.house.alive and not self._open():
                return
            time.sleep(0.2)

    def _open(self) -> int:
        ((count,),) = self.house.ask(
            "select count(*) from notices_notice where dedupe_key like %s and"
            " state in ('queued', 'sending')",
            f"{self.run}:%",
        )
        return int(count)

    def _judge(self, ledgers: list[str]) -> list[str]:
        house = self.house
        report = house.folder / f"report-{self.run}"
        arrived = house.sink.arrived
        for trick in sink.LEAVES_DOUBT:
            self.causes += house.sink.played[trick]
        house.run("judge", run=self.run, arrived=arrived, causes=self.causes, report=str(report))
        found = json.loads(report.read_text())
        self.states: dict[str, int] = found["states"]
        wrong: list[str] = found["wrong"]
        promised = {key for path in ledgers for key in open(path).read().split()}  # noqa: PTH123, SIM115
        wrong += [f"{key} was promised and is not there" for key in promised - set(found["keys"])]
        if len(found["keys"]) != NOTICES:
            wrong.append(f"{len(found['keys'])} of {NOTICES} notices are there")
        wrong += [f"{message} came from nobody" for message in self._strangers(arrived)]
        for name in list(house.alive):
            house.kill(name)
        return wrong

    def _strangers(self, arrived: dict[str, int]) -> set[str]:
        """Messages that arrived and belong to no notice: addresses tell of which run they are."""
        return {
            arrival.to
            for arrival in self.house.sink.arrivals
            if not arrival.to.startswith((f"{self.run}.", f"{self.run}-"))
        }


# ---------------------------------------------------------------- the faults


def _one_of(storm: Storm, part: str) -> str | None:
    names = [name for name, (_pid, what, _given) in storm.house.alive.items() if what == part]
    return storm.choice.choice(sorted(names)) if names else None


def kill_worker(storm: Storm) -> None:
    """kill -9 of a whole worker, whatever it is doing."""
    name = _one_of(storm, "worker")
    if name:
        storm.may_leave_in_doubt(storm.pool)
        storm.house.replace(name)


def deploy(storm: Storm) -> None:
    """Every worker is asked to end and is begun anew, as at a release; nobody dies of it."""
    for pid, part, _given in list(storm.house.alive.values()):
        if part == "worker":
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)


def kill_child(storm: Storm) -> None:
    """One process of a pool dies, as when memory runs out."""
    name = _one_of(storm, "worker")
    if name and storm.house.kill_child(name, storm.choice):
        storm.may_leave_in_doubt(1)


def die_at(point: str, who: str) -> Callable[[Storm], None]:
    """The next process (or worker) that comes by dies there."""

    def order(storm: Storm) -> None:
        storm.ordered.append((point, storm.pool if who == "worker" else 1))
        storm.house.order_death(point, turn=storm.choice.choice([1, 1, 2, 5]), who=who)

    return order


def kill_beat(storm: Storm) -> None:
    """The beat dies; the machine begins it anew."""
    name = _one_of(storm, "beat")
    if name:
        storm.house.replace(name)


def die_after_commit(storm: Storm) -> None:
    """The web process dies between the commit and the poke of the broker."""
    storm.house.order_death("after_commit", turn=storm.choice.randint(1, 5))


def flush_redis(storm: Storm) -> None:
    """The broker forgets everything."""
    with storm.house.redis_line() as line:
        line.flushall()


def restart_redis(storm: Storm) -> None:
    """The broker dies, without a file to remember by."""
    storm.house.restart_redis(storm.choice.choice([0.0, 0.5, 1.5]))


def cut_redis(storm: Storm) -> None:
    """Every line to the broker is cut."""
    with storm.house.redis_line() as line:
        line.client_kill_filter(_type="normal", skipme=True)


def restart_postgres(storm: Storm) -> None:
    """The database is stopped at once, under load, and recovers; the marks of hand-over are gone."""
    storm.may_leave_in_doubt(storm.hands())
    storm.house.restart_postgres(storm.choice.choice([0.0, 0.0, 0.5]))
    ((begun,),) = storm.house.ask(
        "select count(*) from notices_notice where state = 'sending' and begun_at is not null"
    )
    storm.may_leave_in_doubt(begun)


def cut_postgres(storm: Storm) -> None:
    """Every line to the database is cut in the middle of whatever it does."""
    storm.may_leave_in_doubt(storm.hands())
    storm.house.cut_lines()


def trick(*names: str) -> Callable[[Storm], None]:
    """The mail server plays one of these, on one message or several."""

    def play(storm: Storm) -> None:
        storm.house.sink.play(*storm.choice.choices(names, k=storm.choice.randint(1, 4)))

    return play


def no_mail_server(storm: Storm) -> None:
    """The mail server is gone for a while."""
    storm.house.sink.stop()
    time.sleep(storm.choice.uniform(0.3, 1.0))
    storm.house.sink.start()


def jump(hours: int) -> Callable[[Storm], None]:
    """The clock of the product jumps; if back, it is set right again a little later."""

    def leap(storm: Storm) -> None:
        storm.house.jump(timedelta(hours=hours))
        if hours < 0:
            time.sleep(0.5)
            storm.house.jump(timedelta(hours=-hours))

    return leap


def third_beat(storm: Storm) -> None:
    """Somebody starts one more beat by mistake."""
    storm.house.start(f"beat-more{len(storm.log)}", "beat")


FAULTS: dict[str, Callable[[Storm], None]] = {
    "kill a worker": kill_worker,
    "kill a child": kill_child,
    "deploy": deploy,
    **{f"die {point}": die_at(point, "child") for point in DEATHS},
    **{f"worker dies {point}": die_at(point, "worker") for point in DEATHS},
    "kill the beat": kill_beat,
    "die after_commit": die_after_commit,
    "flush redis": flush_redis,
    "restart redis": restart_redis,
    "cut redis": cut_redis,
    "restart postgres": restart_postgres,
    "cut postgres": cut_postgres,
    "mail server refuses for now": trick("closing", "busy", "greylist", "later"),
    "mail server refuses for good": trick("no_such_user", "full"),
    "mail server hangs up": trick("drop_before", "drop_kept", "drop_lost"),
    "mail server is slow or silent": trick("slow", "silent_kept"),
    "no mail server": no_mail_server,
    "clock an hour ahead": jump(1),
    "clock an hour back": jump(-1),
    "one more beat": third_beat,
}
