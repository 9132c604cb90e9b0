"""The disk of the database is full: requests fail aloud, nothing is half written, and on it goes with room."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from embedded.servers import CannotStart, server_account
from tests.faults.house import House
from tests.faults.test_rows import wait_for
from tests.faults.test_web import under_load

pytestmark = pytest.mark.worker

DISK = 400  # MB: the cluster, two segments of its log, and room to be filled


class Disk:
    """The disk of a database: a file system of its own where we may mount one.

    Else the server's processes may let no file grow any more, which they hear as another error at
    the same places.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK}m", "tmpfs", str(folder)]
        self.mounted = not subprocess.run(mount, check=False, capture_output=True).returncode

    def fill(self, house: House) -> None:
        """Leave not a byte."""
        if not self.mounted:
            self._let_grow(house, "0")
            return
        with suppress(OSError), (self.folder / "filler").open("wb") as filler:
            while True:
                filler.write(b"\0" * 65536)
                filler.flush()

    def free(self, house: House) -> None:
        """Make room again."""
        if self.mounted:
            (self.folder / "filler").unlink()
        else:
            self._let_grow(house, "unlimited")

    def _let_grow(self, house: House, most: str) -> None:
        assert house.postgres.process
        first = house.postgres.process.pid
        children = Path(f"/proc/{first}/task/{first}/children").read_text().split()
        # Only their own account may limit them, or a mightier root than ours.
        account = server_account()
        who: dict[str, Any] = {}
        if account:
            who = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        for pid in (first, *map(int, children)):
            limit = ["prlimit", f"--pid={pid}", f"--fsize={most}:"]
            subprocess.run(limit, check=False, **who)

    def remove(self) -> None:
        """Take it away."""
        if self.mounted:
            subprocess.run(["umount", "-l", str(self.folder)], check=True)


@pytest.fixture
def small_house() -> Iterator[tuple[House, Disk]]:
    """A house of its own, whose database stands on a small disk."""
    house = House()
    disk = Disk(house.folder / "postgres")
    try:
        yield house.begin(), disk
    finally:
        with suppress(CannotStart):
            house.end()
        disk.remove()


def test_fails_requests_aloud_keeps_what_was_acknowledged_and_goes_on_with_room(
    small_house: tuple[House, Disk],
) -> None:
    house, disk = small_house
    with under_load(house, "full", repeats=True, count=2) as web:
        web.goes_on()
        disk.fill(house)
        wait_for(lambda: sum(c.answers[500] + c.answers[503] for c in web.clients) > 3, 60)
        while_full = web.answers()
        time.sleep(1)
        disk.free(house)
        if house.postgres.process and house.postgres.process.poll() is not None:
            house.restart_postgres()  # it stops by itself where it could not write its log
        web.goes_on()
    kept = web.kept()
    promised = [what for client in web.clients for what in client.acknowledged]
    assert len(promised) > while_full, "nobody was served once there was room"
    assert [what for what in promised if kept[what] != 1] == []
    assert [what for what, times in kept.items() if times > 1] == []
    assert {c.answers[500] for c in web.clients} == {0}, "a full disk is not a fault of ours"
    house.run("call", within=120, target="tests.faults.judging.keep_invariants", given={})
