"""Before every page: has a second factor been shown, was the session used lately, is the proof recent enough?"""

from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from access import sessions
from access.factors import has_factor, shown_with_factor
from access.views.again import asked_again, is_recent
from people.models import User

View = Callable[..., HttpResponseBase]


class SecondFactorFirst:
    """Whoever has not shown a second factor where one is required is nobody yet, and can only enrol."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Nothing before the page is known."""
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: Any, given: Any
    ) -> HttpResponseBase | None:
        """Let pass, lead to enrolling, let the page see nobody, or ask who it is once more."""
        answer = self.first(request, view) or self.own(request, view) or self.unused(request, view)
        return answer or self.again(request, view)

    def own(self, request: HttpRequest, view: View) -> HttpResponseBase | None:
        """Whether the person is still to choose a password that nobody else knows."""
        if not isinstance(request.user, User) or request.user.password_given_at is None:
            return None
        marks = ("while_enrolling", "with_first_password")
        if not getattr(view, "login_required", True) or any(getattr(view, m, False) for m in marks):
            return None
        came = (
            record.get("method") for record in get_authentication_records(request, request.user)
        )
        return redirect("people:password") if "password" in came else None

    def unused(self, request: HttpRequest, view: View) -> HttpResponseBase | None:
        """Whether nobody has used this session for so long that it may be somebody else who does now."""
        if not isinstance(request.user, User) or not getattr(view, "login_required", True):
            return None
        if getattr(view, "while_enrolling", False) or getattr(view, "even_unused", False):
            return None
        if sessions.is_unused(request) and not is_recent(request):
            answer = asked_again(request)
            if answer is not None:
                return answer
        sessions.use(request)
        return None

    def first(self, request: HttpRequest, view: View) -> HttpResponseBase | None:
        """Whether a second factor is still to be set up or shown."""
        if not settings.SECOND_FACTOR_REQUIRED or not isinstance(request.user, User):
            return None
        if shown_with_factor(request):
            return None
        if getattr(view, "while_enrolling", False):
            if not has_factor(request.user):
                return None
            logout(
                request
            )  # it was enrolled elsewhere meanwhile: it is to be shown, not to be added to
            return redirect("people:sign_in")
        if getattr(view, "login_required", True):
            towards = (
                urlencode({"next": request.get_full_path()}) if request.method == "GET" else ""
            )
            return redirect(f"{reverse('people:enrol')}?{towards}")
        request.user = AnonymousUser()
        return None

    def again(self, request: HttpRequest, view: View) -> HttpResponseBase | None:
        """Whether this page wants a sign-in that is recent, and this one is not."""
        needs = getattr(view, "needs_recent", "")
        match = request.resolver_match
        if match and match.app_name == "admin":  # passwords, roles and addresses are changed there
            needs = "sending"
        if not needs or not isinstance(request.user, User):
            return None
        if request.method in {"GET", "HEAD"} and needs != "reading":
            return None
        return None if is_recent(request) else asked_again(request)
