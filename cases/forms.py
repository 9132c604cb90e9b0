"""The forms of step 1, of contacts and of holds."""

from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from cases.actions.privacy import Asked
from cases.contact_forms import aim_field
from cases.imports import cells
from cases.models import Case, ContactAim, DataRequest, Debt, Hold, Mandate
from cases.policy import rules_with_exceptions
from common.clock import local_day
from common.positions import NoPlace, turned_round, typed
from compliance.calendars import regions_of
from compliance.places import COUNTRIES
from compliance.reading import gist
from documents.models import Document
from notices.models import Notice
from notices.ways import channels_of_words
from people.models import PROOF_LENGTH, Address, ContactPoint, Person, Source, User
from workflow.forms import (
    DeskForm,
    FilesField,
    MoneyField,
    day_field,
    said_field,
    words_field,
)
from workflow.models import Approval
from workflow.reasons import tongue_now

PAPER_KINDS = ["contract", "disbursement", "statement", "iou", "assignment", "other"]
BY_STAFF = [choice for choice in DataRequest.How.choices if choice[0] != DataRequest.How.PORTAL]
ZONES = [
    "Asia/Shanghai", "Asia/Urumqi", "Asia/Hong_Kong", "Asia/Singapore", "Asia/Tokyo",
    "Asia/Kolkata", "Europe/London", "Europe/Berlin", "America/New_York", "America/Los_Angeles",
]  # fmt: skip


def country_field(**given: Any) -> forms.ChoiceField:
    """Countries by their names in the reader's language; none is chosen unless somebody chooses."""
    return forms.ChoiceField(label=_("Country"), choices=_countries, required=False, **given)


def _countries() -> list[tuple[str, Any]]:
    chinese = (get_language() or "").startswith("zh")
    return [("", "–"), *((code, names[chinese]) for code, names in COUNTRIES.items())]


def region_field() -> forms.CharField:
    """A part of the country that has rules of its own."""
    return forms.CharField(
        label=_("State, province or part"),
        max_length=6,
        required=False,
        help_text=_("By its code, such as MA, NY, ENG or SCT."),
    )


def known_region(form: forms.Form) -> str:
    """The part as its code without the country, if the country that was chosen has such a one."""
    said = form.cleaned_data["region"].strip().upper().rpartition("-")[2]
    known = regions_of(form.cleaned_data.get("country", ""))
    if said and known and said not in known:
        raise forms.ValidationError(
            _("This country has no such part. Its parts are: %(parts)s.")
            % {"parts": ", ".join(known)}
        )
    if not (said.isascii() and len(said) <= 3 and (said.isalnum() or not said)):
        raise forms.ValidationError(_("Give the short code, such as MA."))
    return str(said)


def known_zone(zone: str) -> str:
    """The zone, if the rules can reckon in it."""
    if zone and zone not in available_timezones():
        raise forms.ValidationError(_("This time zone is not known. Give it as Asia/Shanghai."))
    return zone


def rate_field(*, required: bool = False, **given: Any) -> MoneyField:
    """Per cent a year, with up to four places."""
    return MoneyField(
        required=required,
        max_digits=7,
        decimal_places=4,
        error_messages={
            "invalid": _("Give per cent a year in figures, such as 12.5."),
            "max_decimal_places": _("A rate has at most four places after the point."),
        },
        **given,
    )


def _known_field(**given: Any) -> forms.TypedChoiceField:
    """Yes, no, or that nobody knows."""
    return forms.TypedChoiceField(
        required=False,
        choices=[("", _("Not known")), ("yes", _("Yes")), ("no", _("No"))],
        coerce=lambda said: said == "yes",
        empty_value=None,
        **given,
    )


class DebtorForm(DeskForm):
    """The debtor's own data."""

    name = forms.CharField(label=_("Name"), max_length=80)
    name_en = forms.CharField(label=_("Name in Latin letters"), max_length=80, required=False)
    id_number = forms.CharField(label=_("ID number"), max_length=30, required=False)
    born_on = day_field(label=_("Date of birth"), required=False)
    language = forms.ChoiceField(label=_("Language"), choices=User.Language.choices)
    zone = forms.CharField(
        label=_("Time zone"), max_length=40, help_text=_("All hours are reckoned in this zone.")
    )
    country = country_field(help_text=_("It decides which rules apply. Empty: the creditor's own."))
    region = region_field()
    locality = forms.CharField(
        label=_("Town with rules of its own"),
        max_length=60,
        required=False,
        help_text=_("Such as New York City; else leave it empty."),
    )
    employer = forms.CharField(label=_("Employer"), max_length=120, required=False)

    def clean_region(self) -> str:
        """A part that the country has."""
        return known_region(self)

    def clean_zone(self) -> str:
        """A zone that the rules can reckon in."""
        return known_zone(self.cleaned_data["zone"])

    def clean_id_number(self) -> str:
        """A number as ID cards and passports have it."""
        held = {**self.initial, **getattr(self, "on_file", {})}
        return document_number(self.cleaned_data["id_number"], held.get("id_number"))

    def clean_name(self) -> str:
        """Not only blanks."""
        name: str = self.cleaned_data["name"].strip()
        if not name:
            raise forms.ValidationError(_("Give the debtor's name."))
        return name


