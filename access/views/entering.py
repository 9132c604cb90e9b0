"""Coming in and going out."""

from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import (
    get_authentication_records,
    perform_password_login,
)
from allauth.account.internal.flows.logout import logout
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from access.forms import SignInForm, minutes_until
from access.marks import while_enrolling
from access.provider import origin_of
from common import clock
from people.models import User

Answer = TypeVar("Answer", bound=HttpResponseBase)
DEMO_PASSWORD = "door-step-2026"  # noqa: S105  only for the demo's invented people


@never_cache
@login_not_required
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; in the demo it names the accounts that one can try.

    Context: ``form``, ``next``, ``demo_accounts``.
    Answers: 200 the form, 302 in, 429 after too many tries.
    """
    towards = next_of(request)
    if request.user.is_authenticated:
        return redirect(towards or settings.LOGIN_REDIRECT_URL)
    form = SignInForm(request.POST if request.method == "POST" else None, request=request)
    if request.method == "POST" and form.is_valid():
        login = Login(user=form.user, redirect_url=towards or None)
        came: HttpResponse = perform_password_login(
            request, {"username": form.user.username}, login
        )
        return came
    answer = towards_provider(
        TemplateResponse(
            request, "people/login.html",
            {"form": form, "next": towards, "provider": settings.OIDC.get("label", ""), **demo()},
            status=429 if form.locked else 200,
        )
    )  # fmt: skip
    if form.locked:
        answer["Retry-After"] = str(60 * minutes_until(form.locked, clock.now()))
    return answer


@never_cache
@while_enrolling
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Out, and back to the sign-in page. What is open at a sign-in service stays open there."""
    label = settings.OIDC.get("label", "")
    by_provider = any(
        record.get("method") == "socialaccount"
        for record in get_authentication_records(request, request.user)
    )
    logout(request)
    if label and by_provider:
        messages.info(
            request,
            _("You are signed out here. At “%(label)s” you may still be signed in; on a shared device sign out there as well.") % {"label": label},
        )  # fmt: skip
    return redirect("people:sign_in")


def towards_provider(answer: Answer) -> Answer:
    """Let this page's forms lead to the provider, where there is one; browsers ask where a form ends up."""
    if settings.OIDC:
        wider = {"form-action": [origin_of(settings.OIDC["issuer"])]}
        answer._csp_update = wider
    return answer


def next_of(request: HttpRequest) -> str:
    """Where somebody wanted to go, if that is a page of ours."""
    towards = request.POST.get("next", "") or request.GET.get("next", "")
    return towards if get_adapter().is_safe_url(towards) else ""


def demo() -> dict[str, Any]:
    """The demo's people, where this is the demo."""
    if settings.ENV != "demo":
        return {}
    people = User.objects.filter(is_active=True).exclude(role=User.Role.SYSTEM)
    return {
        "demo_accounts": [
            {
                "username": user.username, "password": DEMO_PASSWORD, "name": str(user),
                "role": user.get_role_display(), "team": str(user.team or ""),
            }
            for user in people.select_related("team").order_by("pk")[:30]
        ]
    }  # fmt: skip
