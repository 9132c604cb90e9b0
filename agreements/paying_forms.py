"""The forms of step 6: money that came in, that belongs elsewhere, that goes back."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Dispute, Payment
from agreements.policy import may_designate
from cases.models import Case, Debt
from common.clock import local_day
from people.models import User
from workflow.forms import DeskForm, MoneyField, PlaceTimeField, said_field, words_field

# Cash from a door has its receipt already.
BY_HAND = [one for one in Payment.Method.choices if one[0] != Payment.Method.CASH]


class MoveForm(DeskForm):
    """The case to which a payment belongs, and why."""

    reference = forms.CharField(label=_("Case to which it belongs"), max_length=30)
    why = words_field(label=_("Why"), most=200)
    keep_rest = forms.BooleanField(
        label=_("If it is more than is owed there, keep the rest for paying back"), required=False
    )

    def __init__(self, *args: Any, payment: Payment, user: User, **given: Any) -> None:
        super().__init__(*args, **given)
        self.payment, self.user = payment, user

    def clean_reference(self) -> Case:
        """A case of that reference, which this person may see, of the same creditor."""
        written = self.cleaned_data["reference"].strip().upper()
        ours = Case.objects.visible_to(self.user).filter(creditor=self.payment.case.creditor_id)
        found = ours.filter(reference=written).first()
        if found is None:
            raise forms.ValidationError(
                _("There is no such case of %(creditor)s."),
                code="unknown", params={"creditor": self.payment.case.creditor},
            )  # fmt: skip
        return found


class PaymentForm(DeskForm):
    """Money that came in."""

    amount = MoneyField(label=_("Amount"), min_value=Decimal("0.01"))
    received_at = PlaceTimeField(label=_("Arrived at"))
    method = forms.ChoiceField(label=_("How"), choices=BY_HAND)
    received_by = said_field(
        label=_("Who received it"),
        choices=Payment.To.choices,
        help_text=_("An agency takes money only if its mandate says so (CN-16)."),
    )
    payer = forms.CharField(label=_("Payer"), max_length=80, required=False)
    bank_reference = forms.CharField(
        label=_("Bank reference"), max_length=60, required=False,
        help_text=_("The same reference is never booked twice."),
    )  # fmt: skip
    debt = forms.ModelChoiceField(
        label=_("For which contract the debtor said that it is"), queryset=Debt.objects.none(),
        required=False, empty_label=_("Nothing was said"),
        help_text=_("Else what is due counts first, then the heavier burden, then what fell due first."),
    )  # fmt: skip
    keep_rest = forms.BooleanField(
        label=_("If it is more than is owed, keep the rest for paying back"), required=False
    )

    def __init__(self, *args: Any, case: Case, at: datetime, **given: Any) -> None:
        super().__init__(*args, **given)
        debts: Any = self.fields["debt"]
        debts.queryset = case.debts.all()
        debts.label_from_instance = lambda debt: debt.contract_number
        if len(debts.queryset) < 2 or not may_designate(case, local_day(at, case.zone)):
            del self.fields["debt"]
        received: Any = self.fields["received_at"]
        received.zone = case.zone
        if not case.agency_id:
            del self.fields["received_by"]

    @property
    def helper(self) -> FormHelper:
        """Two columns at a desk."""
        helper = super().helper
        by_agency = ["received_by"] if "received_by" in self.fields else []
        helper.layout = Layout(
            Row(Column("amount"), Column("received_at")),
            Row(Column("method"), Column("payer")),
            *by_agency,
            "bank_reference",
            *(["debt"] if "debt" in self.fields else []),
            "keep_rest",
        )
        return helper


class DisputeForm(DeskForm):
    """What is disputed, under which number, and by when it is to be answered."""

    number = forms.CharField(label=_("Number of the dispute"), max_length=100)
    amount = MoneyField(label=_("Disputed"), min_value=Decimal("0.01"))
    answer_by = PlaceTimeField(
        label=_("To be answered by"), required=False, help_text=_("Left empty: within seven days.")
    )

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        answer: Any = self.fields["answer_by"]
        answer.zone = case.zone


class DisputeEndForm(DeskForm):
    """How a dispute ended."""

    outcome = said_field(label=_("How it ended"), choices=Dispute.Outcome.choices)
    remark = words_field(label=_("Remark"), rows=2, most=200, required=False)


class RefundForm(DeskForm):
    """To whom what was too much goes back, and why."""

    to_name = forms.CharField(label=_("Paid back to"), max_length=80)
    to_account = forms.CharField(label=_("Into account"), max_length=60)
    reason = words_field(label=_("Why"), most=200)


class RefundPaidForm(DeskForm):
    """When it was paid back, and the bank's reference."""

    paid_at = PlaceTimeField(label=_("Paid back at"))
    bank_reference = forms.CharField(label=_("Bank reference"), max_length=60)

    def __init__(self, *args: Any, case: Case, **given: Any) -> None:
        super().__init__(*args, **given)
        paid: Any = self.fields["paid_at"]
        paid.zone = case.zone
