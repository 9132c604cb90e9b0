"""Coming in, going out, and one's own password."""

from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView, LogoutView, PasswordChangeView
from django.urls import reverse_lazy

from people.models import User

DEMO_PASSWORD = "door-step-2026"  # noqa: S105  only for the demo's invented people


class SignIn(LoginView):
    """The sign-in page; in the demo it names the accounts that one can try."""

    template_name = "people/login.html"
    redirect_authenticated_user = True

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """The form, and the demo's people where this is the demo."""
        context: dict[str, Any] = super().get_context_data(**given)
        if settings.ENV == "demo":
            context["demo_accounts"] = [
                {
                    "username": user.username,
                    "password": DEMO_PASSWORD,
                    "name": str(user),
                    "role": user.get_role_display(),
                    "team": str(user.team or ""),
                }
                for user in User.objects.filter(is_active=True)
                .exclude(role=User.Role.SYSTEM)
                .select_related("team")
                .order_by("pk")[:30]
            ]
        return context


class SignOut(LogoutView):
    """Out, and back to the sign-in page."""

    next_page = reverse_lazy("people:sign_in")


class ChangePassword(PasswordChangeView):
    """One's own password."""

    template_name = "people/password.html"
    success_url = reverse_lazy("desk:work")
