"""Who it is, once more: for what should not be done by whoever finds a screen open."""

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from access import sessions
from access.factors import PASSKEY, TOTP, held_by, options_as_json
from access.forms import ConfirmForm
from access.linking import link_of
from access.marks import while_enrolling
from access.views.entering import next_of, towards_provider
from common import clock

OURS = "confirm-"  # the fields of this page; all others are the form's that waits


def is_recent(request: HttpRequest) -> bool:
    """Whether whoever is signed in here has shown it within the last minutes."""
    records = get_authentication_records(request, request.user)  # type: ignore[arg-type]
    latest = max((float(record.get("at", 0)) for record in records), default=0.0)
    return clock.seconds_since(latest) < settings.RECENT_SIGN_IN.total_seconds()


def asked_again(request: HttpRequest) -> HttpResponseBase | None:
    """Ask who it is; None once that is shown, and then the request is as it was before we asked."""
    form = _form(request)
    if form.is_bound and form.is_valid():
        _record(request, form)
        _give_back(request)
        return None
    if request.method == "POST":
        return _page(request, form, action=request.get_full_path(), kept=_typed(request))
    return _page(request, form, action=_confirm_address(request), kept=[])


@never_cache
@while_enrolling
@sensitive_post_parameters("confirm-password")
def confirm(request: HttpRequest) -> HttpResponse:
    """Show who it is, then go on to what was to be read."""
    towards = next_of(request) or reverse("people:security")
    if request.method == "POST" and is_recent(request):  # shown meanwhile, in another window
        return redirect(towards)
    form = _form(request)
    if form.is_bound and form.is_valid():
        _record(request, form)
        return redirect(towards)
    return _page(request, form, action=request.path, kept=[("next", towards)])


def _form(request: HttpRequest) -> ConfirmForm:
    sent = request.method == "POST" and any(name.startswith(OURS) for name in request.POST)
    return ConfirmForm(request.POST if sent else None, request=request, user=request.user)


def _record(request: HttpRequest, form: ConfirmForm) -> None:
    if form.factor:
        post_authentication(request, form.factor, reauthenticated=True)
    else:
        record_authentication(request, request.user, "password", reauthenticated=True)
    sessions.anew(request)


def _give_back(request: HttpRequest) -> None:
    """Take our own fields out of what was sent, so that the page sees what was typed into its form."""
    rest = request.POST.copy()
    for name in [name for name in rest if name.startswith(OURS)]:
        del rest[name]
    rest._mutable = False
    request.POST = rest


def _typed(request: HttpRequest) -> list[tuple[str, str]]:
    """All that was typed into the form that waits; files are chosen again."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        for value in values
        if not name.startswith(OURS) and name != "csrfmiddlewaretoken"
    ]


def _confirm_address(request: HttpRequest) -> str:
    return reverse("people:confirm")


def _page(
    request: HttpRequest, form: ConfirmForm, *, action: str, kept: list[tuple[str, str]]
) -> TemplateResponse:
    """Context: ``form``, ``action``, ``kept`` [(name, value)], ``back``, ``kinds``, ``options``."""
    user: Any = request.user
    kinds = {factor.type for factor in held_by(user)}
    if request.method in {"GET", "HEAD"} and not kept:
        kept = [("next", request.get_full_path())]
    answer = TemplateResponse(
        request, "people/confirm.html",
        {
            "form": form, "action": action, "kept": kept, "files": bool(request.FILES),
            "has_password": user.has_usable_password(), "has_app": TOTP in kinds,
            "options": options_as_json(webauthn.begin_authentication(user)) if PASSKEY in kinds else None,
            "provider": settings.OIDC["label"] if link_of(user) else "",
        },
        status=429 if form.locked else 403,
    )  # fmt: skip
    return towards_provider(answer)
