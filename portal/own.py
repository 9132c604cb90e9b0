"""The frame of the debtor's own pages: who is in, what is shown is told, and what is done is done once.

Each page asks whether this browser has answered for its link. What is wrong, expired or another's leads to
the same door as every other. All that is done in here is told on the timeline as the debtor's, with the link.
"""

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cases.models import Case
from common import clock
from common.clock import local_day
from documents.storing import Unreadable
from looking.session import shown
from notices.models import PortalLink
from notices.texts.showing import words_for
from notices.wording import writer_of
from people.masking import mask_details
from people.models import User
from people.rights import may
from portal import entering
from portal.quiet import LONGEST, private
from timeline.models import Event
from workflow.by_link import acting_by
from workflow.guard import guarded
from workflow.reasons import tongue_now
from workflow.steps import AlreadyDone, PolicyRefused, StateRefused, WrongInput, note
from workflow.web import guard_of

View = Callable[..., HttpResponseBase]
Rows = TypeVar("Rows", bound=QuerySet[Any])
VIEWS: dict[str, View] = {}
"""What each of these pages shows, by its name in the addresses: drawn for the debtor, and for staff who look on."""


@dataclass(frozen=True)
class Own:
    """Somebody who has shown that the matter is theirs, and the page that they ask for.

    ``reader``: the member of staff who looks on at what the debtor sees (``portal.as_debtor``), else None.
    """

    request: HttpRequest
    link: PortalLink
    case: Case
    token: str
    at: datetime
    reader: User | None = None

    @property
    def sends(self) -> bool:
        """Whether something is sent in."""
        return self.request.method == "POST"

    @property
    def by(self) -> User:
        """As whom the actions are done: nobody of the house. The timeline names the debtor and the link."""
        return User.objects.system()

    @property
    def refused_until(self) -> date | None:
        """The last day for which the debtor has refused visits; None where none are refused today."""
        until: date | None = self.case.refused_until
        return until if until and until >= local_day(self.at, self.case.zone) else None

    def address(self, name: str, *more: Any) -> str:
        """The address of another page of this link."""
        return reverse(f"portal:{name}", args=[self.token, *more])

    def seen(self, rows: Rows) -> Rows:
        """Of these rows, which know ``visible_to``, what may be shown: all to the debtor, to staff what is theirs to see."""
        return rows.visible_to(self.reader) if self.reader else rows

    def withholds(self, right: str) -> bool:
        """Whether it is shown to the debtor, and not to this reader, whose role lacks that right."""
        return self.reader is not None and not may(self.reader, right)

    def masked(self, name: str, value: str) -> str:
        """What is kept under that name, such as ``employer``: masked for staff as on the pages of the case."""
        if self.reader is None:
            return value
        return str(mask_details({name: value}, shown(self.request, self.case.reference))[name])

    def page(self, template: str, status: int = 200, **context: Any) -> TemplateResponse:
        """A page with what all of them have: ``token``, ``case``, ``house``, ``zone``, ``guard_key``, ``said``, ``words``.

        ``told`` among the context goes to the timeline with the page: figures as text, by the names of the desk.
        """
        house = writer_of(self.case)
        around: Mapping[str, Any] = {
            "token": self.token, "case": self.case, "house": house, "zone": self.case.zone,
            "at": self.at, "said": "said" in self.request.GET, "guard_key": uuid.uuid4().hex,
            "words": words_for(self.case, self.case.debtor, self.at),
        }  # fmt: skip
        return TemplateResponse(self.request, template, {**around, **context}, status=status)

    def on(self, name: str, *more: Any, said: bool = True) -> HttpResponseRedirect:
        """Go on to another page of this link, which then says that it was done."""
        return HttpResponseRedirect(self.address(name, *more) + ("?said=1" if said else ""))


def own_page(page: str, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """A page of the debtor's own; that it was shown is told once for each time that the debtor came in.

    ``page`` is its name on the timeline; "" for what is no page, such as a file.
    """

    def framed(view: View) -> View:
        VIEWS[view.__name__] = view

        @never_cache
        @login_not_required
        @wraps(view)
        def run(request: HttpRequest, token: str, **given: Any) -> HttpResponseBase:
            at, token = clock.now(), token[:LONGEST]
            link = entering.open_for(request, token, entering.OWN, at)
            if link is None or request.method not in methods:
                return private(redirect("portal:messages", token))
            own = Own(request, link, whole_case(link.case_id), token, at)
            with acting_by(link.pk):
                answer = view(own, **given)
                if isinstance(answer, TemplateResponse):
                    answer.render()  # only then it is known which words were shown
                figures = figures_of(answer)
                seen = request.method == "GET" or bool(figures)
                if page and seen and answer.status_code == HTTPStatus.OK:
                    _tell_shown(own, page, figures, words_of(answer))
            entering.let_in(answer, request, link, at)
            return private(answer)

        return run

    return framed


def whole_case(key: int) -> Case:
    """The case with all that the pages name of it."""
    around = ("debtor", "creditor", "agency", "mandate", "team__organisation")
    return Case.objects.select_related(*around).get(pk=key)


def tried(own: Own, do: Callable[[], Any]) -> str:
    """Do what was sent in, once; what stood against it in words, "" where it was done."""
    try:
        with guarded(guard_of(own.request)):
            do()
    except AlreadyDone:
        return ""
    except WrongInput as wrong:
        return str(wrong.message)
    except Unreadable as unreadable:
        return str(unreadable)
    except PolicyRefused as refused:
        return " ".join(finding.says[tongue_now()] for finding in refused.findings)
    except StateRefused:
        return _("This is not possible any more: something has changed meanwhile.")
    return ""


def figures_of(answer: HttpResponseBase) -> Mapping[str, str]:
    """The figures that a page showed and that belong on the timeline with it, as its view named them."""
    told: Mapping[str, str] = (getattr(answer, "context_data", None) or {}).get("told", {})
    return told


def words_of(answer: HttpResponseBase) -> list[dict[str, Any]]:
    """From which of our words the page was made: their versions and digests, as a notice keeps them."""
    words = (getattr(answer, "context_data", None) or {}).get("words")
    return words.origins if words else []


def _tell_shown(
    own: Own, page: str, figures: Mapping[str, str], words: list[dict[str, Any]]
) -> None:
    """Say on the timeline what lay before the debtor, in which words; the same not again while they stay."""
    shown = {"page": page, **figures, **({"words": words} if words else {})}
    lately = Event.objects.filter(
        case=own.case, kind="portal.shown", data__contains={"link": own.link.pk, "page": page},
        occurred_at__gte=own.link.entered_at,
    )  # fmt: skip
    if not any(event.data.items() >= shown.items() for event in lately):
        note(own.case, event="portal.shown", data=shown, by=own.by, at=own.at)
