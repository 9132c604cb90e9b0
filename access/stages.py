"""What stands between the password and the desk."""

from typing import Any

from allauth.account.stages import LoginStage
from allauth.mfa.webauthn.internal.flows import did_use_passwordless_login
from django.shortcuts import redirect

from access.factors import has_factor, shown_at_provider


class SecondStep(LoginStage):
    """Whoever has a second factor shows it; a passkey that let them in was two at once, and so may a provider's be."""

    key = "second_step"
    urlname = "people:second_step"

    def handle(self) -> tuple[Any, bool]:
        """Ask for it, or go on."""
        user: Any = self.login.user
        both = did_use_passwordless_login(self.request, user) or shown_at_provider(
            self.request, user
        )
        if both or not has_factor(user):
            return None, True
        return redirect(self.urlname), True

    def abort(self) -> Any:
        """Back to the door."""
        return redirect("people:sign_in")
