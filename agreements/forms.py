"""The forms of steps 5 to 7: terms, waiver, signature, payment, closing."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from itertools import permutations
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Div, Fieldset, Layout, Row
from django import forms
from django.utils.dates import MONTHS
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from agreements import plans
from agreements.actions.closing import reasons_for
from agreements.actions.drawing import CHANNELS
from agreements.models import Agreement
from agreements.options import USUAL_WAIT, Wishes
from agreements.plans import Due
from agreements.policy import owed_by_component, pack_order
from cases.models import Case, ContactAttempt
from common.money import ZERO, show, total
from visits.models import Evidence
from workflow.forms import (
    YEARS,
    DeskForm,
    FilesField,
    MoneyField,
    day_field,
    said_field,
    unsaid,
    words_field,
)
from workflow.steps import WrongInput

LANGUAGES = [("zh", _("Chinese")), ("en", _("English")), ("both", _("Chinese and English"))]
WAYS = [(value, ContactAttempt.Channel(value).label) for value in CHANNELS]
LINE = re.compile(r"^\s*(\d{4}[-/.]\d{1,2}[-/.]\d{1,2})[\s,;:]+¥?\s*([\d,.]{1,20})\s*$")

_FIRST = {"fees": _("costs"), "interest": _("interest"), "principal": _("principal")}
ORDERS = [
    (",".join(order), format_lazy("{} → {} → {}", *(_FIRST[name] for name in order)))
    for order in permutations(_FIRST)
]


class PlanForm(DeskForm):
    """The plan of repayment, what is waived, and in which language it is written."""

    plan = forms.ChoiceField(
        label=_("Kind of plan"), choices=Agreement.Plan.choices, widget=forms.RadioSelect,
        initial=Agreement.Plan.EQUAL,
    )  # fmt: skip
    first_on = day_field(label=_("First due day"), required=False)
    count = forms.IntegerField(
        label=_("Instalments, one a month"), min_value=1, max_value=plans.MOST_INSTALMENTS,
        required=False,
    )  # fmt: skip
    wait = forms.IntegerField(
        label=_("Months of waiting before the first"), min_value=1, max_value=plans.MOST_WAIT,
        required=False,
    )  # fmt: skip
    season = forms.TypedMultipleChoiceField(
        label=_("Months in which money comes in"), choices=list(MONTHS.items()), coerce=int,
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    low = MoneyField(label=_("Small instalment"), required=False)
    low_count = forms.IntegerField(
        label=_("How many small ones"), min_value=1, max_value=plans.MOST_INSTALMENTS,
        required=False,
    )  # fmt: skip
    rows = words_field(
        label=_("Days and amounts"), rows=6, required=False,
        help_text=_("One instalment a line, such as: 2026-04-15 6500.00"),
    )  # fmt: skip
    waived_fees = MoneyField(label=_("Waived of the costs"), required=False)
    waived_interest = MoneyField(label=_("Waived of the interest"), required=False)
    waived_principal = MoneyField(label=_("Waived of the principal"), required=False)
    new_loan = forms.TypedChoiceField(
        label=_("Does the money come from a new loan?"), required=False, empty_value=None,
        choices=[("no", _("No, from the debtor's own means")), ("yes", _("Yes"))],
        coerce=lambda answer: answer == "yes", widget=forms.RadioSelect,
    )  # fmt: skip
    set_off = forms.TypedChoiceField(
        label=_("What a payment counts towards first"), required=False, empty_value=None,
        choices=[("", _("As the law says")), *ORDERS], coerce=lambda said: tuple(said.split(",")),
        help_text=_("Another order holds only as a clause on which both sides agree."),
    )  # fmt: skip
    language = forms.ChoiceField(label=_("Language of the agreement"), choices=LANGUAGES)
    channel = forms.ChoiceField(
        label=_("How the terms were agreed on"), choices=WAYS,
        help_text=_("Without a talk at the door the rules want to know by which way."),
    )  # fmt: skip
    cause = said_field(label=_("Kind of reason"), choices=Agreement.Cause.choices)
    reason = words_field(label=_("Why a new version is needed"), rows=2, most=300)

    def __init__(
        self, *args: Any, case: Case, remote: bool = False, anew: bool = False, **given: Any
    ) -> None:
        super().__init__(*args, **given)
        self.case = case
        self.built: list[Due] = []
        if not remote and not anew:
            del self.fields["channel"]
        if not anew:
            del self.fields["cause"], self.fields["reason"]
        for name, owed in owed_by_component(case).items():
            field = self.fields[f"waived_{name}"]
            field.help_text = _("of %(owed)s") % {"owed": show(owed)}
            if owed <= ZERO:
                field.widget.attrs["disabled"] = True
                field.disabled = True

    @property
    def helper(self) -> FormHelper:
        """Laid out in the order in which two people settle it."""
        helper = super().helper
        first: list[Any] = [name for name in ("cause", "reason", "channel") if name in self.fields]
        helper.layout = Layout(
            *first,
            Fieldset(
                str(_("Waiver")),
                Row(Column("waived_fees"), Column("waived_interest"), Column("waived_principal")),
            ),
            Fieldset(
                str(_("Plan")),
                "plan",
                Div(
                    Row(
                        Column("first_on"),
                        Column("count", css_class="plan-count"),
                        Column("wait", css_class="plan-wait"),
                    ),
                    css_class="plan-months",
                ),
                Div("season", css_class="plan-season"),
                Div(
                    Row(Column("low"), Column("low_count", css_class="plan-few")),
                    css_class="plan-low",
                ),
                Div("rows", css_class="plan-rows"),
            ),
            "new_loan",
            "set_off",
            "language",
        )
        return helper

    def clause_on(self, day: date) -> tuple[str, ...]:
        """The order that a clause has to say, if it is another than the one that holds without."""
        said: tuple[str, ...] = tuple(self.cleaned_data.get("set_off") or ())
        return () if said == pack_order(self.case, day) else said

    @property
    def waived(self) -> dict[str, Decimal]:
        """What is waived, by component."""
        return {
            name: self.cleaned_data.get(f"waived_{name}") or ZERO
            for name in ("fees", "interest", "principal")
        }

    def clean(self) -> dict[str, Any]:
        """Reckon the plan; whatever does not fit is said at its field."""
        cleaned = super().clean()
        for name, owed in owed_by_component(self.case).items():
            if (cleaned.get(f"waived_{name}") or ZERO) > owed:
                self.add_error(
                    f"waived_{name}",
                    _("Only %(owed)s of it is owed, so no more can be waived.")
                    % {"owed": show(owed)},
                )
        if self.errors:
            return cleaned
        owed = total(owed_by_component(self.case).values())
        try:
            self.built = self._reckon(cleaned, owed - total(self.waived.values()), owed)
        except WrongInput as wrong:
            self.add_error(wrong.field if wrong.field in self.fields else None, str(wrong.message))
        return cleaned

    def _reckon(self, cleaned: Mapping[str, Any], whole: Decimal, owed: Decimal) -> list[Due]:
        kind = cleaned["plan"]
        if kind == Agreement.Plan.CUSTOM:
            return plans.custom(whole, self._lines(cleaned.get("rows") or ""))
        first, count = cleaned.get("first_on"), cleaned.get("count")
        if not first:
            raise WrongInput(_("Give the day of the first instalment."), "first_on")
        if kind == Agreement.Plan.FULL:
            return plans.full(whole, on=first)
        if kind == Agreement.Plan.SETTLEMENT:
            return plans.settlement(whole, owed=owed, on=first)
        if not count:
            raise WrongInput(_("Say how many instalments."), "count")
        if kind == Agreement.Plan.EQUAL:
            return plans.equal(whole, first=first, count=count)
        if kind == Agreement.Plan.DEFERRED:
            return plans.deferred(whole, first=first, count=count, wait=cleaned.get("wait") or 0)
        if kind == Agreement.Plan.SEASONAL:
            season = cleaned.get("season") or []
            return plans.seasonal(whole, first=first, count=count, season=season)
        return self._with_low(cleaned, whole, first, count)

    def _with_low(
        self, cleaned: Mapping[str, Any], whole: Decimal, first: date, count: int
    ) -> list[Due]:
        kind, low = cleaned["plan"], cleaned.get("low")
        if not low:
            raise WrongInput(_("Give the small instalment."), "low")
        if kind == Agreement.Plan.BALLOON:
            return plans.balloon(whole, first=first, count=count, low=low)
        if not cleaned.get("low_count"):
            raise WrongInput(_("Say how many small ones there are."), "low_count")
        return plans.stepped(
            whole, first=first, count=count, low=low, low_count=cleaned["low_count"]
        )

    def _lines(self, text: str) -> list[tuple[date, Decimal]]:
        found = []
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.strip():
                continue
            match = LINE.match(line)
            try:
                if match is None:
                    raise ValueError
                day = datetime.strptime(re.sub(r"[/.]", "-", match[1]), "%Y-%m-%d").date()  # noqa: DTZ007
                if day.year not in YEARS:
                    raise ValueError
                found.append((day, Decimal(match[2].replace(",", ""))))
            except (ValueError, InvalidOperation):
                raise WrongInput(
                    _("Line %(number)d cannot be read. Write it as: 2026-04-15 6500.00")
                    % {"number": number},
                    "rows",
                ) from None
        return found


class WishesForm(DeskForm):
    """What the debtor says that shapes the ways to pay; nothing of it is kept."""

    season = forms.TypedMultipleChoiceField(
        label=_("Months in which money comes in"), choices=list(MONTHS.items()), coerce=int,
        required=False, widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    wait = forms.IntegerField(
        label=_("Months of waiting before the first"), min_value=1, max_value=plans.MOST_WAIT,
        required=False,
    )  # fmt: skip
    settle_for = MoneyField(label=_("A sum that could be paid at once"), required=False)

    @property
    def wishes(self) -> Wishes:
        """As the options take them; a valid form has them."""
        data = self.cleaned_data
        return Wishes(
            season=tuple(data["season"]),
            wait=data["wait"] or USUAL_WAIT,
            settle_for=data["settle_for"] or None,
        )


class WaiverForm(DeskForm):
    """What is to be waived, and why."""

    fees = MoneyField(label=_("Of the costs"), required=False)
    interest = MoneyField(label=_("Of the interest"), required=False)
    principal = MoneyField(label=_("Of the principal"), required=False)
    reason = words_field(label=_("Why"), most=500)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        for name, owed in owed_by_component(case).items():
            self.fields[name].help_text = _("of %(owed)s") % {"owed": show(owed)}


class LawyerForm(DeskForm):
    """Which lawyer."""

    lawyer = forms.CharField(label=_("Lawyer and law firm"), max_length=120)


class LawyerAnswerForm(LawyerForm):
    """What the lawyer said."""

    answer = said_field(
        label=_("Answer"),
        choices=[("yes", _("Confirms the terms")), ("no", _("Does not confirm them"))],
    )
    remark = words_field(label=_("What the lawyer said"), required=False, most=500)


class ReadingForm(DeskForm):
    """The recording in which the terms are read aloud."""

    recording = forms.ModelChoiceField(
        label=_("Recording"), queryset=Evidence.objects.none(), empty_label=_("Please choose")
    )

    def __init__(self, *args: Any, recordings: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields["recording"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = recordings


class WhyForm(DeskForm):
    """Only a reason."""

    why = words_field(label=_("Why"), most=200)


class ReturnForm(DeskForm):
    """Who took the original."""

    returned_to = forms.CharField(label=_("Given to"), max_length=80)


class TakeBackForm(DeskForm):
    """Why what was asked for is not needed any more."""

    reason = words_field(label=_("Why it is not needed any more"), most=500)


class EarlyClosureForm(DeskForm):
    """A coded reason, in more words, with the evidence."""

    closed_as = said_field(label=_("Reason"))
    reason = words_field(label=_("In more words, for the second person"), most=1000)
    file = FilesField(
        label=_("Evidence"), required=False, help_text=_("PDF, JPEG or PNG, at most 20 MB.")
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        field: Any = self.fields["closed_as"]
        field.choices = unsaid((code, Case.ClosedAs(code).label) for code in reasons_for(case))


class ReopeningForm(DeskForm):
    """Why a closed case is to be opened again."""

    reason = words_field(label=_("Why, for the second person"), most=1000)
