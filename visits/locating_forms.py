"""The form that takes over where an address lies."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from common.clock import local
from visits.models import Position
from workflow.forms import DeskForm, unsaid


class LocateForm(DeskForm):
    """One of the positions that were measured at the door; ``measured`` is its key."""

    measured = forms.TypedChoiceField(label=_("What was measured"), coerce=int)

    def __init__(self, *args: Any, measured: Sequence[Position], zone: str, **given: Any) -> None:
        super().__init__(*args, **given)
        asked: Any = self.fields["measured"]
        asked.choices = unsaid([(row.pk, self._told(row, zone)) for row in measured])

    @staticmethod
    def _told(row: Position, zone: str) -> str:
        """When, on which occasion, by whom, and how far off it may be."""
        return " · ".join(
            [
                f"{local(row.at, zone):%Y-%m-%d %H:%M}", str(row.get_kind_display()),
                f"{row.officer} {row.officer.badge}".strip(), f"± {row.accuracy_m} m",
            ]
        )  # fmt: skip
