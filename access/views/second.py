"""The second factor: shown at the door, and a passkey that is both at once."""

from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from access.factors import CODES, PASSKEY, codes_left, held_by, options_as_json
from access.forms import NO_PASSKEY, SecondStepForm, passkey_in
from access.stages import SecondStep
from access.views.entering import next_of


@never_cache
@login_not_required
def second_step(request: HttpRequest) -> HttpResponse:
    """Show the second factor. Context: ``form``, ``kinds``, ``options`` (for a passkey)."""
    stage: Any = LoginStageController.enter(request, SecondStep.key)
    if request.user.is_authenticated or stage is None:
        return redirect("people:sign_in")
    user = stage.login.user
    form = SecondStepForm(
        request.POST if request.method == "POST" else None, request=request, user=user
    )
    if request.method == "POST" and form.is_valid() and form.factor:
        post_authentication(request, form.factor)
        if form.factor.type == CODES:
            _tell_of_codes(request, codes_left(user))
        came: HttpResponse = stage.exit()
        return came
    kinds = {factor.type for factor in held_by(user)}
    options = options_as_json(webauthn.begin_authentication(user)) if PASSKEY in kinds else None
    return TemplateResponse(
        request, "people/second_step.html", {"form": form, "kinds": kinds, "options": options},
        status=429 if form.locked else 200,
    )  # fmt: skip


@never_cache
@login_not_required
@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """GET: what to ask any passkey of this house, as JSON. POST: come in by its answer."""
    if request.method == "GET":
        options = webauthn.begin_authentication(user=None)
        return JsonResponse({"options": options_as_json(options)})
    found, checked = passkey_in(request.POST.get("credential", "")[:20_000], None)
    if found is None or not checked or not found.user.is_active:
        messages.error(request, _(NO_PASSKEY))
        return redirect("people:sign_in")
    post_authentication(request, found, passwordless=True)
    login = Login(user=found.user, redirect_url=next_of(request) or None)
    came: HttpResponse = perform_login(request, login)
    return came


def _tell_of_codes(request: HttpRequest, left: int) -> None:
    messages.warning(
        request,
        ngettext(
            "You used one of your codes on paper; %(left)d is left.",
            "You used one of your codes on paper; %(left)d are left.",
            left,
        ) % {"left": left},
    )  # fmt: skip
