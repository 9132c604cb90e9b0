"""Where administrators keep organisations, teams and people; cases are not changed here."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from common import clock
from people.accounts import note_change
from people.forms import GivenPasswordForm, OrganisationForm, PhotoForm
from people.models import OfficerPhoto, Organisation, Team, User

admin.site.unregister(Group)  # rights follow the role, by people.rights


@admin.register(Organisation)
class Organisations(admin.ModelAdmin):
    form = OrganisationForm
    list_display = ["name", "kind", "creditor_type", "country", "packs"]
    list_filter = ["kind"]
    search_fields = ["name", "name_en"]
    prepopulated_fields = {"slug": ["name_en"]}


@admin.register(Team)
class Teams(admin.ModelAdmin):
    list_display = ["name", "organisation", "city"]
    list_filter = ["organisation"]


class Photo(admin.StackedInline):
    model = OfficerPhoto
    form = PhotoForm
    extra = 1


@admin.register(User)
class Users(UserAdmin):
    change_password_form = GivenPasswordForm
    list_display = ["username", "full_name", "role", "team", "badge", "is_active"]
    list_filter = ["role", "team", "is_active"]
    search_fields = ["username", "full_name", "badge"]
    ordering = ["username"]
    inlines = [
        Photo
    ]  # permits and certificates: the register of officers, which records each change
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["full_name", "role", "team", "badge", "phone", "email"]}),
        (_("Access"), {"fields": ["is_active", "is_staff"]}),
    ]
    add_fieldsets = [
        (None, {"fields": ["username", "usable_password", "password1", "password2"]}),
        (_("Person"), {"fields": ["full_name", "role", "team", "badge", "phone", "email"]}),
    ]
    filter_horizontal = []

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Whoever makes an account knows its first password, which therefore is good for choosing another."""
        if not change and obj.has_usable_password():
            obj.password_given_at = clock.now()
        super().save_model(request, obj, form, change)

    @method_decorator(sensitive_post_parameters())
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> Any:  # noqa: A002 - so Django names it
        """Another's here; one's own where the old one is asked for."""
        if id == str(request.user.pk):
            return redirect("people:password")
        return super().user_change_password(request, id, form_url)

    def log_addition(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Keep who has made the account, for it hangs on that whose second person they can be."""
        _note(request, obj, "made")
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: User, message: Any) -> Any:
        """Likewise who has changed it, or given it another password."""
        _note(request, obj, "changed")
        return super().log_change(request, obj, message)


def _note(request: HttpRequest, account: User, what: str) -> None:
    if isinstance(request.user, User):  # nobody else comes in here
        note_change(account=account, by=request.user, at=clock.now(), what=what)
