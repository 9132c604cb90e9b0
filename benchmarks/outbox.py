"""From queued to accepted: the relay beside one bare SMTP connection and one task a notice.

A house of its own (PostgreSQL, Redis, Celery workers, a mail server that only counts), so nothing of a
site is touched: `.venv/bin/python -m benchmarks.outbox [--notices 2000] [--rounds 3]`.
"""

import argparse
import asyncio
import smtplib
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage

from embedded.servers import free_port
from tests.faults import house as houses
from tests.faults.house import House

POKES = 8


class Counter(asyncio.Protocol):
    """A mail server that takes everything and remembers only how often."""

    accepted = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet."""
        self.transport, self.buffer, self.reads_text = transport, b"", False
        self.write(b"220 here\r\n")

    def write(self, answer: bytes) -> None:
        """Say so."""
        self.transport.write(answer)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        """Answer each line; a text ends with a dot alone."""
        self.buffer += data
        while True:
            if self.reads_text:
                _text, dot, rest = self.buffer.partition(b"\r\n.\r\n")
                if not dot:
                    return
                self.buffer, self.reads_text = rest, False
                Counter.accepted += 1
                self.write(b"250 taken\r\n")
            line, end, rest = self.buffer.partition(b"\r\n")
            if not end:
                return
            self.buffer = rest
            word = line[:4].upper()
            if word == b"DATA":
                self.reads_text = True
                self.write(b"354 go on\r\n")
            elif word == b"EHLO":
                self.write(b"250-here\r\n250 SIZE 50000000\r\n")
            elif word == b"QUIT":
                self.write(b"221 bye\r\n")
                self.transport.close()
            else:
                self.write(b"250 ok\r\n")


@contextmanager
def counting(port: int) -> Iterator[None]:
    """The mail server, for as long as this lasts."""
    loop = asyncio.new_event_loop()
    server = loop.run_until_complete(loop.create_server(Counter, "127.0.0.1", port))
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)


def until_accepted(count: int, within: float = 300) -> float:
    """Wait until so many were taken; gives the moment of the last."""
    until = time.monotonic() + within
    while Counter.accepted < count:
        if time.monotonic() > until:
            raise SystemExit(f"{Counter.accepted} of {count} were taken in {within} s.")
        time.sleep(0.002)
    return time.monotonic()


def bare(port: int, count: int) -> float:
    """One connection, one message after the other, nothing written down: notices a second."""
    Counter.accepted = 0
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(count):
            message = EmailMessage()
            message["From"], message["To"] = "a@house.example", f"d{number}@debtor.example"
            message["Subject"], message["Message-ID"] = "A message for you", f"<{number}@house>"
            message.set_content("Please call us.")
            line.send_message(message)
    return count / (until_accepted(count) - began)


def by_workers(house: House, count: int, *, workers: int, task: str, tasks: int) -> float:
    """Queued before, sent by Celery workers that are up: notices a second."""
    house.run("call", within=300, target="benchmarks.outbox_parts.fill", given={"count": count})
    with house.redis_line() as line:
        line.flushall()
    for number in range(workers):
        house.start(f"w{number}", "worker", called=f"w{number}", concurrency=1)
    for number in range(workers):
        while " ready." not in house.log(f"w{number}").read_text():
            time.sleep(0.05)
    Counter.accepted = 0
    began = time.monotonic()
    house.run("call", target="benchmarks.outbox_parts.wake", given={"task": task, "count": tasks})
    taken = until_accepted(count) - began
    time.sleep(0.5)
    if Counter.accepted != count:
        raise SystemExit(f"{Counter.accepted} were taken of {count}.")
    for number in range(workers):
        house.kill(f"w{number}")
        house.log(f"w{number}").unlink()
    return count / taken


def run(notices: int, rounds: int) -> None:
    """Print the table."""
    port = free_port()
    houses.FASTER = 1
    found: dict[str, list[float]] = {}
    with counting(port):
        house = House(mail_port=port)
        try:
            house.begin()
            house.run("cases", run="bench", count=20)
            jobs: dict[str, Callable[[], float]] = {
                "one bare SMTP connection": lambda: bare(port, notices),
                "relay, one worker": lambda: by_workers(
                    house, notices, workers=1, task="notices.tasks.sweep", tasks=1
                ),
                "relay, two workers": lambda: by_workers(
                    house, notices, workers=2, task="notices.tasks.sweep", tasks=1
                ),
                "one task a notice, two workers": lambda: by_workers(
                    house,
                    notices,
                    workers=2,
                    task="benchmarks.outbox_parts.send_one",
                    tasks=notices,
                ),
            }
            for _round in range(rounds):
                for name, job in jobs.items():
                    found.setdefault(name, []).append(job())
                    print(f"{name}: {found[name][-1]:.0f}/s", flush=True)
        finally:
            house.end()
    floor = statistics.median(found["one bare SMTP connection"])
    print("\n| job | notices/s | × bare |\n| --- | --- | --- |")
    for name, rates in found.items():
        middle = statistics.median(rates)
        print(f"| {name} | {middle:.0f} | {middle / floor:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    run(given.notices, given.rounds)
