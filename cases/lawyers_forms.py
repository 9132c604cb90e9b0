"""The forms of a lawyer's letter."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from people.models import Organisation
from workflow.forms import DeskForm, words_field

MOST = 6000


class LetterTextForm(DeskForm):
    """The words of the letter."""

    text = words_field(
        label=_("Text of the letter"), rows=18, most=MOST,
        help_text=_("An empty line begins a new paragraph. Head, licence and signature come from the firm."),
    )  # fmt: skip


class DraftForm(LetterTextForm):
    """A new letter: which firm is asked, and the words."""

    firm = forms.ModelChoiceField(
        label=_("Law firm"), empty_label=None, queryset=Organisation.objects.none()
    )
    field_order = ["firm", "text"]

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["firm"].queryset = Organisation.objects.filter(
            kind=Organisation.Kind.LAW_FIRM
        ).exclude(licence="")


class ReasonForm(DeskForm):
    """Why it goes back, or is not wanted any more."""

    reason = words_field(label=_("Why"), most=500)
