"""The forms of accounts elsewhere, at carriers above all, made from what each of those needs."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.channels import Carrier, Setting
from notices.models import ChannelAccount
from people.models import Organisation
from workflow.forms import DeskForm, words_field

KEPT = gettext_lazy("Kept, and never shown again. Leave it empty to keep it.")
HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")


class SettingsForm(DeskForm):
    """What somebody who carries messages or money needs, how fast it may go, and why it is entered or changed.

    Forms of that kind say ``whose`` account it is, which is asked when one is opened, and ``per_minute``.
    """

    whose: tuple[str, ...] = ()
    why = words_field(label=gettext_lazy("Why"), most=300)

    def __init__(
        self, *args: Any, needs: Sequence[Setting], account: Any = None, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.names = [one.name for one in needs]
        last = {name: self.fields.pop(name) for name in ("per_minute", "why")}
        for one in needs:
            self.fields[one.name] = self.field_of(one, account)
        self.fields.update(last)
        if account:
            for name in self.whose:
                del self.fields[name]
            self.fields["per_minute"].initial = account.per_minute
        self.put_in_words()

    def field_of(self, one: Setting, account: Any) -> forms.Field:
        """How this setting is asked for; a secret that is kept may be left empty."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """What was given for them stands together under ``values``."""
        cleaned = super().clean()
        cleaned["values"] = {name: cleaned.pop(name, "") for name in self.names}
        return cleaned


class AccountForm(SettingsForm):
    """An account at a carrier."""

    whose = ("organisation",)
    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Whose account"), queryset=Organisation.objects.all()
    )
    per_minute = forms.IntegerField(
        label=gettext_lazy("Most messages a minute"),
        min_value=0,
        max_value=60_000,
        initial=0,
        help_text=gettext_lazy("0: no limit."),
    )

    def field_of(self, one: Setting, account: Any) -> forms.Field:
        """How this setting is asked for."""
        return _field(one, account)


class UseForm(DeskForm):
    """Why an account is taken in or out of use."""

    why = words_field(label=gettext_lazy("Why"), most=300)


class TryForm(DeskForm):
    """Where the test message goes."""

    to = forms.CharField(
        label=gettext_lazy("An address of your own"),
        max_length=320,
        help_text=gettext_lazy("Never that of a debtor or of anybody in a case."),
    )
    template = forms.CharField(label=gettext_lazy("Number of an approved template"), max_length=80)
    params = forms.CharField(
        label=gettext_lazy("What stands in its gaps"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("One a line, such as name=Test."),
    )

    def __init__(self, *args: Any, carrier: Carrier, **given: Any) -> None:
        super().__init__(*args, **given)
        self.channel = carrier.channel
        if not carrier.needs_template:
            del self.fields["template"], self.fields["params"]

    def clean_to(self) -> str:
        """An e-mail address where it goes by e-mail."""
        to: str = self.cleaned_data["to"]
        if self.channel == "email":
            try:
                validate_email(to)
            except ValidationError:
                raise ValidationError(
                    _("This is no e-mail address. It looks like name@example.com.")
                ) from None
        return to

    def clean_params(self) -> dict[str, str]:
        """The gaps by their names."""
        found = {}
        for line in self.cleaned_data.get("params", "").splitlines():
            name, sign, value = line.partition("=")
            if line.strip() and not (sign and name.strip()):
                raise ValidationError(_("Give each as name=value, one a line."))
            if line.strip():
                found[name.strip()] = value.strip()
        return found


def _field(one: Setting, account: ChannelAccount | None) -> forms.Field:
    kept = account.settings.get(one.name) if account else None
    common: dict[str, Any] = {
        "label": one.label, "help_text": one.help_text, "required": one.required, "initial": kept,
    }  # fmt: skip
    if one.secret:
        if account and account.secrets.get(one.name):
            common |= {"required": False, "help_text": KEPT}
        widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
        return forms.CharField(**{**common, "initial": None}, max_length=4000, widget=widget)
    if one.kind == "choice":
        return forms.ChoiceField(**common, choices=one.choices)
    if one.kind == "number":
        return forms.IntegerField(**common, min_value=0, max_value=2_000_000_000)
    checks: dict[str, list[Any]] = {
        "address": [URLValidator(schemes=["http", "https"])], "email": [validate_email],
    }  # fmt: skip
    found = checks.get(one.kind, [])
    if one.name == "host":
        found = [_host]
    return forms.CharField(**common, max_length=300, validators=found)


def _host(text: str) -> None:
    if not HOST.fullmatch(text):
        raise ValidationError(_("This is no name of a server. It looks like smtp.example.com."))
