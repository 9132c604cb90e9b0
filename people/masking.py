"""Personal data with all hidden but what tells two rows apart."""

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


def mask_in(text: str, person: Any) -> str:
    """The text with everything in it masked that is this person's: name, addresses, numbers."""
    theirs = [(person.id_number, "id"), (person.name, "name"), (person.name_en, "name")]
    theirs += [(str(place), "address") for place in person.addresses.all()]
    theirs += [
        (point.value, "email" if point.channel == "email" else "phone")
        for point in person.contact_points.all()
    ]
    for value, kind in sorted(theirs, key=lambda one: -len(str(one[0] or ""))):
        if value and len(str(value)) > 1:
            text = text.replace(str(value), mask(value, kind))
    return text
