"""Single sign-on: off to the provider, and back. Mounted only where a provider is set."""

import logging
from http import HTTPStatus
from typing import Any

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from allauth.socialaccount.internal import statekit
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from access import lockout, provider, sessions
from access.factors import BY_PROVIDER
from access.forms import waits
from access.linking import link_of, who
from access.marks import while_enrolling
from access.views.entering import next_of
from common import clock
from common.addresses import client_address
from people.models import User

log = logging.getLogger("access")
KEY = "provider"  # under which allauth keeps what was asked, in the session

SAYS = {
    "away": gettext_noop("The sign-in service cannot be reached just now. Try again in a few minutes, or sign in with your user name and password."),
    "late": gettext_noop("This attempt is over: it took too long, or was begun in another browser. Begin again at the sign-in page."),
    "refused": gettext_noop("The sign-in service did not let you in, or you broke off. Begin again at the sign-in page."),
    "unsound": gettext_noop("The sign-in service gave an answer that cannot be trusted, so nobody was signed in. Tell your administrator; the log says what was wrong with it."),
    "unverified": gettext_noop("The sign-in service has not verified your e-mail address, so no account can be found by it. Have it verified there, then try again."),
    "unknown": gettext_noop("You are known to the sign-in service, but no account here belongs to you. Your administrator can open one, or enter your address in it."),
    "another": gettext_noop("Somebody else signed in at the sign-in service than is signed in here. Nothing was confirmed."),
    "stale": gettext_noop("The sign-in service did not ask who you are, so nothing was confirmed. Use your password or a code instead."),
}  # fmt: skip
STATUS = {"away": HTTPStatus.SERVICE_UNAVAILABLE, "late": HTTPStatus.BAD_REQUEST}


@never_cache
@login_not_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Off to the provider, to sign in."""
    if request.user.is_authenticated:
        return redirect(next_of(request) or settings.LOGIN_REDIRECT_URL)
    counted = lockout.of_provider(client_address(request))
    try:
        lockout.count_try(counted, clock.now())
    except lockout.LockedOut as locked:
        log.warning("Single sign-on from %s waits.", client_address(request))
        said = waits(locked, clock.now())
        return _page(request, said=said, status=HTTPStatus.TOO_MANY_REQUESTS)
    return _off(request, again=False)


@never_cache
@while_enrolling
@require_POST
def again(request: HttpRequest) -> HttpResponse:
    """Off to the provider, to show once more who it is."""
    return _off(request, again=True)


@never_cache
@login_not_required
@require_GET
def back(request: HttpRequest) -> HttpResponseBase:
    """What the provider answers. The answer counts once, in the browser in which it was asked for."""
    try:
        kept = statekit.unstash_state(
            request, provider_id=KEY, state_id=request.GET.get("state", "")[:100]
        )
        if kept is None:
            raise provider.NotBelieved("late")
        sent = provider.Sent(**kept)
        told = _told(request, sent)
        return _confirm(request, told) if sent.again else _enter(request, sent, told)
    except provider.NotBelieved as error:
        log.warning("Single sign-on from %s was refused: %s.", client_address(request), error)
        return _failed(request, error.why)


def _off(request: HttpRequest, *, again: bool) -> HttpResponse:
    address = f"{settings.PUBLIC_URL}{reverse('provider:back')}"
    try:
        sent, asked, where = provider.begin(back=address, towards=next_of(request), again=again)
    except provider.NotBelieved as error:
        log.warning("Single sign-on cannot begin: %s.", error)
        return _failed(request, error.why)
    state = statekit.stash_state(request, provider_id=KEY, state=sent.as_kept())
    return redirect(provider.address(where, asked, state))


def _told(request: HttpRequest, sent: provider.Sent) -> provider.Told:
    if request.GET.get("iss", settings.OIDC["issuer"]) != settings.OIDC["issuer"]:
        raise provider.NotBelieved("unsound", "the answer is another issuer's")
    if "error" in request.GET or not request.GET.get("code"):
        raise provider.NotBelieved("refused", _word(request.GET.get("error", "no code")))
    return provider.finish(sent, request.GET["code"][:4000])


def _enter(request: HttpRequest, sent: provider.Sent, told: provider.Told) -> HttpResponse:
    """Sign in whom it is; our own second factor follows unless the provider's counts."""
    if request.user.is_authenticated:
        return redirect(sent.towards or settings.LOGIN_REDIRECT_URL)
    user = who(told, clock.now())
    lockout.forgive(lockout.of_provider(client_address(request)))
    _record(request, user, told)
    login = Login(user=user, redirect_url=sent.towards or None)
    came: HttpResponse = perform_login(request, login)
    return came


def _confirm(request: HttpRequest, told: provider.Told) -> HttpResponse:
    """Whoever is signed in here has shown it anew, if it is they and the provider has just asked them."""
    user: Any = request.user
    link = link_of(user) if isinstance(user, User) else None
    if link is None or link.uid != told.subject:
        raise provider.NotBelieved("another")
    limit = settings.RECENT_SIGN_IN.total_seconds() + provider.LEEWAY
    if told.signed_in_at is None or clock.seconds_since(told.signed_in_at) > limit:
        raise provider.NotBelieved("stale")
    _record(request, user, told, reauthenticated=True)
    sessions.anew(request)
    log.info("User %s showed at the provider who it is.", user.pk)
    return TemplateResponse(request, "people/confirmed.html")


def _record(request: HttpRequest, user: User, told: provider.Told, **more: Any) -> None:
    """As old as the provider says it is: a session of its own that was left open proves nobody's presence."""
    at = float(told.signed_in_at or 0)
    record_authentication(
        request, user, "socialaccount", provider=settings.OIDC["issuer"], at=at, **more
    )
    if told.factor:
        record_authentication(request, user, "mfa", type=BY_PROVIDER, at=at, **more)


def _failed(request: HttpRequest, why: str) -> HttpResponse:
    return _page(request, said=SAYS[why], status=STATUS.get(why, HTTPStatus.FORBIDDEN))


def _page(request: HttpRequest, *, said: str, status: int) -> HttpResponse:
    """Context: ``said``, a text in the house's words."""
    return TemplateResponse(request, "people/provider_failed.html", {"said": said}, status=status)


def _word(text: str) -> str:
    """What came from outside, as it may stand in a line of the log."""
    return "".join(c for c in text[:40] if c.isalnum() or c in "_-. ")
