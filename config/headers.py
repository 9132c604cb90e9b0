"""What every answer says to browsers beside what Django and django-csp say."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

log = logging.getLogger("access")

PERMISSIONS = (
    "accelerometer=(), autoplay=(), camera=(self), display-capture=(), fullscreen=(self), "
    "geolocation=(self), gyroscope=(), microphone=(self), payment=(), usb=()"
)
"""At the door a phone takes pictures, speaks and says where it is; nothing else is wanted of a device."""

MACHINES = ("/api/", "/carriers/", "/paid/")
"""Programs are not led on to https: one that sent its key in clear is to notice."""


class HouseHeaders:
    """No page stays in a cache, and sign-out empties what a browser has; who is not let in is in the log."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add what is missing; what a page says itself stands."""
        if (
            settings.SECURE_SSL_REDIRECT
            and request.path.startswith(MACHINES)
            and not request.is_secure()
        ):
            answer = HttpResponse("HTTPS only.", status=403, content_type="text/plain")
        else:
            answer = self.get_response(request)
        answer.setdefault("Permissions-Policy", PERMISSIONS)
        answer.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        answer.setdefault("Cache-Control", "private, no-store")  # static files bring their own
        user = getattr(
            request, "_cached_user", None
        )  # whoever was asked for; nobody is looked up here
        if user is not None and user.is_authenticated and answer.status_code in {403, 404}:
            log.warning(
                "User %s was not let to %s %s (%s).",
                user.pk, request.method, request.path, answer.status_code,
            )  # fmt: skip
        if request.method == "POST" and request.path == reverse("people:sign_out"):
            # Not "storage": a phone keeps there what it has not been able to send yet, sealed.
            answer["Clear-Site-Data"] = '"cache"'
        return answer
