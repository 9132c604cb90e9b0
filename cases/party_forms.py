"""Forms about the people beside the debtor."""

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.forms import document_number
from cases.models import Party
from workflow.forms import DeskForm, FilesField, day_field, said_field


class PartyForm(DeskForm):
    """Somebody besides the debtor."""

    role = said_field(
        label=_("Role"),
        choices=Party.Role.choices,
        help_text=_("A contact person is never asked to pay and never told of the debt."),
    )
    name = forms.CharField(label=_("Name"), max_length=80)
    id_number = forms.CharField(label=_("ID number"), max_length=30, required=False)
    relation = forms.CharField(label=_("Relation to the debtor"), max_length=60, required=False)
    basis = forms.CharField(
        label=_("Basis of liability"),
        max_length=160,
        required=False,
        help_text=_("For whoever answers for the debt: the paper they signed, or the law."),
    )
    legal_basis = forms.ChoiceField(
        label=_("Legal basis on which the data are kept"), required=False,
        choices=[("", _("Not known")), *Party.LegalBasis.choices],
        help_text=_("Without one nobody's data are kept (PIPL art. 13, CN-55)."),
    )  # fmt: skip
    common_debt = forms.ChoiceField(
        label=_("If it is the spouse: why the debt is a common one"), required=False,
        choices=[("", _("Not a common debt, or not known")), *Party.CommonDebt.choices],
    )  # fmt: skip
    file = FilesField(
        label=_("Paper that shows it"), required=False,
        help_text=_("Needed of a spouse, an heir, an administrator or a guardian before anybody is approached."),
    )  # fmt: skip

    def clean_id_number(self) -> str:
        """A number as ID cards and passports have it."""
        return document_number(self.cleaned_data["id_number"])


class PartyIdentityForm(DeskForm):
    """What the identity paper of somebody beside the debtor says."""

    id_number = forms.CharField(label=_("ID number"), max_length=30, required=False)
    born_on = day_field(label=_("Date of birth"), required=False)
    name_en = forms.CharField(label=_("Name in Latin letters"), max_length=80, required=False)

    def clean_id_number(self) -> str:
        """A number as ID cards and passports have it."""
        return document_number(self.cleaned_data["id_number"])


class LegalBasisForm(DeskForm):
    """On what the data of somebody besides the debtor are kept."""

    legal_basis = forms.ChoiceField(
        label=_("Legal basis on which the data are kept"), choices=Party.LegalBasis.choices,
        help_text=_("Without one nobody's data are kept (PIPL art. 13, CN-55)."),
    )  # fmt: skip


class GuaranteeForm(DeskForm):
    """What a guarantor promised, and what happened in the guarantee period."""

    guarantee = forms.ChoiceField(
        label=_("Guarantee"),
        choices=[("", _("Not known")), *Party.Guarantee.choices],
        required=False,
        help_text=_("An unclear one counts as a general guarantee (Civil Code art. 686)."),
    )
    guarantee_months = forms.IntegerField(
        label=_("Agreed period, months"),
        min_value=1,
        max_value=600,
        required=False,
        help_text=_("Empty: six months from the due day (Civil Code art. 692)."),
    )
    claimed_on = day_field(
        label=_("Claimed in the period on"),
        required=False,
        help_text=_("Joint: the guarantor was asked to pay. General: the debtor was sued."),
    )
    enforced_on = day_field(label=_("Debtor enforced against in vain on"), required=False)
    consented_on = day_field(label=_("Agreed in writing to changes on"), required=False)
