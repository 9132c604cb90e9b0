"""Holds and exceptions in the browser."""

from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from cases import forms
from cases.actions import excepting, holding
from cases.views.preparing import page, seen_case
from common import clock
from common.clock import from_local, local_day


def hold(request: HttpRequest, reference: str) -> HttpResponse:
    """Pause the case."""
    case = seen_case(request, reference)
    today = local_day(clock.now(), case.zone)
    form = forms.HoldForm(
        request.POST or None,
        request.FILES or None,
        initial={
            "starts_on": today,
            "review_on": today + timedelta(days=15),
            "until": today + timedelta(days=30),
        },
    )

    def do(data: dict[str, Any]) -> None:
        file = data.pop("file")
        holding.hold_case(
            case=case,
            **data,
            filename=file.name if file else "",
            content=file.read() if file else b"",
            by=request.user,
            at=clock.now(),
        )

    return page(
        request, case, form, right="hold_case", title=_("Hold the case"), button=_("Hold"), do=do,
        hint=_("While a hold lasts, what it stops is refused; when it ends, every gate runs again."),
        done=_("The case is on hold."),
    )  # fmt: skip


def review(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """Look at a hold again."""
    case = seen_case(request, reference)
    found = get_object_or_404(case.holds, pk=pk, ended_at=None)
    form = forms.WhyForm(request.POST or None)
    return page(
        request, case, form, right="hold_case", title=_("Review the hold"), button=_("Reviewed, it goes on"),
        do=lambda data: holding.review_hold(
            hold=found, remark=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The review is recorded."),
    )  # fmt: skip


def release(request: HttpRequest, reference: str, pk: int) -> HttpResponse:
    """End a hold before its last day."""
    case = seen_case(request, reference)
    found = get_object_or_404(case.holds, pk=pk, ended_at=None)
    form = forms.WhyForm(request.POST or None)
    return page(
        request, case, form, right=holding.right_to_end(found, clock.now()), title=_("End the hold"), button=_("End the hold"),
        do=lambda data: holding.release_hold(
            hold=found, why=data["why"], by=request.user, at=clock.now()
        ),
        done=_("The hold has ended."),
    )  # fmt: skip


def ask_exception(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for an exception from a rule."""
    case = seen_case(request, reference)
    form = forms.ExceptionForm(
        request.POST or None,
        request.FILES or None,
        case=case,
        at=clock.now(),
        initial={"rule": request.GET.get("rule", "")[:40]},
    )

    def do(data: dict[str, Any]) -> None:
        excepting.ask_exception(
            case=case,
            rule=data["rule"],
            reason=data["reason"],
            evidence_kind=data["evidence_kind"],
            filename=data["file"].name,
            content=data["file"].read(),
            until=from_local(
                datetime.combine(data["until"] + timedelta(days=1), time()), case.zone
            ),
            by=request.user,
            at=clock.now(),
        )

    return page(
        request, case, form, right="request_approval", title=_("Ask for an exception"), button=_("Ask"), do=do,
        hint=_("Compliance decides, on the evidence; nobody grants their own request."),
        done=_("The exception is asked for; compliance will decide."),
    )  # fmt: skip
