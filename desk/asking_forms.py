"""The forms of "ask before you act"; what they hold is asked and thrown away."""

from datetime import datetime, time, timedelta
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import ZONES
from cases.models import Case, ContactAttempt, Hold
from common.clock import from_local, local, local_day
from compliance.packs import PackUnreadable, load, names
from compliance.words import NAMES
from desk.asking import ACTIONS, CONTACTS, VISITS, Question, of_case, of_nobody, zone_asked
from desk.showing import tongue_now
from desk.told import ASKED
from documents.models import Document
from people.models import Address, Organisation, User
from visits.forms import OfficersField, PlaceChoice, place_zone
from visits.slots import packs_in_use
from workflow.forms import DeskForm, PlaceTimeField, words_field

MINUTES = [(n, str(n)) for n in (15, 30, 45, 60, 90, 120)]
CONSENT = [
    ("", _("Not said")),
    ("yes", _("The debtor agreed")),
    ("no", _("The debtor did not agree")),
]
ROLES = ["debtor", "co_debtor", "guarantor", "heir", "legal_guardian", "contact", "third_party"]
PAPERS = ["contract", "iou", "disbursement", "statement", "assignment"]
LATER = timedelta(days=3)
"""How far ahead the first guess lies: most lead times are over by then."""


def first_guess(zone: str, now: datetime) -> datetime:
    """Half past two in the afternoon, three days from now, where the debtor lives."""
    return from_local(datetime.combine(local_day(now + LATER, zone), time(14, 30)), zone)


def _codes(kind: str, codes: list[str]) -> list[tuple[str, str]]:
    """The codes with the names that the rules give them, in the reader's language."""
    place = 1 if tongue_now() == "zh" else 0
    return [(code, NAMES[f"{kind}.{code}"][place]) for code in codes]


def _title(name: str) -> str:
    """What the pack is called; a broken one can be tried too, and is refused."""
    try:
        return str(load(name).title[tongue_now()])
    except PackUnreadable:
        return name


class _Slot(forms.Form):
    """What both have in common: the act, its time, its place."""

    action = forms.ChoiceField(
        label=_("What is to be done"), choices=[(a, ASKED[a]) for a in ACTIONS]
    )
    starts_at = PlaceTimeField(label=_("When, by the clocks of the place"))
    minutes = forms.TypedChoiceField(label=_("How long, in minutes"), choices=MINUTES, coerce=int)
    place_kind = forms.ChoiceField(
        label=_("Kind of place"),
        choices=[("", _("As it is")), *Address.Kind.choices],
        required=False,
    )
    place_consent = forms.ChoiceField(
        label=_("Consent to the place"), choices=CONSENT, required=False
    )
    served_at = PlaceTimeField(
        label=_("The notice took effect"), required=False,
        help_text=_("Left empty, nothing is served yet."),
    )  # fmt: skip
    channel = forms.ChoiceField(
        label=_("Channel of a contact"), choices=ContactAttempt.Channel.choices
    )

    def said(self) -> dict[str, Any]:
        """What both say of the slot."""
        data = self.cleaned_data
        return {
            "action": data["action"],
            "starts_at": data["starts_at"],
            "minutes": data["minutes"],
            "place_consent": {"yes": True, "no": False}.get(data["place_consent"]),
            "served_at": data["served_at"],
        }


