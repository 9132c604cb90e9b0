"""Personal data with all hidden but what tells two rows apart."""

from collections.abc import Callable, Iterable
from html import escape
from typing import Any


def mask(value: Any, kind: str = "name") -> str:
    """The value without what makes it anybody's; kinds name, id, phone, email, address."""
    text = str(value or "").strip()
    if not text:
        return ""
    if kind == "email":
        name, _at, host = text.partition("@")
        return f"{name[:1]}***@{host}" if host else f"{text[:1]}***"
    if kind == "id":
        return f"{text[:4]}{'*' * max(len(text) - 8, 4)}{text[-4:]}" if len(text) > 8 else "****"
    if kind == "phone":
        digits = text.replace(" ", "").replace("-", "")
        return f"{digits[:3]}****{digits[-4:]}" if len(digits) > 7 else "****"
    if kind == "address":
        return f"{text[:3]}****" if len(text) > 6 else "****"
    if text.isascii():
        return " ".join(f"{word[:1]}." for word in text.split())
    return f"{text[:1]}{'*' * max(len(text) - 1, 1)}"


def mask_people_in(page: str, people: Iterable[Any]) -> str:
    """The page (HTML) with all these people masked in it, also where their words were escaped."""
    for person in people:
        page = mask_in(page, person, spelt=lambda value: [value, escape(value)])
    return page


def mask_in(
    text: str, person: Any, spelt: Callable[[str], list[str]] = lambda value: [value]
) -> str:
    """The text with everything in it masked that is this person's: name, addresses, numbers."""
    theirs = [(person.id_number, "id"), (person.name, "name"), (person.name_en, "name")]
    theirs += [
        (words, "address") for place in person.addresses.all() for words in (str(place), place.text)
    ]
    theirs += [
        (point.value, "email" if point.channel == "email" else "phone")
        for point in person.contact_points.all()
    ]
    for value, kind in sorted(theirs, key=lambda one: -len(str(one[0] or ""))):
        if value and len(str(value)) > 1:
            for spelling in spelt(str(value)):
                text = text.replace(spelling, mask(value, kind))
    return text
