"""What every stand-in has: a server on loopback that keeps what arrived and answers as it is told."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Answer:
    """What the stand-in answers: status and a body, as JSON unless it is bytes."""

    status: int = 200
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


SILENT_BEFORE = "silent before"
"""Hang up without having taken the message."""
SILENT_AFTER = "silent after"
"""Take the message, and hang up without a word."""
BROKEN = Answer(500, {"message": "internal error"})


class Fake:
    """A carrier on loopback; ``answer`` is overridden by each.

    ``script`` holds what is to happen to the next sendings, one each: an ``Answer``, ``SILENT_BEFORE``,
    ``SILENT_AFTER``, or anything that the stand-in itself understands. ``taken`` is what it would
    carry, ``keys`` how often each reference came.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.taken: list[dict[str, Any]] = []
        self.keys: Counter[str] = Counter()
        self.script: list[Any] = []
        self.lock = threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                parts = urlsplit(self.path)
                call = Call(
                    self.command, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)),
                    {name.lower(): value for name, value in self.headers.items()},
                    self.rfile.read(length),
                )  # fmt: skip
                with fake.lock:
                    fake.calls.append(call)
                    answer = fake.answer(call)
                if answer is None:
                    self.close_connection = True
                    self.connection.shutdown(socket.SHUT_RDWR)
                    return
                content = (
                    answer.body if isinstance(answer.body, bytes)
                    else json.dumps(answer.body).encode()
                )  # fmt: skip
                self.send_response(answer.status)
                kind = {"Content-Type": "application/json", **answer.headers}
                for name, value in kind.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = handle_one  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.02,), daemon=True)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def __enter__(self) -> Self:
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join(5)

    def answer(self, call: Call) -> Answer | None:
        """The answer to one call; None hangs up."""
        raise NotImplementedError

    def sending(self, key: str, take: Callable[[], Answer]) -> Answer | None:
        """One message comes in: what the script says, else it is taken."""
        step = self.script.pop(0) if self.script else None
        if step == SILENT_BEFORE:
            return None
        if isinstance(step, Answer):
            return step
        self.keys[key] += 1
        answer = take()
        return None if step == SILENT_AFTER else answer


def nobody_there() -> str:
    """An address on loopback at which nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
        return f"http://127.0.0.1:{port}"
