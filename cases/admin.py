"""Mandates are kept here; cases can be looked at, never changed: only actions change a case."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from cases.models import Case, Mandate


@admin.register(Mandate)
class Mandates(admin.ModelAdmin):
    list_display = ["number", "principal", "agent", "valid_from", "valid_until"]
    list_filter = ["principal", "agent"]
    search_fields = ["number"]
    raw_id_fields = ["document"]


class LookOnly(admin.ModelAdmin):
    """Nothing can be added, changed or removed behind the actions' backs."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Case)
class Cases(LookOnly):
    list_display = ["reference", "debtor_name", "creditor", "state", "team", "officer"]
    list_filter = ["state", "team"]
    search_fields = ["reference", "debtor_name", "external_reference"]
    show_full_result_count = False
