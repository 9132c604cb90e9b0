"""From queued to accepted: the relay beside one bare SMTP connection and one task a notice.

A house of its own (PostgreSQL, Redis, Celery workers, a mail server that only counts), so nothing of a
site is touched: `.venv/bin/python -m benchmarks.outbox [--notices 2000] [--rounds 3] [--kill-every 10]`.
Every notice is to a debtor of its own, who is in a case with a claim, addresses and a mandate; the rules
are asked of each before it goes, and two chained events tell of it.
"""

import argparse
import asyncio
import re
import smtplib
import statistics
import threading
import time
from collections import Counter as Tally
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import ClassVar

from embedded.servers import free_port
from tests.faults import house as houses
from tests.faults.house import House

Job = Callable[[], float]

NUMBER = re.compile(rb"(?im)^Message-ID: *(\S+)")


class Counter(asyncio.Protocol):
    """A mail server that takes everything and remembers only how often it took which message."""

    accepted = 0
    numbers: ClassVar[Tally[bytes]] = Tally()

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
                text, dot, rest = self.buffer.partition(b"\r\n.\r\n")
                if not dot:
                    return
                self.buffer, self.reads_text = rest, False
                Counter.accepted += 1
                found = NUMBER.search(text)
                Counter.numbers[found[1] if found else b""] += 1
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


def forget() -> None:
    """Count from nought."""
    Counter.accepted = 0
    Counter.numbers.clear()


def until_accepted(count: int, within: float = 600) -> float:
    """Wait until so many different ones were taken; gives the moment of the last."""
    until = time.monotonic() + within
    while len(Counter.numbers) < count:
        if time.monotonic() > until:
            raise SystemExit(f"{len(Counter.numbers)} of {count} were taken in {within} s.")
        time.sleep(0.002)
    return time.monotonic()


def until_settled(house: House, within: float = 600) -> float:
    """Wait until each was sent, or is in doubt since its worker died; gives the moment of the last."""
    until = time.monotonic() + within
    open_ones = "select count(*) from notices_notice where state in ('queued', 'sending')"
    while left := house.ask(open_ones)[0][0]:
        if time.monotonic() > until:
            raise SystemExit(f"{left} were not sent in {within} s.")
        time.sleep(0.05)
    return time.monotonic()


def bare(port: int, count: int) -> float:
    """One connection, one message after the other, nothing written down: notices a second."""
    forget()
    began = time.monotonic()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for number in range(count):
            message = EmailMessage()
            message["From"], message["To"] = "a@house.example", f"d{number}@debtor.example"
            message["Subject"], message["Message-ID"] = "A message for you", f"<{number}@house>"
            message.set_content("Please call us.")
            line.send_message(message)
    return count / (until_accepted(count) - began)


def by_workers(
    house: House, count: int, *, workers: int, task: str, tasks: int, kill_every: float = 0
) -> float:
    """Queued before, sent by Celery workers that are up: notices a second.

    ``kill_every`` so many seconds one of the workers is killed and begun anew; a beat sweeps then.
    """
    house.run("call", within=300, target="benchmarks.outbox_parts.fill", given={"count": count})
    with house.redis_line() as line:
        line.flushall()
    for number in range(workers):
        house.start(f"w{number}", "worker", called=f"w{number}", concurrency=1)
    for number in range(workers):
        while " ready." not in house.log(f"w{number}").read_text():
            time.sleep(0.05)
    forget()
    over = threading.Event()
    killer = threading.Thread(target=_kill, args=[house, workers, kill_every, over])
    if kill_every:
        house.start("beat", "beat")
        killer.start()
    began = time.monotonic()
    house.run("call", target="benchmarks.outbox_parts.wake", given={"task": task, "count": tasks})
    doubt = 0
    if kill_every:
        taken = until_settled(house) - began
        over.set()
        killer.join()
        doubt = house.ask("select count(*) from notices_notice where state = 'doubtful'")[0][0]
        print(f"  {len(Counter.numbers)} arrived, {doubt} in doubt", flush=True)
    else:
        taken = until_accepted(count) - began
    time.sleep(0.5)
    if Counter.accepted != len(Counter.numbers):
        raise SystemExit(f"{Counter.accepted - len(Counter.numbers)} were delivered twice.")
    if len(Counter.numbers) < count - doubt:
        raise SystemExit(f"{count - doubt - len(Counter.numbers)} were lost.")
    for name in list(house.alive):
        house.kill(name)
        house.log(name).unlink(missing_ok=True)
    return count / taken


def _kill(house: House, workers: int, every: float, over: threading.Event) -> None:
    number = 0
    while not over.wait(every):
        house.replace(f"w{number % workers}")
        number += 1


def run(notices: int, rounds: int, kill_every: float) -> None:
    """Print the table."""
    port = free_port()
    houses.FASTER = 1
    sweep, one = "notices.tasks.sweep", "benchmarks.outbox_parts.send_one"
    found: dict[str, list[float]] = {}
    with counting(port):
        house = House(mail_port=port, rules=True)
        try:
            house.begin()
            house.run("cases", run="bench", count=notices, within=1200)

            def by(workers: int, task: str, tasks: int, kill_every: float = 0) -> Job:
                return lambda: by_workers(
                    house, notices, workers=workers, task=task, tasks=tasks, kill_every=kill_every
                )

            jobs: dict[str, Job] = {
                "one bare SMTP connection": lambda: bare(port, notices),
                "relay, one worker": by(1, sweep, 1),
                "relay, two workers": by(2, sweep, 1),
                "one task a notice, two workers": by(2, one, notices),
            }
            if kill_every:
                jobs[f"relay, two workers, one killed every {kill_every:g} s"] = by(
                    2, sweep, 1, kill_every
                )
            for _round in range(rounds):
                for name, job in jobs.items():
                    found.setdefault(name, []).append(job())
                    print(f"{name}: {found[name][-1]:.0f}/s", flush=True)
        finally:
            house.end()
    middles = {name: statistics.median(rates) for name, rates in found.items()}
    floor, single = middles["one bare SMTP connection"], middles["one task a notice, two workers"]
    print("\n| job | notices/s | × bare | × one task a notice |\n| --- | --- | --- | --- |")
    for name, middle in middles.items():
        print(f"| {name} | {middle:.0f} | {middle / floor:.2f} | {middle / single:.1f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kill-every", type=float, default=0, help="seconds; nought: never")
    given = parser.parse_args()
    run(given.notices, given.rounds, given.kill_every)
