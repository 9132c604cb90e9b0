"""Calling in the browser: which numbers may be dialled now, the call itself, and what came of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from cases.actions import calling, contacting
from cases.contact_forms import CallForm
from cases.models import Call, Case, ContactAim
from cases.views.preparing import seen_case
from common import clock
from compliance.verdict import Verdict
from documents.storing import Unreadable
from people.models import ContactPoint
from workflow.steps import WrongInput
from workflow.web import demand, handle

STILL_ON = 14_400
"""After so many seconds nobody takes the time since for the call's own length."""
DIALS_ITSELF, MAY_BE_DIALLED = 15, 600
"""So many seconds a phone follows the number by itself, and so many it is given out; then it is a new call."""
MOST = 20


@dataclass(frozen=True)
class Number:
    """A number with the rules' answer to whether it may be dialled now."""

    point: ContactPoint
    verdict: Verdict


@require_safe
def call(request: HttpRequest, reference: str) -> TemplateResponse:
    """The numbers of those who answer for the debt.

    Context: ``case``, ``numbers``, ``open_calls``, ``aims``, ``aim``.
    """
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
    return handle(
        request,
        right="log_contact",
        case=case,
        do=lambda _data: calling.begin_call(
            case=case, point=point, aim=_aim(request), by=request.user, at=at
        ),
        done="",
        template="cases/call.html",
        to=lambda made: reverse("cases:log_call", args=[case.reference, made.pk]),
        context=_numbers(request, case),
    )


def log(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The call in progress, and what came of it.

    Context: ``case``, ``call``, ``point``, ``began_at``, ``elapsed`` (seconds), ``verdict``, ``form``.
    """
    case = seen_case(request, reference)
    call = _call_of(case, pk)
    point, began_at = call.contact_point, call.at
    at = clock.now()
    elapsed = max(int((at - began_at).total_seconds()), 0)
    form = CallForm(request.POST or None, request.FILES or None)

    def do(_data: dict[str, Any]) -> None:
        said = form.said()
        if said["seconds"] is None and elapsed <= STILL_ON:
            said["seconds"] = elapsed
        try:
            contacting.log_contact(
                case=case, channel="phone", contact_point=point, happened_at=began_at,
                by=request.user, at=clock.now(), call=call, **said,
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
            "call": call,
            "still_on": elapsed <= STILL_ON,
            "dials_itself": elapsed <= DIALS_ITSELF,
            "may_be_dialled": elapsed <= MAY_BE_DIALLED,
            "verdict": calling.may_call(case, point, request.user, call)(
                case, by=request.user, at=at
            ),
        },
    )


@require_POST
def not_made(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """The number was given out and never dialled."""
    case = seen_case(request, reference)
    demand(request, "log_contact")
    call = _call_of(case, pk)
    return handle(
        request,
        right="log_contact",
        case=case,
        do=lambda _data: calling.say_not_made(call=call, by=request.user, at=clock.now()),
        done=_("It is noted that the call was not made."),
        template="cases/call.html",
        to=reverse("cases:call", args=[case.reference]),
        context=_numbers(request, case),
    )


def _numbers(request: HttpRequest, case: Case) -> dict[str, Any]:
    at, aim = clock.now(), _aim(request)
    return {
        "case": case,
        "aim": aim,
        "aims": ContactAim.choices,
        "open_calls": case.calls.open().select_related("contact_point__person", "by")[:MOST],
        "numbers": [
            Number(
                point,
                calling.may_call(case, point, request.user, aim=aim)(case, by=request.user, at=at),
            )
            for point in _once_each(calling.numbers_of(case))
        ],
        "guard_version": case.version,
    }


def _aim(request: HttpRequest) -> str:
    """What the call is for, as the page's address or its form says; else to collect."""
    said = request.POST.get("aim") or request.GET.get("aim")
    return said if said in ContactAim.values else ContactAim.COLLECTING.value


def _once_each(points: Iterable[ContactPoint]) -> list[ContactPoint]:
    """Each number of a person once, though it be kept for calls and for SMS: as the one for calls."""
    found: dict[tuple[int, str], ContactPoint] = {}
    for point in points:
        same = (point.person_id, point.value)
        if same not in found or point.channel == ContactPoint.Channel.PHONE:
            found[same] = point
    return list(found.values())


def _call_of(case: Case, pk: int) -> Call:
    """The call of this case, with the number that was dialled."""
    calls = case.calls.select_related("contact_point__person", "case")
    found: Call = get_object_or_404(calls, pk=min(pk, 2**62))
    return found
