"""A mail server that counts what arrived and plays every trick that mail servers play."""

import asyncio
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from typing import Any

from aiosmtpd.controller import Controller

from embedded.servers import free_port

# Each is played once: at which word of the conversation, and what is answered (none: hung up).
# "kept": the message counts as arrived although the sender never hears so.
TRICKS: dict[str, tuple[str, str]] = {
    "closing": ("MAIL", "421 4.3.2 Closing down"),
    "busy": ("MAIL", "451 4.3.0 Too busy"),
    "greylist": ("RCPT", "450 4.7.1 Greylisted, come back later"),
    "no_such_user": ("RCPT", "550 5.1.1 No such user"),
    "drop_before": ("RCPT", ""),
    "later": ("DATA", "451 4.3.2 Try again later"),
    "full": ("DATA", "552 5.2.2 Mailbox full"),
    "drop_kept": ("DATA", ""),
    "drop_lost": ("DATA", ""),
    "silent_kept": ("DATA", "250 OK"),
    "slow": ("DATA", "250 OK"),
}
LEAVES_DOUBT = {"drop_kept", "drop_lost", "silent_kept"}
FAILS = {"no_such_user", "full"}


@dataclass(frozen=True)
class Arrival:
    """One message that the server has, and when, by the clock of the product and by the machine's."""

    message_id: str
    to: str
    at: datetime
    tick: float


class Sink:
    """The server; ``tricks`` wait for their turn, ``arrived`` counts by Message-ID."""

    def __init__(self, now: Callable[[], datetime], *, silence: float) -> None:
        self.now, self.silence = now, silence
        self.port = free_port()
        self.arrivals: list[Arrival] = []
        self.played: Counter[str] = Counter()
        self.waiting: dict[str, list[str]] = defaultdict(list)
        self._lock = threading.Lock()
        self._server: Controller | None = None

    def start(self) -> None:
        """Listen."""
        self._server = Controller(self, hostname="127.0.0.1", port=self.port)
        self._server.start()

    def stop(self) -> None:
        """Be gone; whoever calls is refused."""
        if self._server is not None:
            self._server.stop()
            self._server = None

    @property
    def arrived(self) -> dict[str, int]:
        """How often each message arrived, by its Message-ID."""
        return dict(Counter(arrival.message_id for arrival in list(self.arrivals)))

    def play(self, *tricks: str) -> None:
        """Play these on those who come next."""
        with self._lock:
            for trick in tricks:
                self.waiting[TRICKS[trick][0]].append(trick)

    def be_good(self) -> None:
        """Forget the tricks that were not played, and listen."""
        with self._lock:
            self.waiting.clear()
        if self._server is None:
            self.start()

    def clear(self) -> None:
        """Forget what arrived."""
        with self._lock:
            self.arrivals.clear()
            self.played.clear()
            self.waiting.clear()

    def _next(self, word: str) -> str:
        with self._lock:
            trick = self.waiting[word].pop(0) if self.waiting[word] else ""
            if trick:
                self.played[trick] += 1
        return trick

    async def handle_MAIL(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook: who writes."""
        trick = self._next("MAIL")
        if trick:
            return TRICKS[trick][1]
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """aiosmtpd's hook: to whom."""
        trick = self._next("RCPT")
        if trick == "drop_before":
            server.transport.abort()
        if trick:
            return TRICKS[trick][1] or "451 Gone"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd's hook: what; it arrives unless the trick is one that loses it."""
        trick = self._next("DATA")
        if trick in {"", "slow", "drop_kept", "silent_kept"}:
            message = message_from_bytes(envelope.content)
            self.arrivals.append(
                Arrival(
                    str(message["Message-ID"]), envelope.rcpt_tos[0], self.now(), time.monotonic()
                )
            )
        if trick in {"drop_kept", "drop_lost"}:
            server.transport.abort()
        if trick == "silent_kept":
            await asyncio.sleep(2 * self.silence)
        if trick == "slow":
            await asyncio.sleep(self.silence / 4)
        return TRICKS[trick][1] or "451 Gone" if trick else "250 OK"
