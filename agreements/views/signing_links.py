"""The desk sends an agreement to be signed by link, each person their own, and withdraws the link."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from agreements import signing_forms
from agreements.actions import by_link, drawing
from agreements.models import Agreement, Signatory
from agreements.views.drawing import seen_agreement
from agreements.views.signers import seen_signatory
from agreements.views.signing import page_of
from common import clock
from workflow.web import handle


def send(request: HttpRequest, number: str) -> HttpResponse:
    """Choose the way, say that the debtor's identity paper was compared, and send the link."""
    return _send(request, seen_agreement(request, number), None)


def send_other(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The same for somebody who signs, too."""
    one = seen_signatory(request, number, pk)
    return _send(request, one.agreement, one)


def withdraw(request: HttpRequest, number: str) -> HttpResponse:
    """Let the debtor's link open nothing any more."""
    return _withdraw(request, seen_agreement(request, number), None)


def withdraw_other(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """The same of somebody who signs, too."""
    one = seen_signatory(request, number, pk)
    return _withdraw(request, one.agreement, one)


def _send(request: HttpRequest, found: Agreement, one: Signatory | None) -> HttpResponse:
    form = signing_forms.SigningLinkForm(request.POST or None, signatory=one)
    hint = _("The debtor answers what only they know, confirms each term, enters a one-time code and signs. The message says nothing of what it is about.")  # fmt: skip
    if one:
        hint = _("%(name)s gets a link and a code of their own, at their own number or address, and sees no identity number, address or promise of anybody else. The message says nothing of what it is about.") % {"name": one.party.person}  # fmt: skip
    return handle(
        request, right=drawing.DRAW_UP, case=found.case, form=form, template="cases/form.html",
        do=lambda data: by_link.send_link(
            agreement=found, channel=data["channel"], id_checked=data["id_checked"],
            signatory=one, by=request.user, at=clock.now(),
        ),
        done=_("The link is on its way. It is good for seven days and can be withdrawn here."),
        to=found.get_absolute_url(),
        context={
            "title": _("Send to sign by link"), "button": _("Send the link"), "hint": hint,
        },
    )  # fmt: skip


def _withdraw(request: HttpRequest, found: Agreement, one: Signatory | None) -> HttpResponse:
    return handle(
        request, right=drawing.DRAW_UP, case=found.case, template="agreements/agreement.html",
        do=lambda _data: by_link.withdraw_link(
            agreement=found, signatory=one, by=request.user, at=clock.now()
        ),
        done=_("The link was withdrawn."), to=found.get_absolute_url(),
        context=page_of(request, found, clock.now()),
    )  # fmt: skip
