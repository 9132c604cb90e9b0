"""S13: workers down and the broker emptied for a morning; everything goes once, or is told as missed."""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from celery import current_app
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse
from django.utils import translation

from agreements.actions.paying import record_payment
from cases.models import Case
from config.beat import TICKS
from notices import pulses
from notices.channels.email import message_id
from notices.models import Notice, Pulse
from people.models import Person
from tests import make
from tests.agreements import cast
from tests.agreements.cast import six_instalments
from tests.conftest import FOLDER, Mailbox, Worker
from tests.notices.cast import queued
from timeline.chain import Verified, verify
from timeline.models import Event

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.journey,
    pytest.mark.worker,
    pytest.mark.slow,
    pytest.mark.timeout(600),
]

DUE_ON = date(2026, 4, 15)  # a Wednesday
EIGHT, NINE, ELEVEN = (make.moment(f"2026-04-15 {hour}:00") for hour in ("08", "09", "11"))
LETTERS, FAR_AWAY, REMINDERS = 340, 20, 12
LONGEST_ETA = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def workers() -> Iterator[Callable[[str], Worker]]:
    """Starts a worker; none is running before."""
    begun: list[Worker] = []

    def start(name: str) -> Worker:
        begun.append(Worker(FOLDER / f"{name}.log"))
        begun[-1].start()
        return begun[-1]

    yield start
    for one in begun:
        one.kill()


def debtor(number: int, zone: str) -> Person:
    return Person.objects.create(
        name=f"王海燕 {number}", language="en", zone=zone, id_number=f"33010619880715{number:04}"
    )


def letters() -> None:
    """340 messages for nine o'clock; at 11:00 it is ten at night where the last twenty live."""
    abroad = make.creditor(slug="abroad", name="远方银行", packs=("cn", "story"))
    for number in range(LETTERS):
        far = number >= LETTERS - FAR_AWAY
        opened = make.prepared_case if far else make.case
        case = opened(
            reference=f"S13-{number}",
            external_reference=f"S13-{number}",
            who=debtor(number, "America/Chicago" if far else "Asia/Shanghai"),
            contact_points=make.points(email=f"d{number}@debtor.example"),
            **({"of_creditor": abroad} if far else {}),
        )
        queued(case, key=f"letter:{number}", at=EIGHT - timedelta(hours=1), due_at=NINE)


def reminders() -> list[Case]:
    """Twelve instalments due today; ten o'clock in Tokyo is nine in Hangzhou."""
    found = []
    for number in range(REMINDERS):
        case = make.prepared_case(
            reference=f"S13-R{number}", external_reference=f"S13-R{number}",
            who=debtor(1000 + number, "Asia/Tokyo"),
            contact_points=make.points(email=f"r{number}@debtor.example"),
        )  # fmt: skip
        cast.signed(case, rows=six_instalments(first=DUE_ON))
        found.append(case)
    Notice.objects.filter(case__in=found).update(state="suppressed", why="not of this story")
    cast.swept("2026-04-15 00:00")
    return found


def reminder_of(case: Case) -> Notice:
    return Notice.objects.get(case=case, kind="reminder_due")


def beat_ticks() -> None:
    """What beat sends in a minute."""
    for task in TICKS:
        current_app.send_task(task, expires=120)


def etas(broker: Any) -> list[datetime]:
    """The moments for which messages in the broker are meant, wherever in it they lie."""
    bodies: list[Any] = []
    for key in broker.keys("*"):
        kind = broker.type(key)
        if kind == b"list":
            bodies += broker.lrange(key, 0, -1)
        elif kind == b"hash":
            bodies += broker.hvals(key)
    found = []
    for body in bodies:
        message = json.loads(body)
        message = message[0] if isinstance(message, list) else message
        eta = message.get("headers", {}).get("eta")
        if eta:
            found.append(datetime.fromisoformat(eta))
    return found


def wait_until_nothing_is_due(at: datetime) -> None:
    until = time.monotonic() + 240
    while Notice.objects.due_at(at).exists() or Notice.objects.filter(state="sending").exists():
        assert time.monotonic() < until, Counter(Notice.objects.values_list("state", flat=True))
        time.sleep(0.5)


