"""Machine clients that log calls over HTTP and keep a ledger of what they were told was done."""

import http.client
import json
import threading
import time
from collections import Counter
from pathlib import Path

CASES = 10


class Client(threading.Thread):
    """One client, which logs one call after the other, each under a name of its own.

    With ``repeats`` it sends what it got no answer to again under the same key, as a careful client
    does. Without, it sends each request once and has no key; it only tries again to be let in.
    """

    def __init__(self, run: str, name: str, port: int, key: str, *, repeats: bool) -> None:
        super().__init__(daemon=True)
        self.run_name, self.called, self.port, self.key = run, name, port, key
        self.repeats = repeats
        self.acknowledged: list[str] = []
        self.lost: list[str] = []
        self.answers: Counter[int] = Counter()
        self.over = threading.Event()

    def run(self) -> None:
        """Until it is told to stop; what was begun is brought to its end."""
        number = 0
        while not self.over.is_set():
            what = f"{self.run_name}:{self.called}:{number}"
            self._log(what, f"{self.run_name}-{number % CASES}")
            number += 1

    def stop(self) -> None:
        """Wait until the last answer is there."""
        self.over.set()
        self.join(60)
        assert not self.is_alive(), "a request hangs"

    def _log(self, what: str, reference: str) -> None:
        until = time.monotonic() + 45
        while time.monotonic() < until:
            status = self._once(what, reference)
            self.answers[status] += 1
            if status in {200, 201}:
                self.acknowledged.append(what)
                return
            if not self.repeats and status:
                self.lost.append(f"{what}: {status}")
                return
            time.sleep(0.05)
        self.lost.append(f"{what}: no answer")

    def _once(self, what: str, reference: str) -> int:
        """The status; 0 where nobody let us in, 599 where the line broke after that."""
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            line.connect()
        except OSError:
            line.close()
            return 0
        body = json.dumps({"channel": "phone", "result": "no_answer", "remark": what})
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/json"}
        if self.repeats:
            headers["Idempotency-Key"] = what
        try:
            line.request("POST", f"/api/cases/{reference}/contacts/", body, headers)
            answer = line.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException):
            return 599
        else:
            return answer.status
        finally:
            line.close()


def give_key(run: str, report: str) -> None:
    """A key for them, of a clerk who may see the cases of that run; runs inside the house."""
    from api.models import ApiKey, new_key
    from common import clock
    from tests import make

    key, digest = new_key()
    ApiKey.objects.create(user=make.clerk(), name=run, digest=digest, created_at=clock.now())
    Path(report).write_text(key)
