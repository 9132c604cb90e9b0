"""The forms of statements: a file, the case of a line, why it is set aside."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from agreements.models import Payment
from banking.formats import MOST_BYTES
from banking.models import StatementLine
from cases.models import Case
from people.models import Organisation, Team, User
from workflow.forms import DeskForm


class StatementForm(DeskForm):
    """Whose account, for which team, and the bank's file."""

    creditor = forms.ModelChoiceField(
        label=_("Creditor"),
        queryset=Organisation.objects.filter(kind=Organisation.Kind.CREDITOR),
        empty_label=_("Choose the creditor"),
    )
    team = forms.ModelChoiceField(
        label=_("Team"),
        queryset=Team.objects.none(),
        empty_label=None,
        help_text=_("Payments are looked for in this team's open cases."),
    )
    file = forms.FileField(
        label=_("The bank's file"),
        help_text=_("CSV, MT940 or CAMT.053 as the bank exports it, up to 5,000 lines and 10 MB."),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.txt,.sta,.mt940,.940,.xml"}),
    )

    def __init__(self, *given: Any, user: User, **named: Any) -> None:
        super().__init__(*given, **named)
        teams = Team.objects.select_related("organisation")
        self.fields["team"].queryset = (
            teams if user.sees_every_team else teams.filter(pk=user.team_id)
        )

    def clean_file(self) -> Any:
        """No statement is as large as that."""
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The file has more than 10 MB. Export a shorter time."), code="too_large"
            )
        return file


class OfLineForm(DeskForm):
    """A form about one line of a statement."""

    def __init__(self, *given: Any, line: StatementLine, user: User, **named: Any) -> None:
        super().__init__(*given, **named)
        self.line, self.user = line, user

    def cases(self) -> QuerySet[Case]:
        """The cases that the line can be about: this creditor's in this team, as far as the reader sees them."""
        return Case.objects.visible_to(self.user).filter(
            team=self.line.team_id, creditor=self.line.creditor
        )


class CaseOfLineForm(OfLineForm):
    """The case whose payment it is, by its reference."""

    reference = forms.CharField(label=_("Case"), max_length=30)
    keep_rest = forms.BooleanField(
        label=_("If it is more than is owed, keep the rest for paying back"), required=False
    )

    def clean_reference(self) -> Case:
        """The case of that reference, of this creditor and team."""
        written = self.cleaned_data["reference"].strip().upper()
        found = self.cases().filter(reference=written).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no such case of %(creditor)s in this team."),
                code="unknown", params={"creditor": self.line.creditor},
            )  # fmt: skip
        return found


class PaymentOfLineForm(OfLineForm):
    """The payment that went back, by its number."""

    number = forms.CharField(
        label=_("Payment"),
        max_length=40,
        help_text=_("Its receipt's number, such as HZ-2026-0147-P1."),
    )

    def clean_number(self) -> Payment:
        """The payment of that number, of this creditor's cases in this team."""
        written = self.cleaned_data["number"].strip().upper()
        found = Payment.objects.filter(case__in=self.cases(), number=written).select_related(
            "case__debtor", "case__creditor", "case__team"
        ).first()  # fmt: skip
        if found is None:
            raise forms.ValidationError(
                _("There is no such payment of %(creditor)s in this team."),
                code="unknown", params={"creditor": self.line.creditor},
            )  # fmt: skip
        return found


class AsideForm(DeskForm):
    """Why a line is no payment of a case here."""

    why = forms.CharField(
        label=_("Why"),
        max_length=200,
        help_text=_("Such as: the creditor's own transfer; meant for another company."),
    )
