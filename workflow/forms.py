"""What the desk's forms have in common: layout, money, and times that are the debtor's."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.utils.translation import gettext_lazy as _

from common.clock import from_local

MOST_TEXT = 2000


class DeskForm(forms.Form):
    """A form whose tag, key and button stand in the template; crispy lays out the fields."""

    @property
    def helper(self) -> FormHelper:
        """Fields only: the template has the tag, the guard and the button."""
        helper = FormHelper(self)
        helper.form_tag = False
        helper.disable_csrf = True
        helper.include_media = False
        helper.form_show_errors = True
        return helper

    def clean(self) -> dict[str, Any]:
        """Text without characters that a database or a reader cannot bear."""
        cleaned = super().clean() or {}
        for name, value in cleaned.items():
            if isinstance(value, str):
                cleaned[name] = "".join(c for c in value if c.isprintable() or c in "\n\t").strip()
        return cleaned


class MoneyField(forms.DecimalField):
    """An amount with at most two places; thousands separators and full-width digits are read."""

    default_error_messages = {
        "invalid": _("Give an amount in figures, such as 6500.00."),
        "max_decimal_places": _("An amount has at most two places after the point."),
        "min_value": _("The amount cannot be less than %(limit_value)s."),
        "max_digits": _("This amount is too large."),
        "max_whole_digits": _("This amount is too large."),
    }

    def __init__(self, **given: Any) -> None:
        given.setdefault("min_value", Decimal("0.00"))
        given.setdefault("max_digits", 14)
        given.setdefault("decimal_places", 2)
        super().__init__(**given)
        self.widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Read what people write: 38,600.00, ¥38600 or full-width 38600."""
        if isinstance(value, str):
            wide = {0xFF01 + n: 0x21 + n for n in range(94)} | {0xFFE5: "¥"}  # full-width forms
            value = value.translate(wide).replace(",", "").replace("¥", "").strip()
            try:
                if value and not Decimal(value).is_finite():
                    raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
            except InvalidOperation:
                raise forms.ValidationError(
                    self.error_messages["invalid"], code="invalid"
                ) from None
        return super().to_python(value)


class PlaceTimeField(forms.DateTimeField):
    """A time as the clocks at the debtor's place show it, whatever zone the device is set to."""

    default_error_messages = {
        "invalid": _("Give the day and the time, such as 2026-03-05 14:30."),
    }

    def __init__(self, *, zone: str = "Asia/Shanghai", **given: Any) -> None:
        self.zone = zone
        given.setdefault("input_formats", ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"])
        super().__init__(**given)
        self.widget = forms.DateTimeInput(
            attrs={"type": "datetime-local", "step": 300}, format="%Y-%m-%dT%H:%M"
        )

    def to_python(self, value: Any) -> datetime | None:
        """The moment at which the clocks of that place show this."""
        if isinstance(value, datetime):
            return value
        for pattern in self.input_formats or ():
            try:
                return from_local(datetime.strptime(str(value), str(pattern)), self.zone)  # noqa: DTZ007
            except (ValueError, OverflowError):
                continue
        if value in self.empty_values:
            return None
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def prepare_value(self, value: Any) -> Any:
        """Shown in the place's own time."""
        from common.clock import local

        return (
            local(value, self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value
        )


def day_field(**given: Any) -> forms.DateField:
    """A date, with the device's own picker."""
    field = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"],
        **given,
    )
    field.error_messages["invalid"] = _("This day does not exist. Give it as 2026-02-27.")
    return field


def words_field(*, rows: int = 3, most: int = MOST_TEXT, **given: Any) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=most, **given)
