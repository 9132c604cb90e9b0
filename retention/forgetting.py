"""Forgetting people: contact persons, and in the end those whom the case was about."""

from datetime import datetime, timedelta

from cases.models import Case, Party
from cases.models.case import search_keys
from notices.models import StaffMessage
from people.models import Address, ContactPoint, Person
from retention.models import Forgotten, Term

NOBODY = "—"
MESSAGES_KEPT = timedelta(days=180)
"""So long a message to a member of staff can be read again; no law names it, the house does."""
EMPTIED = frozenset(
    {
        *(f"people.Person.{name}" for name in ("name", "name_en", "id_number", "born_on", "employer", "locality")),
        *(f"people.Address.{name}" for name in ("text", "city", "district", "postcode", "position", "source_proof")),
        *(f"people.ContactPoint.{name}" for name in ("value", "source_proof")),
        *(f"cases.Case.{name}" for name in ("external_reference", "debtor_name", "strategy", "proposed_plan", "grams", "marks")),
        *(f"notices.StaffMessage.{name}" for name in ("subject", "text")),
    }
)  # fmt: skip
"""What is emptied here; all else that is emptied stands in ``places.ROWS``."""
NAMED = (Party.Role.CONTACT, Party.Role.THIRD_PARTY)
"""Roles of those who were only named so that the debtor could be reached."""


def contact_persons(case: Case) -> list[Person]:
    """Those who were named in this case, and whose data nothing else needs."""
    named = case.parties.filter(role__in=NAMED, person__forgotten=None).select_related("person")
    return [party.person for party in named if not _needed(party.person, besides=case)]


def all_of(case: Case) -> list[Person]:
    """The debtor and everybody else of the case whom no other case needs."""
    parties = case.parties.filter(person__forgotten=None).select_related("person")
    found = {party.person_id: party.person for party in parties}
    found.setdefault(case.debtor_id, case.debtor)
    return [
        person
        for person in found.values()
        if not Forgotten.objects.filter(person=person).exists()
        and not _elsewhere(person, besides=case)
    ]


def said_of(person: Person) -> list[str]:
    """All by which the timeline may have named somebody."""
    words = [person.name, person.name_en, person.id_number, person.employer]
    words += person.contact_points.values_list("value", flat=True)
    words += person.addresses.values_list("text", flat=True)
    return [word for word in words if len(word) > 1]


def forget(person: Person, at: datetime) -> None:
    """Empty the row and what hangs on it; the rows stay, for others lean on them."""
    Address.objects.filter(person=person).update(
        text=NOBODY, city="", district="", postcode="", position="", source_proof=""
    )
    ContactPoint.objects.filter(person=person).update(value=NOBODY, source_proof="")
    Person.objects.filter(pk=person.pk).update(
        name=NOBODY, name_en="", id_number="", born_on=None, employer="", locality=""
    )
    Forgotten.objects.get_or_create(person=person, defaults={"at": at})


def forget_on_case(case: Case) -> None:
    """What the case's own row says of the debtor; to be called under its lock."""
    debtor, reference = (
        Person(name=NOBODY),
        f"{NOBODY}{case.pk}",
    )  # a creditor has each reference once
    Case.objects.filter(pk=case.pk).update(
        debtor_name=NOBODY, strategy="", proposed_plan="", marks=None, external_reference=reference,
        grams=search_keys(debtor, case.reference, reference),
    )  # fmt: skip


def forget_messages(at: datetime) -> None:
    """Empty what was written to staff long ago, such as an alarm with a name; signed heads name nobody."""
    old = StaffMessage.objects.filter(queued_at__lt=at - MESSAGES_KEPT).exclude(text=NOBODY)
    old = old.exclude(kind=StaffMessage.Kind.ANCHOR).exclude(
        state__in=[StaffMessage.State.QUEUED, StaffMessage.State.SENDING]
    )
    old.update(subject=NOBODY, text=NOBODY)


def _needed(person: Person, besides: Case) -> bool:
    """Whether the person is anything but somebody who was named in this case."""
    other_roles = person.parts.exclude(case=besides, role__in=NAMED)
    return person.cases.exists() or other_roles.exists()


def _elsewhere(person: Person, besides: Case) -> bool:
    """Whether another case, whose records are still there, is about the person."""
    gone = Term.objects.filter(record="case_file", erased_at__isnull=False).values("case")
    cases = person.cases.exclude(pk=besides.pk).exclude(pk__in=gone)
    parts = person.parts.exclude(case=besides).exclude(case__in=gone)
    return cases.exists() or parts.exists()
