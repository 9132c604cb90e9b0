"""The certificates that papers are sealed with: whose, until when, and another one."""

from datetime import datetime
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.actions.seals import KEEP, make_seal, retire_seal, take_seal
from common import clock
from common.clock import HOUSE_ZONE
from documents.models import Document, Seal
from documents.sealing import WARN_BEFORE
from people.models import Organisation
from workflow.forms import DeskForm
from workflow.web import demand, handle

MOST = 200
UNSTAMPED = 20
MOST_BYTES = 64 * 1024


class SealForm(DeskForm):
    """Whose seal, and either a file from an authority or one that is made here."""

    organisation = forms.ModelChoiceField(
        label=gettext_lazy("Whose seal"), queryset=Organisation.objects.all(), required=False,
        empty_label=gettext_lazy("The house itself"),
    )  # fmt: skip
    file = forms.FileField(
        label=gettext_lazy("Certificate with its key (PKCS#12: .p12, .pfx)"), required=False,
        help_text=gettext_lazy("From an authority. Without a file a certificate is made here: it shows that a paper was not changed, and vouches for nobody."),
    )  # fmt: skip
    password = forms.CharField(
        label=gettext_lazy("Password of the file"), max_length=200, required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=gettext_lazy("It opens the file once and is not kept."),
    )  # fmt: skip

    def clean_file(self) -> Any:
        """No certificate is as large as that."""
        file = self.cleaned_data["file"]
        if file and file.size > MOST_BYTES:
            raise forms.ValidationError(_("This is too large for a certificate."))
        if file and file.read(1) != b"\x30":  # every such file is one sequence of ASN.1
            raise forms.ValidationError(_("This is no PKCS#12 file (.p12, .pfx)."))
        if file:
            file.seek(0)
        return file


def seals(request: HttpRequest) -> HttpResponse:
    """Every seal with its state today, and the form for another one."""
    form = SealForm(request.POST or None, request.FILES or None)
    at = clock.now()

    def do(data: dict[str, Any]) -> Seal:
        whose, file = data["organisation"], data["file"]
        if file is None:
            return make_seal(organisation=whose, by=request.user, at=clock.now())
        return take_seal(
            organisation=whose, content=file.read(), password=data["password"], by=request.user,
            at=clock.now(),
        )  # fmt: skip

    rows = Seal.objects.select_related("organisation").order_by(
        "organisation__name", "-valid_from", "-pk"
    )
    return handle(
        request, case=None, form=form, right=KEEP, do=do, template="cases/seals.html",
        done=_("The seal is entered."),
        to=reverse("cases:seals"),
        context={
            "zone": HOUSE_ZONE,
            "rows": [{"seal": seal, "state": state_of(seal, at)} for seal in rows[:MOST]],
            "authority": settings.TSA_URL,
            "unstamped": Document.objects.filter(stamped=False).select_related("case")[:UNSTAMPED],
        },
    )  # fmt: skip


def retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Seal nothing more with it."""
    demand(request, KEEP)
    seal = get_object_or_404(Seal.objects.filter(retired_at=None), pk=pk)
    return handle(
        request, case=None, right=KEEP, template="cases/retire_seal.html",
        do=lambda _data: retire_seal(seal=seal, by=request.user, at=clock.now()),
        done=_("The seal is retired; what it has sealed can still be checked."),
        to=reverse("cases:seals"), context={"seal": seal},
    )  # fmt: skip


def state_of(seal: Seal, at: datetime) -> str:
    """In force, ending soon, ended, not yet, or retired."""
    if seal.retired_at:
        return "retired"
    if seal.valid_from > at:
        return "coming"
    if seal.valid_until <= at:
        return "ended"
    return "ending" if seal.valid_until <= at + WARN_BEFORE else "in_force"