def arrived(mailbox: Mailbox) -> Counter[str]:
    return Counter(str(mail["Message-ID"]) for mail in mailbox.messages)


def test_everything_goes_once_or_is_told_as_missed(
    queue: Any, mailbox: Mailbox, clock: Any, workers: Callable[[str], Worker]
) -> None:
    clock.set(make.moment("2026-03-05 14:00"))
    indebted = reminders()
    clock.set(EIGHT - timedelta(hours=1))
    letters()
    assert Notice.objects.due_at(NINE).count() == LETTERS + REMINDERS

    # 08:00: the workers are gone, the broker has forgotten everything; the beat ticks on.
    queue.flushdb()
    for hour in (EIGHT, NINE):
        clock.set(hour)
        beat_ticks()
    now = datetime.now(NINE.tzinfo)
    assert queue.llen("celery") > 0
    assert all(eta - now <= LONGEST_ETA for eta in etas(queue))
    queue.flushdb()
    assert mailbox.messages == []
    # The site itself works on: one of the twelve pays at half past nine.
    paid_at = NINE + timedelta(minutes=30)
    clock.set(paid_at)
    payer = indebted[0]
    record_payment(
        case=cast.again(payer), amount=Decimal("6500.00"), method="transfer",
        received_at=paid_at, by=make.clerk(), at=paid_at,
    )  # fmt: skip
    receipts = Notice.objects.filter(case=payer, kind="payment_receipt").count()

    # Just before eleven the operator's page says how late it is and what is gone.
    clock.set(ELEVEN - timedelta(minutes=1))
    pulses.sign(pulses.BEAT, "here:1")
    pulses.sign(pulses.WORKER, "w@here")
    Pulse.objects.filter(part="worker").update(seen_at=Now() - timedelta(hours=3))
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.administrator())
    page = client.get(reverse("notices:outbox"))
    assert "No worker for 3 hours." in page.content.decode()
    assert "here:1" in page.content.decode()
    (mail,) = [lane for lane in page.context["watch"].lanes if lane.name == "email"]
    assert (mail.due, mail.oldest) == (LETTERS + REMINDERS - 1 + receipts, NINE)

    # 11:00: a worker is back.
    clock.set(ELEVEN)
    first = workers("s13-first")
    beat_ticks()
    wait_until_nothing_is_due(ELEVEN)
    near = [message_id(f"letter:{number}") for number in range(LETTERS - FAR_AWAY)]
    reminded = [message_id(reminder_of(case).dedupe_key) for case in indebted[1:]]
    went = arrived(mailbox)
    assert {went[key] for key in [*near, *reminded]} == {1}
    assert sum(went.values()) == len(near) + len(reminded) + receipts

    paid = reminder_of(payer)
    assert (paid.state, paid.why) == ("suppressed", "paid 10:30")  # by the clocks of Tokyo
    late = Event.objects.filter(kind="notice.rescheduled")
    assert late.count() == FAR_AWAY
    morning = make.moment("2026-04-15 08:00", zone="America/Chicago")
    for event in late:
        assert datetime.fromisoformat(event.data["missed_at"]) == NINE
        assert datetime.fromisoformat(event.data["until"]) == morning
    assert not Notice.objects.filter(state__in=["doubtful", "failed"]).exists()

    # A second restart adds none.
    first.kill()
    queue.flushdb()
    workers("s13-second")
    beat_ticks()
    beat_ticks()
    wait_until_nothing_is_due(ELEVEN)
    time.sleep(1)
    assert arrived(mailbox) == went
    now = datetime.now(NINE.tzinfo)
    assert all(eta - now <= LONGEST_ETA for eta in etas(queue))

    # And what was missed goes in its own morning, once.
    clock.set(morning)
    beat_ticks()
    wait_until_nothing_is_due(morning)
    went = arrived(mailbox)
    assert {went[message_id(f"letter:{n}")] for n in range(LETTERS)} == {1}
    for case in Case.objects.filter(reference__startswith="S13-"):
        assert isinstance(verify(case), Verified), case.reference
