"""What the benchmark of the outbox does inside the house."""

from celery import current_app, shared_task

from common import clock
from people.models import ContactPoint


def fill(count: int) -> None:
    """Due notices, one for each debtor, straight into the table: queueing is measured by `transition`.

    What an earlier round left is taken out, so that no rule counts it.
    """
    from cases.models import Case
    from notices.models import Notice

    Notice.objects.filter(dedupe_key__startswith="bench:").delete()
    at = clock.now()
    points = {
        point.person_id: point
        for point in ContactPoint.objects.filter(channel="email").order_by("-pk")
    }
    cases = Case.objects.filter(reference__startswith="bench-").order_by("pk")[:count]
    made = Notice.objects.bulk_create(
        Notice(
            case=case, kind="letter", channel="email", language="en", recipient_id=case.debtor_id,
            contact_point=points[case.debtor_id], address=points[case.debtor_id].value,
            subject="A message for you", body="Please call us.", dedupe_key=f"bench:{number}",
            queued_at=at, due_at=at, next_at=at,
        )
        for number, case in enumerate(cases)
    )  # fmt: skip
    if len(made) != count:
        raise ValueError(f"{len(made)} cases for {count} notices")


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
