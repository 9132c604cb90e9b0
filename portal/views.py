"""Pages for those who have no account: each says no more than what its reader holds in hand."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from common import clock
from common.addresses import client_address
from common.clock import HOUSE_ZONE, local_day
from documents.render import qr_svg
from notices import links, strangers
from notices.models import PortalLink
from notices.texts.showing import words_for, words_for_anybody
from people.cards import card_of
from portal import entering, reading
from portal.checking import look_up
from portal.forms import CheckForm
from portal.quiet import LONGEST, file_of, private
from visits import guessing

WHERE: dict[str, str] = {
    PortalLink.Purpose.SIGN: "portal:sign",
    PortalLink.Purpose.OWN: "portal:home",
}
"""Where a link leads that is for more than to read messages."""


@never_cache
@login_not_required
def check(request: HttpRequest, number: str) -> HttpResponse:
    """Is this file the one that was issued? It is hashed and compared, never kept.

    The page is the same for every number, known or not: only who holds a paper learns of it.
    Context: ``number``, ``form``, ``found`` (``portal.checking.Found`` or None).
    """
    form = CheckForm(request.POST, request.FILES) if request.method == "POST" else CheckForm()
    found = look_up(form.cleaned_data["file"]) if form.is_bound and form.is_valid() else None
    return TemplateResponse(
        request,
        "portal/check.html",
        {
            "number": number[:LONGEST],
            "form": form,
            "found": found,
            "words": words_for_anybody(clock.now()),
        },
        status=422 if form.is_bound and found is None else 200,
    )


@never_cache
@login_not_required
def check_officer(request: HttpRequest, token: str) -> HttpResponse:
    """Is this officer who they say, and may they visit today? Nothing of any debt or debtor.

    Context: ``card`` (``people.cards.Card`` or None), ``today``, ``token``.
    """
    at = clock.now()
    card = card_of(token[:LONGEST], at)
    return TemplateResponse(
        request,
        "portal/officer.html",
        {
            "card": card,
            "token": token[:LONGEST],
            "today": local_day(at, HOUSE_ZONE),
            "words": words_for_anybody(at),
        },
        status=200 if card else 404,
    )


@login_not_required
def officer_qr(request: HttpRequest, token: str) -> HttpResponse:
    """The QR code of an officer's card, to be held out to whoever asks."""
    if card_of(token[:LONGEST], clock.now()) is None:
        raise Http404
    return HttpResponse(
        qr_svg(reverse("portal:officer", args=[token])), content_type="image/svg+xml"
    )


@never_cache
@login_not_required
@require_GET
def short(request: HttpRequest, given: str) -> HttpResponse:
    """The address that can be typed from a slip leads to the door; a wrong one to a door like every other."""
    return private(redirect("portal:messages", links.token_of_short(given)))


@never_cache
@login_not_required
def messages(request: HttpRequest, token: str) -> HttpResponse:
    """What lies for the holder of the link, once they have shown that they are the person.

    The page before that is the same for every token, good or not. Context before: ``wrong``, ``most``, ``token``,
    ``left`` (just now); after: ``token``, ``notices``, ``zone``; always ``words``.
    """
    at = clock.now()
    token = token[:LONGEST]
    if request.method == "POST":
        entered = entering.enter(
            token, request.POST.get("answer", "")[:LONGEST], at, client_address(request)
        )
        if entered.link:
            answer: HttpResponse = redirect("portal:messages", token)
            entering.let_in(answer, request, entered.link, at)
            return private(answer)
        return private(_door(request, token, wrong=True))
    link = entering.open_link(token, at)
    if link is None or not entering.is_in(request, link, at):
        return private(_door(request, token, wrong=False))
    if link.purpose in WHERE:
        return private(redirect(WHERE[link.purpose], token))
    return private(
        TemplateResponse(
            request,
            "portal/messages.html",
            {"notices": list(reading.messages_of(link)), **around(link, token, at)},
        )
    )


@never_cache
@login_not_required
@require_GET
def message(request: HttpRequest, token: str, pk: int) -> HttpResponse:
    """One message; that it was opened is on the timeline. Context: ``notice`` and as ``messages``."""
    at = clock.now()
    link = entering.open_for(request, token[:LONGEST], entering.READING, at)
    if link is None:
        return private(redirect("portal:messages", token[:LONGEST]))
    notice = get_object_or_404(reading.all_of(link), pk=pk)
    reading.opened(notice, at)
    return private(
        TemplateResponse(
            request, "portal/message.html", {"notice": notice, **around(link, token, at)}
        )
    )


@never_cache
@login_not_required
@require_GET
def message_file(request: HttpRequest, token: str, pk: int) -> HttpResponseBase:
    """The paper that belongs to a message, under a name that says nothing."""
    link = entering.open_for(request, token[:LONGEST], entering.READING, clock.now())
    if link is None:
        return private(redirect("portal:messages", token[:LONGEST]))
    notice = get_object_or_404(reading.all_of(link), pk=pk)
    if notice.document is None:
        raise Http404
    return private(file_of(notice.document))


@never_cache
@login_not_required
@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """Forget this browser."""
    answer = redirect("portal:messages", token[:LONGEST])
    answer["Location"] += "?left=1"
    entering.leave(answer)
    return private(answer)


@never_cache
@login_not_required
@require_POST
def not_me(request: HttpRequest, token: str) -> HttpResponse:
    """This is not meant for me: nothing more goes where the link was sent. The same is said of every token."""
    at = clock.now()
    knocked = guessing.knock("answer", client_address(request), at)
    link = entering.open_link(token[:LONGEST], at)
    if link and not knocked.shut:
        strangers.not_me(link=link, at=at)
    answer = private(
        TemplateResponse(request, "portal/not_me.html", {"words": words_for_anybody(at)})
    )
    entering.leave(answer)
    return answer


def _door(request: HttpRequest, token: str, *, wrong: bool) -> HttpResponse:
    return TemplateResponse(
        request,
        "portal/enter.html",
        {
            "wrong": wrong,
            "most": entering.MOST_TRIES,
            "token": token,
            "left": "left" in request.GET,
            "words": words_for_anybody(clock.now()),
        },
        status=422 if wrong else 200,
    )


def around(link: PortalLink, token: str, at: datetime) -> dict[str, object]:
    """What all pages of messages have beside them."""
    words = words_for(link.case, link.person, at)
    return {"token": token, "zone": link.case.zone, "words": words}
