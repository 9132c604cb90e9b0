"""The debtor's pages that have words of ours: each with its places for them, and what may be filled in there.

What stands beside them (headings, the labels of buttons and tables, what is to be mended in a form) is no
prose and stays in the catalogue of translations.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

PAGE, DOOR = "page", "door"
OF_PAGES: Mapping[str, Promise | str] = {
    PAGE: _("page for the debtor alone"),
    DOOR: _("page that anybody may read"),
}
"""How words of pages are told apart: behind the second fact, or before it, where no word may tell of a debt."""
SHARED = "own"
"""The words that every page of the own matter may show: asked of the database with those of the page."""


@dataclass(frozen=True)
class Slot:
    """One place for words on a page: when they are shown, what they may show and what they must."""

    name: str
    label: Promise | str
    shows: tuple[str, ...] = ()
    must: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A page of the debtor's side. ``channel`` says who may read it (``OF_PAGES``)."""

    name: str
    label: Promise | str
    channel: str
    slots: tuple[Slot, ...]


def _own(name: str, label: Promise | str, *slots: Slot) -> Page:
    return Page(name, label, PAGE, slots)


def _open(name: str, label: Promise | str, *slots: Slot) -> Page:
    return Page(name, label, DOOR, slots)


_INTRO = pgettext_lazy("words of a page", "Introduction")
_DONE = pgettext_lazy("words of a page", "After sending")
_FOOT = pgettext_lazy("words of a page", "At the end")
_NONE = pgettext_lazy("words of a page", "While there is nothing to show")
_ALL = [
    _own(
        "home", _("First page"),
        Slot("intro", _INTRO, must=("writer_for",)),
        Slot("open", _("While the matter is open"), ("currency", "total_open"), ("total_open",)),
        Slot("closed", _("Once the matter is closed")),
        Slot("no_visits", _("Once visits are refused"), ("until",), ("until",)),
        Slot("no_messages", _("While there is no message")),
    ),
    _own("own", _("On every page of the own matter"), Slot("done", _DONE)),
]  # fmt: skip
PAGES: Mapping[str, Page] = {one.name: one for one in _ALL}
