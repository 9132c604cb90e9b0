"""What the tests of sharing out work begin with."""

from decimal import Decimal
from typing import Any

from django.test import Client

from allocation import actions
from allocation.models import AllocationRule
from cases.models import Case
from people.models import User
from tests import make

AT = make.moment("2026-03-02 10:00")
"""A Monday."""
NOTHING: dict[str, Any] = {
    "creditor": None, "zone": "", "at_least": None, "below": None, "language": "", "step": "",
    "person": None,
}  # fmt: skip


def again(thing: Any) -> Any:
    """The same as it is in the database now."""
    return type(thing).objects.get(pk=thing.pk)


def rule(**asks: Any) -> AllocationRule:
    """One more rule of the team, by its supervisor."""
    return actions.add_rule(team=make.team(), asks={**NOTHING, **asks}, by=make.supervisor(), at=AT)


def cases(count: int, **given: Any) -> list[Case]:
    """So many cases of the team that are nobody's."""
    return [
        make.case(
            reference=f"HZ-2026-07{n:02d}", external_reference=f"A-{n}",
            who=make.debtor(name=f"王{n}", id_number=""), **given,
        )
        for n in range(count)
    ]  # fmt: skip


def owing(case: Case, amount: str) -> Case:
    """The same with so much principal and nothing else."""
    Case.objects.filter(pk=case.pk).update(
        principal=Decimal(amount), interest=Decimal(0), fees=Decimal(0)
    )
    return Case.objects.get(pk=case.pk)


def browser(who: User) -> Client:
    """The browser of that person, in English."""
    client = Client()
    client.force_login(who)
    client.cookies["django_language"] = "en"
    return client
