"""What somebody without an account sends in."""

from django import forms
from django.utils.translation import gettext_lazy as _

from documents.storing import MOST_BYTES
from workflow.forms import DeskForm


class CheckForm(DeskForm):
    """The paper to be compared: any file at all, for it is hashed and not kept."""

    scanned = False

    file = forms.FileField(
        label=_("The file you were given"),
        help_text=_("It is only compared, here and now; it is not kept."),
    )

    def clean_file(self) -> object:
        """No paper of ours is larger than what can be kept."""
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("This file is larger than any paper that is issued here. Please choose the PDF.")
            )
        return file
