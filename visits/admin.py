"""Visits can be looked at here, never changed: only actions change a visit."""

from django.contrib import admin

from cases.admin import LookOnly
from visits.models import Visit


@admin.register(Visit)
class Visits(LookOnly):
    list_display = ["reference", "case", "state", "starts_at", "place_kind", "outcome"]
    list_filter = ["state", "outcome"]
    search_fields = ["reference", "case__reference"]
    list_select_related = ["case"]
    show_full_result_count = False
