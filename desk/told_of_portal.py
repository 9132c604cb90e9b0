"""How the timeline tells what came by a link: who entered, what was shown, and what was answered."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from notices.models import Notice
from notices.texts.wordings import WORDINGS

PAGES: dict[str, Any] = {
    "home": _("the first page"),
    "about": _("who claims what, and how the sum is made up"),
    "papers": _("the papers"),
    "rights": _("rights and duties, and where to get help"),
    "visit": _("the visit"),
    "move": _("other times for the visit"),
    "tell": _("what can be told"),
    "data": _("what is kept about the debtor, and what was asked about it"),
    "complaints": _("the complaints, and what came of them"),
    "answers": _("what was told, and what came of it"),
    "offer": _("ways to pay"),
    "account": _("what is due, and how it is paid"),
    "other_plan": _("the form that asks for another plan"),
    "message": _("a message"),
    "complain": _("the form for a complaint"),
}

SENTENCES: dict[str, Any] = {
    "portal.entered": _("The debtor opened the messages by the link of a message."),
    "portal.entered_by_code": _("The debtor came in with the code that was shown at the door."),
    "portal.code_shown": _(
        "The debtor was shown a code for the own pages at the door, good once until %(until)s."
    ),
    "debtor.said": _("The debtor says: %(said)s."),
    "visit.confirmed": _("The debtor says that the time of the visit suits."),
    "visit.to_announce": _("The moved visit has to be announced by hand."),
    "channel.chosen": _("The debtor chose how to be written to: %(one_way)s."),
    "portal.not_me": _(
        "Somebody who got a link says that it is not meant for them: nothing more goes there."
    ),
    "portal.shown": _("Shown by the link: %(page)s."),
    "portal.shut": _(
        "The link of a message was shut for an hour: somebody answered wrongly too often."
    ),
}

SAID: dict[str, Any] = {
    "paid": _("it was paid"),
    "out_of_work": _("out of work"),
    "caring": _("caring for somebody"),
    "call": _("please call"),
    "other": _("something else"),
    "new_plan": _("another plan is needed"),
    "offer": _("this could be paid"),
}
ONE_WAY: dict[str, Any] = {"": _("by any way that is open"), **dict(Notice.Channel.choices)}
NAMED: dict[str, tuple[Any, str]] = {
    "page": (PAGES, "page"),
    "one_way": (ONE_WAY, "channel"),
    "said": (SAID, "what"),
}
CODED: dict[str, Any] = {"page": PAGES}


def words_shown(one: Mapping[str, Any]) -> str:
    """Words of ours that a page showed: which, and in which version."""
    known = WORDINGS.get(str(one.get("wording", "")))
    name = str(known.label) if known else str(one.get("wording", ""))
    if not one.get("version"):
        return gettext("%(words)s (as it came with the program)") % {"words": name}
    return gettext("%(words)s (version %(number)s)") % {"words": name, "number": one["version"]}
