"""The administration's own site: for administrators, and signed in to like everything else."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from people.models import User


class Administration(AdminSite):
    """Organisations, teams, people and mandates."""

    site_header = _("Doorstep administration")
    site_title = _("Doorstep administration")
    index_title = _("People and organisations")

    def has_permission(self, request: HttpRequest) -> bool:
        """Administrators alone."""
        user: Any = request.user
        return bool(user.is_active and getattr(user, "role", "") == User.Role.ADMINISTRATOR)

    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """There is one door; this is not a second one."""
        return redirect_to_login(request.get_full_path())
