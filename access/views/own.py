"""What somebody changes of their own way in."""

from typing import Any

import segno
from allauth.mfa.totp.internal import auth as totp
from allauth.mfa.webauthn.internal import auth as webauthn
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import PasswordChangeView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from access import factors, lockout, resetting, sessions
from access.forms import AppForm, OwnPasswordForm, PasskeyForm, waits
from access.marks import while_enrolling
from access.views.entering import next_of
from common import clock
from people.recent import recent_sign_in
from people.rights import may

TOWARDS = "access.towards"  # in the session: where to go once a factor is there


class ChangePassword(PasswordChangeView):
    """One's own password; it ends what is open elsewhere."""

    form_class = OwnPasswordForm
    template_name = "people/password.html"
    success_url = reverse_lazy("people:security")

    def post(self, request: HttpRequest, *args: Any, **given: Any) -> HttpResponse:
        """Count the try: whoever finds a screen open does not guess the old password here."""
        counted = lockout.of_session(str(request.session.session_key))
        try:
            lockout.count_try(counted, clock.now())
        except lockout.LockedOut as locked:
            messages.error(request, waits(locked, clock.now()))
            return redirect("people:password")
        form = self.get_form()
        if not form.is_valid():
            return self.form_invalid(form)
        lockout.forgive(counted)
        return self.form_valid(form)

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep it, end the sessions elsewhere, and put it on the record."""
        answer = super().form_valid(form)
        ended = sessions.end_all(self.request.user)
        sessions.renamed(self.request)
        factors.note("password.changed", self.request.user, clock.now(), {"sessions_ended": ended})
        messages.success(
            self.request,
            _("Your password is changed. Wherever else you were signed in, you are out."),
        )
        return answer


@never_cache
@while_enrolling
@require_safe
def enrol(request: HttpRequest) -> HttpResponse:
    """The first sign-in: choose a second factor. Nobody who has one needs this page."""
    if towards := next_of(request):
        request.session[TOWARDS] = towards
    if factors.has_factor(request.user):
        return redirect("people:security")
    return TemplateResponse(request, "people/enrol.html", {})


@never_cache
@require_safe
def security(request: HttpRequest) -> TemplateResponse:
    """One's own ways in. Context: ``factors`` [(factor, its name)], ``codes`` (left), ``sessions``."""
    held = factors.held_by(request.user)
    return TemplateResponse(
        request, "people/security.html",
        {
            "factors": [(factor, factors.named(factor)) for factor in held],
            "codes": factors.codes_left(request.user),
            "required": settings.SECOND_FACTOR_REQUIRED,
            "sessions": sessions.open_of(request.user, str(request.session.session_key)),
            "sees_others": may(request.user, resetting.SEE),
            "has_app": any(factor.type == factors.TOTP for factor in held),
            "more": sum(f.type == factors.PASSKEY for f in held) < factors.MOST_PASSKEYS,
        },
    )  # fmt: skip


@never_cache
@while_enrolling
@recent_sign_in
def add_app(request: HttpRequest) -> HttpResponse:
    """Take an authenticator app, or a new one in place of the old.

    Context: ``form``, ``picture`` (QR code as data URI), ``secret`` in groups of four.
    """
    posted = request.POST if request.method == "POST" else None
    form = AppForm(posted, secret=totp.get_totp_secret())
    if form.is_valid():
        codes = factors.add_app(request, form.secret, form.counter, clock.now())
        return _added(request, codes)
    address = factors.FactorAdapter().build_totp_url(request.user, form.secret)
    groups = [form.secret[at : at + 4] for at in range(0, len(form.secret), 4)]
    return TemplateResponse(
        request, "people/add_app.html",
        {
            "form": form, "secret": " ".join(groups),
            "picture": segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff"),
        },
        status=422 if posted is not None else 200,
    )  # fmt: skip


@never_cache
@while_enrolling
@recent_sign_in
def add_passkey(request: HttpRequest) -> HttpResponse:
    """Take a passkey: this device's own, a telephone, or a key that is plugged in."""
    if len(factors.held_by(request.user)) > factors.MOST_PASSKEYS:
        return redirect("people:security")
    posted = request.POST if request.method == "POST" else None
    form = PasskeyForm(posted, credential=request.POST.get("credential", "")[:20_000])
    if form.is_valid():
        codes = factors.add_passkey(request, form.cleaned_data["name"], form.found, clock.now())
        return _added(request, codes)
    options: dict[str, Any] = webauthn.begin_registration(request.user, passwordless=True)
    return TemplateResponse(
        request, "people/add_passkey.html",
        {"form": form, "options": factors.options_as_json(options)},
        status=422 if posted is not None else 200,
    )  # fmt: skip


@never_cache
@require_POST
@recent_sign_in
def remove_factor(request: HttpRequest, pk: int) -> HttpResponse:
    """Take away one of one's own; the last one stays where one is required."""
    if factors.remove(request.user, pk, clock.now(), required=settings.SECOND_FACTOR_REQUIRED):
        messages.success(request, _("It is no longer a way in."))
    else:
        messages.error(request, _("This one stays: without it you would have no second factor."))
    return redirect("people:security")


@never_cache
@require_POST
@recent_sign_in
def renew_codes(request: HttpRequest) -> HttpResponse:
    """Ten new codes on paper in place of the old."""
    if not factors.has_factor(request.user):
        return redirect("people:security")
    return _shown(request, factors.new_codes(request.user, clock.now()))


@recent_sign_in
@never_cache
@require_POST
def end_session(request: HttpRequest, pk: int) -> HttpResponse:
    """Sign out in one other place."""
    if sessions.end(request.user, pk, str(request.session.session_key)):
        messages.success(request, _("Signed out there."))
    return redirect("people:security")


@recent_sign_in
@never_cache
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    sessions.end_all(request.user, but=str(request.session.session_key))
    messages.success(request, _("Signed out everywhere but here."))
    return redirect("people:security")


def _added(request: HttpRequest, codes: list[str]) -> HttpResponse:
    messages.success(request, _("Your second factor is set up."))
    if codes:
        return _shown(request, codes)
    return redirect(request.session.pop(TOWARDS, "people:security"))


def _shown(request: HttpRequest, codes: list[str]) -> TemplateResponse:
    """The codes, this once."""
    towards = request.session.pop(TOWARDS, "") or reverse_lazy("people:security")
    parted = [f"{code[:5]}-{code[5:]}" for code in codes]
    return TemplateResponse(request, "people/codes.html", {"codes": parted, "towards": towards})
