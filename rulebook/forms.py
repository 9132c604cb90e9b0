"""The forms of the rule book's drafts but for those of a value."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from compliance import packs
from compliance.parsing import CONFIDENCES
from compliance.verdict import Force
from desk.rulebook import CONFIDENCE
from desk.showing import pack_title, tongue_now
from people.models import Organisation
from rulebook.fields import ExactField
from workflow.forms import DeskForm, day_field, words_field


class DraftForm(DeskForm):
    """A change begins: from which day on acts are to be judged by it, and why."""

    in_force_from = day_field(
        label=gettext_lazy("From which day on"),
        help_text=gettext_lazy("Acts of that day and later are judged by the new version, earlier ones by the old."),
    )  # fmt: skip
    reason = words_field(label=gettext_lazy("Why the rules change"), rows=3)


class NewPackForm(DeskForm):
    """A house's own pack: what it is called, what it tightens, for whom, and on what it rests."""

    title_zh = forms.CharField(label=gettext_lazy("Name in Chinese"), max_length=80)
    title_en = forms.CharField(label=gettext_lazy("Name in English"), max_length=80)
    name = forms.RegexField(
        label=gettext_lazy("Short name"), regex=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=30,
        help_text=gettext_lazy("Small letters, figures and hyphens, such as house-nb. It stands for ever."),
        error_messages={"invalid": gettext_lazy("Small letters, figures and hyphens only, such as house-nb.")},
    )  # fmt: skip
    about_zh = words_field(label=gettext_lazy("What it is for, in Chinese"), rows=2, most=500)
    about_en = words_field(label=gettext_lazy("What it is for, in English"), rows=2, most=500)
    tightens = forms.MultipleChoiceField(
        label=gettext_lazy("Which packs it tightens"), widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("They are always asked with it; none of its lines may be looser."),
    )  # fmt: skip
    creditors = forms.ModelMultipleChoiceField(
        label=gettext_lazy("For these creditors"), queryset=Organisation.objects.none(),
        widget=forms.CheckboxSelectMultiple, required=False,
        help_text=gettext_lazy("Their cases are judged by it from its first day on. None: nobody's yet; a list can be set later."),
    )  # fmt: skip
    source_zh = forms.CharField(
        label=gettext_lazy("The house's own rules in Chinese, by their title"), max_length=200
    )
    source_en = forms.CharField(
        label=gettext_lazy("The house's own rules in English, by their title"), max_length=200
    )
    in_force_from = day_field(label=gettext_lazy("From which day on"))
    reason = words_field(label=gettext_lazy("Why the rules change"), rows=2)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["tightens"].choices = [(one, pack_title(one)) for one in packs.names()]
        self.fields["creditors"].queryset = Organisation.objects.filter(
            kind=Organisation.Kind.CREDITOR
        ).order_by("pk")

    def clean(self) -> dict[str, Any]:
        """The head of the pack and its source, as they are written."""
        given = super().clean()
        if self.errors:
            return given
        return {
            "name": given["name"],
            "head": {
                "jurisdiction": "house",
                "tightens": given["tightens"],
                "title": {"en": given["title_en"], "zh": given["title_zh"]},
                "about": {"en": given["about_en"], "zh": given["about_zh"]},
            },
            "source": {
                "title": given["source_en"],
                "title_zh": given["source_zh"],
                "force": "policy",
            },
            "creditors": list(given["creditors"]),
            "in_force_from": given["in_force_from"],
            "reason": given["reason"],
        }


class PublishForm(DeskForm):
    """The second person's word."""

    answer = words_field(
        label=gettext_lazy("Your answer"), rows=3,
        help_text=gettext_lazy("It stands with the version for ever, with your name."),
    )  # fmt: skip


