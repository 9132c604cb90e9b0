"""Web processes that are killed, and renewed, under load: what was acknowledged is there, once."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
from django.test import override_settings

from common import vault
from embedded.servers import free_port
from tests.faults.clients import CASES, Client
from tests.faults.house import House
from tests.faults.test_rows import wait_for

pytestmark = pytest.mark.worker


@dataclass
class Web:
    """The site's web server and those who use it."""

    house: House
    run: str
    port: int
    clients: list[Client]

    def kept(self) -> Counter[str]:
        """What stands in the books, and how often."""
        rows = self.house.ask("select remark from cases_contactattempt where remark <> ''")
        with override_settings(DATA_KEYS=[self.house.data_key]):
            said = [vault.unseal(remark, "cases_contactattempt.remark") for (remark,) in rows]
        return Counter(what for what in said if what.startswith(f"{self.run}:"))

    def answers(self) -> int:
        """How many requests were acknowledged so far."""
        return sum(len(client.acknowledged) for client in self.clients)

    def goes_on(self) -> None:
        """Wait until each client has been answered once more."""
        for client in self.clients:
            before = len(client.acknowledged)
            wait_for(lambda c=client, b=before: len(c.acknowledged) > b, 40)


@contextmanager
def under_load(house: House, run: str, *, repeats: bool, count: int = 3) -> Iterator[Web]:
    """The web server with so many clients at it; they have all been answered when this ends."""
    house.run("cases", run=run, count=CASES)
    report = house.folder / f"key-{run}"
    house.run("call", target="tests.faults.clients.give_key", given={"run": run, "report": str(report)})  # fmt: skip
    port = free_port()
    house.start("web", "web", port=port)
    clients = [
        Client(run, name, port, report.read_text(), repeats=repeats) for name in "abcdefgh"[:count]
    ]
    web = Web(house, run, port, clients)
    for client in clients:
        client.start()
    try:
        wait_for(web.answers, 40)
        yield web
    finally:
        for client in clients:
            client.over.set()
    for client in clients:
        client.stop()


def rounds(request: pytest.FixtureRequest, short: int) -> int:
    """How many faults: few in the short form, half as many as there are random runs in the long."""
    runs = int(request.config.getoption("--fault-runs"))
    return max(short, runs // 2 if runs > 20 else 0)


def at_random(seed: str) -> Callable[[], None]:
    choice = random.Random(seed)
    return lambda: time.sleep(choice.uniform(0.2, 0.8))


class TestKilledWebProcess:
    def test_has_written_once_whatever_was_acknowledged(
        self, house: House, request: pytest.FixtureRequest
    ) -> None:
        """Each client sends again, under its key, what it got no answer to."""
        pause = at_random(f"{request.config.getoption('--fault-seed')}/web")
        with under_load(house, "kill", repeats=True) as web:
            for number in range(rounds(request, 4)):
                pause()
                if number % 5 == 3:
                    house.restart_postgres()
                else:
                    house.replace("web")
                web.goes_on()
        kept = web.kept()
        promised = [what for client in web.clients for what in client.acknowledged]
        assert [what for what in promised if kept[what] != 1] == []
        assert [what for what, times in kept.items() if times > 1] == []
        assert [client.lost for client in web.clients] == [[], [], []]
        assert len(promised) > 10

    def test_of_which_one_alone_dies_is_replaced_by_the_others_master(
        self, house: House, request: pytest.FixtureRequest
    ) -> None:
        choice = random.Random(str(request.config.getoption("--fault-seed")))
        with under_load(house, "child", repeats=True) as web:
            for _death in range(3):
                assert house.kill_child("web", choice)
                web.goes_on()
            assert house.fallen() == []
        kept = web.kept()
        assert [w for c in web.clients for w in c.acknowledged if kept[w] != 1] == []


def renewed(house: House) -> None:
    """All processes are renewed by their master, which keeps the door open."""
    os.kill(house.alive["web"][0], signal.SIGHUP)


def begun_anew(house: House) -> None:
    """The server is asked to end, as at a release, and begun anew; its socket is held by another.

    Without that, what the kernel has let in and no process has read is cut off when the last one ends.
    """
    os.kill(house.alive["web"][0], signal.SIGTERM)
    wait_for(lambda: "web" in house.fallen(), 20)
    assert house.keep_up() == ["web"]


class TestRenewedWebProcesses:
    @pytest.mark.parametrize("how", [renewed, begun_anew], ids=["HUP", "TERM"])
    def test_break_no_request_that_was_let_in(
        self, house: House, request: pytest.FixtureRequest, how: Callable[[House], None]
    ) -> None:
        """No client has a key here or asks twice: a request is answered, or was never let in."""
        pause = at_random(f"{request.config.getoption('--fault-seed')}/{how.__name__}")
        with under_load(house, how.__name__, repeats=False) as web:
            for _time in range(rounds(request, 3)):
                pause()
                how(house)
                web.goes_on()
        assert [client.lost for client in web.clients] == [[], [], []]
        kept = web.kept()
        promised = [what for client in web.clients for what in client.acknowledged]
        assert kept == Counter(promised)
        assert len(promised) > 10
