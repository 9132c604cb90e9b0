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
    _own(
        "about", _("Who claims what"),
        Slot("intro", _INTRO),
    ),
    _own(
        "answers", _("What was told, and what came of it"),
        Slot("done", _DONE),
        Slot("none", _NONE),
    ),
    _own(
        "followed", _("Complaints, and what came of them"),
        Slot("looked_into", _("While a complaint is looked into")),
        Slot("none", _NONE),
    ),
    _own(
        "data", _("The own data"),
        Slot("intro", _INTRO),
        Slot("done", _DONE),
        Slot("copy", _("Once the copy is ready")),
    ),
    _own(
        "data_one", _("One thing to ask about the own data"),
        Slot("access", _("See or copy")),
        Slot("correction", _("Put right")),
        Slot("deletion", _("Delete")),
        Slot("objection", _("Object to a use")),
        Slot("withdrawal", _("Take back consent")),
    ),
    _own(
        "meeting", _("The visit, and how we write"),
        Slot("waits", _("While a new notice is made")),
        Slot("refuse", _("What follows if visits are refused")),
        Slot("check", _("How to check who rings"), ("check_code",), ("check_code",)),
        Slot("door", _("What may be done at the door")),
        Slot("no_visits", _("Once visits are refused"), ("until",), ("until",)),
        Slot("none", _("While no visit is planned")),
        Slot("any_way", _("While any way to write is open")),
        Slot("one_way", _("Once one way to write was chosen"), ("one_way",), ("one_way",)),
    ),
    _own(
        "move", _("Other times for the visit"),
        Slot("times", _("Above the times"), ("zone_there",), ("zone_there",)),
        Slot("none", _("While no time is free")),
        Slot("place", _("Beside another place")),
    ),
    _own(
        "other_plan", _("Another plan"),
        Slot("intro", _INTRO),
        Slot("asked", _("Once another plan was asked for"), ("answer_by",), ("answer_by",)),
        Slot("none", _("While no plan is in force")),
    ),
    _own(
        "papers", _("The papers"),
        Slot("originals", _("Below what proves the claim")),
        Slot("none", _("While nothing proves the claim")),
        Slot("check", _FOOT),
    ),
    _own(
        "rights", _("Rights and help"),
        Slot("intro", _INTRO),
        Slot("advice", _("Advice that costs nothing"), ("advice_phone",)),
        Slot("need", _("If somebody is in need"), ("emergency_phone",)),
    ),
    _own(
        "sums", _("What is due, and how to pay"),
        Slot("settled", _("Once nothing is owed")),
        Slot("kept", _("Once a plan was kept to its end")),
        Slot("certificate", _("Beside the settlement certificate")),
        Slot("certificate_comes", _("Before the settlement certificate"), ("certificate_by",)),
        Slot("barred", _("Where a court could be asked no more"), ("ended_on",), ("ended_on",)),
        Slot("whole", _("Where the whole sum is asked for")),
        Slot("asked", _("Once another plan was asked for"), ("answer_by",), ("answer_by",)),
        Slot("no_account", _("Where no account is known")),
        Slot("other_ways", _("Other ways to pay"), ("pay_ways",), ("pay_ways", "creditor_name")),
        Slot("warning", _("Who may take no money")),
        Slot("payoff", _("What paying all of it takes"), ("currency", "payoff", "pay_on"), ("payoff", "pay_on")),
        Slot("receipts", _("Below the receipts")),
        Slot("none", _("While nothing was paid")),
    ),
    _own(
        "tell", _("What can be told"),
        Slot("intro", _INTRO),
    ),
    _own(
        "tell_one", _("One thing to tell"),
        Slot("stops", _("What takes effect at once")),
        Slot("answered", _("What is answered")),
    ),
    _own(
        "ways", _("Ways to pay"),
        Slot("intro", _INTRO),
        Slot("settled", _("Once nothing is owed")),
        Slot("asked", _("Once an offer was sent"), ("answer_by",), ("answer_by",)),
        Slot("barred", _("Where a court could be asked no more"), ("ended_on",), ("ended_on",)),
        Slot("offer", _("Above the button that sends the offer")),
        Slot("none", _("Where no plan fits")),
    ),
    _own(
        "messages", _("Messages"),
        Slot("intro", _INTRO, must=("writer_name",)),
        Slot("none", _NONE),
    ),
    _own(
        "message", _("One message"),
        Slot("help", _FOOT),
    ),
    _own(
        "sign", _("Read and sign"),
        Slot("intro", _INTRO),
        Slot("said", _DONE),
        Slot("done", _("Once both sides have signed")),
        Slot("done_others", _("Once all have signed")),
        Slot("waits", _("Until we sign")),
        Slot("waits_others", _("Until the others sign")),
        Slot("declined", _("Once somebody does not sign")),
        Slot("over", _("Once the terms are open no more")),
        Slot("no_way", _("Where no code can be sent")),
        Slot("code", _("Before a code is sent"), ("goes_to",), ("goes_to",)),
        Slot("code_same", _("Before a code goes the way of the link"), ("goes_to",), ("goes_to",)),
    ),
    _open(
        "enter", _("The door of a link"),
        Slot("intro", _INTRO),
        Slot("help", _("After a wrong answer")),
        Slot("not_you", _("For whoever is somebody else")),
        Slot("left", _("After leaving")),
    ),
    _open(
        "complain", _("I want to complain"),
        Slot("intro", _INTRO),
        Slot("done", _DONE),
    ),
    _open(
        "not_me", _("Not meant for me"),
        Slot("thanks", _INTRO),
    ),
    _open(
        "visit", _("Who is at my door"),
        Slot("valid", _("While the visit is valid")),
        Slot("early", _("Before its time")),
        Slot("left", _("Once they were told to leave"), ("left_at",), ("left_at",)),
        Slot("over", _("Once it is over")),
        Slot("none", _("While nobody may come")),
        Slot("unwanted", _("Once somebody wants no visit")),
        Slot("unexpected", _("Once somebody did not expect it")),
        Slot("call", _("How to ask meanwhile"), ("writer_phone",)),
        Slot("call_letter", _("How to ask meanwhile, without a number")),
        Slot("leave", _("What follows if they are to leave")),
        Slot("refuse", _("What follows if the visit is refused")),
        Slot("ask", _("What follows if it was not expected")),
        Slot("mine", _("Before the own pages")),
        Slot("door", _("What may be done at the door"), ("emergency_phone",)),
        Slot("papers", _("How to check a paper")),
        Slot("foot", _FOOT),
    ),
    _open(
        "visit_code", _("Where the code of a visit is entered"),
        Slot("intro", _INTRO),
        Slot("wrong", _("After a code that is not good")),
        Slot("help", _("What to do then")),
        Slot("foot", _FOOT),
    ),
    _open(
        "officer", _("Check of an officer"),
        Slot("unknown", _("Of a card that is not known")),
        Slot("valid", _("Of a card that is valid")),
        Slot("not_valid", _("Of a card that is not valid")),
        Slot("foot", _FOOT),
    ),
    _open(
        "check", _("Check of a paper"),
        Slot("foot", _FOOT),
    ),
    _own("own", _("On every page of the own matter"), Slot("done", _DONE)),
]  # fmt: skip
PAGES: Mapping[str, Page] = {one.name: one for one in _ALL}
