"""The form with which the post's file comes in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.imports import words
from workflow.forms import DeskForm


class DeliveriesForm(DeskForm):
    """The file."""

    file = forms.FileField(
        label=_("The post's file"),
        allow_empty_file=True,  # said in our own words when it is looked at
        help_text=_("CSV or Excel (.xlsx), up to 2,000 rows."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "required": _("Choose the file."),
            "missing": words.FILES["empty"][0],
            "invalid": _("The file did not arrive. Choose it again."),
        },
    )