class AddressForm(DeskForm):
    """A place, whose it is, and how we know of it."""

    person = forms.ModelChoiceField(
        label=_("Whose address"), queryset=Person.objects.none(), empty_label=None
    )
    kind = forms.ChoiceField(label=_("Kind of place"), choices=Address.Kind.choices)
    city = forms.CharField(label=_("City"), max_length=40)
    district = forms.CharField(label=_("District"), max_length=40, required=False)
    text = forms.CharField(label=_("Street, house, flat"), max_length=200)
    postcode = forms.CharField(label=_("Postcode"), max_length=10, required=False)
    position = forms.CharField(
        label=_("Latitude and longitude"), max_length=60, required=False,
        help_text=_(
            "Such as 30.274085, 120.155070, in degrees as a telephone measures them (WGS-84); a Chinese map gives others, some hundred metres off. It is taken out when the address becomes another one."
        ),
    )  # fmt: skip
    country = country_field(
        help_text=_("Only if it lies in another place than where the debtor lives.")
    )
    region = region_field()
    zone = forms.CharField(
        label=_("Time zone there"),
        max_length=40,
        required=False,
        help_text=_("Only if it is another one than the debtor's."),
    )
    source = said_field(
        label=_("Where it comes from"),
        choices=Source.choices,
        help_text=_("Only an address from a lawful source can be visited (CN-25)."),
    )
    source_on = day_field(label=_("Obtained on"), required=False)
    source_proof = forms.CharField(
        label=_("What shows the source"), max_length=PROOF_LENGTH, required=False,
        help_text=_("Such as the call in which it was said; not needed of the contract (CN-25)."),
    )  # fmt: skip
    verified_on = day_field(label=_("Verified on"), required=False)
    consented = forms.BooleanField(label=_("The debtor agreed to visits here"), required=False)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        _offer_people(self, case)
        self.home = case.debtor.country or case.creditor.country

    def clean_position(self) -> str:
        """Two figures that are a place on earth, as they are kept."""
        said: str = self.cleaned_data["position"]
        try:
            return typed(said) if said.strip() else ""
        except NoPlace as none:
            if turned_round(said):
                raise forms.ValidationError(
                    _("Give the latitude first, then the longitude.")
                ) from none
            raise forms.ValidationError(
                _("This is no place on earth. Give two figures, such as 30.274085, 120.155070.")
            ) from none

    def clean_region(self) -> str:
        """A part that the country has."""
        return known_region(self)

    def clean_zone(self) -> str:
        """A zone that the rules can reckon in; in another country it cannot be left out."""
        zone, country = known_zone(self.cleaned_data["zone"]), self.cleaned_data.get("country")
        if country and not zone and country != self.home:
            raise forms.ValidationError(
                _("Say by which clocks people live there, such as Europe/London.")
            )
        return zone


class ContactPointForm(DeskForm):
    """A number or account, whose it is, and how we know of it."""

    person = forms.ModelChoiceField(
        label=_("Whose it is"), queryset=Person.objects.none(), empty_label=None
    )
    channel = forms.ChoiceField(label=_("Channel"), choices=ContactPoint.Channel.choices)
    value = forms.CharField(label=_("Number or account"), max_length=120)
    source = said_field(label=_("Where it comes from"), choices=Source.choices)
    source_on = day_field(label=_("Obtained on"), required=False)
    source_proof = forms.CharField(
        label=_("What shows the source"), max_length=PROOF_LENGTH, required=False,
        help_text=_("Such as the call in which it was said; not needed of the contract (CN-25)."),
    )  # fmt: skip
    verified_on = day_field(label=_("Verified on"), required=False)
    consented = forms.BooleanField(label=_("The person agreed to be reached here"), required=False)
    do_not_contact = forms.BooleanField(label=_("Do not contact"), required=False)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        _offer_people(self, case)

    def clean(self) -> dict[str, Any]:
        """What is written must be what the channel needs."""
        cleaned = super().clean()
        channel, value = cleaned.get("channel"), cleaned.get("value", "")
        if channel == ContactPoint.Channel.EMAIL and value:
            try:
                forms.EmailField().clean(value)
            except forms.ValidationError:
                self.add_error("value", _("This is no e-mail address. It looks like name@host."))
        elif value and channel in {ContactPoint.Channel.PHONE, ContactPoint.Channel.SMS}:
            digits = value.replace(" ", "").replace("-", "").lstrip("+")
            if not (digits.isascii() and digits.isdigit() and 5 <= len(digits) <= 15):
                self.add_error("value", _("Give the number in digits, such as 138 0000 0000."))
        return cleaned


