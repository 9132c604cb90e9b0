"""The form by which a bundle is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from court.models import Bundle
from people.models import User
from people.rights import may
from workflow.forms import DeskForm, said_field, words_field


class BundleForm(DeskForm):
    """Whole or redacted, what for, and what is blacked out."""

    scope = said_field(label=_("What goes in"), choices=Bundle.Scope.choices)
    reason = words_field(
        label=_("What it is for"), rows=2, most=300,
        help_text=_("The court and the number of its file, for instance. It stands in the bundle."),
    )  # fmt: skip
    hidden = forms.MultipleChoiceField(
        label=_("Black out"), choices=Bundle.Hidden.choices, required=False,
        widget=forms.CheckboxSelectMultiple, help_text=_("For a redacted bundle only."),
    )  # fmt: skip
    people = forms.MultipleChoiceField(
        label=_("Black out these people"), required=False, widget=forms.CheckboxSelectMultiple
    )
    hidden_why = words_field(label=_("Why it is blacked out"), rows=2, most=300, required=False)
    shown_files = forms.MultipleChoiceField(
        label=_("Files that go into a redacted bundle as they are"), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing can be blacked out inside a file. What is not ticked is listed with its digest alone."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, by: User, **given: Any) -> None:
        super().__init__(*args, **given)
        names = {*case.parties.values_list("person__name", flat=True), case.debtor_name}
        self.fields["people"].choices = [(name, name) for name in sorted(names)]
        files = case.documents.shown().order_by("created_at", "pk")
        if not may(by, "see_restricted"):
            files = files.filter(restricted=False)
        self.fields["shown_files"].choices = [
            (number, f"{title} · {number}")
            for number, title in files.values_list("number", "title")
        ]
        for name in ("people", "shown_files"):
            if not self.fields[name].choices:
                del self.fields[name]
