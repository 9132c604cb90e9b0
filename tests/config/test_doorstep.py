"""`./doorstep`: wrong use gets one clear sentence, a start is whole, a stop leaves nothing behind."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.servers import free_port

ROOT = Path(__file__).resolve().parents[2]


def environment(var: Path) -> dict[str, str]:
    """As in a shell where nothing is set."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("DOORSTEP_", "DJANGO_", "DATABASE_", "REDIS_", "EMAIL_", "PYTEST_"))
    }
    return kept | {"DOORSTEP_VAR": str(var)}


def doorstep(*arguments: str, var: Path) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    return subprocess.run(
        [ROOT / "doorstep", *arguments],
        env=environment(var),
        capture_output=True,
        text=True,
        timeout=60,
        stdin=subprocess.DEVNULL,
    )


@pytest.fixture
def var() -> Iterator[Path]:
    """A folder for one run of the site, with a path that the account of PostgreSQL can reach."""
    folder = Path(tempfile.mkdtemp(prefix="doorstep-site-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


class TestWrongUse:
    def test_an_unknown_command_is_named_with_those_there_are(self, var: Path) -> None:
        told = doorstep("rum", var=var)
        assert told.returncode == 2
        assert told.stderr == (
            "There is no `rum`; there are: run, test, faults, manage. See ./doorstep --help.\n"
        )

    def test_help_lists_the_commands(self, var: Path) -> None:
        told = doorstep("--help", var=var)
        assert told.returncode == 0
        assert all(word in told.stdout for word in ("run", "test", "manage", "--port"))

    def test_a_taken_port_is_said_before_anything_is_done(self, var: Path) -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            port = taken.getsockname()[1]
            told = doorstep("run", "--port", str(port), var=var)
        assert told.returncode == 1
        assert (
            f"Port {port} is taken; choose another: ./doorstep run --port {port + 1}" in told.stderr
        )
        assert "Traceback" not in told.stderr
        assert not (var / "postgres").exists()

    @pytest.mark.parametrize(
        ("given", "says"),
        [
            (["--bogus", "x"], "`run` does not know --bogus x; see ./doorstep --help.\n"),
            (["--port", "abc"], "abc is not a port; choose one between 1024 and 65535.\n"),
            (["--port"], "Nothing is not a port; choose one between 1024 and 65535.\n"),
            (
                ["--port", "9" * 40],
                f"{'9' * 40} is not a port; choose one between 1024 and 65535.\n",
            ),
        ],
    )
    def test_what_makes_no_sense_gets_one_sentence(
        self, var: Path, given: list[str], says: str
    ) -> None:
        told = doorstep("run", *given, var=var)
        assert (told.returncode, told.stderr) == (1, says)

    def test_a_port_that_is_none_is_refused(self, var: Path) -> None:
        told = doorstep("run", "--port", "99999", var=var)
        assert told.returncode == 1
        assert told.stderr == "99999 is not a port; choose one between 1024 and 65535.\n"


@pytest.mark.slow
@pytest.mark.timeout(300)
class TestRun:
    def test_starts_serves_and_leaves_nothing_behind(self, var: Path) -> None:
        port = free_port()
        log = var / "log"
        with log.open("wb") as output:
            site = subprocess.Popen(
                [ROOT / "doorstep", "run", "--port", str(port)],
                env=environment(var) | {"DOORSTEP_DEMO_DATA": "no"},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            until = time.monotonic() + 200
            while "Doorstep is ready" not in log.read_text():
                assert site.poll() is None, log.read_text()
                assert time.monotonic() < until, log.read_text()
                time.sleep(0.1)
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
                assert answer.read() == b"ok"
            again = doorstep("run", "--port", str(free_port()), var=var)
            assert again.returncode == 1
            assert (
                again.stderr == f"Doorstep is already running here, on http://127.0.0.1:{port}.\n"
            )
            managed = doorstep("manage", "migrate", "--check", var=var)
            assert managed.returncode == 0, managed.stderr
        finally:
            site.send_signal(signal.SIGINT)
            code = site.wait(60)
        assert code == 0, log.read_text()
        assert log.read_text().endswith("Doorstep has stopped.\n")
        assert "Traceback" not in log.read_text()
        assert [line for line in processes() if str(var) in line] == []


def processes() -> list[str]:
    """The command line and the environment of every process that we may look into."""
    told = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            told.append(
                (folder / "cmdline").read_text(errors="replace")
                + (folder / "environ").read_text(errors="replace")
            )
        except OSError:
            continue
    return told
