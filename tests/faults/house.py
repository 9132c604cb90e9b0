"""A whole site of its own, made to be broken: database, broker, workers, beats, clients and carriers.

Nothing of it is shared with the other tests, so all of it can be killed.
"""

import json
import os
import random
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from embedded.servers import Postgres, Redis, stop
from tests.faults import crew
from tests.faults.sink import Sink

ROOT = Path(__file__).resolve().parent.parent.parent
TICKS = "notices.tasks.sweep,notices.tasks.follow_carriers"
FASTER = 60
"""How much faster the clock of the product runs than that of the machine."""
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # ten o'clock in Hangzhou


class Broken(AssertionError):
    """The house cannot do what the test needs; says what its logs say."""


class House:
    """The site; ``begin`` and ``end`` it. All parts that are to run are in ``alive``."""

    def __init__(self, *, ticks: str = TICKS, rules: bool = False, mail_port: int = 0) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="doorstep-faults-"))
        self.folder.chmod(0o711)
        self.postgres = Postgres(self.folder / "postgres")
        self.redis = Redis(self.folder / "redis", durable=False)
        self.clock_file = self.folder / "clock"
        self.faults = self.folder / "faults"
        self.faults.mkdir()
        (self.folder / "media").mkdir()
        self.sink = Sink(self.now, silence=crew.SILENCE)
        self.alive: dict[str, tuple[int, str, dict[str, Any]]] = {}
        self.codes: dict[str, int | None] = {}
        self.ticks, self.rules, self.mail_port = ticks, rules, mail_port
        self.jumped = timedelta()
        self.data_key = secrets.token_urlsafe(64)
        self._began = time.monotonic()
        self._zygote: subprocess.Popen[str] | None = None
        self._ended = threading.Event()
        self._speaking = threading.Lock()
        self._telling_time = threading.Lock()
        self._changing = threading.RLock()

    # ------------------------------------------------------------ begin and end

    def begin(self) -> "House":
        """Start the servers, load the programs, make the tables."""
        log = (self.folder / "servers.log").open("ab")
        self.postgres.start(log)  # type: ignore[arg-type]
        self.redis.start(log)  # type: ignore[arg-type]
        self._write_clock()
        threading.Thread(target=self._run_clock, daemon=True).start()
        if not self.mail_port:  # else somebody else takes the mail
            self.sink.start()
        self._zygote = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.crew"], cwd=ROOT, env=self.surroundings(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True,
        )  # fmt: skip
        self.postgres.wait()
        self.redis.wait()
        self._hear()
        self.run("migrate", within=400)
        return self

    def end(self) -> None:
        """Stop all of it and remove what it left."""
        self._ended.set()
        for name in list(self.alive):
            self.kill(name)
        if self._zygote is not None and self._zygote.stdin is not None:
            self._zygote.stdin.close()
            self._zygote.wait(10)
        self.sink.stop()
        stop(self.redis.process, signal.SIGKILL, 5)
        stop(self.postgres.process, signal.SIGQUIT, 10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def surroundings(self) -> dict[str, str]:
        """The settings of every program of this house."""
        given = {k: v for k, v in os.environ.items() if not k.startswith(("DOORSTEP_", "PYTEST_"))}
        return given | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DOORSTEP_ENV": "test",
            "DOORSTEP_ROLE": "worker",
            "DOORSTEP_VAR": str(self.folder),
            "DOORSTEP_MEDIA": str(self.folder / "media"),
            "DOORSTEP_CLOCK_FILE": str(self.clock_file),
            "DOORSTEP_FAULT_FOLDER": str(self.faults),
            "DOORSTEP_DATA_KEYS": self.data_key,
            "DATABASE_URL": self.postgres.url(),
            "REDIS_URL": self.redis.url(),
            "EMAIL_URL": f"smtp://127.0.0.1:{self.mail_port or self.sink.port}",
            "FAULTS_TICKS": self.ticks,
            "FAULTS_RULES": "asked" if self.rules else "",
        }

    # ------------------------------------------------------------ the clock

    def now(self) -> datetime:
        """The moment that the product believes it is."""
        passed = (time.monotonic() - self._began) * FASTER
        return MONDAY + timedelta(seconds=passed) + self.jumped

    def _write_clock(self) -> None:
        part = self.clock_file.with_suffix(".part")
        with self._telling_time:  # the clock that runs and one that jumps write the same file
            part.write_text(f"{(self.now() - datetime.now(UTC)).total_seconds():.3f}")
            part.replace(self.clock_file)

    def _run_clock(self) -> None:
        while not self._ended.wait(0.05):
            self._write_clock()

    def jump(self, by: timedelta) -> None:
        """Let the clock of the product jump."""
        self.jumped += by
        self._write_clock()

    # ------------------------------------------------------------ programs

    def _ask(self, order: dict[str, Any]) -> Any:
        assert self._zygote is not None
        assert self._zygote.stdin is not None
        with self._speaking:
            self._zygote.stdin.write(json.dumps(order) + "\n")
            self._zygote.stdin.flush()
            return self._hear()

    def _hear(self) -> Any:
        assert self._zygote is not None
        assert self._zygote.stdout is not None
        line = self._zygote.stdout.readline()
        if not line:
            raise Broken((self.folder / "servers.log").read_text()[-4000:])
        return json.loads(line)

    def start(self, name: str, part: str, **given: Any) -> int:
        """Begin a program; it is begun anew by ``keep_up`` when it has fallen."""
        self.log(name).touch()
        order = {"do": "fork", "part": part, "given": given, "log": str(self.log(name))}
        with self._changing:
            pid: int = self._ask(order)
            self.alive[name] = (pid, part, given)
        return pid

    def log(self, name: str) -> Path:
        """Where that program writes."""
        return self.folder / f"{name}.log"

    def run(self, part: str, *, within: float = 60, **given: Any) -> None:
        """Run one to its end."""
        name = f"{part}-{time.monotonic_ns()}"
        with self._changing:
            pid = self.start(name, part, **given)
            del self.alive[name]
        until = time.monotonic() + within
        while (code := self.ended(pid)) is None:
            if time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
                raise Broken(
                    f"{part} did not end in {within} s: {self.log(name).read_text()[-3000:]}"
                )
            time.sleep(0.02)
        if code:
            raise Broken(f"{part} ended with {code}: {self.log(name).read_text()[-3000:]}")

    def ended(self, pid: int) -> int | None:
        """How it ended; none while it runs."""
        code: int | None = self._ask({"do": "wait", "pids": [pid]})[str(pid)]
        return code

    def fallen(self) -> list[str]:
        """The programs that have ended."""
        codes = self._ask({"do": "wait", "pids": [pid for pid, *_ in self.alive.values()]})
        self.codes = {name: codes[str(pid)] for name, (pid, *_) in self.alive.items()}
        return [name for name, code in self.codes.items() if code is not None]

    def keep_up(self) -> list[str]:
        """Begin anew what has fallen by a fault, as the machine's supervisor does."""
        again = []
        with self._changing:
            for name in self.fallen():
                _pid, part, given = self.alive.pop(name)
                if self.codes.get(name) == 0 and part == "client":
                    continue  # it has queued all that it was to
                self.start(name, part, **given)
                again.append(name)
        return again

    def kill(self, name: str) -> None:
        """End it and all its children as a power cut would."""
        with self._changing:
            if name not in self.alive:
                return
            pid, *_ = self.alive.pop(name)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(pid, signal.SIGKILL)
        until = time.monotonic() + 10
        while self.ended(pid) is None and time.monotonic() < until:
            time.sleep(0.02)

    def replace(self, name: str) -> None:
        """Kill it, and begin the same again."""
        with self._changing:
            if name in self.alive:
                _pid, part, given = self.alive[name]
                self.kill(name)
                self.start(name, part, **given)

    def kill_child(self, name: str, choice: random.Random) -> bool:
        """End one process of that worker's pool, as the kernel does when memory runs out."""
        pid, *_ = self.alive.get(name, (0,))
        with suppress(FileNotFoundError, ProcessLookupError):
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if children:
                os.kill(int(choice.choice(children)), signal.SIGKILL)
                return True
        return False

    def order_death(self, point: str, *, turn: int = 1, who: str = "child") -> None:
        """Let the process die that comes by that named point as the ``turn``-th."""
        (self.faults / point).write_text(f"{turn} {who}")

    def forget_orders(self) -> set[str]:
        """Take back the deaths that nobody has died; gives their points."""
        left = set()
        for order in self.faults.iterdir():
            with suppress(FileNotFoundError):
                order.unlink()
                left.add(order.name)
        return left

    # ------------------------------------------------------------ servers

    @contextmanager
    def sql(self) -> Iterator[psycopg.Connection[Any]]:
        """A line to the database as its owner."""
        with psycopg.connect(
            host=str(self.postgres.socket), user="postgres", dbname="doorstep", autocommit=True
        ) as line:
            yield line

    def ask(self, query: str, *given: Any) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        with self.sql() as line:
            return line.execute(query, given or None).fetchall()

    def restart_postgres(self, down: float = 0.0) -> None:
        """Stop it at once, as a crash does, and let it recover."""
        stop(self.postgres.process, signal.SIGQUIT, 20)
        time.sleep(down)
        with (self.folder / "servers.log").open("ab") as log:
            self.postgres.start(log)  # type: ignore[arg-type]
        self.postgres.wait()

    def cut_lines(self) -> None:
        """Cut every connection to the database, whatever it is doing."""
        with suppress(psycopg.Error), self.sql() as line:
            line.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where usename = 'doorstep' and pid <> pg_backend_pid()"
            )

    def redis_line(self) -> Any:
        """A line to the broker."""
        from redis import Redis as Line

        return Line.from_url(self.redis.url(), socket_timeout=5)

    def restart_redis(self, down: float = 0.0) -> None:
        """Kill the broker, with all that it had in mind, and start it again."""
        stop(self.redis.process, signal.SIGKILL, 5)
        time.sleep(down)
        with (self.folder / "servers.log").open("ab") as log:
            self.redis.start(log)  # type: ignore[arg-type]
        self.redis.wait()
