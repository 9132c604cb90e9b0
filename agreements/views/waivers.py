"""A waiver above one's own powers: asked for, waited for on the phone, and told to those who decide."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from agreements import forms
from agreements.actions import drawing, withdrawing
from agreements.policy import COMPONENTS
from agreements.views.drawing import seen_case
from agreements.waivers import deciders, is_at_the_door, waiting_at_doors
from cases.models import Case, LedgerEntry
from cases.models.case import Step
from common import clock
from common.money import ZERO, money
from people.rights import may
from workflow.models import Approval
from workflow.web import handle

PICKED = {f"waived_{name}": name for name in COMPONENTS}


def ask(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the supervisor for a waiver; the screen then waits for the answer."""
    case = seen_case(request, reference)
    picked = {
        name: request.GET[field][:20] for field, name in PICKED.items() if field in request.GET
    }
    form = forms.WaiverForm(request.POST or None, case=case, initial=picked)
    return handle(
        request, right="request_approval", case=case, form=form, template="cases/form.html",
        do=lambda data: drawing.request_waiver(
            case=case, waived={name: data[name] or ZERO for name in COMPONENTS},
            reason=data["reason"], by=request.user, at=clock.now(),
        ),
        done=_("The waiver is asked for; the supervisor decides."),
        to=lambda asked: _waiting_page(case, asked),
        context={
            "title": _("Ask for a waiver"), "button": _("Ask the supervisor"),
            "hint": _("Nobody grants their own request. Once it is granted the terms can be drawn up with it."),
        },
    )  # fmt: skip


@require_safe
def asked(request: HttpRequest, reference: str, pk: int) -> TemplateResponse:
    """What became of a waiver that was asked for; the page asks again by itself until it is decided.

    Context: ``case``, ``approval``, ``waiting``, ``lapsed``, ``parts``, ``deciders``, ``at_door``, ``write``
    (where the terms are written), ``may_take_back``.
    """
    case, at = seen_case(request, reference), clock.now()
    found = get_object_or_404(
        case.approvals.filter(kind=Approval.Kind.WAIVER).select_related("requested_by", "decided_by"),
        pk=pk,
    )  # fmt: skip
    waiting = found.is_open_at(at)
    context: dict[str, Any] = {
        "case": case, "approval": found, "at": at, "waiting": waiting,
        "lapsed": found.state == Approval.State.WAITING and not waiting,
        "parts": _parts(found),
        "deciders": deciders(case, found.requested_by) if waiting else [],
        "at_door": is_at_the_door(case),
        "write": _where_written(request, case, found, at),
        "may_take_back": waiting and found.requested_by_id == request.user.pk,
    }  # fmt: skip
    return TemplateResponse(request, "agreements/waiver_asked.html", context)


def take_back(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Take the request back while nobody has decided, which only who has asked can do."""
    case = seen_case(request, reference)
    found = get_object_or_404(case.approvals.filter(kind=Approval.Kind.WAIVER), pk=pk)
    return handle(
        request, right="request_approval", case=case, template="cases/form.html",
        form=forms.TakeBackForm(request.POST or None),
        do=lambda data: withdrawing.withdraw_waiver(
            approval=found, reason=data["reason"], by=request.user, at=clock.now()
        ),
        done=_("The request is taken back; nobody is asked any more."),
        to=_waiting_page(case, found),
        context={
            "title": _("Take the request back"), "button": _("Take it back"),
            "hint": _("A waiver of %(amount)s was asked for. Nothing is waived.") % {"amount": found.subject},
        },
    )  # fmt: skip


@require_safe
def bar(request: HttpRequest) -> TemplateResponse:
    """The bar of those who may decide while officers wait at a door; empty where nobody does."""
    waiting = waiting_at_doors(request.user, clock.now())
    return TemplateResponse(request, "agreements/waiver_bar.html", {"waiting": waiting})


def _waiting_page(case: Case, asked: Any) -> str:
    """The page that waits; the case's own where the form was pressed twice."""
    if asked is None:
        return case.get_absolute_url()
    return reverse("agreements:waiver_asked", args=[case.reference, asked.pk])


def _parts(approval: Approval) -> list[tuple[str, Any]]:
    """What is asked of each part, without those of which nothing is."""
    named = [
        (str(LedgerEntry.Component(name).label), money(str(approval.details.get(name, "0.00"))))
        for name in ("principal", "interest", "fees")
    ]
    return [(label, amount) for label, amount in named if amount > ZERO]


def _where_written(request: HttpRequest, case: Case, approval: Approval, at: datetime) -> str:
    """The form in which a waiver that was granted is written into the terms."""
    if not approval.is_in_force_at(at) or not may(request.user, drawing.DRAW_UP):
        return ""
    granted = "&".join(f"waived_{name}={approval.details.get(name, '0.00')}" for name in COMPONENTS)
    made = drawing.in_the_making(case)
    if made:
        return f"{reverse('agreements:redraft', args=[made.number])}?{granted}"
    name = "renegotiate" if case.state == Step.FOLLOW_UP else "draw_up"
    if case.state in (*drawing.REMOTELY, Step.ON_SITE_TALK, Step.FOLLOW_UP):
        return f"{reverse(f'agreements:{name}', args=[case.reference])}?{granted}"
    return ""
