"""Keys are made and revoked in the administration; a new one is shown once."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext as _

from api.models import ApiKey, new_key
from common import clock


@admin.register(ApiKey)
class ApiKeys(admin.ModelAdmin):
    list_display = ["name", "user", "created_at", "revoked_at"]
    fields = ["name", "user", "revoked_at"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """A new key is shown this once; only its digest is kept."""
        if not change:
            key, obj.digest = new_key()
            obj.created_at = clock.now()
            messages.warning(request, _("The new key, shown only now: %(key)s") % {"key": key})
        super().save_model(request, obj, form, change)
