"""Why somebody wants to see in full what is masked; and forms over data that are masked."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from looking.actions import HEALTH
from looking.models import Unmasking
from people.masking import GROUP_OF, Group, mask
from people.models import User
from people.rights import may
from workflow.forms import DeskForm, said_field, words_field


class UnmaskForm(DeskForm):
    """Which data, and what for."""

    group = forms.ChoiceField(label=_("What you need to see"), choices=Group.choices)
    why = said_field(label=_("Reason"), choices=Unmasking.Why.choices)
    words = words_field(label=_("In a few words"), most=300)

    def __init__(self, *args: Any, by: User, **given: Any) -> None:
        super().__init__(*args, **given)
        if not may(by, HEALTH):
            asked: Any = self.fields["group"]
            asked.choices = [choice for choice in Group.choices if choice[0] != Group.HEALTH]


class Veil:
    """Fields of a form whose present values are masked: left empty they stay as they are on file."""

    def __init__(
        self, form: forms.Form, kinds: Mapping[str, str], shown: Mapping[str, Any]
    ) -> None:
        self.held: dict[str, Any] = {}
        form.on_file = self.held  # type: ignore[attr-defined]  # for what is not questioned once it is held
        for name, kind in kinds.items():
            value = form.initial.get(name)
            if GROUP_OF[kind] in shown or value in ("", None):
                continue
            self.held[name] = value
            field = form.fields[name]
            form.initial[name], field.required = "", False
            said = _("On file: %(masked)s. Leave it empty to keep it.") % {
                "masked": mask(value, kind)
            }
            field.help_text = f"{field.help_text} {said}" if field.help_text else said

    def lifted(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """What was typed, with what stays on file in the place of what was left empty."""
        kept = {name: held for name, held in self.held.items() if data.get(name) in ("", None)}
        return {**data, **kept}
