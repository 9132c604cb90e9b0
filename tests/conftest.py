"""What every test may ask for; nothing in here is a stand-in but the outside world itself.

- `db`, `transactional_db` (pytest-django's): PostgreSQL. The first rolls back; after the second the database
  is copied anew from the template.
- `clock`: moves the clock of this process, of the live server and of the worker alike.
- `mailbox`: what arrived at the SMTP server on loopback.
- `worker`: a real Celery worker on this process's database. `queue`: Redis, emptied.
- `page`, `phone`: Chromium at a desk and in a hand, on `live_server`; `sign_in(page, user)`.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils.translation import override

from tests import parts

FOLDER = parts.settle()
ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    """The long forms of what is drawn at random or tried again and again, from seeds of one's own."""
    parser.addoption("--fault-runs", type=int, default=6, help="random runs of tests/faults")
    parser.addoption("--fault-seed", default="1", help="what the random runs are drawn from")
    parser.addoption("--races", type=int, default=3, help="races of tests/workflow/test_races.py")
    parser.addoption("--cuts", type=int, default=10, help="random cut points of tests/door")
    parser.addoption(
        "--tamperings", type=int, default=1000, help="random tamperings of tests/court"
    )
    parser.addoption("--demo-days", type=int, default=1, help="days on which tests/demo loads it")
    parser.addoption("--cut-seed", default="1", help="what the cut points are drawn from")


def pytest_configure(config: pytest.Config) -> None:
    """Start the parts while pytest still collects, and let Django read its settings."""
    if parts.is_first_process() and not config.option.collectonly:
        parts.start()
    from django.conf import settings

    settings.DATABASES  # noqa: B018 - read now, so that pytest-django sets Django up
    # A process of xdist that inherited this would read the settings before it has its own.
    del os.environ["DJANGO_SETTINGS_MODULE"]


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the parts."""
    if parts.is_first_process():
        parts.finish()


# ---------------------------------------------------------------- the database


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> None:
    """Migrate the template once, or take the one that an earlier run kept; copy it for each process."""
    from django.core.management import call_command
    from django.db import connection

    with parts.locked("template"), django_db_blocker.unblock():
        server = parts.postgres()
        server.wait()
        if not server.sql(f"select 1 from pg_database where datname = '{parts.TEMPLATE}'"):
            if not parts.restore_template("migrating"):
                connection.settings_dict["NAME"] = "migrating"
                call_command("migrate", verbosity=0)
                connection.close()
                parts.keep_template("migrating")
            server.sql(f"alter database migrating rename to {parts.TEMPLATE}")
            connection.settings_dict["NAME"] = parts.database()
        parts.renew_database()


@pytest.fixture(autouse=True)
def in_the_house_language(settings: Any) -> Iterator[None]:
    """Begin each test in the house's language, whatever a page of the test before was asked in."""
    with override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture(scope="session", autouse=True)
def renew_after_transactional_tests(django_db_blocker: Any) -> Iterator[None]:
    """Copy the template instead of emptying each table, which the timeline rightly refuses."""
    from django.db import connections
    from django.test import TransactionTestCase

    def renew(self: Any) -> None:
        connections.close_all()
        parts.renew_database()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", renew)
        yield


# ---------------------------------------------------------------- the clock