class BureauForm(DeskForm):
    """When the debtor was told of the report, and when it was made."""

    told_on = day_field(
        label=_("Debtor told on"),
        help_text=_(
            "Nobody is reported before having been told (Credit Reporting Regulation art. 15)."
        ),
    )
    reported_on = day_field(label=_("Reported to the credit bureau on"), required=False)


class PrivacyForm(DeskForm):
    """What a person asked about their data, or what went wrong with them."""

    asked = forms.ChoiceField(label=_("What it is about"), choices=Asked.choices)
    person = forms.ModelChoiceField(
        label=_("Who asks"), queryset=Person.objects.none(), empty_label=None, required=False
    )
    how = forms.ChoiceField(label=_("How it came"), choices=BY_STAFF, required=False)
    remark = words_field(label=_("What was asked, or what happened"), most=500)
    field = forms.ChoiceField(
        label=_("To be corrected"), choices=[("", "–"), *DataRequest.Field.choices], required=False,
        help_text=_("Of a correction alone; numbers and addresses are corrected where they stand."),
    )  # fmt: skip
    wanted = forms.CharField(label=_("What it should say"), max_length=120, required=False)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        _offer_people(self, case)

    def clean_how(self) -> str:
        """A call, if nobody says otherwise."""
        return self.cleaned_data["how"] or DataRequest.How.PHONE


class TermsForm(DeskForm):
    """What a contract costs, and on what its interest rests."""

    contract_on = day_field(label=_("Contract of"), required=False)
    paid_out = MoneyField(
        label=_("Really paid out"),
        required=False,
        help_text=_("Without what was kept back at the start (CN-41)."),
    )
    interest_basis = forms.ChoiceField(
        label=_("Interest"),
        choices=[("", _("Not known")), *Debt.InterestBasis.choices],
        required=False,
    )
    annual_rate = rate_field(label=_("Interest a year, per cent"))
    cost_rate = rate_field(
        label=_("All costs a year, per cent"),
        help_text=_("Interest, default interest, penalties and fees together (CN-40, CN-45)."),
    )
    default_rate = rate_field(label=_("Default interest asked, per cent a year"))
    default_agreed = _known_field(label=_("A rate was agreed for the time after the due day"))
    platform = _known_field(label=_("Arranged with the help of an internet platform"))
    first_on = day_field(
        label=_("Rolled over: day of the first loan"),
        required=False,
        help_text=_("Only of a loan that continues an older one (CN-42)."),
    )
    first_principal = MoneyField(label=_("Rolled over: first principal"), required=False)


class AssessmentForm(DeskForm):
    """What comes in and goes out in a month."""

    income = MoneyField(label=_("Income a month"))
    outgoings = MoneyField(label=_("Outgoings a month"))
    dependants = forms.IntegerField(label=_("Dependants"), min_value=0, max_value=30, initial=0)
    assets = words_field(label=_("Assets"), required=False)
    source = forms.CharField(label=_("How it is known"), max_length=160, required=False)


class StrategyForm(DeskForm):
    """How to go about it."""

    strategy = words_field(label=_("Strategy"), rows=4)
    proposed_plan = words_field(label=_("Plan to propose"), rows=3, required=False)


