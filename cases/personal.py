"""What of a case's people is held, by the groups in which it is masked and shown."""

from collections.abc import Iterator

from django.utils.translation import override

from cases.models import Case
from compliance.circumstances import VULNERABLE
from people.masking import Group, mask, mask_place, people_of
from people.models import Person


def held_of(case: Case, group: str) -> list[str]:
    """What somebody sees who sees that group in full: whose, which kind, and the value masked.

    Fit for the timeline, which outlives the data: nothing in it is anybody's number or address.
    """
    with override(
        "zh-hans"
    ):  # the record has one language; names of fields are told as the house speaks
        if group == Group.HEALTH:
            return [
                str(one) for one in case.circumstances.filter(kind__in=VULNERABLE, ended_at=None)
            ]
        return [line for person in people_of(case) for line in _of(person, group)]


def _of(person: Person, group: str) -> Iterator[str]:
    if group == Group.IDENTITY:
        for name, kind in (("id_number", "id"), ("born_on", "birth"), ("employer", "work")):
            value = getattr(person, name)
            if value:
                yield f"{person}: {person._meta.get_field(name).verbose_name} {mask(value, kind)}"
    elif group == Group.NUMBERS:
        for point in person.contact_points.all():
            shown = mask(point.value, "email" if point.channel == "email" else "phone")
            yield f"{person}: {point.get_channel_display()} {shown}"
    elif group == Group.ADDRESSES:
        for address in person.addresses.all():
            yield f"{person}: {address.get_kind_display()} {mask_place(address)}"
