"""What somebody without an account sends in."""

from collections.abc import Sequence
from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from common.money import total
from documents.storing import MOST_BYTES
from workflow.forms import DeskForm, MoneyField


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


class MeansForm(DeskForm):
    """What comes in and goes out in a month, as far as somebody cares to say; nothing of it is obligatory."""

    wages = MoneyField(label=_("Wages, pension or trade"), required=False)
    help = MoneyField(label=_("Help from the state or from family"), required=False)
    home = MoneyField(label=_("Rent or home loan, heat, light, water"), required=False)
    living = MoneyField(label=_("Food and daily needs"), required=False)
    others = MoneyField(label=_("Children, parents, school"), required=False)
    health = MoneyField(label=_("Doctor and medicine"), required=False)
    owing = MoneyField(label=_("What you pay to others who lent you money"), required=False)
    wait = forms.TypedChoiceField(
        label=_("When could you begin?"), coerce=int, required=False,
        choices=[(0, _("next month")), (2, _("in three months")), (5, _("in half a year"))],
    )  # fmt: skip
    at_once = MoneyField(
        label=_("A sum that you could pay at once, if there is one"), required=False
    )

    COMES_IN = ("wages", "help")
    GOES_OUT = ("home", "living", "others", "health", "owing")

    def sum_of(self, names: Sequence[str]) -> Decimal | None:
        """What these come to; None where nothing was said of any of them."""
        said = [
            self.cleaned_data[name] for name in names if self.cleaned_data.get(name) is not None
        ]
        return total(said) if said else None
