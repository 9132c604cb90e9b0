"""Personal data with all hidden but what tells two rows apart."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from html import escape
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Group(models.TextChoices):
    """What is seen in full together, or not at all."""

    IDENTITY = "identity", _("Identity numbers, birth and work")
    NUMBERS = "numbers", _("Telephone numbers, mail and accounts to write to")
    ADDRESSES = "addresses", _("Addresses")
    ACCOUNTS = "accounts", _("Bank accounts")
    HEALTH = "health", _("Health and special care")


GROUP_OF = {
    "id": Group.IDENTITY, "birth": Group.IDENTITY, "work": Group.IDENTITY, "phone": Group.NUMBERS,
    "email": Group.NUMBERS, "address": Group.ADDRESSES, "place": Group.ADDRESSES,
    "position": Group.ADDRESSES,
    "bank": Group.ACCOUNTS, "health": Group.HEALTH, "name": "",
}  # fmt: skip
"""To which group a kind belongs; a name is masked in lists alone, and shown on the case."""
DETAILS = {
    "id_number": "id", "born_on": "birth", "employer": "work", "phone": "phone", "telephone": "phone",
    "mobile": "phone", "value": "phone", "number_called": "phone", "email": "email", "address": "address",
    "to_account": "bank", "payer_account": "bank",
}  # fmt: skip
"""Names under which an event, or a request for a second person, may hold such data, and their kinds."""


_TAG = re.compile(r"(<[^>]*>)")


def mask_details(data: Mapping[str, Any], shown: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The details of an event with such data masked, but for the groups that are shown in full."""
    return {name: _masked_detail(name, value, shown or {}) for name, value in data.items()}


def _masked_detail(name: str, value: Any, shown: Mapping[str, Any]) -> Any:
    if isinstance(value, dict):
        return mask_details(value, shown)
    if isinstance(value, list):
        return [_masked_detail(name, part, shown) for part in value]
    kind = DETAILS.get(name)
    if kind is None or not isinstance(value, str) or GROUP_OF[kind] in shown:
        return value
    return mask(value, "email" if kind == "phone" and "@" in value else kind)


def mask_place(place: Any) -> str:
    """An address down to its part of the town: enough to plan a day, too little to stand at the door."""
    city, district = str(place.city or ""), str(place.district or "")
    if place.text.isascii():
        return ", ".join(part for part in ("****", district, city) if part)
    return f"{city}{district}****"


def mask(value: Any, kind: str = "name") -> str:
    """The value without what makes it anybody's; kinds name, id, birth, work, phone, email, address, position, bank, health."""
    text = str(value or "").strip()
    if not text:
        return ""
    if kind == "email":
        name, _at, host = text.partition("@")
        return f"{name[:1]}***@{host}" if host else f"{text[:1]}***"
    if kind in {"birth", "health", "position"}:
        return "****"
    if kind in {"id", "bank"}:
        return f"{text[:4]}{'*' * max(len(text) - 8, 4)}{text[-4:]}" if len(text) > 8 else "****"
    if kind == "phone":
        digits = text.replace(" ", "").replace("-", "")
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else "****"
    if kind == "address":
        return f"{text[:3]}****" if len(text) > 6 else "****"
    if text.isascii():
        return " ".join(f"{word[:1]}." for word in text.split())
    return f"{text[:1]}{'*' * max(len(text) - 1, 1)}"


def people_of(case: Any) -> list[Any]:
    """The debtor, then everybody else who has a part in the case; their addresses and numbers are read at once."""
    parties = case.parties.select_related("person").order_by("pk")
    found = {one.pk: one for one in (case.debtor, *(party.person for party in parties))}
    people = list(found.values())
    models.prefetch_related_objects(people, "addresses", "contact_points")
    return people


def mask_people_in(page: str, people: Iterable[Any]) -> str:
    """The page (HTML) with all these people masked in it, also where their words were escaped."""
    for person in people:
        page = mask_in(page, person, spelt=lambda value: [value, escape(value)])
    return page


def mask_numbers_in(page: str, people: Iterable[Any], shown: Collection[str] = ()) -> str:
    """The page (HTML) with these people's numbers and addresses masked in what is read of it, tags left as they are."""
    parts = _TAG.split(page)
    for person in people:
        parts[::2] = [
            mask_in(part, person, lambda value: [value, escape(value)], names=False, shown=shown)
            if part.strip()
            else part
            for part in parts[::2]
        ]
    return "".join(parts)


def mask_in(
    text: str,
    person: Any,
    spelt: Callable[[str], list[str]] = lambda value: [value],
    *,
    names: bool = True,
    shown: Collection[str] = (),
) -> str:
    """The text with everything in it masked that is this person's: addresses, numbers, and mostly the name.

    What belongs to a group of ``shown`` stands in full.
    """
    theirs = [(person.id_number, "id")]
    if names:
        theirs += [(person.name, "name"), (person.name_en, "name")]
    theirs += [
        (words, "address") for place in person.addresses.all() for words in (str(place), place.text)
    ]
    theirs += [
        (point.value, "email" if point.channel == "email" else "phone")
        for point in person.contact_points.all()
    ]
    for value, kind in sorted(theirs, key=lambda one: -len(str(one[0] or ""))):
        if value and len(str(value)) > 1 and GROUP_OF[kind] not in shown:
            for spelling in spelt(str(value)):
                text = text.replace(spelling, mask(value, kind))
    return text
