"""The forms of planning and of the door."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Circumstance, Debt, Refusal
from cases.models.circumstances import CHOICES, FOUND_OUT
from cases.models.parties import LIABLE
from people.masking import mask_place
from people.models import Address, OfficerCredential, User
from people.photos import NotAPhoto, portrait
from visits.models import TalkRecord, Visit
from workflow.forms import (
    DeskForm,
    FilesField,
    MoneyField,
    PlaceTimeField,
    day_field,
    said_field,
    unsaid,
    words_field,
)

MOST_PHOTO = 5 * 1024 * 1024
LANGUAGES = [("zh", _("Chinese")), ("en", _("English")), ("both", _("Both languages"))]
MINUTES = [(15, "15"), (30, "30"), (45, "45"), (60, "60")]
HARDSHIP = [
    ("longer", _("A longer plan")),
    ("pause", _("A pause in payments")),
    ("lower_first", _("Smaller instalments at first")),
    ("waiver", _("A waiver of fees or interest")),
    ("advice", _("Where to find debt advice")),
]


CONDUCT_POINTS = [
    _("Nobody was threatened, insulted, pushed, held back or followed."),
    _("Nothing untrue was said of the debt, of ourselves or of what may follow."),
    _("Nobody else learnt of the debt, and nothing was posted, shown or left open."),
    _("Nobody was asked for money beyond the debt, or told to borrow in order to pay."),
    _("Nobody went in, filmed or recorded without a yes."),
    _("The way was never blocked, and we left when we were asked to."),
]
REACTIONS = [
    (_("Took note"), _("Took note")),
    (_("Read it closely"), _("Read it closely")),
    (_("Had questions"), _("Had questions")),
    (_("Did not want to look"), _("Did not want to look")),
]


class PlaceChoice(forms.ModelChoiceField):
    """An address to choose: its kind and part of the town tell it apart, and its street is masked."""

    def label_from_instance(self, obj: Any) -> str:
        """What stands in the list."""
        return f"{obj.get_kind_display()} · {mask_place(obj)}"


class OfficersField(forms.ModelMultipleChoiceField):
    """Officers with the badge by which the debtor will know them."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and badge."""
        return f"{obj} · {obj.badge}"


class OfficersOne(forms.ModelChoiceField):
    """One officer, with the badge."""

    def label_from_instance(self, obj: Any) -> str:
        """Name and badge."""
        return f"{obj} · {obj.badge}"


def place_zone(form: forms.Form, case: Case) -> str:
    """The clocks of the place that stands in the form, by which its times are meant; else the debtor's."""
    chosen = form["place"].value()
    if isinstance(chosen, Address):
        return chosen.zone or case.zone
    if not (str(chosen).isascii() and str(chosen).isdecimal() and len(str(chosen)) < 10):
        return case.zone
    found = form.fields["place"].queryset.filter(pk=int(str(chosen))).first()
    return (found.zone if found else "") or case.zone


