"""The forms about cash from doors: a deposit, a difference, a spoiled number."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from agreements.models import CashTaken
from cases.models import Case
from common.clock import local
from common.money import show
from workflow.forms import DeskForm, FilesField, MoneyField, PlaceTimeField, words_field


class DepositForm(DeskForm):
    """What was paid in, when and where, with the bank's slip."""

    amount = MoneyField(label=_("Paid in"), min_value=Decimal("0.01"))
    paid_in_at = PlaceTimeField(label=_("Paid in at"))
    bank = forms.CharField(label=_("Bank"), max_length=80)
    reference = forms.CharField(label=_("Number of the slip"), max_length=60)
    file = FilesField(label=_("The slip"), help_text=_("PDF, JPEG or PNG, at most 20 MB."))
    explanation = words_field(
        label=_("If it is not what stands on the receipt: why"), rows=2, most=200, required=False,
        help_text=_("A second person decides on it."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        paid_in: Any = self.fields["paid_in_at"]
        paid_in.zone = case.zone


class SlipForm(DeskForm):
    """Which receipts were paid in together, what the slip says, and the slip."""

    receipts = forms.ModelMultipleChoiceField(
        label=_("Receipts whose cash lies in it"), queryset=CashTaken.objects.none(),
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    amount = MoneyField(label=_("Sum on the slip"), min_value=Decimal("0.01"))
    paid_in_at = PlaceTimeField(label=_("Paid in at"))
    bank = forms.CharField(label=_("Bank"), max_length=80)
    reference = forms.CharField(label=_("Number of the slip"), max_length=60)
    file = FilesField(label=_("The slip"), help_text=_("PDF, JPEG or PNG, at most 20 MB."))

    def __init__(self, *args: Any, open_ones: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        receipts: Any = self.fields["receipts"]
        receipts.queryset = open_ones
        receipts.label_from_instance = lambda taken: _("%(number)s · %(missing)s · %(day)s") % {
            "number": taken.payment.number, "missing": show(taken.missing),
            "day": date_format(local(taken.taken_at, taken.case.zone), "SHORT_DATE_FORMAT"),
        }  # fmt: skip


class DifferenceForm(DeskForm):
    """Why what was paid in is not what stands on the receipt."""

    explanation = words_field(label=_("Why it differs"), rows=3, most=200)


class SpoilForm(DeskForm):
    """Why no receipt will stand under a number."""

    why = forms.CharField(label=_("Why"), max_length=200)
