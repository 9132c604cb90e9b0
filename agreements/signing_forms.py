"""The forms of signing: who else signs, a signature, the scan of a paper, a link."""

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agreements.models import Signatory
from cases.models import Party
from workflow.forms import DeskForm, FilesField, day_field


class SignatureForm(DeskForm):
    """A signature, drawn on the screen or photographed."""

    name = forms.CharField(label=_("Name"), max_length=80)
    id_checked = forms.BooleanField(
        label=_("I compared the signer with an identity paper"), required=False
    )
    drawn = forms.CharField(required=False, widget=forms.HiddenInput, max_length=3_000_000)
    file = FilesField(
        label=_("Or a picture of the signature on paper"), required=False,
        widget=forms.ClearableFileInput(attrs={"accept": "image/png,image/jpeg"}),
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """The picture as bytes, whichever way it came."""
        cleaned = super().clean()
        file = cleaned.get("file")
        cleaned["content"], cleaned["filename"] = b"", "signature.png"
        if file:
            cleaned["content"], cleaned["filename"] = file.read(), file.name
        elif cleaned.get("drawn"):
            head, _comma, data = cleaned["drawn"].partition(",")
            try:
                if head != "data:image/png;base64":
                    raise ValueError
                cleaned["content"] = base64.b64decode(data, validate=True)
            except (ValueError, binascii.Error):
                raise forms.ValidationError(
                    _("The drawing did not arrive whole. Please sign again.")
                ) from None
        return cleaned


class SignerForm(DeskForm):
    """Who of the case is to sign, too, and that the debtor agreed to it."""

    party = forms.ModelChoiceField(
        label=_("Who"), queryset=Party.objects.none(), empty_label=_("Please choose"),
        help_text=_("Guarantors, the spouse, co-debtors, and whoever wants to join the debt, as entered under People. A contact person is never asked."),
    )  # fmt: skip
    debtor_agreed_on = day_field(
        label=_("The debtor agreed on this day that this person is told"), required=False,
        help_text=_("A guarantor or co-debtor is a party of the debt. A spouse is told of a common debt that a paper proves, else only by the debtor's leave, as is whoever wants to join."),
    )  # fmt: skip

    def __init__(self, *args: Any, parties: Any, **given: Any) -> None:
        super().__init__(*args, **given)
        field = self.fields["party"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - declared above
        field.queryset = parties


class PaperSignatureForm(DeskForm):
    """The printed agreement with every signature on it, scanned, and where the original lies."""

    name = forms.CharField(label=_("Name of the debtor as signed"), max_length=80)
    signed_for = forms.CharField(label=_("Who signed for the creditor"), max_length=80)
    id_checked = forms.BooleanField(
        label=_("I compared the signer with an identity paper"), required=False
    )
    file = FilesField(
        label=_("Scan of the signed agreement, all pages"),
        widget=forms.ClearableFileInput(attrs={"accept": "application/pdf,image/png,image/jpeg"}),
    )
    place = forms.CharField(
        label=_("Where the original is kept"), max_length=120,
        help_text=_("Such as office, cabinet and folder."),
    )  # fmt: skip

    def __init__(self, *args: Any, others: Sequence[Signatory] = (), **given: Any) -> None:
        super().__init__(*args, **given)
        for one in others:
            self.fields[f"other_{one.pk}"] = forms.CharField(
                label=_("Name of %(who)s as signed") % {"who": one}, max_length=80,
                initial=one.party.person.name,
            )  # fmt: skip
        if others:
            self.fields["id_checked"].label = _(
                "I compared everybody who signed beside us with an identity paper"
            )
        self.order_fields(["name", *(f"other_{one.pk}" for one in others), "signed_for"])
        self.others = {one.pk: f"other_{one.pk}" for one in others}


class SigningLinkForm(DeskForm):
    """By which way the link goes, and that the debtor was compared with an identity paper before."""

    channel = forms.ChoiceField(
        label=_("By which way"), widget=forms.RadioSelect,
        choices=[("sms", _("SMS")), ("email", _("E-mail")), ("wecom", _("WeCom message"))],
    )  # fmt: skip
    id_checked = forms.BooleanField(
        label=_("I compared the debtor with an identity paper, and this address is the debtor's"),
        required=False,
        help_text=_(
            "Nobody can do so through a link (CN-67). Without it, have the paper signed by hand."
        ),
    )

    def __init__(self, *args: Any, signatory: Signatory | None = None, **given: Any) -> None:
        super().__init__(*args, **given)
        if signatory:
            self.fields["id_checked"].label = _(
                "I compared %(name)s with an identity paper, and this address is their own"
            ) % {"name": signatory.party.person}