class PlanForm(DeskForm):
    """Slot, place, crew and purpose; times are those of the clocks at the place of the visit."""

    starts_at = PlaceTimeField(label=_("Begins"))
    minutes = forms.TypedChoiceField(
        label=_("How long, in minutes"), choices=MINUTES, coerce=int, initial=60
    )
    place = PlaceChoice(label=_("Where"), queryset=Address.objects.none(), empty_label=None)
    officers = OfficersField(
        label=_("Officers"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("At least two, both with a permit and training in force on that day."),
    )
    purpose = forms.CharField(
        label=_("Purpose"), max_length=300,
        help_text=_("In words that can be told to the debtor; they stand in the notice."),
    )  # fmt: skip
    intended_outcome = forms.CharField(label=_("Intended outcome"), max_length=300)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.case = case
        people = [
            case.debtor_id,
            *case.parties.filter(role__in=LIABLE).values_list("person_id", flat=True),
        ]
        self.fields["place"].queryset = Address.objects.filter(person__in=people)
        self.zone = place_zone(self, case)
        self.fields["starts_at"].zone = self.zone
        self.fields["starts_at"].widget.attrs["data-zone"] = self.zone
        self.fields["officers"].queryset = User.objects.filter(
            team=case.team_id, role="officer", is_active=True
        ).order_by("badge")

    @property
    def helper(self) -> FormHelper:
        """When and for how long stand side by side."""
        helper = super().helper
        helper.layout = Layout(
            Div("starts_at", "minutes", css_class="slot-row"),
            # Filled with the rules' answer, in one line beside the slot; all of it stands aside.
            HTML('<p id="slot-verdict" class="slot-verdict" aria-live="polite"></p>'),
            "place", "officers", "purpose", "intended_outcome",
        )  # fmt: skip
        return helper

    def slot(self) -> dict[str, Any]:
        """What the action wants, out of the cleaned fields."""
        data = dict(self.cleaned_data)
        starts: datetime = data["starts_at"]
        data["ends_at"] = starts + timedelta(minutes=data.pop("minutes"))
        data["officers"] = list(data["officers"])
        return data

    def draft(self) -> dict[str, Any] | None:
        """As much of the slot as can be asked about while the form is still being filled in."""
        self.is_valid()
        held = getattr(self, "cleaned_data", {})
        if not all(held.get(name) for name in ("starts_at", "minutes", "place")):
            return None
        return {
            "starts_at": held["starts_at"],
            "ends_at": held["starts_at"] + timedelta(minutes=held["minutes"]),
            "place": held["place"],
            "officers": list(held.get("officers") or ()),
            "purpose": held.get("purpose", ""),
            "intended_outcome": held.get("intended_outcome", ""),
        }


class AnnounceForm(DeskForm):
    """By which ways, and in which language."""

    language = forms.ChoiceField(label=_("Language of the notice"), choices=LANGUAGES)
    email = forms.BooleanField(label=_("By e-mail"), required=False)
    letter = forms.BooleanField(label=_("By letter"), required=False)

    def __init__(self, *args: Any, short: Mapping[str, Any], **given: Any) -> None:
        super().__init__(*args, **given)
        for channel, label in short.items():
            self.fields[channel] = forms.BooleanField(label=label, required=False)
        if short:
            self.fields[next(iter(short))].help_text = _(
                "A short message goes beside it and says only when; the whole notice goes by e-mail or letter."
            )

    def clean(self) -> dict[str, Any]:
        """At least one way that carries the whole notice; the ways stand together under ``channels``."""
        cleaned = super().clean()
        ways = [name for name in self.fields if name != "language" and cleaned.pop(name, False)]
        if not {"email", "letter"} & set(ways):
            self.add_error(None, _("Choose at least one way in which the notice goes."))
        cleaned["channels"] = ways
        return cleaned


class SlipForm(DeskForm):
    """In which language the slip is."""

    language = forms.ChoiceField(label=_("Language of the slip"), choices=LANGUAGES)


class SwapForm(DeskForm):
    """Who stays at home, and who goes instead."""

    out = OfficersOne(label=_("Who does not go"), queryset=User.objects.none(), empty_label=None)
    into = OfficersOne(
        label=_("Who goes instead"), queryset=User.objects.none(), empty_label=_("Please choose")
    )

    def __init__(self, *args: Any, visit: Visit, **given: Any) -> None:
        super().__init__(*args, **given)
        named = visit.crew.filter(active=True).values("officer")
        team = User.objects.filter(team=visit.case.team_id, role="officer", is_active=True)
        self.fields["out"].queryset = User.objects.filter(pk__in=named).order_by("badge")
        self.fields["into"].queryset = team.exclude(pk__in=named).order_by("badge")


class TakeUpForm(DeskForm):
    """What was found, where it is known already; nobody waits for words before they answer."""

    said = words_field(label=_("What you know so far"), most=400, rows=2, required=False)


class CloseIncidentForm(DeskForm):
    """What was done about an incident."""

    done = words_field(
        label=_("What was done about it"),
        help_text=_("Who was spoken to, how the officers are, what changes because of it."),
    )


class PhotoForm(DeskForm):
    """What an officer looks like, as a JPEG or PNG file."""

    file = forms.FileField(
        label=_("Photograph"), help_text=_("JPEG or PNG, face from the front, at most 5 MB.")
    )

    def clean_file(self) -> Any:
        """The file, once it is known to be a picture."""
        file = self.cleaned_data["file"]
        if file.size > MOST_PHOTO:
            raise forms.ValidationError(_("This file is too large: at most 5 MB."))
        try:
            portrait(file.read())
        except NotAPhoto:
            raise forms.ValidationError(
                _("This is no picture that can be used. Choose a photograph as JPEG or PNG.")
            ) from None
        file.seek(0)
        return file


class CredentialForm(DeskForm):
    """What an officer holds, from when until when."""

    kind = said_field(label=_("Kind"), choices=OfficerCredential.Kind.choices)
    number = forms.CharField(label=_("Number"), max_length=40)
    issued_by = forms.CharField(label=_("Issued by"), max_length=80)
    valid_from = day_field(
        label=_("Valid from"), help_text=_("Of a training: the day of the examination.")
    )
    valid_until = day_field(label=_("Valid until"), help_text=_("The last day."))
    replaces = forms.ModelChoiceField(
        label=_("In place of"), queryset=OfficerCredential.objects.none(), required=False,
        empty_label=_("Nothing: it comes beside what is held"),
        help_text=_("What it replaces counts no more from now on."),
    )  # fmt: skip

    def __init__(self, *args: Any, officer: User, **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields["replaces"]
        # Of all, so that the same press a second time is known for what it is; offered is what counts.
        field.queryset = officer.credentials.all()
        counts = officer.credentials.filter(revoked_at=None)
        field.choices = [("", field.empty_label), *((one.pk, str(one)) for one in counts)]


class RevokeForm(DeskForm):
    """Why a credential is revoked."""

    why = words_field(label=_("Why"), most=200, rows=2)


class QuarantineForm(DeskForm):
    """What becomes of a file that was kept apart, and why."""

    how = forms.ChoiceField(
        label=_("Decision"), widget=forms.RadioSelect,
        choices=[
            ("stay", _("It stays in quarantine until its time of keeping is over")),
            ("release", _("It is let out: the consent was there after all")),
        ],
    )  # fmt: skip
    reason = words_field(
        label=_("Why"), most=400, help_text=_("Such as the consent in writing, and its date.")
    )


class CancelForm(DeskForm):
    """Why a visit is given up; the debtor may be told."""

    why = words_field(label=_("Why"), most=300)


class RefusalForm(DeskForm):
    """A refusal that came by telephone or in writing."""

    how = said_field(
        label=_("How"),
        choices=[c for c in Refusal.How.choices if c[0] in {"by_telephone", "in_writing"}],
    )
    remark = words_field(label=_("What was said"), most=400, required=False)


class CircumstanceForm(DeskForm):
    """Something happened to the debtor or the debt."""

    kind = said_field(
        label=_("Which circumstance"),
        choices=[pair for pair in CHOICES if pair[0] not in FOUND_OUT],
    )
    since = day_field(label=_("Since (first day)"))
    until = day_field(
        label=_("Until (last day)"), required=False, help_text=_("Left empty: until it is ended.")
    )
    review_on = day_field(
        label=_("Review on"), required=False, help_text=_("Left empty: as the rules say.")
    )
    source = said_field(label=_("How it is known"), choices=Circumstance.Source.choices)
    debt = forms.ModelChoiceField(
        label=_("Which debt"), queryset=Debt.objects.none(), required=False,
        empty_label=_("The whole case"),
    )  # fmt: skip
    about = forms.CharField(
        label=_("Which item of the debt"), max_length=200, required=False,
        help_text=_("For a dispute: what of it is disputed, such as the interest."),
    )  # fmt: skip
    remark = words_field(
        label=_("Detail"), required=False,
        help_text=_("Of health and the like only supervisors and compliance read it."),
    )  # fmt: skip
    file = FilesField(
        label=_("Certificate or proof"), required=False, help_text=_("At most 20 MB.")
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["debt"].queryset = Debt.objects.filter(case=case)


class ReviewCircumstanceForm(DeskForm):
    """It goes on; when to look again."""

    review_on = day_field(label=_("Review next on"), required=False)
    remark = words_field(label=_("What was found"), required=False, most=400)


class LiftForm(DeskForm):
    """Why a refusal may be lifted."""

    reason = words_field(label=_("Why, and on what evidence"), most=1000)
    file = FilesField(
        label=_("The debtor's invitation, if there is one"), required=False,
        help_text=_("At most 20 MB."),
    )  # fmt: skip


class DepartForm(DeskForm):
    """Before setting out: how many go, and what comes along."""

    people = forms.TypedChoiceField(
        label=_("How many of you go, drivers and people who wait included?"), coerce=int,
        choices=[(2, "2"), (3, "3"), (4, _("4 or more"))], widget=forms.RadioSelect,
    )  # fmt: skip
    props = forms.TypedChoiceField(
        label=_("Does anything come along that could frighten or shame somebody?"),
        help_text=_("A banner, loudspeaker, spray, wreath, poster, uniform, weapon or the like."),
        choices=[("no", _("No, nothing of the kind")), ("yes", _("Yes"))],
        coerce=lambda answer: answer == "yes", widget=forms.RadioSelect,
    )  # fmt: skip


class IdentifyForm(DeskForm):
    """Two facts that only the debtor would say; the debt is not named."""

    name_said = forms.CharField(label=_("The name that the person gave"), max_length=80)
    second_fact = forms.CharField(
        label=_("Date of birth, or last four of the ID number"), max_length=20
    )
    somebody_else = forms.BooleanField(
        label=_("Somebody else answered about the recording: ask this person again"),
        required=False,
    )


class ShowForm(DeskForm):
    """How the debtor took what was shown; nothing is said that nobody saw."""

    reaction = forms.ChoiceField(
        label=_("How the debtor took it"), choices=REACTIONS, widget=forms.RadioSelect,
        required=False,
    )  # fmt: skip
    words = forms.CharField(label=_("In the debtor's words"), max_length=240, required=False)

    def taken(self) -> str:
        """The reaction in one line."""
        held = self.cleaned_data
        return ": ".join(part for part in (str(held["reaction"]), held["words"]) if part)


class TalkForm(DeskForm):
    """What was said."""

    met = forms.CharField(label=_("Who was met"), max_length=120)
    reason = said_field(label=_("Why the debt fell behind"), choices=TalkRecord.Reason.choices)
    reason_words = words_field(label=_("In more words"), rows=2, required=False)
    income = MoneyField(label=_("Income a month"), required=False)
    outgoings = MoneyField(label=_("Outgoings a month"), required=False)
    willingness = said_field(label=_("Willingness"), choices=TalkRecord.Willingness.choices)
    offer_amount = MoneyField(label=_("What the debtor offers"), required=False)
    offer_words = forms.CharField(label=_("The offer in words"), max_length=300, required=False)
    statement = words_field(label=_("The debtor's own words"), required=False)
    hardship = forms.MultipleChoiceField(
        label=_("Help that was offered"), choices=HARDSHIP, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    left = forms.CharField(label=_("Documents left"), max_length=300, required=False)
    received = forms.CharField(label=_("Documents received"), max_length=300, required=False)
    third_parties = forms.CharField(label=_("Other people present"), max_length=300, required=False)


class EvidenceForm(DeskForm):
    """A photo, recording or file."""

    file = FilesField(label=_("File"), help_text=_("At most 20 MB."))
    caption = forms.CharField(label=_("What it shows"), max_length=200, required=False)
    inside = forms.BooleanField(label=_("Taken inside a private place"), required=False)
    begins_at = PlaceTimeField(label=_("A recording begins"), required=False)
    ends_at = PlaceTimeField(label=_("A recording ends"), required=False)

    def __init__(self, *args: Any, zone: str, **given: Any) -> None:
        super().__init__(*args, **given)
        for name in ("begins_at", "ends_at"):
            self.fields[name].zone = zone


class OutcomeForm(DeskForm):
    """How the talk ended."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[c for c in Visit.Outcome.choices if c[0] in {"agreement", "talked", "postponed"}],
        widget=forms.RadioSelect,
    )
    why = words_field(label=_("In words"), rows=2, most=300, required=False)


class IncidentForm(DeskForm):
    """What was not as it should have been, in the officer's own words."""

    remark = words_field(label=_("What happened"), rows=4, most=400)


class SeenForm(DeskForm):
    """What it was that sent the officers away, as far as they can tell, and two lines."""

    kind = said_field(
        label=_("What did you see?"), required=False,
        help_text=_("The rules say what follows from it. Leave it open if you cannot tell."),
    )  # fmt: skip
    remark = words_field(
        label=_("Two lines, if there is time"), rows=2, most=400, required=False,
        help_text=_("Of health and the like only supervisors and compliance read it."),
    )  # fmt: skip

    def __init__(self, *args: Any, kinds: Sequence[str], **given: Any) -> None:
        super().__init__(*args, **given)
        names = dict(CHOICES)
        self.fields["kind"].choices = unsaid([(kind, names[kind]) for kind in kinds])


class RemarkForm(DeskForm):
    """Two lines at the most; a way out must not wait for prose."""

    remark = words_field(label=_("Two lines, if there is time"), rows=2, most=400, required=False)
