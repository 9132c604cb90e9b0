"""The forms of accounts at payment providers, made from what each provider needs."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from banking.models import ProviderAccount
from banking.models.providers import PER_MINUTE
from notices.account_forms import KEPT, SettingsForm
from notices.channels import Setting
from people.models import Organisation, Team


class ProviderForm(SettingsForm):
    """Whose payments, and what the provider needs."""

    whose = ("creditor", "team")
    creditor = forms.ModelChoiceField(
        label=_("Creditor"),
        queryset=Organisation.objects.filter(kind=Organisation.Kind.CREDITOR),
        empty_label=_("Choose the creditor"),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.select_related("organisation"),
        empty_label=_("Choose the team"),
        help_text=_("Payments are looked for in this team's open cases."),
    )
    per_minute = forms.IntegerField(
        label=_("Most calls a minute"),
        min_value=1,
        max_value=60_000,
        initial=PER_MINUTE,
        help_text=_("What comes above it is told to come again later."),
    )

    def field_of(self, one: Setting, account: Any) -> forms.Field:
        """How this setting is asked for."""
        return _field(one, account)


def _field(one: Setting, account: ProviderAccount | None) -> forms.Field:
    common: dict[str, Any] = {
        "label": one.label, "help_text": one.help_text, "required": one.required,
    }  # fmt: skip
    if one.secret:
        if account and account.secrets.get(one.name):
            common |= {"required": False, "help_text": KEPT}
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(**common, max_length=200, widget=widget)
    initial = account.settings.get(one.name) if account else None
    if one.kind == "pem":
        text = forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"})
        return forms.CharField(**common, initial=initial, max_length=8000, widget=text)
    return forms.CharField(**common, initial=initial, max_length=80)
