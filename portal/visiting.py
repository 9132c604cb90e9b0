"""Who is at my door? The page of a visit's QR code, and where the code of six digits is entered.

It needs no script, no picture from elsewhere and no account, and says the same of every token and code
that is not good: never given out, mistyped, over or withdrawn.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from common import clock
from common.addresses import client_address
from notices import links
from notices.models import PortalLink
from notices.texts.showing import words_for_anybody
from portal.quiet import private
from visits import asked, guessing, tokens
from visits.actions import checking
from visits.models import VisitToken

LONGEST = 64
A_DAY = timedelta(days=1)


@never_cache
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest) -> HttpResponse:
    """Enter the code that the officers say, or that stands in the notice. Context: ``wrong``."""
    if request.method != "POST":
        return private(_ask_code(request, wrong=False, status=200))
    at = clock.now()
    row = guessing.try_code(
        request.POST.get("code", "")[:LONGEST], request.POST.get("badge", "")[:LONGEST],
        client_address(request), at,
    )  # fmt: skip
    if row is None:
        return private(_ask_code(request, wrong=True, status=404))
    return private(redirect("portal:visit", tokens.token_of(row)))


@never_cache
@login_not_required
@require_safe
def visit(request: HttpRequest, token: str) -> HttpResponse:
    """Who comes, for whom and when, and whether they may be at the door now; that it was asked is told.

    Context: ``token``, ``standing`` (``visits.asked.Standing``), ``at``, ``said`` ("", "unexpected",
    "asked" or "left"), ``row``.
    """
    at = clock.now()
    row = tokens.by_token(token[:LONGEST], at)
    if row is None:
        return private(_ask_code(request, wrong=True, status=404))
    if request.method == "GET":
        checking.count_check(row=row, at=at)
    return private(_page(request, row, token, at))


@never_cache
@login_not_required
@require_POST
def unexpected(request: HttpRequest, token: str) -> HttpResponse:
    """I did not expect this: a supervisor looks into it; the page says what to do meanwhile."""
    return _asked(request, token, checking.say_unexpected)


@never_cache
@login_not_required
@require_POST
def leave(request: HttpRequest, token: str) -> HttpResponse:
    """I want them to leave: at the door that is done at once; before, a person asks the debtor first."""
    return _asked(request, token, checking.want_to_be_left)


@never_cache
@login_not_required
@require_POST
def mine(request: HttpRequest, token: str) -> HttpResponse:
    """It is I whom they want to meet: a link of one's own for a day, whose door asks what only the debtor knows.

    So whoever has the notice on paper gets in too. Only so many links are made for one address.
    """
    at = clock.now()
    row = tokens.by_token(token[:LONGEST], at)
    knocked = guessing.knock("answer", client_address(request), at)
    if row is None or knocked.shut:
        return private(_ask_code(request, wrong=True, status=404))
    case = row.visit.case
    link = links.link_for(
        case=case, person=case.debtor, at=at, purpose=PortalLink.Purpose.OWN, good_for=A_DAY
    )
    return private(redirect("portal:messages", links.token_of(link)))


def _asked(request: HttpRequest, token: str, act: Callable[..., Any]) -> HttpResponse:
    """Do what the reader of a good page wants, and show the page as it then is."""
    at = clock.now()
    row = tokens.by_token(token[:LONGEST], at)
    if row is None:
        return private(_ask_code(request, wrong=True, status=404))
    act(row=row, at=at)
    return private(redirect("portal:visit", token))


def _page(request: HttpRequest, row: VisitToken, token: str, at: datetime) -> HttpResponse:
    standing = asked.standing(row.visit, at)
    return TemplateResponse(
        request,
        "portal/visit.html",
        {
            "token": token,
            "standing": standing,
            "at": at,
            "row": row,
            "words": words_for_anybody(at, standing.house.pk),
        },
    )


def _ask_code(request: HttpRequest, *, wrong: bool, status: int) -> HttpResponse:
    """Where a code is entered; the same for everything that is not good, so that nobody learns from it."""
    context = {"wrong": wrong, "words": words_for_anybody(clock.now())}
    return TemplateResponse(request, "portal/visit_code.html", context, status=status)
