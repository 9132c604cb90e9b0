"""The forms of complaints and of looking into visits."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from cases.models import Case
from people.models import User
from quality.models import Complaint
from quality.questions import ANSWERS, QUESTIONS
from visits.models import Visit
from workflow.forms import DeskForm, day_field, said_field, words_field

BY_STAFF = [one for one in Complaint.How.choices if one[0] != Complaint.How.LINK]
MOST_WORDS = 2000


def people_of(case: Case) -> Any:
    """Those who may be complained of in this case: its team, and whoever went to one of its visits."""
    crew = case.visits.values("crew__officer")
    mates = User.objects.filter(is_active=True, team=case.team_id)
    return (mates | User.objects.filter(pk__in=crew)).distinct().order_by("full_name", "pk")


class _Named:
    def label_from_instance(self, obj: Any) -> str:
        """Name and role."""
        return f"{obj} · {obj.get_role_display()}"


class PersonField(_Named, forms.ModelChoiceField):
    """Somebody of the house with what they are."""


class PeopleField(_Named, forms.ModelMultipleChoiceField):
    """People of the house with what they are."""


class ReceiveForm(DeskForm):
    """What somebody complains of, as whoever hears it takes it down."""

    how = said_field(label=_("How it came in"), choices=BY_STAFF)
    what = said_field(label=_("What it is about"), choices=Complaint.What.choices)
    words = words_field(label=_("In the person's words"), rows=5, most=MOST_WORDS)
    visit = forms.ModelChoiceField(
        label=_("Which visit"), queryset=Visit.objects.none(), required=False,
        empty_label=_("The last one, or none"),
    )  # fmt: skip
    against = PeopleField(
        label=_("Of whom"), queryset=User.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("It is kept from these. Nobody named: from all who had a hand in the case."),
    )  # fmt: skip

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        visits: Any = self.fields["visit"]
        visits.queryset = case.visits.exclude(started_at=None).order_by("-starts_at")
        people: Any = self.fields["against"]
        people.queryset = people_of(case)


class ThoseForm(DeskForm):
    """Who is complained of, once that is known."""

    against = PeopleField(
        label=_("Of whom"), queryset=User.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        people: Any = self.fields["against"]
        people.queryset = people_of(case)


class DecideForm(DeskForm):
    """What came of it, in words that the debtor reads."""

    outcome = said_field(label=_("What came of it"), choices=Complaint.Outcome.choices)
    reason = words_field(label=_("Why"), most=1000, help_text=_("The debtor reads this."))
    remedy = words_field(
        label=_("What is done about it"), most=1000, required=False,
        help_text=_("The debtor reads this too; it stands in the closure report."),
    )  # fmt: skip


W = Complaint.What
OUTSIDE = [
    (W.MANNER.value, _("How somebody spoke or behaved")),
    (W.THREAT.value, _("Threats or pressure")),
    (W.FREQUENCY.value, _("Too often, or at a wrong hour")),
    (W.PRIVACY.value, _("Others learned of my private matters")),
    (W.OTHER.value, pgettext_lazy("complaint", "Something else")),
]
"""What it can be about on a page that anybody may be reading: without a word of why somebody came."""


class ComplainForm(DeskForm):
    """What a person outside the house wants to complain of."""

    what = said_field(label=_("What is it about?"), choices=OUTSIDE)
    words = words_field(label=_("What happened?"), rows=6, most=MOST_WORDS)


class ReviewForm(DeskForm):
    """The answers about one visit; each question with a comment where one is needed."""

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        for one in QUESTIONS:
            self.fields[f"{one.code}_score"] = said_field(label=one.words, choices=ANSWERS)
            self.fields[f"{one.code}_comment"] = forms.CharField(
                label=_("Comment"), max_length=300, required=False
            )
        self.fields["remark"] = words_field(label=_("Anything else"), most=1000, required=False)
        self.put_in_words()

    def answers(self) -> dict[str, dict[str, str]]:
        """The answers by the codes of the questions."""
        return {
            one.code: {
                "score": self.cleaned_data[f"{one.code}_score"],
                "comment": self.cleaned_data[f"{one.code}_comment"],
            }
            for one in QUESTIONS
        }


class DrawForm(DeskForm):
    """Which month, how many, and by which seed."""

    month = forms.CharField(
        label=_("Month"), max_length=7,
        widget=forms.TextInput(attrs={"type": "month", "placeholder": "2026-03"}),
    )  # fmt: skip
    size = forms.IntegerField(label=_("How many visits"), min_value=1, max_value=200)
    seed = forms.IntegerField(
        label=_("Seed"), min_value=0, max_value=2**53,
        help_text=_("Whoever draws again with the same seed gets the same visits."),
    )  # fmt: skip


class FindingForm(DeskForm):
    """What is to be done, by whom and until when."""

    what = words_field(label=_("What to do"), most=300)
    owner = PersonField(
        label=_("Who does it"), queryset=User.objects.none(), empty_label=_("Please choose")
    )
    due_on = day_field(label=_("Until"))


class WordsForm(DeskForm):
    """A few words."""

    words = words_field(label=_("In words"), most=300)


def of_team(case: Case) -> Iterable[User]:
    """Those who can be given something to do in this case."""
    return User.objects.filter(is_active=True, team=case.team_id).order_by("full_name", "pk")
