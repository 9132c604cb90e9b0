"""The programs of a site, each a process of its own, forked from one that has everything loaded.

Run as `python -m tests.faults.crew` in the surroundings of a house; it reads one order a line from its
input and answers with one line. A worker, a beat or a client begins within a fraction of a second so,
and is in all else what `celery worker` and `celery beat` are. What takes minutes in production takes
seconds here: the lease of a claim, the budget of a batch, the interval of the ticks, the patience with
the mail server. The clock of the product runs faster by as much.
"""

import ctypes
import json
import os
import signal
import socket
import sys
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

LEASE = 6.0
BUDGET = 2.5
ASKED_FOR = 0.5
SILENCE = 1.2
"""Seconds: of a claim, of a batch, of an answer of the rules, and after which a mail server that says nothing is given up."""
TICK = 0.7


def hasten() -> None:
    """Make seconds of minutes, and let every notice go: the rules are tested elsewhere."""
    from django.conf import settings

    from config.celery import app
    from notices import channels, kinds, relay
    from tests.faults.carrier import CARRIER

    channels.carriers()[CARRIER.name] = CARRIER
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_TIMEOUT = SILENCE
    relay.LEASE = timedelta(seconds=LEASE)
    relay.BUDGET = BUDGET
    relay.ASKED_FOR = ASKED_FOR
    if os.environ.get("FAULTS_RULES") != "asked":
        kinds.register(kinds.Kind("letter"))
    app.conf.beat_max_loop_interval = TICK / 2
    app.conf.beat_schedule = {
        task: {"task": task, "schedule": timedelta(seconds=TICK), "options": {"expires": 120}}
        for task in os.environ["FAULTS_TICKS"].split(",")
    }


# ---------------------------------------------------------------- what a fork may be


def worker(called: str, concurrency: int) -> None:
    """A Celery worker."""
    from config.celery import app

    app.worker_main(
        ["worker", f"--hostname={called}@house", f"--concurrency={concurrency}", "--without-gossip",
         "--without-mingle", "--loglevel=INFO"]
    )  # fmt: skip


def beat() -> None:
    """A Celery beat; its log tells of each tick."""
    from celery.signals import before_task_publish

    from config.celery import app

    def tell(sender: str, **_: Any) -> None:
        if sender != "config.tasks.heartbeat":  # which each beat sends once when it begins
            os.write(1, b"ticked\n")

    before_task_publish.connect(tell, weak=False)
    app.start(["beat", "--pidfile=", "--loglevel=INFO"])


DOORS: dict[int, socket.socket] = {}


def door(port: int) -> socket.socket:
    """The socket at which a web server listens; held open here, as systemd does, while that is renewed."""
    if port not in DOORS:
        DOORS[port] = socket.create_server(("127.0.0.1", port), backlog=64)
        DOORS[port].set_inheritable(True)
    return DOORS[port]


def web(port: int) -> None:
    """gunicorn, as in production, with all of its processes."""
    os.environ["DOORSTEP_BIND"] = f"fd://{DOORS[port].fileno()}"
    sys.argv = ["gunicorn", "-c", "config/gunicorn.py", "config.wsgi"]
    from gunicorn.app.wsgiapp import run

    run()


def migrate() -> None:
    """Make the tables."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def client(run: str, count: int, pause: float, ledger: str) -> None:
    """What a web process does: change a case, queue a notice with it; again until it is told "done".

    What was promised to the person at the screen stands in the ledger, one key a line.
    """
    import time

    from django.db import DatabaseError, close_old_connections, connection

    from cases.models import Case
    from common import clock
    from tests.notices.cast import queued

    cases = list(Case.objects.filter(reference__startswith=f"{run}-").order_by("pk"))
    kept = Path(ledger)
    promised = set(kept.read_text().split()) if kept.exists() else set()
    with kept.open("a") as book:
        for number in range(count):
            key = f"{run}:{number}"
            while key not in promised:
                try:
                    queued(
                        cases[number % len(cases)], key=key, at=clock.now(),
                        address=f"{run}.{number}@debtor.example", with_point=number % 7 == 0,
                    )  # fmt: skip
                except DatabaseError:
                    connection.close()
                    close_old_connections()
                    time.sleep(0.2)
                else:
                    promised.add(key)
                    book.write(f"{key}\n")
                    book.flush()
            time.sleep(pause)


def cases(run: str, count: int) -> None:
    """The cases of a run, each of a debtor of its own."""
    from people.models import Person
    from tests import make

    for number in range(count):
        who = Person.objects.create(name=f"王海燕 {run}.{number}", language="en")
        make.case(
            reference=f"{run}-{number}", external_reference=f"{run}-{number}", who=who,
            contact_points=make.points(email=f"{run}-{number}@debtor.example"),
        )  # fmt: skip


def judge(run: str, arrived: dict[str, int], causes: int, report: str) -> None:
    """Write down what does not hold of that run."""
    from tests.faults.judging import complaints

    Path(report).write_text(json.dumps(complaints(run, arrived, causes)))


def call(target: str, given: dict[str, Any]) -> None:
    """Any other function, by its name."""
    from importlib import import_module

    module, _dot, name = target.rpartition(".")
    getattr(import_module(module), name)(**given)


PARTS: dict[str, Callable[..., None]] = {
    "worker": worker, "beat": beat, "migrate": migrate, "client": client, "cases": cases,
    "judge": judge, "call": call, "web": web,
}  # fmt: skip


# ---------------------------------------------------------------- forking


def fork(part: str, given: dict[str, Any], log: str) -> int:
    """Begin a process that is that part and nothing else; gives its number."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG: never outlive the house
        os.setsid()
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD):
            signal.signal(signum, signal.SIG_DFL)
        null = os.open(os.devnull, os.O_RDONLY)
        book = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        for target, source in ((0, null), (1, book), (2, book)):
            os.dup2(source, target)
        PARTS[part](**given)
        code = 0
    except SystemExit as left:
        code = int(left.code or 0) if isinstance(left.code, (int, type(None))) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        sys.stdout.flush()
        os._exit(code)


def main() -> None:
    """Load everything, then fork what is ordered until the input ends."""
    import django

    django.setup()
    from config.celery import app

    app.loader.import_default_modules()
    import benchmarks.by_hand_parts
    import benchmarks.outbox_parts  # noqa: F401 - tasks of their own

    app.finalize()
    hasten()
    import tests.faults.judging
    import tests.notices.cast  # noqa: F401

    answer_with("ready")
    for line in sys.stdin:
        order = json.loads(line)
        if order["do"] == "fork":
            if order["part"] == "web":
                door(order["given"]["port"])
            answer: Any = fork(order["part"], order["given"], order["log"])
        else:  # "wait": how each of these ended; none for those that run on
            answer = {}
            for pid in order["pids"]:
                try:
                    done, status = os.waitpid(pid, os.WNOHANG)
                except ChildProcessError:
                    done, status = pid, 0
                answer[str(pid)] = os.waitstatus_to_exitcode(status) if done else None
        answer_with(answer)


def answer_with(answer: Any) -> None:
    """One line to whoever gives the orders."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
