"""What the nights on which the clocks change need inside the house."""

from datetime import datetime, timedelta


def queue(run: str, zone: str, first: str, count: int, minutes: int) -> None:
    """Messages that are due at these local times, so many minutes apart, each to its own debtor."""
    from cases.models import Case
    from common import clock
    from common.clock import from_local
    from people.models import Person
    from tests.notices.cast import queued

    cases = list(Case.objects.filter(reference__startswith=f"{run}-").order_by("pk"))
    Person.objects.filter(pk__in=[case.debtor_id for case in cases]).update(zone=zone)
    begin = datetime.fromisoformat(first)
    for number in range(count):
        due = from_local(begin + timedelta(minutes=number * minutes), zone)
        queued(
            cases[number], key=f"{run}:{number}", at=clock.now(), due_at=due,
            address=f"{run}.{number}@debtor.example", with_point=False,
        )  # fmt: skip
