"""Pages for those who have no account: each says no more than what its reader holds in hand."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache

from common import clock
from common.clock import HOUSE_ZONE, local_day
from documents.render import qr_svg
from people.cards import card_of
from portal.checking import look_up
from portal.forms import CheckForm

LONGEST = 80


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
        {"number": number[:LONGEST], "form": form, "found": found},
        status=422 if form.is_bound and found is None else 200,
    )


@never_cache
@login_not_required
def check_officer(request: HttpRequest, token: str) -> HttpResponse:
    """Is this officer who they say, and may they visit today? Nothing of any debt or debtor.

    Context: ``card`` (``people.cards.Card`` or None), ``today``.
    """
    at = clock.now()
    card = card_of(token[:LONGEST], at)
    return TemplateResponse(
        request,
        "portal/officer.html",
        {"card": card, "today": local_day(at, HOUSE_ZONE)},
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
