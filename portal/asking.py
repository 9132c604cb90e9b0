"""What the debtor asks about their own data: each arrives as a request with its clock, and is followed here.

Who has come in here has shown who they are, so nobody has to prove it again. What is to be corrected comes with the
field and the value, so that nobody types it anew. The addresses carry numbers alone, as those of what can be told.
"""

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.privacy import receive_request
from cases.models import DataRequest
from portal.own import Own, own_page, tried
from portal.saying import ADD
from workflow.guard import current
from workflow.models import Submission
from workflow.steps import AlreadyDone, WrongInput
from workflow.web import plain

BOTH = ("GET", "HEAD", "POST")
MOST, MOST_CORRECTIONS = 40, 5
Kind = DataRequest.Kind


@dataclass(frozen=True)
class Ask:
    """One thing that can be asked; ``then`` is the name of the words that say what comes of it."""

    kind: str
    label: Any
    then: str
    asks: Any = ADD
    needs_words: bool = False


ASKS: dict[int, Ask] = {
    1: Ask(Kind.ACCESS, gettext_lazy("See all that you keep about me, or have a copy"),
           "data_one.access"),
    2: Ask(Kind.CORRECTION, gettext_lazy("Something about me is wrong"),
           "data_one.correction",
           gettext_lazy("What is wrong, and what shows it?"), needs_words=True),
    3: Ask(Kind.DELETION, gettext_lazy("Delete what you keep about me"),
           "data_one.deletion"),
    4: Ask(Kind.OBJECTION, gettext_lazy("I do not want you to use my data so"),
           "data_one.objection",
           gettext_lazy("Which use do you mean?"), needs_words=True),
    5: Ask(Kind.WITHDRAWAL, gettext_lazy("I take back my consent"),
           "data_one.withdrawal"),
}  # fmt: skip
LABELS = {str(one.kind): one.label for one in ASKS.values()}
FIELDS = DataRequest.Field.choices


@own_page("data")
def data(own: Own) -> HttpResponseBase:
    """What can be asked, and how each that was asked stands.

    Context: ``asks`` (number and label), ``rows`` (each with its label and what is wanted instead), ``withheld``.
    """
    withheld = own.withholds("see_data_requests")
    mine = [] if withheld else _mine(own).select_related("answer")[:MOST]
    return own.page(
        "portal/own/data.html", asks=[(number, one.label) for number, one in ASKS.items()],
        rows=[(one, LABELS[one.kind], own.masked(one.field, one.wanted)) for one in mine], withheld=withheld,
    )  # fmt: skip


@own_page("data", methods=BOTH)
def data_one(own: Own, number: int) -> HttpResponseBase:
    """One thing to ask. Context: ``ask``, ``number``, ``fields`` (what can be corrected), ``text``, ``field``, ``wanted``."""
    if number not in ASKS:
        raise Http404
    ask, wrong = ASKS[number], ""
    post = own.request.POST
    given = {
        "text": _lines(post.get("text", "")), "field": plain(post.get("field", ""))[:20],
        "wanted": plain(post.get("wanted", ""))[:120].strip(),
    }  # fmt: skip
    if own.sends:
        wrong = tried(own, lambda: _ask(own, ask, **given))
        if not wrong:
            return own.on("data")
    return own.page(
        "portal/own/data_one.html", status=422 if wrong else 200, wrong=wrong, ask=ask, number=number,
        fields=FIELDS if ask.kind == Kind.CORRECTION else (), **given,
    )  # fmt: skip


def _ask(own: Own, ask: Ask, *, text: str, field: str, wanted: str) -> None:
    corrects = ask.kind == Kind.CORRECTION
    if ask.needs_words and not text:
        raise WrongInput(_("Please write a few words, so that we can answer."))
    if corrects and field and field not in dict(FIELDS):
        raise WrongInput(_("Choose one of those that are offered."))
    if corrects and bool(field) != bool(wanted):
        raise WrongInput(_("Say what is to be corrected, and to what."))
    waiting = _mine(own).filter(kind=ask.kind).waiting().count()
    if waiting >= (MOST_CORRECTIONS if corrects else 1):
        guard = current()
        if guard and Submission.objects.filter(key=guard.key).exists():
            raise AlreadyDone  # the same press, twice
        raise WrongInput(
            _("You have asked for this already. You see on the page before by when we answer.")
        )
    receive_request(
        case=own.case, asked=ask.kind, remark=text or str(ask.label), by=own.by, at=own.at,
        person=own.link.person, how=DataRequest.How.PORTAL, identity=DataRequest.Identity.PORTAL,
        field=field if corrects else "", wanted=wanted if corrects else "",
    )  # fmt: skip


def _mine(own: Own) -> Any:
    """What this person has asked, by whichever way it came; the newest first."""
    found = own.case.data_requests.filter(person=own.link.person_id)
    return found.order_by("-received_at", "-pk")


def _lines(given: str) -> str:
    return "".join(c for c in given if c.isprintable() or c in "\r\n")[:500].strip()
