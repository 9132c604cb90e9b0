"""Calling in the browser: which numbers may be dialled now, the call itself, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.actions import calling, contacting
from cases.contact_forms import CallForm
from cases.models import Case
from cases.views.preparing import seen_case
from common import clock
from compliance.verdict import Verdict
from documents.storing import Unreadable
from people.models import ContactPoint
from workflow.steps import WrongInput
from workflow.web import demand, handle

SALT = "call"
LONGEST = 14_400


@dataclass(frozen=True)
class Number:
    """A number with the rules' answer to whether it may be dialled now."""

    point: ContactPoint
    verdict: Verdict


@require_safe
def call(request: HttpRequest, reference: str) -> TemplateResponse:
    """The numbers of those who answer for the debt. Context: ``case``, ``numbers``, ``at``."""
    case = seen_case(request, reference)
    demand(request, "log_contact")
    return TemplateResponse(request, "cases/call.html", _numbers(request, case))


@require_POST
def begin(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Ask the rules once more, and open the call; a refusal says from when it may be made."""
    case = seen_case(request, reference)
    demand(request, "log_contact")
    point = get_object_or_404(calling.numbers_of(case), pk=pk)
    at = clock.now()
    token = signing.dumps({"case": case.pk, "point": pk, "at": at.isoformat()}, salt=SALT)
    return handle(
        request,
        right="log_contact",
        case=case,
        do=lambda _data: calling.begin_call(case=case, point=point, by=request.user, at=at),
        done="",
        template="cases/call.html",
        to=reverse("cases:log_call", args=[case.reference, token]),
        context=_numbers(request, case),
    )


def log(request: HttpRequest, reference: str, token: str) -> HttpResponse:
    """The call in progress, and what came of it.

    Context: ``case``, ``point``, ``began_at``, ``elapsed`` (seconds), ``verdict``, ``form``.
    """
    case = seen_case(request, reference)
    point, began_at = _call_of(case, token)
    at = clock.now()
    elapsed = max(int((at - began_at).total_seconds()), 0)
    form = CallForm(request.POST or None, request.FILES or None)

    def do(_data: dict[str, Any]) -> None:
        said = form.said()
        if said["seconds"] is None:
            said["seconds"] = min(elapsed, LONGEST)
        try:
            contacting.log_contact(
                case=case, channel="phone", contact_point=point, happened_at=began_at,
                by=request.user, at=clock.now(), **said,
            )  # fmt: skip
        except Unreadable as unreadable:
            raise WrongInput(str(unreadable), "recording") from unreadable

    return handle(
        request,
        right="log_contact",
        case=case,
        form=form,
        do=do,
        done=_("The call is logged."),
        template="cases/call_log.html",
        context={
            "point": point,
            "began_at": began_at,
            "elapsed": elapsed,
            "verdict": calling.may_call(case, point, request.user)(case, by=request.user, at=at),
        },
    )


def _numbers(request: HttpRequest, case: Case) -> dict[str, Any]:
    at = clock.now()
    return {
        "case": case,
        "at": at,
        "numbers": [
            Number(point, calling.may_call(case, point, request.user)(case, by=request.user, at=at))
            for point in calling.numbers_of(case)
        ],
        "guard_version": case.version,
    }


def _call_of(case: Case, token: str) -> tuple[ContactPoint, datetime]:
    """The number that was dialled and when, as the token says that this house has given out."""
    try:
        said = signing.loads(token, salt=SALT, max_age=86_400)
        point = ContactPoint.objects.select_related("person").get(pk=said["point"])
    except (signing.BadSignature, ContactPoint.DoesNotExist, KeyError, TypeError):
        raise Http404 from None
    if said["case"] != case.pk:
        raise Http404
    return point, datetime.fromisoformat(said["at"])
