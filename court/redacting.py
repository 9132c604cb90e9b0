"""What is blacked out of a copy: whole fields of events, whose commitments stay."""

import re
from collections.abc import Iterable
from typing import Any

from cases.models import Case
from compliance.circumstances import KINDS, VULNERABLE
from court.models import Bundle
from timeline.models import Event

BLACK = "■■■"
CODE = re.compile(r"[A-Za-z0-9_.:+/-]{0,80}")
DIGEST = re.compile(r"[0-9a-f]{40,64}")
LONG = re.compile(r"[0-9]{7,}(?![0-9]*\.)")
"""So many digits in a row are a telephone, an account or an identity, and no sum."""
NAMES = {  # names of details that are such data whatever they hold
    "id_numbers": {"id_number", "born_on"},
    "phones": {"phone", "telephone", "email", "mobile", "wechat", "contact_point", "to", "value", "number_called"},
    "addresses": {"address", "addresses", "place", "line", "lines", "city", "region", "position", "latitude", "longitude"},
    "third_parties": {"party", "relation", "third_party", "met", "contact"},
    "health": {"circumstance", "circumstances", "hardship", "remark", "care", "health", "statement"},
}  # fmt: skip
CODES = {"health": VULNERABLE | {"hospital", "vulnerable", "bereavement", "hardship"}}


class Blackout:
    """What one bundle hides, by the names of details and by what is known of its people."""

    def __init__(self, bundle: Bundle) -> None:
        self.active = bundle.scope == Bundle.Scope.REDACTED
        hidden = set(bundle.hidden) if self.active else set()
        self.names = (
            set().union(*(NAMES[one] for one in hidden & NAMES.keys())) if hidden else set()
        )
        self.typed = Bundle.Hidden.WORDS in hidden
        self.codes = CODES["health"] if "health" in hidden else frozenset[str]()
        self.words = _known(bundle.case, hidden, set(bundle.people)) if self.active else set()
        if "health" in hidden:
            self.words |= {word for kind in VULNERABLE & KINDS.keys() for word in KINDS[kind]}

    def hides(self, name: str, value: Any) -> bool:
        """Whether a detail of that name and value has to be blacked out."""
        if not self.active:
            return False
        if name in self.names and value not in ("", None, [], {}):
            return True
        return self._holds(value) or (self.typed and _is_typed(value))

    def _holds(self, value: Any) -> bool:
        if isinstance(value, dict):
            return any(
                (key in self.names and part not in ("", None, [], {}, False)) or self._holds(part)
                or key in self.codes
                for key, part in value.items()
            )  # fmt: skip
        if isinstance(value, list):
            return any(self._holds(part) for part in value)
        return isinstance(value, str) and (
            value in self.codes or any(word in value for word in self.words)
        )

    def scrubbed(self, text: str) -> str:
        """A title without the words that are hidden; black where a person may have typed it."""
        if self.typed:
            return BLACK
        for word in sorted(self.words, key=len, reverse=True):
            text = text.replace(word, BLACK)
        return text

    def fields_of(self, event: Event) -> tuple[dict[str, Any], list[str]]:
        """The event's fields that stay, and the names of those that are blacked out."""
        fields = {f"data.{name}": value for name, value in event.data.items()}
        fields |= {f"findings.{n}": value for n, value in enumerate(event.findings)}
        gone = sorted(
            name for name, value in fields.items() if self.hides(name.partition(".")[2], value)
        )
        return {name: value for name, value in fields.items() if name not in gone}, gone

    def for_reading(self, event: Event) -> Event:
        """The event as the paper tells it: black where it is hidden."""
        _fields, gone = self.fields_of(event)
        if gone:
            event.data = {
                name: BLACK if f"data.{name}" in gone else value
                for name, value in event.data.items()
            }
            event.findings = [
                {"rule": found.get("rule", "")} if f"findings.{n}" in gone else found
                for n, found in enumerate(event.findings)
            ]
        return event


def _is_typed(value: Any) -> bool:
    """Whether a person may have typed any of it: all but codes, figures, days and digests."""
    if isinstance(value, dict):
        return any(_is_typed(part) for part in (*value.keys(), *value.values()))
    if isinstance(value, list):
        return any(_is_typed(part) for part in value)
    if not isinstance(value, str):
        return False
    return not DIGEST.fullmatch(value) and (not CODE.fullmatch(value) or bool(LONG.search(value)))


def _known(case: Case, hidden: set[str], people: set[str]) -> set[str]:
    """Numbers, places and names of this case's people, as they may stand in any text."""
    words: set[str] = set()
    parties = [party.person for party in case.parties.select_related("person")]
    for person in [case.debtor, *parties]:
        if "id_numbers" in hidden:
            words.add(person.id_number)
        if "phones" in hidden:
            words |= set(person.contact_points.values_list("value", flat=True))
        if "addresses" in hidden:
            words |= set(_lines(person.addresses.all()))
        if person.name in people or (person != case.debtor and "third_parties" in hidden):
            words |= {person.name, person.id_number}
            words |= set(person.contact_points.values_list("value", flat=True))
    return {word for word in words if len(word) > 1}


def _lines(addresses: Iterable[Any]) -> Iterable[str]:
    for address in addresses:
        yield address.text
