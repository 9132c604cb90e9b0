"""Who else must sign: asked, left out, heard when they decline, gone on without, signing at the door."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from agreements import signing_forms
from agreements.actions import drawing, signers, signing
from agreements.forms import WhyForm
from agreements.models import Agreement, Signatory
from agreements.policy import SIDES, signatories_of, unconfirmed
from agreements.views.drawing import seen_agreement
from agreements.views.signing import page_of
from cases.models import Party
from common import clock
from workflow.web import demand, handle


def seen_signatory(request: HttpRequest, number: str, pk: int) -> Signatory:
    """Who signs this agreement, too, if this user may see its case."""
    found = seen_agreement(request, number)
    one = get_object_or_404(found.signatories.select_related("party__person"), pk=pk)
    one.agreement = found
    return one


def ask(request: HttpRequest, number: str) -> HttpResponse:
    """Choose somebody of the case who is to sign, too."""
    found = seen_agreement(request, number)
    asked = found.signatories.values("party")
    free = found.case.parties.filter(role__in=Signatory.Role.values).exclude(pk__in=asked)
    form = signing_forms.SignerForm(request.POST or None, parties=free.select_related("person"))

    def do(data: dict[str, Any]) -> None:
        party: Party = data["party"]
        signers.ask_to_sign(
            agreement=found, party=party, debtor_agreed_on=data["debtor_agreed_on"],
            by=request.user, at=clock.now(),
        )  # fmt: skip

    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="cases/form.html", do=do,
        done=_("The terms name this person now. Read them through, then offer them."),
        to=found.get_absolute_url(),
        context={
            "title": _("Somebody else is to sign"), "button": _("Put them into the terms"),
            "hint": _("Guarantors and others who answer for the debt, as the case knows them. What was confirmed or signed so far is to be done anew, for the terms become other ones."),
        },
    )  # fmt: skip


def leave_out(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Take back that somebody is to sign."""
    one = seen_signatory(request, number, pk)
    return handle(
        request, right=drawing.DRAW_UP, case=one.agreement.case, template="agreements/agreement.html",
        do=lambda _data: signers.leave_out(signatory=one, by=request.user, at=clock.now()),
        done=_("The terms no longer name this person."), to=one.agreement.get_absolute_url(),
        context=page_of(request, one.agreement, clock.now()),
    )  # fmt: skip


def decline(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Somebody who was asked does not sign."""
    one = seen_signatory(request, number, pk)
    form = WhyForm(request.POST or None)
    return handle(
        request, right=drawing.DRAW_UP, case=one.agreement.case, form=form, template="cases/form.html",
        do=lambda data: signers.decline(
            signatory=one, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("Recorded. The agreement does not come into force as it is."),
        to=one.agreement.get_absolute_url(),
        context={
            "title": _("%(name)s does not sign") % {"name": one.party.person},
            "button": _("Record it"),
            "hint": _("Nobody may be pressed to sign. Who has declined may still sign later, as long as these terms stand."),
        },
    )  # fmt: skip


def without(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write a new version that goes on without this person, after the effect was read."""
    one = seen_signatory(request, number, pk)
    effect = _(
        "Whatever this person was to promise is not promised. All others sign the new version anew."
    )
    if one.role == Signatory.Role.GUARANTOR:
        effect = _("Without the guarantor's written consent what the change makes heavier is not guaranteed, and a new due day does not move the guarantee period (Civil Code art. 695, CN-53). The new version says so. All others sign it anew.")  # fmt: skip
    return handle(
        request, right=drawing.DRAW_UP, case=one.agreement.case, template="agreements/without.html",
        do=lambda _data: signers.go_on_without(signatory=one, by=request.user, at=clock.now()),
        done=_("The new version stands. The one before it is void."),
        to=lambda new: new.get_absolute_url(),
        context={"one": one, "agreement": one.agreement, "effect": effect},
    )  # fmt: skip


def sign(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Somebody beside debtor and creditor confirms what they promise, then signs on the screen."""
    one = seen_signatory(request, number, pk)
    found = one.agreement
    if found.state not in {Agreement.State.DRAFT, Agreement.State.OFFERED}:
        return HttpResponseRedirect(found.get_absolute_url())
    open_terms = unconfirmed(found, one)
    here = reverse("agreements:sign_other", args=[found.number, one.pk])
    back = reverse("agreements:terms", args=[found.number])
    if open_terms and request.method == "POST" and "term" in request.POST:
        demand(request, drawing.DRAW_UP)
        return handle(
            request, case=found.case, template="agreements/sign.html",
            do=lambda _data: signing.confirm_term(
                agreement=found, term=request.POST["term"][:40], signatory=one, by=request.user,
                at=clock.now(),
            ),
            done="", to=here, context=_context(found, one),
        )  # fmt: skip
    form = signing_forms.SignatureForm(
        request.POST or None, request.FILES or None, initial={"name": one.party.person.name}
    )
    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="agreements/sign.html",
        do=lambda data: signing.sign(
            agreement=found, side=one.role, signatory=one, name=data["name"],
            content=data["content"], filename=data["filename"], id_checked=data["id_checked"],
            by=request.user, at=clock.now(),
        ),
        done=lambda in_force: _("Everybody has signed. The agreement is in force; the copies are on their way.")
        if in_force else _("Signed."),
        to=lambda in_force: found.get_absolute_url() if in_force else back,
        context=_context(found, one),
    )  # fmt: skip


def _context(found: Agreement, one: Signatory) -> dict[str, Any]:
    clauses, others = len(found.clauses), signatories_of(found)
    place = [other.pk for other in others].index(one.pk)
    return {
        "agreement": found,
        "side": one.role,
        "one": one,
        "promise": next(iter(unconfirmed(found, one)), None),
        "side_label": one.get_role_display(),
        "back": reverse("agreements:terms", args=[found.number]),
        "dots": {
            "at": clauses + len(SIDES) + place + 1,
            "of": clauses + len(SIDES) + len(others),
        },
    }
