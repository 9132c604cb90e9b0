"""Sweeps in processes of their own, forked from one that has everything loaded, to be killed wherever a test likes.

Run as ``python -m tests.retention.sweeper`` it reads one order a line and answers with how each process ended.
"""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from datetime import datetime
from typing import Any


def die() -> None:
    """As in a power cut."""
    os.kill(os.getpid(), signal.SIGKILL)


def sweep(at: str, *, statement: int = 0, file: int = 0, begins: float = 0) -> None:
    """One sweep, which dies before its statement or before its file of that number (0: never)."""
    from django.core.files.storage import FileSystemStorage
    from django.db import connection

    from people.models import User
    from retention.actions import erasing

    seen = {"statement": 0, "file": 0}

    def count(what: str, number: int) -> None:
        seen[what] += 1
        if seen[what] == number:
            die()

    def execute(do: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        count("statement", statement)
        return do(sql, params, many, context)

    delete = FileSystemStorage.delete

    def delete_file(storage: FileSystemStorage, name: str) -> None:
        count("file", file)
        delete(storage, name)

    FileSystemStorage.delete = delete_file  # type: ignore[method-assign]
    time.sleep(max(0, begins - time.time()))
    with connection.execute_wrapper(execute):
        erasing.sweep(datetime.fromisoformat(at), by=User.objects.system())


def forked(given: dict[str, Any]) -> int:
    """Begin such a process; gives its number."""
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        sweep(**given)
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


def main() -> None:
    """Load everything, then fork what is ordered until the input ends."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import django

    django.setup()
    import retention.actions.erasing  # noqa: F401

    answer_with("ready")
    for line in sys.stdin:
        pids = [forked(given) for given in json.loads(line)]
        codes = [os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) for pid in pids]
        answer_with(codes)


def answer_with(answer: Any) -> None:
    """One line to whoever gives the orders."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