class Clock:
    """Moves the time that the product believes it is, in every process of this test."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: str | datetime, zone: str = "UTC") -> datetime:
        """Let it be this moment now; a naive one is local to the zone. Gives it as UTC."""
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment)
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=ZoneInfo(zone))
        self._write((moment - datetime.now(UTC)).total_seconds())
        return moment.astimezone(UTC)

    def move(self, **by: float) -> None:
        """Go on by so many days, hours, minutes …, as timedelta takes them."""
        self._write(float(self.file.read_text()) + timedelta(**by).total_seconds())

    def reset(self) -> None:
        """Back to the real time."""
        self._write(0)

    def _write(self, offset: float) -> None:
        part = self.file.with_suffix(".part")
        part.write_text(f"{offset:.6f}")
        part.replace(self.file)


@pytest.fixture
def clock() -> Iterator[Clock]:
    """The clock of the product."""
    ours = Clock(FOLDER / "clock")
    yield ours
    ours.reset()


# ---------------------------------------------------------------- the rules


@pytest.fixture
def shelf() -> Iterator[Any]:
    """The published rule versions: none before the test, and none of its own after it."""
    import shutil

    from compliance import packs
    from rulebook import shelving

    def empty() -> None:
        shutil.rmtree(shelving.home(), ignore_errors=True)
        shelving._seen.clear()
        packs.shelve({})

    empty()
    yield shelving
    empty()


# ---------------------------------------------------------------- the signed daily heads


@pytest.fixture
def no_anchors() -> Iterator[None]:
    """No daily head has been signed: what another test left would count as a later day's."""
    import shutil

    from timeline import anchoring

    shutil.rmtree(anchoring.home(), ignore_errors=True)
    yield
    shutil.rmtree(anchoring.home(), ignore_errors=True)


# ---------------------------------------------------------------- papers about money


@pytest.fixture
def plain_papers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How papers look is told by other tests; what is refused is read in English here."""
    from tests import make

    for name in ("agreement_pdf", "receipt_pdf", "reversal_pdf"):
        monkeypatch.setattr(f"agreements.papers.{name}", lambda _subject: make.PDF)
    with override("en"):
        yield


# ---------------------------------------------------------------- mail


class Mailbox:
    """What arrived by SMTP, and what the server is to answer next."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.answers: list[str] = []

    def wait(self, count: int = 1, seconds: float = 30) -> list[EmailMessage]:
        """The messages, once there are at least so many."""
        until = time.monotonic() + seconds
        while len(self.messages) < count:
            if time.monotonic() > until:
                pytest.fail(f"{len(self.messages)} of {count} messages came in {seconds} s.")
            time.sleep(0.05)
        return self.messages

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        """aiosmtpd's hook: keep the message, or give the scripted answer."""
        from email import message_from_bytes, policy

        if self.answers and not (answer := self.answers.pop(0)).startswith("2"):
            return answer
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.messages.append(message)  # type: ignore[arg-type]
        return "250 OK"


@pytest.fixture(scope="session")
def smtp_server() -> Iterator[Mailbox]:
    """An SMTP server on loopback, at the port that EMAIL_URL names."""
    from aiosmtpd.controller import Controller

    kept = Mailbox()
    port = int(os.environ["EMAIL_URL"].rpartition(":")[2])
    server = Controller(kept, hostname="127.0.0.1", port=port, data_size_limit=50 * 1024 * 1024)
    server.start()
    yield kept
    server.stop()


