"""The debtor's own pages as the debtor sees them, for staff who talk with the debtor: to look at, and nothing else.

The same views and templates are drawn, without a link: no token is made, no event of the debtor's is told, no message
counts as read. What staff see masked elsewhere is masked here, and what is kept from them is left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.models import Case
from cases.views.preparing import seen_case
from common import clock
from common.clock import HOUSE_ZONE
from looking.actions import AS_DEBTOR, see_as_debtor
from looking.session import shown
from notices.models import PortalLink
from people.masking import mask_numbers_in, people_of
from people.models import User
from portal import reading
from portal.own import VIEWS, Own, View, whole_case
from portal.quiet import private
from portal.views import around
from workflow.web import demand

PAGES: Mapping[str, str] = {
    "home": "home", "about": "about", "papers": "papers", "rights": "rights", "meeting": "visit",
    "move": "move", "sums": "account", "other_plan": "other_plan", "ways": "offer", "tell": "tell",
    "tell_one": "tell", "answers": "answers", "data": "data", "data_one": "data",
    "followed": "complaints", "complain": "complain", "message": "message",
}  # fmt: skip
"""Which pages staff may look at, each with its name on the timeline; a page that is added later is shut until it stands here."""
ONE_OF: Mapping[str, str] = {"tell_one": "number", "data_one": "number", "message": "pk"}
"""Pages of one thing of several, and what their views call its number."""
MARKS = range(60)
"""So often the mark stands behind the page: enough for the largest screen and sheet."""


@dataclass(frozen=True)
class AsDebtor(Own):
    """A member of staff who looks on.

    ``tongue`` is the language that was asked for by the switch, or ""; ``readers`` is that of the reader's desk.
    """

    tongue: str = ""
    readers: str = ""

    def address(self, name: str, *more: Any) -> str:
        """Where staff see that page of the debtor's; "#" for what sends something, a file at the desk's own page for it."""
        page = name.rpartition(":")[2]
        page = "home" if page == "messages" else page
        if page == "paper":
            return f"{reverse('documents:document', args=more)}?show=1"
        if page not in PAGES:
            return "#"
        kind = "as_debtor_one" if more else "as_debtor_page"
        found = reverse(f"portal:{kind}", args=[self.case.reference, page, *more])
        return f"{found}?in={self.tongue}" if self.tongue else found

    @property
    def spoken(self) -> str:
        """The language in which the page is drawn: what was asked for, else the one in which the debtor is written to."""
        return self.tongue or ("en" if self.case.debtor.language == "en" else "zh-hans")

    @cached_property
    def frame(self) -> str:
        """What says on each page, in the language of the reader, that the house looks on, who does, and when."""
        other = "zh-hans" if self.spoken == "en" else "en"
        return self._said(
            "components/as_debtor_frame.html", other=other, switch=f"{self.request.path}?in={other}",
            marks=MARKS, zone=HOUSE_ZONE,
        )  # fmt: skip

    @cached_property
    def withheld(self) -> str:
        """In the place of what the debtor sees here and this reader may not."""
        return self._said("components/as_debtor_withheld.html")

    @cached_property
    def left_out(self) -> str:
        """Said to everybody alike, whether or not anything is left out: it tells nobody that somebody complained of them."""
        return self._said("components/as_debtor_left_out.html")

    def _said(self, template: str, **more: Any) -> str:
        with override(self.readers):
            return render_to_string(
                template, {"case": self.case, "reader": self.reader, "at": self.at, **more}
            )


def _looking(request: HttpRequest, case: Case, at: datetime) -> AsDebtor:
    """This reader at that case; the link is a stand-in that no table holds, for views that ask whose it is."""
    link = PortalLink(case=case, person=case.debtor, purpose=PortalLink.Purpose.OWN)
    asked = request.GET.get("in", "")
    return AsDebtor(
        request, link, case, "", at, reader=cast("User", request.user),
        tongue=asked if asked in dict(settings.LANGUAGES) else "",
        readers=get_language() or settings.LANGUAGE_CODE,
    )  # fmt: skip


@never_cache
@require_safe
def look_on(
    request: HttpRequest, reference: str, page: str = "home", which: int | None = None
) -> HttpResponseBase:
    """One of the debtor's own pages, as it would lie before the debtor now. Context: that of its view, ``house_view``."""
    at, seen = clock.now(), seen_case(request, reference)
    demand(request, AS_DEBTOR)
    if page not in PAGES or (which is None) == (page in ONE_OF):
        raise Http404
    own = _looking(request, whole_case(seen.pk), at)
    with override(own.spoken):
        drawn = _view(page)(own, **({ONE_OF[page]: which} if page in ONE_OF else {}))
        answer = _masked(own, cast("TemplateResponse", drawn))
    see_as_debtor(case=own.case, page=PAGES[page], by=cast("User", request.user), at=at)
    return private(answer)


def _view(page: str) -> View:
    return message if page == "message" else VIEWS[page]


def message(own: Own, pk: int) -> TemplateResponse:
    """One message, which stays as unread as it was. Context: as ``portal.views.message``."""
    notice = get_object_or_404(own.seen(reading.all_of(own.link)), pk=pk)
    context = {"notice": notice, **around(own.link, own.token, own.at)}
    return TemplateResponse(own.request, "portal/message.html", context)


def _masked(own: AsDebtor, answer: TemplateResponse) -> TemplateResponse:
    """The page drawn, framed, and with the people's numbers and addresses in it masked as on the case's pages."""
    answer.context_data = {**(answer.context_data or {}), "house_view": own}
    answer.render()
    seen = shown(own.request, own.case.reference)
    answer.content = mask_numbers_in(answer.content.decode(), people_of(own.case), seen).encode()
    return answer