class PaperForm(DeskForm):
    """A paper of the claim."""

    kind = said_field(
        label=_("Which paper"),
        choices=[(kind, Document.Kind(kind).label) for kind in PAPER_KINDS],
    )
    file = FilesField(label=_("File"), help_text=_("PDF, JPEG, PNG, Word or Excel, at most 20 MB."))
    original_held = forms.BooleanField(label=_("We hold the original"), required=False)
    received_from = forms.CharField(
        label=_("From whom the original came"), max_length=80, required=False
    )
    kept_at = forms.CharField(label=_("Where the original is kept"), max_length=120, required=False)

    def clean(self) -> dict[str, Any]:
        """An original that we hold is somewhere."""
        cleaned = super().clean()
        if cleaned.get("original_held") and not cleaned.get("kept_at"):
            self.add_error("kept_at", _("Say where the original is kept, so that it can go back."))
        if cleaned.get("original_held") and not cleaned.get("received_from"):
            self.add_error("received_from", _("Say from whom it came, so that it can go back."))
        return cleaned


class MandateForm(DeskForm):
    """Under which mandate the case is run."""

    mandate = forms.ModelChoiceField(
        label=_("Mandate"),
        queryset=Mandate.objects.none(),
        required=False,
        empty_label=_("None: the creditor runs the case"),
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["mandate"].queryset = Mandate.objects.filter(principal=case.creditor)


class OfficerForm(DeskForm):
    """Whose case it is."""

    officer = forms.ModelChoiceField(
        label=_("Officer"),
        queryset=User.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["officer"].queryset = User.objects.filter(
            team=case.team_id, role__in=["officer", "supervisor"], is_active=True
        ).order_by("badge", "pk")


class MessageForm(DeskForm):
    """A message in our own words."""

    channel = forms.ChoiceField(label=_("How it goes"))
    aim = aim_field()
    text = words_field(
        label=_("What the debtor is told"),
        rows=6,
        help_text=_("Salutation, sender and where to complain are added in the debtor's language."),
    )

    def __init__(self, *args: Any, case: Case, at: datetime, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["channel"].choices = [
            (name, Notice.Channel(name).label) for name in channels_of_words(case, at)
        ]

    def clean_aim(self) -> str:
        """What was chosen; else collecting."""
        return self.cleaned_data["aim"] or ContactAim.COLLECTING.value


BY_HAND = [choice for choice in Hold.Reason.choices if choice[0] != Hold.Reason.INQUIRY]
"""A matter that compliance looks into has a page of its own, which places and ends its hold."""


class HoldForm(DeskForm):
    """A pause, its reason, its review and its end."""

    reason = said_field(label=_("Reason"), choices=BY_HAND)
    scope = forms.ChoiceField(label=_("What stops"), choices=Hold.Scope.choices)
    starts_on = day_field(label=_("From"))
    review_on = day_field(label=_("Review on"))
    until = day_field(label=_("Until (last day)"))
    remark = words_field(label=_("What happened"), required=False)
    file = FilesField(
        label=_("Certificate or proof"), required=False, help_text=_("At most 20 MB.")
    )


class WhyForm(DeskForm):
    """A reason in words."""

    why = words_field(label=_("Why"), most=200)


class ExceptionForm(DeskForm):
    """An exception from one rule: asked for by one person, granted by another."""

    rule = forms.ChoiceField(
        label=_("Rule"),
        help_text=_("Only these rules know an exception; from any other there is none."),
    )
    evidence_kind = forms.ChoiceField(
        label=_("Kind of evidence"), choices=[("", "–"), *Approval.Evidence.choices]
    )
    file = FilesField(label=_("Evidence"), help_text=_("At most 20 MB."))
    reason = words_field(label=_("Why it is needed, and on what evidence"), rows=4)
    until = day_field(label=_("Until (last day)"))

    def __init__(self, *args: Any, case: Case, at: datetime, **given: Any) -> None:
        super().__init__(*args, **given)
        rules = rules_with_exceptions(case.packs, local_day(at, case.zone))
        self.fields["rule"].choices = [
            (id_, f"{id_} · {gist(entry)[tongue_now()]}") for id_, entry in sorted(rules.items())
        ]


def document_number(text: str, held: str | None = None) -> str:
    """As it stands on the document; what is held already is not questioned by another correction."""
    if not text or text == held:
        return text
    try:
        of_card = len(text) >= 15 and text[:-1].isdecimal()
        return cells.id_card(text) if of_card else cells.passport(text)
    except cells.Wrong:
        raise forms.ValidationError(
            _(
                "This is no number of an ID card (18 digits) or a passport. Compare it with the document."
            )
        ) from None


def _offer_people(form: DeskForm, case: Case) -> None:
    people = [case.debtor_id, *case.parties.values_list("person_id", flat=True)]
    form.fields["person"].queryset = Person.objects.filter(pk__in=people)
    form.fields["person"].initial = case.debtor_id