class CheckedForm(DeskForm):
    """Who has compared a value with its source, and when."""

    checked_by = forms.CharField(
        label=gettext_lazy("Who compared it with its source"), max_length=80
    )
    checked_on = day_field(label=gettext_lazy("On which day"))

    def __init__(self, *args: Any, today: date, **given: Any) -> None:
        super().__init__(*args, **given)
        self.today = today

    def clean_checked_on(self) -> date:
        """No day that is still to come."""
        day: date = self.cleaned_data["checked_on"]
        if day > self.today:
            raise forms.ValidationError(_("This day is still to come."), code="ahead")
        return day


class SourceForm(DeskForm):
    """A text on which values may rest."""

    title_zh = forms.CharField(label=gettext_lazy("Title in Chinese"), max_length=300)
    title = forms.CharField(label=gettext_lazy("Title in English"), max_length=300)
    url = forms.URLField(
        label=gettext_lazy("Where it can be read"), max_length=500, required=False,
        assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Give the whole address, such as https://www.gov.cn/.")},
    )  # fmt: skip
    force = forms.ChoiceField(label=gettext_lazy("Force"))
    confidence = forms.ChoiceField(label=gettext_lazy("Confidence of the research"))
    checked_by = forms.CharField(
        label=gettext_lazy("Who has read the text itself"), max_length=80, required=False,
        help_text=gettext_lazy("Empty: nobody yet, and it is shown so."),
    )  # fmt: skip
    checked_on = day_field(label=gettext_lazy("On which day"), required=False)

    def __init__(self, *args: Any, today: date, house: bool = False, **given: Any) -> None:
        super().__init__(*args, **given)
        self.today = today
        forces = [Force.POLICY] if house else list(Force)
        self.fields["force"].choices = [(one.value, one.label[tongue_now()]) for one in forces]
        self.fields["confidence"].choices = [(code, CONFIDENCE[code]) for code in CONFIDENCES]

    def clean(self) -> dict[str, Any]:
        """Who checked it and when, or neither."""
        cleaned = super().clean()
        by, on = cleaned.get("checked_by"), cleaned.get("checked_on")
        if bool(by) != bool(on) and not self.errors:
            self.add_error("checked_on" if by else "checked_by", _("Give both, or neither."))
        if on and on > self.today:
            self.add_error("checked_on", _("This day is still to come."))
        return cleaned


class RateForm(DeskForm):
    """A month's loan prime rate, with where it was published."""

    since = day_field(
        label=gettext_lazy("Published on"),
        help_text=gettext_lazy("The rate holds from this day on."),
    )  # fmt: skip
    until = day_field(
        label=gettext_lazy("Until the eve of the next publication"),
        help_text=gettext_lazy("Of later days the rate is not known until it is entered."),
    )  # fmt: skip
    percent = ExactField(
        label=gettext_lazy("One-year rate, per cent"), max_length=6,
        help_text=SafeString('<span id="four-times" aria-live="polite"></span>'),
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )  # fmt: skip
    url = forms.URLField(
        label=gettext_lazy("Where it was published"), max_length=500, assume_scheme="https",
        error_messages={"invalid": gettext_lazy("Give the whole address, such as https://www.gov.cn/.")},
    )  # fmt: skip
    note = forms.CharField(label=gettext_lazy("Note"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, preview: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.today = today
        self.fields["percent"].widget.attrs |= {
            "hx-get": preview, "hx-trigger": "load, input changed delay:300ms",
            "hx-target": "#four-times",
        }  # fmt: skip

    def clean_percent(self) -> str:
        """A rate that can be one."""
        text = str(self.cleaned_data["percent"])
        if not 0 < Decimal(text) < 100:
            raise forms.ValidationError(_("Give the rate in per cent, such as 3.00."), code="rate")
        return text

    def clean(self) -> dict[str, Any]:
        """A rate that was published, on days in their order."""
        cleaned = super().clean()
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and since > self.today:
            self.add_error("since", _("This day is still to come."))
        if since and until and until < since:
            self.add_error("until", _("The last day cannot lie before the first."))
        return cleaned