class AskOfCaseForm(_Slot, DeskForm):
    """A slot, place, crew and purpose for a case, to be tried."""

    place = PlaceChoice(
        label=_("Where"), queryset=Address.objects.none(), required=False,
        empty_label=_("Nowhere that is known yet"),
    )  # fmt: skip
    officers = OfficersField(
        label=_("Officers"), queryset=User.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    purpose = forms.CharField(label=_("Purpose"), max_length=300, required=False)
    intended_outcome = forms.CharField(label=_("Intended outcome"), max_length=300, required=False)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        self.case = case
        people = [case.debtor_id, *case.parties.values_list("person_id", flat=True)]
        self.fields["place"].queryset = Address.objects.filter(person__in=people)
        visit = str(self["action"].value()) in VISITS
        self.zone = place_zone(self, case) if visit else case.zone
        for name in ("starts_at", "served_at"):
            self.fields[name].zone = self.zone
        self.fields["officers"].queryset = User.objects.filter(
            team=case.team_id, role=User.Role.OFFICER, is_active=True
        ).order_by("badge")

    @property
    def helper(self) -> FormHelper:
        """Short fields side by side."""
        helper = super().helper
        helper.layout = Layout(
            Div("action", "starts_at", "minutes", "place", "place_kind", "place_consent",
                "served_at", "channel", css_class="ask-fields"),
            Div("officers", css_class="ask-checks"),
            Div("purpose", "intended_outcome", css_class="ask-fields"),
        )  # fmt: skip
        return helper

    def question(self, now: datetime) -> Question:
        """The question that the form puts."""
        data, said = self.cleaned_data, self.said()
        place: Address | None = data["place"]
        if place and said["place_consent"] is None:
            said["place_consent"] = place.consented
        contact = data["action"] in CONTACTS
        return of_case(
            self.case, now=now, officers=list(data["officers"]), place=place, **said,
            place_kind=data["place_kind"] or (place.kind if place else ""),
            source=place.source if place else "contract" if contact else "",
            purpose=data["purpose"], intended_outcome=data["intended_outcome"],
            channel=data["channel"] if contact else "",
        )  # fmt: skip

    @classmethod
    def guess(cls, case: Case, now: datetime) -> dict[str, Any]:
        """What stands in it before anybody has chosen: a quiet afternoon, at home, with two officers."""
        officers = User.objects.filter(team=case.team_id, role=User.Role.OFFICER, is_active=True)
        home = case.debtor.homes.first()
        zone = zone_asked(case, "visit.plan", home)
        return {
            "action": "visit.plan",
            "starts_at": f"{local(first_guess(zone, now), zone):%Y-%m-%dT%H:%M}",
            "minutes": "60",
            "place": home.pk if home else "",
            "officers": list(officers.order_by("badge").values_list("pk", flat=True)[:2]),
            "purpose": "商谈还款安排" if case.debtor.language == "zh" else "To talk over repayment",
            "intended_outcome": "达成还款方案" if case.debtor.language == "zh" else "A plan",
            "channel": "phone",
        }


class AskForm(_Slot, DeskForm):
    """A made-up set of facts, to be tried without a case."""

    packs = forms.MultipleChoiceField(
        label=_("Rule packs"), choices=(), widget=forms.CheckboxSelectMultiple
    )
    zone = forms.ChoiceField(label=_("Time zone"), choices=[(zone, zone) for zone in ZONES])
    creditor_type = forms.ChoiceField(
        label=_("Kind of creditor"), choices=Organisation.CreditorType.choices
    )
    collector = forms.ChoiceField(
        label=_("Who collects"),
        choices=[("agency", _("An agency, under a mandate in force")), ("own", _("The creditor"))],
    )
    target_role = forms.ChoiceField(label=_("Who is approached"), choices=())
    crew = forms.TypedChoiceField(
        label=_("How many officers"), choices=[(n, str(n)) for n in range(5)], coerce=int
    )
    permits = forms.ChoiceField(
        label=_("Their permits"),
        choices=[("yes", _("In force")), ("no", _("Run out"))],
    )
    claim_papers = forms.MultipleChoiceField(
        label=_("Papers of the claim"), choices=(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    gentler_tried = forms.MultipleChoiceField(
        label=_("Gentler channels tried"), choices=ContactAttempt.Channel.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    last_visit = PlaceTimeField(label=_("The last visit began"), required=False)
    refused_at = PlaceTimeField(label=_("The debtor refused visits"), required=False)
    hold = forms.ChoiceField(
        label=_("A hold"), choices=[("", _("None")), *Hold.Reason.choices], required=False
    )
    purpose = words_field(label=_("Purpose"), rows=1, most=300, required=False)

    def __init__(self, *args: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        self.fields["packs"].choices = [(name, _title(name)) for name in names()]
        self.fields["target_role"].choices = _codes("role", ROLES)
        self.fields["claim_papers"].choices = [
            (code, label) for code, label in Document.Kind.choices if code in PAPERS
        ]
        zone = str((self.data or {}).get("zone", ""))
        if zone in ZONES:
            for name in ("starts_at", "served_at", "last_visit", "refused_at"):
                self.fields[name].zone = zone

    @property
    def helper(self) -> FormHelper:
        """Short fields side by side; what is seldom changed is folded away."""
        helper = super().helper
        helper.layout = Layout(
            Div("action", "starts_at", "minutes", "zone", "creditor_type", "collector", "place_kind",
                "place_consent", "crew", "permits", "served_at", "channel", css_class="ask-fields"),
            Div("packs", css_class="ask-checks"),
            HTML('<details class="more ask-more"><summary>'),
            HTML(_("What else is supposed")),
            HTML("</summary>"),
            Div("target_role", "hold", "last_visit", "refused_at", "purpose", css_class="ask-fields"),
            Div("claim_papers", "gentler_tried", css_class="ask-checks"),
            HTML("</details>"),
        )  # fmt: skip
        return helper

    def question(self, now: datetime) -> Question:
        """The question that the form puts."""
        data, said = self.cleaned_data, self.said()
        return of_nobody(
            now=now, **said, packs=tuple(data["packs"]), zone=data["zone"],
            creditor_type=data["creditor_type"], collector=data["collector"],
            place_kind=data["place_kind"] or "home", target_role=data["target_role"],
            crew=data["crew"], permits=data["permits"] == "yes",
            claim_papers=tuple(data["claim_papers"]), gentler_tried=tuple(data["gentler_tried"]),
            last_visit=data["last_visit"], refused_at=data["refused_at"], hold=data["hold"],
            channel=data["channel"], purpose=data["purpose"] or "—",
        )  # fmt: skip

    @classmethod
    def guess(cls, now: datetime) -> dict[str, Any]:
        """What stands in it before anybody has chosen: all in order, under the packs that are in use."""
        zone = ZONES[0]
        return {
            "action": "visit.plan",
            "starts_at": f"{local(first_guess(zone, now), zone):%Y-%m-%dT%H:%M}",
            "minutes": "60", "zone": zone, "creditor_type": "bank", "collector": "agency",
            "place_kind": "home", "crew": "2", "permits": "yes", "channel": "phone",
            "packs": list(packs_in_use() or names()), "target_role": "debtor",
            "claim_papers": ["contract", "disbursement", "statement"],
            "gentler_tried": ["phone", "sms", "wechat"],
        }  # fmt: skip
