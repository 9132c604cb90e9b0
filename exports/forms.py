"""The forms by which a file is asked for."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.told import GROUPS
from exports.models import Export
from workflow.forms import DeskForm, said_field, words_field


def _how_much() -> forms.ChoiceField:
    return said_field(
        label=_("Data of people"), choices=[("masked", _("Masked")), ("full", _("In full"))],
        help_text=_("Masked is enough for most purposes. Data in full always take a second person."),
    )  # fmt: skip


class ListForm(DeskForm):
    """What for, and masked or in full."""

    how = _how_much()
    reason = words_field(
        label=_("What it is for"), rows=2, most=300,
        help_text=_("Who is to have the file, and what for. It is kept with the export."),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """``in_full`` in place of the choice."""
        cleaned = super().clean()
        if "how" in cleaned:
            cleaned["in_full"] = cleaned.pop("how") == "full"
        return cleaned


class TimelineForm(ListForm):
    """As paper or for machines, all of it or some events alone."""

    form = said_field(
        label=_("Form"),
        choices=[
            (Export.Form.PDF.value, _("PDF, for people")),
            (Export.Form.JSON.value, _("JSON, for machines: proves the whole chain")),
        ],
    )
    group = forms.ChoiceField(
        label=_("Only these events"), required=False,
        choices=[("", _("All of them")), *((name, one.label) for name, one in GROUPS.items())],
        help_text=_("For a PDF only; JSON is always the whole."),
    )  # fmt: skip
    field_order = ("form", "group", "how", "reason")
