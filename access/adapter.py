"""What django-allauth asks the house about."""

import logging
from ipaddress import ip_address
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from access.devices import remember
from common.addresses import client_address

log = logging.getLogger("access")


class HouseAdapter(DefaultAccountAdapter):
    """Nobody signs up, mail is not a way in, and words are said by our own pages."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Administrators open accounts."""
        return False

    def get_login_stages(self) -> list[str]:
        """What stands between the password and the desk."""
        return ["access.stages.SecondStep"]

    def get_client_ip(self, request: HttpRequest) -> str:
        """From where somebody asks; what is no address, such as a socket, counts as nowhere."""
        try:
            return str(ip_address(client_address(request)))
        except ValueError:
            return "0.0.0.0"  # noqa: S104  # nosec B104 - nothing listens there

    def is_safe_url(self, url: str | None) -> bool:
        """Only paths of this house: whatever is none would be looked up as the name of a view."""
        return bool(url) and url.startswith("/") and url_has_allowed_host_and_scheme(url, None)

    def respond_user_inactive(self, request: HttpRequest, user: Any) -> HttpResponse:
        """Back to the door, which says the same to everybody who may not come in."""
        return redirect("people:sign_in")

    def post_login(self, request: HttpRequest, user: Any, **given: Any) -> HttpResponse:
        """Let the browser be known, and leave a line in the log."""
        response = super().post_login(request, user, **given)
        remember(request, response, user)
        log.info("User %s signed in from %s.", user.pk, client_address(request))
        return response

    def add_message(self, *args: Any, **given: Any) -> None:
        """Our own pages say what was done."""

    def send_notification_mail(self, *args: Any, **given: Any) -> None:
        """Our own records tell of it."""
