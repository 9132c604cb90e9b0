"""The forms of sharing out work."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from allocation.models import STEPS
from cases.actions.assigning import assignable
from cases.forms import known_zone
from cases.models import Case
from people.models import Organisation, Team, User
from workflow.forms import DeskForm, MoneyField, day_field, words_field


class PersonField(forms.ModelChoiceField):
    """One of a team, with the badge that tells namesakes apart."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and badge."""
        return f"{obj} · {obj.badge}" if obj.badge else str(obj)


class AbsenceForm(DeskForm):
    """From when until when somebody is away, and who stands in."""

    person = PersonField(label=_("Who is absent"), queryset=User.objects.none())
    first_day = day_field(label=_("First day"))
    last_day = day_field(label=_("Last day"))
    stand_in = PersonField(
        label=_("Stand-in"), queryset=User.objects.none(), required=False, empty_label=pgettext_lazy("stand-in", "Nobody"),
        help_text=_("Sees under “Mine” what newly falls due in these cases meanwhile."),
    )  # fmt: skip

    def __init__(self, *args: Any, team: Team | None, others: bool, **given: Any) -> None:
        super().__init__(*args, **given)
        people = assignable(team) if team else User.objects.none()
        self.fields["stand_in"].queryset = people
        if others:
            self.fields["person"].queryset = people
        else:  # one's own alone: there is nothing to choose
            del self.fields["person"]


class RuleForm(DeskForm):
    """Which cases, and to whom; what is left empty asks nothing."""

    creditor = forms.ModelChoiceField(
        label=_("Creditor"), queryset=Organisation.objects.none(), required=False,
        empty_label=_("Every creditor"),
    )  # fmt: skip
    zone = forms.CharField(
        label=_("Time zone of the debtor"), max_length=40, required=False,
        help_text=_("Such as Asia/Shanghai; empty: every zone."),
    )  # fmt: skip
    at_least = MoneyField(label=_("Owed at least"), required=False)
    below = MoneyField(label=_("Owed less than"), required=False)
    language = forms.ChoiceField(
        label=_("Language of the debtor"), required=False,
        choices=[("", _("Every language")), *User.Language.choices],
    )  # fmt: skip
    step = forms.ChoiceField(
        label=_("Step"), required=False, choices=[("", _("Every step")), *STEPS]
    )
    person = PersonField(
        label=_("Goes to"), queryset=User.objects.none(), required=False,
        empty_label=_("The officer with the fewest open cases"),
    )  # fmt: skip

    def __init__(self, *args: Any, team: Team, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["person"].queryset = assignable(team)
        lenders = Case.objects.filter(team=team).order_by().values("creditor").distinct()
        self.fields["creditor"].queryset = Organisation.objects.filter(pk__in=lenders)

    def clean_zone(self) -> str:
        """A zone that the rules can reckon in."""
        return known_zone(self.cleaned_data["zone"])


class GiveOnForm(DeskForm):
    """To whom the ticked cases go, and why."""

    person = PersonField(label=_("Give them to"), queryset=User.objects.none())
    why = words_field(
        label=_("Why"), rows=2, most=200,
        help_text=_("Stands on each case's timeline and in the e-mail; of the debtor it says nothing."),
    )  # fmt: skip

    def __init__(self, *args: Any, team: Team | None, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["person"].queryset = assignable(team) if team else User.objects.none()
