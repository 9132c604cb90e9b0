"""What the desk's forms have in common: layout, money, and times that are the debtor's."""

from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from crispy_forms.helper import FormHelper
from django import forms
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from common import clock
from common.clock import from_local
from documents.scanning import Infected, NotScanned, scan
from documents.storing import MOST_BYTES, Unreadable, clean_name, kind_of_file, too_large
from people.models import User
from workflow.infected import note

MOST_TEXT = 2000
DASHES = "---------"  # by which Django offers nothing to choose
YEARS = range(1900, 2200)  # those in which clocks, calendars and rules can reckon
MEND: list[tuple[type[forms.Field], dict[str, Any]]] = [
    (forms.Field, {"required": _("Please fill this in.")}),
    (
        forms.CharField,
        {
            "max_length": _(
                "At most %(limit_value)d characters fit here, and these are %(show_value)d."
                " Please make it shorter."
            ),
            "null_characters_not_allowed": _(
                "There is a character in it that cannot be kept. Please type it again."
            ),
        },
    ),
    (
        forms.ChoiceField,
        {
            "required": _("Please choose one."),
            "invalid_choice": _("Please choose one of those that are offered."),
        },
    ),
    (
        forms.ModelChoiceField,
        {
            "required": _("Please choose one."),
            "invalid_choice": _("Please choose one of those that are offered."),
            "invalid_list": _("Please choose from those that are offered."),
            "invalid_pk_value": _("Please choose from those that are offered."),
        },
    ),
    (
        forms.MultipleChoiceField,
        {
            "required": _("Please choose at least one."),
            "invalid_list": _("Please choose from those that are offered."),
        },
    ),
    (forms.ModelMultipleChoiceField, {"required": _("Please choose at least one.")}),
    (
        forms.IntegerField,
        {
            "invalid": _("Give a whole number, such as 2."),
            "min_value": _("At least %(limit_value)s."),
            "max_value": _("At most %(limit_value)s."),
        },
    ),
    (forms.DateField, {"required": _("Please give the day.")}),
    (forms.DateTimeField, {"required": _("Please give the day and the time.")}),
    (
        forms.FileField,
        {
            "required": _("Please choose the file."),
            "missing": _("Please choose the file."),
            "invalid": _("The file did not arrive. Please choose it again."),
            "empty": _("The file is empty. Please choose the file again."),
        },
    ),
]
"""What a form says in place of Django's own words: not what is wrong alone, but how to mend it."""


class DeskForm(forms.Form):
    """A form whose tag, key and button stand in the template; crispy lays out the fields."""

    scanned = True  # whether its files are kept, and so looked through for viruses
    sender: User | None = None
    """Who sent it, where the view says so; a refused file is recorded under that name."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.put_in_words()

    def put_in_words(self) -> None:
        """Let every field say how to mend what is wrong; again by a form that adds fields of its own."""
        for field in self.fields.values():
            if isinstance(field, forms.ModelChoiceField) and field.empty_label == DASHES:
                field.empty_label = _("Please choose")
            theirs, before = _words_of_django(type(field)), dict(field.error_messages)
            for kind, words in MEND:
                if isinstance(field, kind):
                    for code, says in words.items():
                        if before.get(code) in {None, *theirs.get(code, ())}:
                            field.error_messages[code] = says

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
        """Text without characters that a database or a reader cannot bear, and no file with a virus."""
        cleaned = super().clean() or {}
        if self.scanned and settings.CLAMD:
            self._scan(cleaned)
        for name, value in list(cleaned.items()):
            if isinstance(value, str):
                kept = "".join(c for c in value if c.isprintable() or c in "\n\t").strip()
                cleaned[name] = kept
                if not kept and self.fields[name].required:  # there was nothing that one can see
                    self.add_error(name, self.fields[name].error_messages["required"])
        return cleaned

    def _scan(self, cleaned: dict[str, Any]) -> None:
        for name, value in list(cleaned.items()):
            for file in value if isinstance(value, list | tuple) else [value]:
                if not isinstance(file, UploadedFile):
                    continue
                file.seek(0)
                content = file.read()
                file.seek(0)
                try:
                    scan(content)
                except Infected as infected:
                    note(infected, content, by=self.sender, at=clock.now())
                    self.add_error(name, str(infected))
                    break
                except NotScanned as not_scanned:
                    self.add_error(name, str(not_scanned))
                    break


class FilesField(forms.FileField):
    """A file that can be taken in: looked at before anything is done, and told of beside the field."""

    def clean(self, data: Any, initial: Any = None) -> Any:
        """The file, once its size, ending and beginning agree on what it is."""
        file = super().clean(data, initial)
        if file and file is not initial:
            try:
                if file.size > MOST_BYTES:
                    too_large(file.size)
                kind_of_file(clean_name(file.name), file.read())
            except Unreadable as unreadable:
                raise forms.ValidationError(str(unreadable), code="unreadable") from None
            finally:
                file.seek(0)
        return file


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
        "year": _("Please look at the year: it should lie between 1900 and 2199."),
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
                given = datetime.strptime(str(value), str(pattern))  # noqa: DTZ007
            except ValueError:
                continue
            if given.year not in YEARS:
                raise forms.ValidationError(self.error_messages["year"], code="year")
            return from_local(given, self.zone)
        if value in self.empty_values:
            return None
        raise forms.ValidationError(self.error_messages["invalid"], code="invalid")

    def prepare_value(self, value: Any) -> Any:
        """Shown in the place's own time."""
        from common.clock import local

        return (
            local(value, self.zone).replace(tzinfo=None) if isinstance(value, datetime) else value
        )


class DayField(forms.DateField):
    """A day in a year in which the rules can reckon."""

    default_error_messages = {
        "invalid": _("This day does not exist. Give it as 2026-02-27."),
        "year": _("Please look at the year: it should lie between 1900 and 2199."),
    }

    def to_python(self, value: Any) -> date | None:
        """The day."""
        day: date | None = super().to_python(value)
        if day and day.year not in YEARS:
            raise forms.ValidationError(self.error_messages["year"], code="year")
        return day


def day_field(**given: Any) -> forms.DateField:
    """A date, with the device's own picker."""
    return DayField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d"],
        **given,
    )


def said_field(*, choices: Any = (), **given: Any) -> forms.ChoiceField:
    """A fact to be chosen by whoever knows it: nothing stands there beforehand to be saved by mistake."""
    return forms.ChoiceField(choices=unsaid(choices), **given)


def unsaid(choices: Any) -> list[Any]:
    """The choices after an empty one."""
    return [("", _("Please choose")), *choices]


def words_field(*, rows: int = 3, most: int = MOST_TEXT, **given: Any) -> forms.CharField:
    """A few lines of text."""
    return forms.CharField(widget=forms.Textarea(attrs={"rows": rows}), max_length=most, **given)


def _words_of_django(kind: type[forms.Field]) -> dict[str, set[Any]]:
    """What Django itself would say for such a field; whatever else stands there was chosen for it."""
    found: dict[str, set[Any]] = {}
    for base in kind.__mro__:
        if base.__module__.startswith("django."):
            for code, says in vars(base).get("default_error_messages", {}).items():
                found.setdefault(code, set()).add(says)
    return found