@pytest.fixture
def mailbox(smtp_server: Mailbox, settings: Any) -> Mailbox:
    """The SMTP server, emptied; this process sends to it too, not to Django's stand-in."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    smtp_server.messages.clear()
    smtp_server.answers.clear()
    return smtp_server


# ---------------------------------------------------------------- the task queue


@pytest.fixture
def queue() -> Iterator[Any]:
    """The run's Redis, this process's database of it, emptied before and after."""
    from redis import Redis

    parts.redis().wait()
    with Redis.from_url(os.environ["REDIS_URL"]) as redis:
        redis.flushdb()
        yield redis
        redis.flushdb()


class Worker:
    """A Celery worker in a process of its own."""

    def __init__(self, log: Path) -> None:
        self.log = log
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it takes tasks."""
        with self.log.open("wb") as output:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "celery",
                    "-A",
                    "config",
                    "worker",
                    "--concurrency=1",
                    "--without-gossip",
                    "--without-mingle",
                    "--loglevel=INFO",
                ],
                cwd=ROOT,
                env=os.environ | {"DOORSTEP_ROLE": "worker"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until = time.monotonic() + 60
        while " ready." not in self.log.read_text():
            if time.monotonic() > until or self.process.poll() is not None:
                pytest.fail(f"The worker did not start:\n{self.log.read_text()[-4000:]}")
            time.sleep(0.05)

    def running(self) -> bool:
        """Whether it still lives."""
        return self.process is not None and self.process.poll() is None

    def kill(self) -> None:
        """End it and its children as a power cut would."""
        if self.process is not None and self.running():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


WORKER = Worker(FOLDER / "worker.log")
"""The one worker of this process of the run."""


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Leave the worker to the next test only if it asks for one: it would do the work of others too."""
    if nextitem is None or "worker" not in getattr(nextitem, "fixturenames", ()):
        WORKER.kill()


@pytest.fixture
def worker(queue: Any, smtp_server: Mailbox, transactional_db: None) -> Worker:
    """A running Celery worker that sees what this test commits."""
    if not WORKER.running():
        WORKER.start()
    return WORKER


# ---------------------------------------------------------------- Chromium

CHROMIUM = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage",
    "--use-fake-device-for-media-stream",  # a camera and a microphone, if a page may have them
]  # fmt: skip


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's Chromium."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=15_000)  # a busy machine is no failure
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=CHROMIUM)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """Opens pages on the live server; `open_page(width=…, height=…, language="en")`.

    After the test no page may have had a script error, a refused script or style, or a failed request. ``besides`` is
    the one other origin that pages may ask.
    """
    contexts: list[Any] = []
    complaints: list[str] = []

    def opened(
        *,
        width: int = 1440,
        height: int = 900,
        language: str = "en",
        besides: str = "",
        **more: Any,
    ) -> Any:
        ours = (live_server.url, "data:", "blob:", "about:", *([besides] if besides else []))
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": height},
            locale={"zh": "zh-CN", "en": "en-GB"}[language],
            **more,
        )
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda error: complaints.append(f"script error: {error}"))
        page.on(
            "console",
            lambda line: (
                complaints.append(f"console: {line.text}")
                if line.type == "error" and "Content Security Policy" in line.text
                else None
            ),
        )
        page.on(
            "response",
            lambda answer: (
                complaints.append(f"{answer.status} {answer.url}") if answer.status == 500 else None
            ),
        )
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith(ours)
                else complaints.append(f"external host: {request.url}")
            ),
        )
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A page at desk width, in English."""
    return open_page()


@pytest.fixture
def phone(open_page: Callable[..., Any]) -> Any:
    """A page at phone width, touched, in Chinese."""
    return open_page(width=390, height=844, language="zh", has_touch=True, is_mobile=True)


@pytest.fixture(scope="session", autouse=True)
def shown_a_moment_ago() -> Iterator[None]:
    """Let force_login leave in the session what the sign-in page does: that somebody showed who they are.

    It counts as recent through any test; what an old one brings about is asked in tests/access.
    """
    from allauth.account.internal.flows.login import record_authentication
    from django.contrib.auth.signals import user_logged_in

    def leave(request: Any, user: Any, **_given: Any) -> None:
        if "SERVER_NAME" not in request.META:  # a request that force_login made up
            record_authentication(request, user, "password")
            request.session["account_authentication_methods"][0]["at"] += 24 * 60 * 60

    user_logged_in.connect(leave)
    yield
    user_logged_in.disconnect(leave)


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Any, Any], Any]:
    """`sign_in(page, user)`: give the page's browser that user's session, as the form would."""
    from django.conf import settings
    from django.test import Client

    def signed_in(page: Any, user: Any) -> Any:
        client = Client()
        client.force_login(user)
        page.context.add_cookies(
            [
                {
                    "name": settings.SESSION_COOKIE_NAME,
                    "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
                    "url": live_server.url,
                }
            ]
        )
        return page

    return signed_in
