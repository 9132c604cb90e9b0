"""Lists of notices for the desk: what is to be posted, and what stands in the outbox."""

from collections import Counter
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet, Value
from django.utils.translation import gettext_lazy as _

from notices.models import LetterRun, Notice, StaffMessage
from people.models import User
from workflow.paging import number_in

PAGE = 50
COUNTED = 1000
LATEST = 20

# view -> label, states
LETTERS: dict[str, tuple[Any, list[str]]] = {
    "post": (_("To be posted"), ["queued"]),
    "posted": (_("Posted"), ["sent"]),
    "done": (_("Delivered or returned"), ["delivered", "bounced"]),
}
OUTBOX: dict[str, tuple[Any, list[str]]] = {
    "doubtful": (_("In doubt"), ["doubtful"]),
    "failed": (_("Failed"), ["failed"]),
    "bounced": (_("Came back"), ["bounced"]),
    "waiting": (_("Waiting"), ["queued"]),
    "sending": (_("Being sent"), ["sending"]),
    "suppressed": (_("Not sent"), ["suppressed"]),
}


@dataclass(frozen=True)
class Page:
    """One page of notices, newest first, and the addresses of its neighbours ("" for none)."""

    notices: list[Notice]
    newer: str
    older: str


def page_of(notices: QuerySet[Notice], view: str, query: Any) -> Page:
    """The page that the address asks for, by key: the last costs what the first does."""
    before, after = number_in(query.get("before", "")), number_in(query.get("after", ""))
    rows = notices.select_related(
        "case__debtor", "recipient", "document", "contact_point"
    )  # one query, however many rows
    if before:
        found = list(rows.filter(pk__gt=before).order_by("pk")[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE][::-1]
    else:
        found = list((rows.filter(pk__lt=after) if after else rows).order_by("-pk")[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE]
    has_newer, has_older = (more, True) if before else (bool(after), more)
    return Page(
        notices=found,
        newer=_address(view, before=found[0].pk) if found and has_newer else "",
        older=_address(view, after=found[-1].pk) if found and has_older else "",
    )


def runs_page(runs: QuerySet[LetterRun], query: Any) -> tuple[list[Any], str]:
    """One page of print runs, newest first, with how many letters each has, and the address of older ones."""
    before = number_in(query.get("before", ""))
    rows = runs.annotate(count=Count("lines")).order_by("-pk")
    found = list((rows.filter(pk__lt=before) if before else rows)[: PAGE + 1])
    older = f"?before={found[PAGE - 1].pk}" if len(found) > PAGE else ""
    return found[:PAGE], older


@dataclass(frozen=True)
class Depth:
    """How many notices stand in a state, up to a thousand, and since when the first is due."""

    name: str
    label: Any
    url: str
    count: int
    more: bool


def depths(user: User) -> list[Depth]:
    """How full each part of the outbox is, for what this user may see."""
    seen = Notice.objects.visible_to(user).order_by()
    parts = [
        seen.filter(state__in=states).values_list(Value(name))[: COUNTED + 1]
        for name, (_label, states) in OUTBOX.items()
    ]
    counted = Counter(name for (name,) in parts[0].union(*parts[1:], all=True))
    return [
        Depth(name, label, _address(name), min(counted[name], COUNTED), counted[name] > COUNTED)
        for name, (label, _states) in OUTBOX.items()
    ]


def to_staff(user: User) -> list[StaffMessage]:
    """The latest e-mails to members of staff whom this user may see, newest first."""
    return list(StaffMessage.objects.visible_to(user).select_related("person")[:LATEST])


def _address(view: str, **key: int) -> str:
    return "?" + urlencode({"view": view, **key})
