"""The form in which a supervisor settles what a phone says."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from door.models import Item
from workflow.forms import DeskForm, PlaceTimeField, words_field


class SettleForm(DeskForm):
    """What becomes of an answer that was kept aside, and why."""

    how = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[
            (Item.Settled.STATEMENT, _("It stays beside the record, as what the officer stated")),
            (Item.Settled.TAKEN, _("It is taken into the record as it happened, as far as the rules still allow")),
        ],
    )  # fmt: skip
    happened_at = PlaceTimeField(
        label=_("When it happened"), required=False,
        help_text=_("By the clocks of the place. Change it only where you know better than the phone."),
    )  # fmt: skip
    reason = words_field(label=_("Why"), most=400)

    def __init__(self, *args: Any, zone: str, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["happened_at"].zone = zone
