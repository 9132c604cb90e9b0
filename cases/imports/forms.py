"""The form with which a file comes in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.imports import words
from people.models import Organisation, Team, User
from workflow.forms import DeskForm


class UploadForm(DeskForm):
    """Whose file, for which team, and the file."""

    creditor = forms.ModelChoiceField(
        label=_("Creditor"),
        queryset=Organisation.objects.filter(kind=Organisation.Kind.CREDITOR),
        empty_label=_("Choose the creditor"),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        empty_label=None,
        help_text=_("New cases go to this team's list."),
    )
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,  # said in our own words when it is looked at
        help_text=_("CSV or Excel (.xlsx), up to 100,000 rows and 60 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.tsv,.xlsx"}),
        error_messages={
            "required": _("Choose the file."),
            "missing": words.FILES["empty"][0],
            "invalid": _("The file did not arrive. Choose it again."),
        },
    )

    def __init__(self, *given: Any, user: User, **named: Any) -> None:
        super().__init__(*given, **named)
        teams = Team.objects.select_related("organisation")
        self.fields["team"].queryset = (
            teams if user.sees_every_team else teams.filter(pk=user.team_id)
        )
