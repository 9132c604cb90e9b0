"""The real parts of a test run: one private PostgreSQL and one private Redis, shared by all its processes.

The first process of the run (the only one, or the controller of xdist) chooses a folder, starts both and
hands the folder on in the environment; each process has its own database, its own numbered Redis database,
its own port for mail, its own clock and its own var/.
"""

import fcntl
import hashlib
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from embedded.servers import Postgres, Redis, free_port, stop

RUN = "DOORSTEP_TEST_RUN"
TEMPLATE = "doorstep_template"
KEPT = 20  # templates of other migrations, such as those of other branches

started: list[Postgres | Redis] = []


def is_first_process() -> bool:
    """Whether the parts are this process's to start and to stop."""
    return "PYTEST_XDIST_WORKER" not in os.environ


def run_folder() -> Path:
    """The folder of this run, made by its first process."""
    if is_first_process():
        made = Path(tempfile.mkdtemp(prefix="doorstep-test-"))
        made.chmod(0o711)  # the account that PostgreSQL runs as has to get through
        os.environ[RUN] = str(made)
    return Path(os.environ[RUN])


def number() -> int:
    """Which of the run's processes this is."""
    return int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def settle() -> Path:
    """Put into the environment what the settings read; before Django is set up."""
    run = run_folder()
    mine = run / f"process{number()}"
    (mine / "var" / "static").mkdir(parents=True, exist_ok=True)
    for name in [name for name in os.environ if name.startswith("DOORSTEP_") and name != RUN]:
        del os.environ[name]
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",  # Playwright runs an event loop in the tests' thread
        "DOORSTEP_ENV": "test",
        "DOORSTEP_VAR": str(mine / "var"),
        "DOORSTEP_CLOCK_FILE": str(mine / "clock"),
        "DATABASE_URL": postgres().url(database()),
        "REDIS_URL": redis().url(number() % 16),
        "EMAIL_URL": f"smtp://127.0.0.1:{free_port()}",
    }
    (mine / "clock").write_text("0")
    return mine


def postgres() -> Postgres:
    """The run's PostgreSQL, started or to be started."""
    return Postgres(Path(os.environ[RUN]) / "postgres", durable=False, may_create=True)


def redis() -> Redis:
    """The run's Redis, started or to be started."""
    return Redis(Path(os.environ[RUN]) / "redis", durable=False)


def database() -> str:
    """This process's own database."""
    return f"doorstep_{number()}"


def start() -> None:
    """Start both servers and wait for neither."""
    log = Path(os.environ[RUN]) / "servers.log"
    for server in (postgres(), redis()):
        with log.open("ab") as output:
            server.start(output)  # type: ignore[arg-type]
        started.append(server)


def finish() -> None:
    """Stop both servers and remove what the run left."""
    for server in started:
        stop(server.process, 3, 10)  # SIGQUIT: nothing in there is worth a clean end
    shutil.rmtree(os.environ[RUN], ignore_errors=True)


@contextmanager
def locked(name: str) -> Iterator[None]:
    """One process of the run at a time."""
    with (Path(os.environ[RUN]) / f"{name}.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


def migrations() -> dict[str, str]:
    """What makes the template what it is: each migration's file, and the versions of what brings its own."""
    root = Path(__file__).resolve().parent.parent
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()[:16]
        for path in [*root.glob("*/migrations/*.py"), root / "requirements.txt"]
    }


def kept_templates() -> Path:
    """Where migrated templates are kept from one run to the next, as SQL; the first line names the migrations."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "doorstep"


def restore_template(name: str) -> bool:
    """Make that database from the kept template that needs the fewest migrations more; says if none are needed.

    One that holds a migration that is not here, or not so, is of no use.
    """
    here, best, path = migrations(), {}, None
    for kept in kept_templates().glob("template-*.sql"):
        with suppress(OSError, ValueError), kept.open() as script:
            holds = json.loads(script.readline().removeprefix("-- "))
            if holds.items() <= here.items() and len(holds) > len(best):
                best, path = holds, kept
    server = postgres()
    server.sql(f"create database {name} owner doorstep")
    if path is None:
        return False
    path.touch()
    with path.open("rb") as script:
        subprocess.run(
            [server.program("psql"), "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", str(server.socket),
             "-U", "postgres", "-d", name],
            stdin=script, stdout=subprocess.DEVNULL, check=True,
        )  # fmt: skip
    return best == here


def keep_template(name: str) -> None:
    """Keep that database for the next run, and of the others the newest few."""
    folder, server, holds = kept_templates(), postgres(), json.dumps(migrations(), sort_keys=True)
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / f"template-{hashlib.sha256(holds.encode()).hexdigest()[:16]}.sql"
    part = kept.with_suffix(f".{os.getpid()}")
    with part.open("wb") as script:
        script.write(f"-- {holds}\n".encode())
        script.flush()
        subprocess.run(
            [server.program("pg_dump"), "-h", str(server.socket), "-U", "postgres", name],
            stdout=script, check=True,
        )  # fmt: skip
    part.replace(kept)
    others = sorted(folder.glob("template-*.sql"), key=lambda path: path.stat().st_mtime)
    for old in others[:-KEPT]:
        old.unlink(missing_ok=True)


def renew_database() -> None:
    """Give this process a database as new, copied from the migrated template, whatever was in the old."""
    postgres().sql(f"drop database if exists {database()} with (force)")
    postgres().sql(f"create database {database()} owner doorstep template {TEMPLATE}")


def answers(port: int, seconds: float = 30) -> bool:
    """Wait until something listens on that port of loopback."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with socket.socket() as probe:
            probe.settimeout(1)
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return True
        time.sleep(0.05)
    return False
