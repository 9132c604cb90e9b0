"""A carrier of short messages that speaks HTTP, plays tricks, and calls back twice, late and mixed up.

``Gateway`` is its own side, a server that counts what it delivers by the key that came with it;
``CARRIER`` is ours, as any file in notices/channels. Callbacks are posted by `call_back`, among them
forged ones.
"""

import json
import random
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from notices.channels import (
    Carrier,
    Forged,
    Heard,
    Message,
    Said,
    Sender,
    Taken,
    Unclear,
    Undelivered,
)

KEY = "hush"
PATIENCE = 1.0
WINDOW = 0.5
"""Seconds: after which an answer is given up, and in which a carrier takes so many."""


class Gateway:
    """The carrier's server: each key is delivered once, however often it is handed over."""

    def __init__(self) -> None:
        self.handed_over: Counter[str] = Counter()
        self.delivered: dict[str, str] = {}  # key -> our number of the message
        self.tricks: list[str] = []
        self.pace = 0  # how many it takes in a window; the rest are told to come later
        self.slowness = 0.0  # seconds that each answer takes
        self.turned_away = 0
        self._window: list[float] = []
        self._lock = threading.Lock()
        gateway = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                gateway.take(given, self)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def address(self) -> str:
        """Where it takes messages."""
        return f"http://127.0.0.1:{self.server.server_address[1]}/"

    def take(self, given: dict[str, str], line: BaseHTTPRequestHandler) -> None:
        """Take a message, or play the next trick: refuse, be too busy, or take it and not answer."""
        time.sleep(self.slowness)
        with self._lock:
            trick = self.tricks.pop(0) if self.tricks else ""
            if self._is_too_much():
                trick = "busy"
                self.turned_away += 1
            if trick not in {"busy", "broken"}:
                self.handed_over[given["key"]] += 1
                self.delivered.setdefault(given["key"], given["reference"])
        if trick in {"busy", "broken"}:
            line.send_response({"busy": 429, "broken": 503}[trick])
            line.end_headers()
            return
        if trick == "silent":
            time.sleep(2 * PATIENCE)
        if trick == "hangs up":
            line.connection.close()
            return
        with suppress(OSError):
            line.send_response(200)
            line.end_headers()
            line.wfile.write(json.dumps({"id": f"no-{given['reference']}"}).encode())

    def _is_too_much(self) -> bool:
        if not self.pace:
            return False
        now = time.monotonic()
        self._window = [moment for moment in self._window if moment > now - WINDOW]
        if len(self._window) >= self.pace:
            return True
        self._window.append(now)
        return False

    def stop(self) -> None:
        """Be gone."""
        self.server.shutdown()
        self.server.server_close()


class _Line:
    def __init__(self, address: str) -> None:
        self.address = address

    def send(self, message: Message) -> Taken:
        """Hand one over; what silence means: it may have been taken."""
        told = {"key": message.key, "reference": message.reference, "to": message.to}
        request = urllib.request.Request(self.address, json.dumps(told).encode())  # noqa: S310
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:  # noqa: S310
                return Taken(json.loads(answer.read())["id"])
        except urllib.error.HTTPError as refused:
            raise Undelivered(
                f"HTTP {refused.code}", permanent=False, everyone=refused.code == 429
            ) from refused
        except ConnectionRefusedError as gone:
            raise Undelivered(str(gone), permanent=False, everyone=True) from gone
        except OSError as silent:
            raise Unclear(f"No answer: {silent}") from silent


class Faulty(Carrier):
    """Our side of it; it delivers a key once, so what is unclear is handed over again."""

    name, label, channel = "faulty", "Faulty", "sms"
    takes_key = True
    calls_back = True

    @contextmanager
    def batch(self, account: Any) -> Iterator[Sender]:
        """Nothing to open."""
        yield _Line(account.settings["address"])

    def hear(self, account: Any, request: Any) -> Heard:
        """Whoever knows the key is the carrier."""
        if request.headers.get("X-Key") != account.secrets["key"]:
            raise Forged
        rows = json.loads(request.body)
        return Heard(
            tuple(
                Said(row["id"], row["state"], datetime.fromisoformat(row["at"]),
                     row.get("why", ""), reference=row["reference"])
                for row in rows
            )
        )  # fmt: skip


CARRIER = Faulty()


# ---------------------------------------------------------------- run inside the house


def begin(run: str, count: int, address: str) -> None:
    """An account at this carrier, and so many short messages to be sent by it."""
    from cases.models import Case
    from common import clock
    from notices.models import ChannelAccount
    from tests import make
    from tests.notices.cast import queued

    mine = ChannelAccount.objects.filter(provider=CARRIER.name).first() or ChannelAccount(
        organisation=make.agency(), channel="sms", provider=CARRIER.name,
        changed_by=make.clerk(), changed_at=clock.now(),
    )  # fmt: skip
    mine.settings = {"address": address}
    mine.secrets = {"key": KEY}
    mine.save()
    cases = list(Case.objects.filter(reference__startswith=f"{run}-").order_by("pk"))
    for number in range(count):
        queued(
            cases[number % len(cases)], key=f"{run}:{number}", channel="sms", subject="",
            address=f"1380000{number:04}", with_point=False, at=clock.now(),
        )  # fmt: skip


def call_back(run: str, seed: str, moment: str) -> None:
    """Tell of every message three times and in no order, and lie about it without knowing the key.

    Every fifth came back after it had been delivered, and the two are told in any order.
    """
    from django.test import Client

    from notices.models import ChannelAccount, Notice

    slug = ChannelAccount.objects.get(provider=CARRIER.name).slug
    at, choice = datetime.fromisoformat(moment), random.Random(seed)
    calls: list[tuple[str, dict[str, str]]] = []
    for notice in Notice.objects.filter(dedupe_key__startswith=f"{run}:").order_by("pk"):
        row = {"id": f"no-{notice.reference}", "reference": notice.reference}
        number = int(notice.dedupe_key.rpartition(":")[2])
        true = [{**row, "state": "delivered", "at": at.isoformat()}]
        if number % 5 == 0:
            later = (at + timedelta(seconds=30)).isoformat()
            true.append({**row, "state": "bounced", "at": later, "why": "空号"})
        calls += [(KEY, one) for one in true] * 3
        lie = {**row, "state": "bounced", "at": (at + timedelta(hours=1)).isoformat(), "why": "lie"}
        calls.append(("guessed", lie))
    choice.shuffle(calls)
    client = Client()
    for key, one in calls:
        client.post(
            f"/carriers/{slug}/", json.dumps([one]), content_type="application/json",
            headers={"X-Key": key},
        )  # fmt: skip


def look(run: str, report: str) -> None:
    """Write down what stands in the books of that run."""
    from pathlib import Path

    from notices.models import CarrierReceipt, ChannelAccount, Notice
    from timeline.models import Event

    rows = Notice.objects.filter(dedupe_key__startswith=f"{run}:").order_by("pk")
    told = Event.objects.filter(case__reference__startswith=f"{run}-")
    Path(report).write_text(
        json.dumps(
            {
                "states": {row.dedupe_key: row.state for row in rows},
                "whys": sorted({row.why for row in rows if row.state == "bounced"}),
                "sent": told.filter(kind="notice.sent").count(),
                "forged": ChannelAccount.objects.get(provider=CARRIER.name).forged_count,
                "receipts": CarrierReceipt.objects.filter(account__provider=CARRIER.name).count(),
            }
        )
    )
