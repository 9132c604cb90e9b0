"""The forms of requests about data."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import DataRequest
from privacy.actions import GRANT, PARTLY, REFUSE
from workflow.forms import DeskForm, said_field, words_field


class IdentityForm(DeskForm):
    """How it is known who asks."""

    identity = said_field(
        label=_("How the identity was proven"), choices=DataRequest.Identity.choices
    )
    words = words_field(label=_("What shows it"), most=300)


class AnswerForm(DeskForm):
    """The decision and its grounds."""

    decision = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[(GRANT, _("Grant")), (PARTLY, _("Grant in part")), (REFUSE, _("Refuse"))],
    )  # fmt: skip
    grounds = words_field(
        label=_("Grounds"), most=1000,
        help_text=_("They stand in the letter, in the words of whoever reads it."),
    )  # fmt: skip
