"""What the benchmark of the outbox does inside the house."""

from celery import current_app, shared_task

from common import clock


def fill(count: int) -> None:
    """Due notices, straight into the table: queueing is measured by `transition`."""
    from cases.models import Case
    from notices.models import Notice

    at, mark = clock.now(), Notice.objects.count()
    cases = list(Case.objects.select_related("debtor").order_by("pk")[:20])
    Notice.objects.bulk_create(
        Notice(
            case=cases[number % len(cases)], kind="letter", channel="email", language="en",
            recipient=cases[number % len(cases)].debtor, address=f"d{number}@debtor.example",
            subject="A message for you", body="Please call us.", dedupe_key=f"bench:{mark + number}",
            queued_at=at, due_at=at, next_at=at,
        )
        for number in range(count)
    )  # fmt: skip


def wake(task: str, count: int) -> None:
    """Put so many of that task into the broker."""
    with current_app.pool.acquire(block=True) as line:
        for _number in range(count):
            current_app.send_task(task, connection=line)


@shared_task(name="benchmarks.outbox_parts.send_one")
def send_one() -> None:
    """What one does who writes a task for each message: a claim, a connection, a record of one."""
    from notices import relay

    relay.send_due(clock.now(), most=1)
