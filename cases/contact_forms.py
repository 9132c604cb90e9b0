"""The forms of contacts: with whoever answers for the debt, and with those who may only be asked the way."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, ContactAim, ContactAttempt, Party
from cases.models.parties import LIABLE
from people.models import ContactPoint
from workflow.forms import DeskForm, FilesField, PlaceTimeField, said_field, words_field

PRIVATE = "private"  # no line of the house: what the rules refuse to an agency
TRACE_RESULTS = [
    ("third_party", _("Spoke to the person")),
    ("no_answer", _("No answer")),
    ("wrong_number", _("Wrong or dead number")),
    ("refused", _("Does not want to be contacted")),
]

YES_OR_NO = [("yes", _("Yes")), ("no", _("No"))]
CALL_RESULTS = [
    (one.value, one.label)
    for one in (
        ContactAttempt.Result.NO_ANSWER, ContactAttempt.Result.REACHED,
        ContactAttempt.Result.PROMISED, ContactAttempt.Result.THIRD_PARTY,
        ContactAttempt.Result.REFUSED, ContactAttempt.Result.WRONG_NUMBER,
    )
]  # fmt: skip


class NumberField(forms.ModelChoiceField):
    """Numbers and accounts, each with whose it is."""

    def label_from_instance(self, obj: Any) -> str:
        """Whose, by what, and which."""
        return f"{obj.person} · {obj.get_channel_display()} {obj.value}"


class LinesForm(DeskForm):
    """A contact, with the line from which it was made and when."""

    channel = forms.ChoiceField(label=_("Channel"), choices=ContactAttempt.Channel.choices)
    contact_point = NumberField(
        label=_("Number or account"), queryset=ContactPoint.objects.none(), required=False
    )
    line = forms.ChoiceField(label=_("From which line"), required=False)
    happened_at = PlaceTimeField(label=_("When, where the debtor lives"), required=False)

    def __init__(
        self, *args: Any, case: Case, people: list[int], lines: dict[str, str], **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.fields["happened_at"].zone = case.zone
        self.fields["line"].choices = [
            *((number, f"{owner} · {number}") for number, owner in lines.items()),
            (PRIVATE, _("A private telephone or account")),
        ]
        self.fields["contact_point"].queryset = ContactPoint.objects.filter(
            person__in=people, do_not_contact=False, dead_at=None
        ).select_related("person")


def aim_field() -> forms.ChoiceField:
    """What the contact is for; left out, it is taken to collect."""
    return forms.ChoiceField(
        label=_("What the contact is for"), choices=ContactAim.choices, required=False,
        initial=ContactAim.COLLECTING,
        help_text=_("While a signed plan is kept, nobody collects; the agreed is reminded of, and questions are answered."),
    )  # fmt: skip


class ContactForm(LinesForm):
    """One attempt by a gentler channel to reach whoever answers for the debt."""

    aim = aim_field()
    result = said_field(label=_("Result"), choices=ContactAttempt.Result.choices)
    stated = forms.BooleanField(
        label=_("We said who was calling and on whose behalf"), required=False
    )
    remark = words_field(label=_("What was said"), required=False)
    field_order = [
        "channel",
        "contact_point",
        "aim",
        "result",
        "stated",
        "line",
        "happened_at",
        "remark",
    ]

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        liable = case.parties.filter(role__in=LIABLE).values_list("person_id", flat=True)
        super().__init__(*args, case=case, people=[case.debtor_id, *liable], **given)

    def clean_aim(self) -> str:
        """What was chosen; else collecting."""
        return self.cleaned_data["aim"] or ContactAim.COLLECTING.value


class CallForm(DeskForm):
    """What came of a call; the outcome is a button, all else may stay empty."""

    result = forms.ChoiceField(label=_("Outcome"), choices=CALL_RESULTS)
    stated = forms.BooleanField(
        label=_("We said who was calling and on whose behalf"), required=False
    )
    seconds = forms.IntegerField(
        label=_("Duration in seconds"), required=False, min_value=0, max_value=14_400,
        help_text=_("Left empty: as the clock above shows it."),
    )  # fmt: skip
    effective = said_field(
        label=_("The matter was spoken about"), choices=YES_OR_NO, required=False,
        help_text=_("Left open: by the outcome."),
    )  # fmt: skip
    remark = words_field(label=_("What was said"), required=False)
    recording = FilesField(
        label=_("Recording"), required=False,
        help_text=_("MP3, M4A, WAV, OGG or WebM, at most 20 MB."),
    )  # fmt: skip
    recording_agreed = said_field(
        label=_("The person agreed to being recorded"), choices=YES_OR_NO, required=False,
        help_text=_("Without consent the recording is kept apart; few may hear it."),
    )  # fmt: skip

    @property
    def helper(self) -> FormHelper:
        """All but the outcome, which the template draws as buttons."""
        helper = super().helper
        helper.layout = Layout(*(name for name in self.fields if name != "result"))
        return helper

    def said(self) -> dict[str, Any]:
        """What the action takes, with yes and no as such and the file read."""
        data = dict(self.cleaned_data)
        file = data.pop("recording", None)
        for name in ("effective", "recording_agreed"):
            data[name] = {"yes": True, "no": False}.get(data[name])
        return {
            **data,
            "filename": file.name if file else "",
            "content": file.read() if file else b"",
        }


class TraceForm(LinesForm):
    """Somebody who does not owe was asked how the debtor can be reached, and nothing more."""

    result = said_field(label=_("Result"), choices=TRACE_RESULTS)
    silent = forms.BooleanField(
        label=_("Nothing of the debt was said: no sum, no date, no reason"), required=False
    )
    remark = words_field(label=_("What was asked and answered"), required=False)
    field_order = ["channel", "contact_point", "result", "silent", "line", "happened_at", "remark"]

    def __init__(self, *args: Any, party: Party, **given: Any) -> None:
        super().__init__(*args, case=party.case, people=[party.person_id], **given)
